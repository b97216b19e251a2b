"""Patrols are recorded once, judged by each rule with its numbers, and always kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.errors import BadInput, Conflict, Forbidden, NotFound
from data.words.ledger import PatrolRule
from data.words.patrols import Judgement
from problem_ledger.patrols.records import Recorded, Remark, give_reason
from tests.made.office import Office
from tests.made.patrols.records import NOW, RULES, record_walk
from tests.made.patrols.walks import fixes, geojson, gpx, walk

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def by_rule(done: Recorded) -> dict[PatrolRule, Judgement]:
    return {each.rule: each for each in done.judgements}


def failed(done: Recorded) -> set[PatrolRule]:
    return {each.rule for each in done.judgements if not each.passed}


def count(office: Office) -> int:
    with office.database.app.begin() as connection:
        return int(connection.execute(text("SELECT count(*) FROM patrol")).scalar_one())


def test_a_patrol_by_the_rules_is_valid_with_every_number_shown(office: Office) -> None:
    done = record_walk(office, "chief_up", walk(MORNING))
    assert done.is_new
    assert done.is_valid
    judged = by_rule(done)
    assert set(judged) == set(PatrolRule)
    assert judged[PatrolRule.MINUTES].measured == 40
    assert judged[PatrolRule.METRES].measured == pytest.approx(2600, abs=1)
    assert judged[PatrolRule.INTERVAL].measured is None
    assert judged[PatrolRule.COVERAGE].measured == pytest.approx(2600 / 22180, abs=0.001)
    assert judged[PatrolRule.TOP_SPEED].measured == pytest.approx(3.9, abs=0.01)
    assert judged[PatrolRule.GAPS].measured == 0
    assert all(each.source for each in done.judgements)
    with office.database.app.begin() as connection:
        row = connection.execute(text("SELECT * FROM patrol")).one()
        covered = connection.execute(text("SELECT * FROM patrol_reach")).all()
    assert (row.level, row.division_id) == ("township", office.basin.town_up)
    assert row.person_id == office.persons["chief_up"]
    assert bytes(row.file_bytes) == walk(MORNING)
    ((_, reach, walked_m, _, stretches),) = covered
    assert reach == office.basin.reach_up
    assert walked_m == pytest.approx(2600, abs=12)
    assert stretches == [[pytest.approx(1_000, abs=10), pytest.approx(3_600, abs=10)]]


def ride(rows: list[tuple[float, float, datetime]]) -> bytes:
    """The same, two minutes of it by car."""
    there = fixes(rows[-1][2], from_m=3_600, metres=1_200, minutes=2)
    return gpx([*rows, *there[1:]])


def silent(rows: list[tuple[float, float, datetime]]) -> bytes:
    """The same, with seven minutes of silence, and walked longer to make up for it."""
    return gpx([*rows[:60], *rows[81:]])


ONE_FAILS: dict[PatrolRule, tuple[bytes, float]] = {
    PatrolRule.MINUTES: (walk(MORNING, minutes=28), 28),
    PatrolRule.METRES: (walk(MORNING, from_m=20_180, metres=1_990), 1_990),
    PatrolRule.COVERAGE: (walk(MORNING, off_m=400), 0),
    PatrolRule.TOP_SPEED: (ride(fixes(MORNING)), 36),
    PatrolRule.GAPS: (silent(fixes(MORNING, metres=4_000, minutes=60)), 1),
}


@pytest.mark.parametrize("rule", ONE_FAILS, ids=str)
def test_one_rule_that_fails_makes_it_invalid_and_it_is_kept(
    office: Office, rule: PatrolRule
) -> None:
    content, measured = ONE_FAILS[rule]
    rules = RULES
    if rule is PatrolRule.METRES:
        small = [
            replace(each, limit=0.05) if each.rule is PatrolRule.COVERAGE else each
            for each in RULES.limits
        ]
        rules = replace(RULES, limits=tuple(small))
    done = record_walk(office, "chief_up", content, rules=rules)
    assert failed(done) == {rule}
    assert by_rule(done)[rule].measured == pytest.approx(measured, rel=0.01, abs=0.001)
    assert not done.is_valid
    assert count(office) == 1


def test_the_interval_is_kept_to_the_nearest_valid_patrol_on_either_side(office: Office) -> None:
    def later(hours: float) -> Recorded:
        start = MORNING + timedelta(hours=hours)
        return record_walk(office, "chief_up", walk(start))

    assert later(-240).is_valid
    after = later(-240 + 90)
    assert failed(after) == {PatrolRule.INTERVAL}
    assert by_rule(after)[PatrolRule.INTERVAL].measured == pytest.approx(90 - 40 / 60, abs=0.001)
    assert later(-240 + 97).is_valid, "an invalid patrol between the two does not count"
    before = later(-240 - 50)
    assert by_rule(before)[PatrolRule.INTERVAL].measured == pytest.approx(50 - 40 / 60, abs=0.001)
    over = later(-240 + 0.2)
    assert by_rule(over)[PatrolRule.INTERVAL].measured == 0
    other = record_walk(office, "chief_down", walk(MORNING - timedelta(hours=240), from_m=23_000))
    assert by_rule(other)[PatrolRule.INTERVAL].measured is None


def test_somebody_elses_reach_is_not_ones_own(office: Office) -> None:
    done = record_walk(office, "chief_up", walk(MORNING, from_m=30_000))
    assert failed(done) == {PatrolRule.COVERAGE}
    of_river = record_walk(office, "chief", walk(MORNING, from_m=30_001))
    assert of_river.is_valid


def test_a_chief_of_a_lake_alone_is_not_asked_for_a_reach(office: Office) -> None:
    with office.database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE responsibility SET reach_id = NULL, lake_id = :lake WHERE person_id = :id"
            ),
            {"lake": office.basin.lake, "id": office.persons["chief_down"]},
        )
    done = record_walk(office, "chief_down", walk(MORNING, from_m=30_000, off_m=9_000))
    assert done.is_valid
    assert PatrolRule.COVERAGE not in by_rule(done)


def test_the_same_file_or_key_again_is_the_same_patrol(office: Office) -> None:
    first = record_walk(office, "chief_up", walk(MORNING), key="the-first-key")
    again = record_walk(office, "chief_up", walk(MORNING), key="the-first-key")
    renamed = record_walk(office, "chief_up", walk(MORNING), file_name="copy.gpx")
    assert (again.is_new, renamed.is_new) == (False, False)
    assert {again.patrol_id, renamed.patrol_id} == {first.patrol_id}
    assert again.judgements == first.judgements
    with pytest.raises(Conflict, match="another file"):
        record_walk(office, "chief_up", walk(MORNING, metres=3_000), key="the-first-key")
    with pytest.raises(Conflict, match="somebody else's"):
        record_walk(office, "patroller_up", walk(MORNING))
    assert count(office) == 1


def test_the_same_upload_at_once_is_one_patrol(office: Office) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(record_walk, office, "chief_up", walk(MORNING), key="one-key-for-all")
            for _ in range(8)
        ]
        done = [each.result() for each in asked]
    assert sum(each.is_new for each in done) == 1
    assert len({each.patrol_id for each in done}) == count(office) == 1


def test_the_same_walk_as_another_kind_of_file_is_no_second_valid_patrol(office: Office) -> None:
    assert record_walk(office, "chief_up", walk(MORNING)).is_valid
    other = record_walk(office, "chief_up", geojson(fixes(MORNING)), file_name="same.geojson")
    assert failed(other) == {PatrolRule.INTERVAL}


def test_a_patroller_walks_for_oneself_or_stands_in_for_a_chief_of_the_division(
    office: Office,
) -> None:
    def row(done: Recorded) -> Any:
        query = text("SELECT person_id, account_id, level FROM patrol WHERE id = :id")
        with office.database.app.begin() as connection:
            return connection.execute(query, {"id": done.patrol_id}).one()

    own = row(record_walk(office, "patroller_up", walk(MORNING)))
    assert own == (None, office.accounts["patroller_up"], "township")
    stood_in = record_walk(
        office, "patroller_up", walk(MORNING, metres=2_700), for_chief="chief_up"
    )
    assert row(stood_in)[0] == office.persons["chief_up"]
    uploaded = record_walk(office, "office", walk(MORNING, from_m=23_000), for_chief="chief_down")
    assert row(uploaded)[0] == office.persons["chief_down"]
    for who, chief in (("patroller_up", "chief_down"), ("office_down", "chief_up"),
                       ("chief_up", "chief_down"), ("patroller_up", "chief")):  # fmt: skip
        with pytest.raises(Forbidden, match="own division"):
            record_walk(office, who, walk(MORNING, metres=2_900), for_chief=chief)
    with pytest.raises(Forbidden):
        record_walk(office, "auditor", walk(MORNING, metres=2_900))


def test_who_answered_for_nothing_on_that_day_is_no_chief(office: Office) -> None:
    long_ago = datetime(2025, 12, 1, tzinfo=UTC)
    with pytest.raises(NotFound):
        record_walk(office, "office", walk(long_ago), for_chief="chief_up")
    own = record_walk(office, "chief_up", walk(long_ago))
    assert PatrolRule.COVERAGE in by_rule(own)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (walk(MORNING + timedelta(days=3)), "in the future"),
        (walk(MORNING - timedelta(days=2), minutes=1_600, every_s=200), "within a day"),
        (walk(MORNING, every_s=400), "follow each other"),
    ],
    ids=["future", "long", "sparse"],
)
def test_a_track_that_is_no_patrol_is_refused_and_nothing_is_kept(
    office: Office, content: bytes, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        record_walk(office, "chief_up", content)
    assert refused.value.mend
    assert count(office) == 0


def test_the_reason_is_given_once_by_who_went_or_the_chief(office: Office) -> None:
    short = walk(MORNING, minutes=20)
    done = record_walk(office, "patroller_up", short, for_chief="chief_up")
    engine = office.database.app

    def explain(who: str, version: int, words: str = "便道施工中断") -> int:
        account = office.accounts[who]
        return give_reason(engine, account, done.patrol_id, version, words, lambda: NOW)

    with pytest.raises(Forbidden):
        explain("patroller", 1)
    with pytest.raises(Forbidden):
        explain("office", 1)
    with pytest.raises(BadInput):
        explain("chief_up", 1, "  ")
    with pytest.raises(Conflict):
        explain("chief_up", 2)
    assert explain("chief_up", 1) == 2
    with pytest.raises(Conflict):
        explain("patroller_up", 2)
    valid = record_walk(office, "chief_up", walk(MORNING))
    with pytest.raises(Conflict):
        give_reason(engine, office.accounts["chief_up"], valid.patrol_id, 1, "没有", lambda: NOW)
    with pytest.raises(NotFound):
        give_reason(engine, office.accounts["chief_up"], 10**9, 1, "没有", lambda: NOW)


def test_remarks_are_kept_with_their_places_and_bad_ones_refuse_the_whole(office: Office) -> None:
    remarks = (Remark("水位偏低", None, 112.2, 32.79), Remark("公示牌完好"))
    done = record_walk(office, "chief_up", walk(MORNING), remarks=remarks)
    with office.database.app.begin() as connection:
        query = text("SELECT text, ST_X(geom) FROM patrol_remark WHERE patrol_id = :id ORDER BY id")
        kept = connection.execute(query, {"id": done.patrol_id}).all()
    assert kept == [("水位偏低", 112.2), ("公示牌完好", None)]
    for bad in (Remark(" "), Remark("半个坐标", lon=112.2), Remark("远", lon=700, lat=1)):
        with pytest.raises(BadInput):
            record_walk(office, "chief_up", walk(MORNING, metres=3_000), remarks=(bad,))
    swapped = (Remark("反", lon=32.1, lat=112.7),)
    with pytest.raises(BadInput, match="Exchange longitude"):
        record_walk(office, "chief_up", walk(MORNING, metres=3_000), remarks=swapped)
    with pytest.raises(BadInput, match="At most 50"):
        record_walk(office, "chief_up", walk(MORNING, metres=3_000), remarks=(Remark("一"),) * 51)
    assert count(office) == 1


def test_the_app_can_neither_change_nor_remove_what_was_recorded(office: Office) -> None:
    record_walk(office, "chief_up", walk(MORNING))
    for sql in (
        "UPDATE patrol SET is_valid = true",
        "UPDATE patrol SET length_m = 9999",
        "UPDATE patrol_reach SET share = 1",
        "DELETE FROM patrol",
    ):
        with pytest.raises(DBAPIError), office.database.app.begin() as connection:
            connection.execute(text(sql))
