"""Where a track lies decides whom it counts for, and whether it is a patrol of that account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from data.errors import BadInput, Unconfirmed
from data.words.ledger import PatrolRule
from problem_ledger.patrols.records import Recorded
from tests.made.office import Office
from tests.made.patrols.records import NOW, record_walk
from tests.made.patrols.walks import fixes, gpx, walk

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def row(office: Office, done: Recorded) -> Any:
    query = text("SELECT person_id, jump_count, is_valid FROM patrol WHERE id = :id")
    with office.database.app.begin() as connection:
        return connection.execute(query, {"id": done.patrol_id}).one()


def test_a_track_counts_for_the_chief_along_whose_reaches_it_runs(office: Office) -> None:
    def counts_for(who: str, **other: Any) -> int | None:
        done = record_walk(office, who, walk(MORNING, **other), is_by_place=True)
        found: int | None = row(office, done).person_id
        return found

    persons = office.persons
    assert counts_for("chief_up") == persons["chief_up"]
    assert counts_for("chief", from_m=30_000) == persons["chief"]
    assert counts_for("patroller_up", metres=2_700) == persons["chief_up"]
    assert counts_for("patroller_down", from_m=30_100) == persons["chief_down"]
    assert counts_for("patroller_up", off_m=5_000) is None


def test_a_track_along_the_reaches_of_several_chiefs_asks_which(office: Office) -> None:
    with pytest.raises(Unconfirmed, match="reaches of 2 chiefs") as asked:
        record_walk(office, "office", walk(MORNING), is_by_place=True)
    assert asked.value.facts["ask"] == "person"
    choices = asked.value.facts["choices"]
    assert isinstance(choices, list)
    persons = office.persons
    assert {each["person_id"] for each in choices} == {persons["chief"], persons["chief_up"]}
    done = record_walk(office, "office", walk(MORNING), for_chief="chief_up", is_by_place=True)
    assert row(office, done).person_id == persons["chief_up"]


@pytest.mark.parametrize("who", ["chief_up", "patroller_up", "office", "chief_province"])
def test_a_track_far_from_all_waters_of_the_walker_is_refused(office: Office, who: str) -> None:
    away = [(lon - 100, lat + 10, at) for lon, lat, at in fixes(MORNING)]
    for rows in (away, fixes(MORNING, off_m=40_000)):
        with pytest.raises(BadInput, match="not in your area: it lies more than 20 km") as refused:
            record_walk(office, who, gpx(rows))
        assert refused.value.mend
    assert not row(office, record_walk(office, who, walk(MORNING, off_m=9_000))).is_valid


def test_a_track_of_an_earlier_month_is_taken_once_that_is_confirmed(office: Office) -> None:
    earlier = datetime(2026, 10, 31, 1, 0, tzinfo=UTC)
    with pytest.raises(Unconfirmed, match="of 2026-10-31, before this month") as asked:
        record_walk(office, "chief_up", walk(earlier), is_confirmed=False)
    assert asked.value.facts["ask"] == "month"
    assert record_walk(office, "chief_up", walk(earlier)).is_valid
    november = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    assert record_walk(office, "chief_up", walk(november), is_confirmed=False).is_new


def test_points_of_a_clock_not_yet_set_are_counted_among_those_left_out(office: Office) -> None:
    head = [(112.2, 32.7, datetime(1970, 1, 1, 0, 0, n, tzinfo=UTC)) for n in range(3)]
    done = record_walk(office, "chief_up", gpx([*head, *fixes(MORNING)]))
    assert (row(office, done).jump_count, done.is_valid) == (3, True)


def test_a_patrol_too_soon_is_valid_and_does_not_count(office: Office) -> None:
    def patrol(hours: float) -> Recorded:
        return record_walk(office, "chief_up", walk(MORNING - timedelta(hours=hours)))

    def verdict(done: Recorded) -> tuple[bool, bool]:
        return done.is_valid, done.is_counted

    assert verdict(patrol(240)) == (True, True)
    for hours in (216, 192, 168):
        soon = patrol(hours)
        assert verdict(soon) == (True, False)
        assert [each.rule for each in soon.judgements if not each.passed] == [PatrolRule.INTERVAL]
        again = patrol(hours)
        assert (verdict(again), again.is_new) == ((True, False), False)
    assert verdict(patrol(143)) == (True, True), "those that don't count don't put off the next"
    assert NOW > MORNING
