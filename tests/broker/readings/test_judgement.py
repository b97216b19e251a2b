"""What readings say: class, compliance, exceedances; and what changes without a message."""

from datetime import timedelta

from sqlalchemy import Engine, text

from data.clock import UtcDatetime
from data.vocabulary import Parameter
from ingest.running.pipeline import Pipeline
from ingest.running.sweep import Sweep, Swept
from ingest.screening.assessment import Assessor
from tests.made.database import Database
from tests.made.readings.messages import GOOD, NOON, message, one, register, rows

JUDGED = (
    "SELECT state, water_class, deciding, have_count, required_count, meets_target, compliance,"
    " multiple FROM latest_reading"
)


def change(owner: Engine, sql: str) -> None:
    with owner.begin() as connection:
        connection.execute(text(sql))


def sweep(database: Database, now: UtcDatetime) -> Swept:
    sweeping = Sweep(database.ingest, Assessor())
    for _ in range(10):
        swept = sweeping.turn(now)
        if swept:
            return swept
    raise AssertionError("a sweep without an end")


def test_a_section_is_graded(database: Database) -> None:
    register(database.owner, "S1")
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    pipeline.commit([message("S1")])
    assert rows(database.owner, JUDGED) == [
        ("graded", 2, ["codmn", "nh3n", "tp"], 5, 5, True, None, None)
    ]
    worse = UtcDatetime(NOON + timedelta(minutes=5))
    pipeline.commit([message("S1", worse, GOOD | {"nh3n": 1.5, "do": 4.0})])
    assert rows(database.owner, JUDGED) == [("graded", 4, ["do", "nh3n"], 5, 5, False, None, 0.5)]
    found = rows(
        database.owner,
        "SELECT parameter, value, limit_value, multiple, observed_at FROM exceedance ORDER BY 1",
    )
    assert found == [("do", 4.0, 5.0, None, worse), ("nh3n", 1.5, 1.0, 0.5, worse)]


def test_flagged_and_missing_values_leave_it_partial(database: Database) -> None:
    register(database.owner, "S1", "S2")
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    foul = GOOD | {"nh3n": 5.0}
    pipeline.commit([message("S1", NOON, foul, flags={"nh3n": "C"})])
    pipeline.commit([message("S2", NOON, {"ph": 7.0, "tp": -1.0})])
    assert rows(database.owner, JUDGED + " ORDER BY station_id") == [
        ("partial", None, [], 4, 5, None, None, None),
        ("partial", None, [], 1, 5, None, None, None),
    ]
    assert one(database.owner, "SELECT count(*) FROM exceedance") == 0
    assert rows(database.owner, "SELECT flags FROM reading ORDER BY station_id") == [
        ({"nh3n": "C"},), ({"tp": "range"},),
    ]  # fmt: skip


def test_an_outfall_is_judged_by_the_limits_of_the_day(database: Database) -> None:
    register(database.owner, "P1", kind="outfall")
    change(
        database.owner,
        "INSERT INTO outfall_limit (station_id, parameter, lower, upper, basis, valid_from,"
        " valid_to) SELECT id, p, low, high, 'permit', since::date, until::date FROM station,"
        " (VALUES ('cod', NULL, 50, '2020-01-01', '2026-05-15'),"
        " ('cod', NULL, 30, '2026-05-15', NULL), ('ph', 6, 9, '2020-01-01', NULL))"
        " AS l(p, low, high, since, until)",
    )
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    yesterday = UtcDatetime(NOON - timedelta(hours=13))
    pipeline.commit([message("P1", yesterday, {"cod": 45, "ph": 7, "flow": 0.1}, received_at=NOON)])
    assert one(database.owner, "SELECT count(*) FROM exceedance") == 0
    pipeline.commit([message("P1", NOON, {"cod": 45, "ph": 7, "flow": 0.1})])
    assert rows(database.owner, JUDGED) == [("graded", None, ["cod"], 2, 2, None, "exceeding", 0.5)]
    assert rows(database.owner, "SELECT parameter, limit_value, basis FROM exceedance") == [
        ("cod", 30.0, "permit")
    ]
    later = UtcDatetime(NOON + timedelta(minutes=1))
    pipeline.commit([message("P1", later, {"cod": 400, "flow": 0})])
    assert rows(database.owner, JUDGED) == [("graded", None, [], 0, 2, None, "stopped", None)]
    assert one(database.owner, "SELECT count(*) FROM exceedance") == 1


def test_silence_makes_a_section_stale(database: Database) -> None:
    register(database.owner, "S1", "S2")
    Pipeline(database.ingest, now=lambda: NOON).commit([message("S1")])
    change_no = one(database.owner, "SELECT change_no FROM latest_reading")
    assert sweep(database, UtcDatetime(NOON + timedelta(hours=23))) == Swept(1, 0, 1)
    assert one(database.owner, "SELECT change_no FROM latest_reading") == change_no
    assert sweep(database, UtcDatetime(NOON + timedelta(hours=24))) == Swept(1, 1, 2)
    assert rows(database.owner, JUDGED) == [("stale", None, [], 0, 5, None, None, None)]
    assert one(database.owner, "SELECT change_no FROM latest_reading") != change_no
    assert sweep(database, UtcDatetime(NOON + timedelta(hours=25))) == Swept(1, 0, 2)


def test_an_edited_target_is_seen_without_a_message(database: Database) -> None:
    register(database.owner, "S1")
    Pipeline(database.ingest, now=lambda: NOON).commit([message("S1")])
    change(database.owner, "UPDATE section SET target_class = 1")
    assert sweep(database, NOON).changed == 1
    assert one(database.owner, "SELECT meets_target FROM latest_reading") is False
    change(database.owner, "UPDATE section SET required = ARRAY['ph', 'cod']")
    assert sweep(database, NOON).changed == 1
    assert one(database.owner, "SELECT state FROM latest_reading") == "partial"


def test_the_sweep_makes_the_next_month_ahead(database: Database) -> None:
    sweep(database, NOON)
    assert rows(
        database.owner,
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'reading'::regclass AND inhrelid::regclass::text >= 'reading_202605'"
        " ORDER BY 1 LIMIT 2",
    ) == [("reading_202605",), ("reading_202606",)]


def test_a_restarted_ingest_remembers_a_flat_line(database: Database) -> None:
    register(database.owner, "S1")
    times = [UtcDatetime(NOON + timedelta(hours=n)) for n in range(27)]
    Pipeline(database.ingest, now=lambda: times[-1]).commit(
        [message("S1", at, {"ph": 7.01}) for at in times[:24]]
    )
    Pipeline(database.ingest, now=lambda: times[-1]).commit(
        [message("S1", at, {"ph": 7.01}) for at in times[24:]]
    )
    flags = rows(database.owner, "SELECT flags FROM reading ORDER BY observed_at")
    assert [bool(flag) for (flag,) in flags] == [False] * 24 + [True] * 3
    assert flags[-1] == ({Parameter.PH.value: "flat"},)


def test_a_dead_analyser_is_no_pollution(database: Database) -> None:
    """All zeros, ten times: no class, no exceedance; repaired, it is graded again."""
    register(database.owner, "S1")
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    moments = [UtcDatetime(NOON + timedelta(minutes=5 * n)) for n in range(12)]
    pipeline.commit([message("S1", moments[0])])
    pipeline.commit([message("S1", at, dict.fromkeys(GOOD, 0)) for at in moments[1:11]])
    assert rows(database.owner, JUDGED) == [("partial", None, [], 0, 5, None, None, None)]
    assert one(database.owner, "SELECT count(*) FROM exceedance") == 0
    flags = "SELECT DISTINCT flags FROM reading WHERE flags IS NOT NULL"
    assert rows(database.owner, flags) == [(dict.fromkeys(GOOD, "never"),)]
    pipeline.commit([message("S1", moments[11])])
    assert rows(database.owner, JUDGED)[0][:2] == ("graded", 2)


def test_below_a_detection_limit_proves_no_upper_limit_exceeded(database: Database) -> None:
    """Half of a coarse method's limit is graded, and opens nothing; too little oxygen does."""
    register(database.owner, "S1")
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    pipeline.commit([message("S1", NOON, GOOD | {"hg": "<0.01", "do": "<0.2"})])
    assert rows(database.owner, JUDGED)[0][:3] == ("graded", 6, ["do", "hg"])
    assert rows(database.owner, "SELECT parameter, value FROM exceedance") == [("do", 0.1)]
