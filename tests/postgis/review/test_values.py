"""The value that counts: raw, flags, second look and newest review, as of any moment."""

import random
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.clock import Span, UtcDatetime
from data.errors import BadInput, Conflict, NotFound
from data.people.reviews import NewReview, record
from data.queries.readings.course import RULE_CODES, Series, series
from data.queries.review.findings import DoubtedValue, FindingFilter, Standing, doubted_values
from data.queries.review.reviews import reviews_of
from data.queries.scope import EVERYTHING, NOTHING
from data.queries.stations.month_classes import month_means
from data.records import AccountId
from data.words.review import Finding, QualityTest, Verdict
from tests.made.database import Database
from tests.made.readings.messages import NOON, one
from tests.made.review.values import NH3N, find, key_at, later, reviewer, say, take_in

DAY = Span(UtcDatetime(NOON - timedelta(days=1)), UtcDatetime(NOON + timedelta(days=1)))


@pytest.fixture
def office(database: Database) -> AccountId:
    return reviewer(database)


def course(database: Database, station: int, as_of: UtcDatetime | None = None) -> Series:
    with database.app.connect() as connection:
        return series(connection, station, NH3N, DAY, timedelta(minutes=5), as_of=as_of)


def counted(found: Series) -> list[float | None]:
    return [float(v) if run >= 0 else None for v, run in zip(found.value, found.run, strict=True)]


def test_the_newest_review_decides_and_the_raw_value_stays(
    database: Database, office: AccountId
) -> None:
    station = take_in(database, [0.3, 9.0, 0.35, 0.4, 0.45])
    find(database, key_at(station, 0), Finding.SUSPECT)
    for place in (1, 2, 3):
        find(database, key_at(station, place), Finding.FAILED)
    assert counted(course(database, station)) == [0.3, None, None, None, 0.45]
    first = say(database, office, key_at(station, 1), Verdict.REJECT, at=later(60))
    say(database, office, key_at(station, 2), Verdict.KEEP, at=later(60))
    say(database, office, key_at(station, 3), Verdict.CORRECT, value=0.5, at=later(60))
    say(database, office, key_at(station, 4), Verdict.REJECT, at=later(60))
    told = course(database, station)
    assert counted(told) == [0.3, None, 0.35, 0.5, None]
    assert told.raw.tolist() == [0.3, 9.0, 0.35, 0.4, 0.45]
    assert [RULE_CODES[rule] for rule in told.rule] == ["", "reject", "keep", "correct", "reject"]
    assert told.mean is not None
    assert told.mean.count == 3
    assert told.mean.value == pytest.approx((0.3 + 0.35 + 0.5) / 3)
    assert told.mean.valid_share == pytest.approx(3 / (48 * 12))
    say(database, office, key_at(station, 1), Verdict.CORRECT, value=0.9, seen=first, at=later(90))
    assert counted(course(database, station)) == [0.3, 0.9, 0.35, 0.5, None]
    assert counted(course(database, station, later(60)))[1] is None
    assert counted(course(database, station, later(59))) == [0.3, None, None, None, 0.45]
    with pytest.raises(DBAPIError, match="append-only"), database.owner.begin() as connection:
        connection.execute(text("UPDATE reading_review SET verdict = 'keep', value = NULL"))


def test_a_flagged_value_counts_once_it_is_kept_until_that_is_withdrawn(
    database: Database, office: AccountId
) -> None:
    station = take_in(database, [0.3], nh3n="C")
    key = key_at(station, 0)
    assert counted(course(database, station)) == [None]
    kept = say(database, office, key, Verdict.KEEP)
    assert counted(course(database, station)) == [0.3]
    say(database, office, key, Verdict.WITHDRAW, seen=kept)
    assert counted(course(database, station)) == [None]
    with database.app.connect() as connection:
        told = reviews_of(connection, EVERYTHING, key)
        assert [each.verdict for each in told] == [Verdict.KEEP, Verdict.WITHDRAW]
        assert {each.who for each in told} == {"审核员"}
        with pytest.raises(NotFound):
            reviews_of(connection, NOTHING, key)


def test_what_arrived_later_was_not_known_then(database: Database) -> None:
    station = take_in(database, [0.3, 0.4, 0.5])
    assert len(course(database, station, later(5))) == 2


class Event(NamedTuple):
    """Something said of one value at a minute: a verdict, or a test that failed."""

    place: int
    minute: int
    word: str
    value: float | None


def oracle(raw: list[float], flagged: set[int], events: list[Event], minute: int) -> list[object]:
    """The rule written once more, a value at a time."""
    told: list[object] = []
    for place, value in enumerate(raw):
        known = [each for each in events if each.place == place and each.minute <= minute]
        said = [each for each in known if each.word not in {"failed", "suspect"}]
        newest = said[-1] if said and said[-1].word != "withdraw" else None
        if newest is not None:
            told.append({"keep": value, "reject": None, "correct": newest.value}[newest.word])
        elif place in flagged or any(each.word == "failed" for each in known):
            told.append(None)
        else:
            told.append(value)
    return told


def test_curve_and_month_agree_with_the_rule_at_every_moment(
    database: Database, office: AccountId
) -> None:
    chance = random.Random(20460501)  # noqa: S311 - a kept seed
    raw = [round(0.1 + 0.01 * each, 2) for each in range(24)]
    station = take_in(database, raw)
    events: list[Event] = []
    newest: dict[int, tuple[int, Verdict]] = {}
    for minute in range(200, 260):
        place = chance.randrange(len(raw))
        key, at = key_at(station, place), later(minute)
        if chance.random() < 0.2 and not any(
            e.word == "failed" for e in events if e.place == place
        ):
            find(database, key, Finding.FAILED, at)
            events.append(Event(place, minute, "failed", None))
            continue
        seen, before = newest.get(place, (0, Verdict.WITHDRAW))
        offered = [each for each in Verdict if each is not Verdict.WITHDRAW or before is not each]
        verdict = chance.choice(offered)
        value = 0.77 if verdict is Verdict.CORRECT else None
        made = say(database, office, key, verdict, value=value, seen=seen, at=at)
        newest[place] = (made, verdict)
        events.append(Event(place, minute, verdict.value, value))
    for minute in (199, 210, 230, 259):
        wanted = oracle(raw, set(), events, minute)
        assert counted(course(database, station, later(minute))) == wanted
        with database.app.connect() as connection:
            month = month_means(connection, [station], DAY, later(minute))[station].means[NH3N]
        values = [value for value in wanted if isinstance(value, float)]
        assert month.count == len(values)
        assert month.value == pytest.approx(np.mean(values))


class Measured(NamedTuple):
    """A database in which a station has measured and nothing was reviewed."""

    database: Database
    office: AccountId
    station: int


@pytest.fixture(scope="module")
def measured(shared_database: Database) -> Measured:
    station = take_in(shared_database, [0.3, 0.4])
    return Measured(shared_database, reviewer(shared_database), station)


@pytest.mark.parametrize(
    ("ruling", "error"),
    [
        ({"reason": "  "}, BadInput),
        ({"reason": "\u200b"}, BadInput),
        ({"reason": "x" * 501}, BadInput),
        ({"verdict": Verdict.CORRECT}, BadInput),
        ({"value": 1.0}, BadInput),
        ({"verdict": Verdict.CORRECT, "value": float("nan")}, BadInput),
        ({"verdict": Verdict.WITHDRAW}, BadInput),
        ({"seen_id": 7}, Conflict),
    ],
)
def test_what_does_not_fit_is_refused(
    measured: Measured, ruling: dict[str, object], error: type[Exception]
) -> None:
    database, office, station = measured
    given = {"verdict": Verdict.REJECT, "reason": "故障", **ruling}
    good = NewReview(key_at(station, 1), Verdict.REJECT, "故障")
    bad = NewReview(key_at(station, 0), **given)  # type: ignore[arg-type]  # the table's own words
    with pytest.raises(error), database.app.begin() as connection:
        record(connection, office, [good, bad], lambda: NOON)
    assert one(database.owner, "SELECT count(*) FROM reading_review") == 0, "all of them or none"


def test_a_value_never_measured_and_one_reviewed_meanwhile(
    database: Database, office: AccountId
) -> None:
    station = take_in(database, [0.3])
    with pytest.raises(NotFound):
        say(database, office, key_at(station, 5), Verdict.REJECT)
    say(database, office, key_at(station, 0), Verdict.REJECT)
    with pytest.raises(Conflict):
        say(database, office, key_at(station, 0), Verdict.KEEP)


def listed(database: Database, **narrow: object) -> list[DoubtedValue]:
    with database.app.connect() as connection:
        chosen = FindingFilter(**narrow)  # type: ignore[arg-type]  # the filter's own names
        total, found = doubted_values(connection, EVERYTHING, chosen)
        assert total == len(found)
        assert doubted_values(connection, NOTHING, chosen) == (0, [])
        return found


def test_the_list_holds_what_is_still_to_review(database: Database, office: AccountId) -> None:
    station = take_in(database, [0.3, 9.0, 0.4])
    find(database, key_at(station, 1), Finding.FAILED)
    find(database, key_at(station, 2), Finding.SUSPECT)
    assert [each.value for each in listed(database)] == [0.4, 9.0], "the newest first"
    assert [each.value for each in listed(database, finding=Finding.FAILED)] == [9.0]
    assert listed(database, test=QualityTest.FLAT_LINE) == []
    assert listed(database, month=NOON.date().replace(month=4)) == []
    assert len(listed(database, month=NOON.date(), parameter=NH3N, station_id=station)) == 2
    seen = say(database, office, key_at(station, 1), Verdict.REJECT)
    (left,) = listed(database)
    assert left.found[0].high == 2
    (done,) = listed(database, standing=Standing.DONE)
    assert (done.value, done.review and done.review.verdict) == (9.0, Verdict.REJECT)
    say(database, office, key_at(station, 1), Verdict.WITHDRAW, seen=seen)
    assert len(listed(database)) == 2
    say(database, office, key_at(station, 0), Verdict.CORRECT, value=0.2)
    assert [each.value for each in listed(database, standing=Standing.DONE)] == [0.3]
