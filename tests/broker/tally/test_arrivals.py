"""The accounts of arrivals add up, whatever way a message takes into the archive."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from data.clock import UtcDatetime
from data.cluster import Cluster
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from ingest.running.replay import replay
from ingest.storage.writer import Counts
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register, rows
from tests.running.waiting import until

LINES = (
    "SELECT s.code, hour, received, stored, filled, duplicate, conflict, refused, late, instants"
    " FROM hour_account a LEFT JOIN station s ON s.id = a.station_id ORDER BY 1, 2"
)
WRONG = (
    "SELECT count(*) FROM hour_account WHERE received <> stored + filled + duplicate + conflict"
    " + refused OR least(received, stored, filled, duplicate, conflict, refused) < 0"
)
SOBER = "ALTER TABLE reading ADD CONSTRAINT sober CHECK (message_id NOT LIKE 'bad%')"

S2 = "SELECT id, :at FROM station WHERE code = 'S2'"


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1")
    return Pipeline(database.ingest, now=lambda: NOON)


def at(minutes: float) -> UtcDatetime:
    return UtcDatetime(NOON + timedelta(minutes=minutes))


def test_every_fate_has_its_line(pipeline: Pipeline, database: Database) -> None:
    pipeline.commit(
        [
            message("S1", at(1), {"ph": 7.0}),
            message("S1", at(1), {"ph": 7.0}),
            message("S1", at(1), {"do": 8.0}),
            message("S1", at(1), {"ph": 7.1}),
            message("S1", at(-120), {"ph": 7.0}, received_at=at(2)),
            message("S1", at(2), {"ph": 7.0}, period="hour"),
            Message("onemap/v1/S1/reading", b"{", at(3)),
            message("S9", at(4)),
            Message("elsewhere", b"", at(61)),
        ]
    )
    assert rows(database.owner, LINES) == [
        ("S1", at(-120), 0, 0, 0, 0, 0, 0, 0, 1),
        ("S1", NOON, 7, 3, 1, 1, 1, 1, 1, 1),
        (None, NOON, 1, 0, 0, 0, 0, 1, 0, 0),
        (None, at(60), 1, 0, 0, 0, 0, 1, 0, 0),
    ]
    assert one(database.owner, WRONG) == 0


def test_a_message_that_comes_again_is_received_again(
    pipeline: Pipeline, database: Database
) -> None:
    batch = [message("S1", at(1), {"ph": 7.0}), Message("onemap/v1/S1/reading", b"{", at(1))]
    pipeline.commit(batch)
    pipeline.commit(batch)
    assert rows(database.owner, LINES) == [("S1", NOON, 4, 1, 0, 1, 0, 2, 0, 1)]
    assert one(database.owner, "SELECT sum(seen_count) FROM quarantine") == 2


def test_what_only_the_database_refuses_is_its_station_s(
    pipeline: Pipeline, database: Database
) -> None:
    with database.owner.begin() as connection:
        connection.execute(text(SOBER))
    batch = [
        message("S1", at(n / 10), {"ph": 7.0}, id=f"{'bad' if n % 9 == 4 else 'm'}{n}")
        for n in range(40)
    ]
    assert pipeline.commit(batch) == Counts(stored=36, refused=4)
    assert rows(database.owner, LINES) == [("S1", NOON, 40, 36, 0, 0, 0, 4, 0, 36)]


def test_replay_moves_a_message_to_its_new_fate_in_the_hour_it_first_came(
    pipeline: Pipeline, database: Database
) -> None:
    pipeline.commit([message("S2", at(n), {"ph": 7.0}) for n in (1, 2, 61)])
    pipeline.commit([message("S2", at(1), {"ph": 7.0}, received_at=at(62))])
    assert rows(database.owner, LINES) == [
        (None, NOON, 2, 0, 0, 0, 0, 2, 0, 0),
        (None, at(60), 2, 0, 0, 0, 0, 2, 0, 0),
    ]
    register(database.owner, "S2")
    assert replay(pipeline).counts == Counts(stored=3)
    assert rows(database.owner, LINES) == [
        ("S2", NOON, 2, 2, 0, 0, 0, 0, 0, 2),
        ("S2", at(60), 1, 1, 0, 0, 0, 0, 0, 1),
        (None, NOON, 0, 0, 0, 0, 0, 0, 0, 0),
        (None, at(60), 1, 0, 0, 0, 0, 1, 0, 0),
    ]
    assert replay(pipeline).counts == Counts()
    assert one(database.owner, "SELECT sum(received) FROM hour_account") == 4


def test_replay_of_what_stays_refused_changes_nothing(
    pipeline: Pipeline, database: Database
) -> None:
    pipeline.commit([Message("onemap/v1/S2/reading", b"{", NOON)])
    register(database.owner, "S2")
    replay(pipeline)
    assert rows(database.owner, LINES) == [(None, NOON, 1, 0, 0, 0, 0, 1, 0, 0)]


def test_replay_takes_each_refusal_out_once(pipeline: Pipeline, database: Database) -> None:
    """Refused, replayed, refused anew for another reason, replayed: four lines of a life."""
    early = message("S1", at(0.5), {"ph": 7.0})
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE station SET started_at = :at"), {"at": at(30)})
    pipeline.commit([early])
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE station SET started_at = NULL"))
    assert replay(Pipeline(database.ingest)).counts == Counts(stored=1)
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE station SET ended_at = :at"), {"at": at(0.1)})
    later = Message(early.topic, early.payload, at(65))
    assert Pipeline(database.ingest).commit([later]) == Counts(refused=1)
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE station SET ended_at = NULL"))
    assert replay(Pipeline(database.ingest)).counts == Counts(duplicate=1)
    assert rows(database.owner, LINES) == [
        ("S1", NOON, 1, 1, 0, 0, 0, 0, 0, 1),
        ("S1", at(60), 1, 0, 0, 1, 0, 0, 0, 0),
    ]


def test_replay_of_what_the_database_had_refused(pipeline: Pipeline, database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(text(SOBER))
    pipeline.commit([message("S1", at(n), {"ph": 7.0}, id=f"bad{n}") for n in range(5)])
    assert replay(pipeline).counts == Counts()
    assert rows(database.owner, LINES) == [("S1", NOON, 5, 0, 0, 0, 0, 5, 0, 0)]
    with database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE reading DROP CONSTRAINT sober"))
    assert replay(pipeline).counts == Counts(stored=5)
    assert rows(database.owner, LINES) == [("S1", NOON, 5, 5, 0, 0, 0, 0, 0, 5)]


def test_replay_that_ingest_stands_in_the_way_of_comes_again(
    pipeline: Pipeline, database: Database, cluster: Cluster
) -> None:
    """A true deadlock; PostgreSQL sends replay back, for the other never looks for a circle."""
    pipeline.commit([message("S2", at(1), {"ph": 7.0})])
    register(database.owner, "S2")
    patient = "ALTER ROLE onemap_owner IN DATABASE {} SET deadlock_timeout = '1h'"
    cluster.execute(patient.format(database.name))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    owner = database.owner
    owner.dispose()
    with ThreadPoolExecutor() as pool, owner.connect() as gate, owner.connect() as other:
        gate.execute(text(f"INSERT INTO hour_account (station_id, hour) {S2}"), {"at": NOON})
        other.execute(text("SELECT 1 FROM hour_account WHERE station_id IS NULL FOR UPDATE"))
        replayed = pool.submit(replay, pipeline)
        until(lambda: one(owner, waiting) == 1)
        stopped = pool.submit(other.execute, text("SELECT 1 FROM quarantine FOR UPDATE"))
        until(lambda: one(owner, waiting) == 2)
        gate.rollback()
        stopped.result(30)
        replayed.result(30)
        other.rollback()
    replay(pipeline)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    until(lambda: one(database.owner, deadlocks) != 0)
    assert rows(database.owner, LINES) == [
        ("S2", NOON, 1, 1, 0, 0, 0, 0, 0, 1),
        (None, NOON, 0, 0, 0, 0, 0, 0, 0, 0),
    ]
