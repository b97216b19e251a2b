"""What a pipeline remembers of the newest values never outlives what the database says."""

from datetime import timedelta

from data.clock import UtcDatetime
from data.database import transaction
from ingest.running.pipeline import Pipeline, cursor_of
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register

NEWEST = "SELECT jsonb_object_agg(key, value -> 'v') FROM latest_reading, json_each(latest)"


def minutes(count: float) -> UtcDatetime:
    return UtcDatetime(NOON + timedelta(minutes=count))


def test_two_writers_of_a_station_merge_into_each_other(database: Database) -> None:
    register(database.owner, "S1")
    one_, other = (Pipeline(database.ingest, now=lambda: NOON) for _ in range(2))
    one_.commit([message("S1", minutes(1), {"ph": 7.0})])
    other.commit([message("S1", minutes(2), {"do": 8.0})])
    one_.commit([message("S1", minutes(3), {"tp": 0.1})])
    other.commit([message("S1", minutes(4), {"ph": 7.5})])
    one_.commit([message("S1", minutes(3.5), {"ph": 6.5, "do": 9.0})])
    assert one(database.owner, NEWEST) == {"ph": 7.5, "do": 9.0, "tp": 0.1}
    assert one(database.owner, "SELECT observed_at FROM latest_reading") == minutes(4)


def test_a_batch_undone_leaves_nothing_behind(database: Database) -> None:
    register(database.owner, "S1", "S2")
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    pipeline.commit([message("S1", minutes(1), {"ph": 7.0})])
    undone = pipeline.sort([message(code, minutes(5), {"do": 1.0}) for code in ("S1", "S2")])
    with transaction(database.ingest) as connection:
        pipeline.write(cursor_of(connection), undone)
        connection.rollback()
    pipeline.commit([message(code, minutes(2), {"tp": 0.1}) for code in ("S1", "S2")])
    assert one(database.owner, NEWEST + " WHERE station_id = 1") == {"ph": 7.0, "tp": 0.1}
    assert one(database.owner, NEWEST + " WHERE station_id = 2") == {"tp": 0.1}
