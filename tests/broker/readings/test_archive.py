"""Batches into the archive: keys, merges, partitions, newest values."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from data.clock import UtcDatetime
from ingest.running.pipeline import Pipeline
from ingest.storage.writer import Counts
from tests.made.database import Database
from tests.made.readings.messages import GOOD, NOON, message, one, register, rows


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1", "S2")
    return Pipeline(database.ingest, now=lambda: NOON)


def minutes(count: float) -> UtcDatetime:
    return UtcDatetime(NOON + timedelta(minutes=count))


def test_a_reading_is_kept_whole(pipeline: Pipeline, database: Database) -> None:
    values = GOOD | {"as": 0.002, "fe": 0.11, "algae": 1.5e6}
    told = message("S1", NOON, values, id="m1", flags={"ph": "M"}, position=[112.25, 32.75])
    assert pipeline.commit([told]) == Counts(stored=1)
    assert rows(
        database.owner,
        "SELECT observed_at, period, received_at, message_id, ph, arsenic_mgl,"
        " algae_density_per_l, cod_mgl, extra, flags, ST_AsText(position), ST_SRID(position)"
        " FROM reading",
    ) == [
        (
            NOON, "instant", NOON, "m1", 7.2, 0.002, 1.5e6, None, {"fe": 0.11}, {"ph": "M"},
            "POINT(112.25 32.75)", 4490,
        )
    ]  # fmt: skip


def test_the_same_again_is_a_duplicate(pipeline: Pipeline, database: Database) -> None:
    first = message("S1", id="m1")
    assert pipeline.commit([first, first]) == Counts(stored=1, duplicate=1)
    change = one(database.owner, "SELECT change_no FROM latest_reading")
    assert pipeline.commit([first, message("S1", id="m2")]) == Counts(duplicate=2)
    assert one(database.owner, "SELECT message_id FROM reading") == "m1"
    assert one(database.owner, "SELECT change_no FROM latest_reading") == change


@pytest.mark.parametrize("together", [True, False])
def test_what_was_empty_is_filled(pipeline: Pipeline, database: Database, together: bool) -> None:
    first = message("S1", NOON, {"ph": 7.2}, flags={"ph": "D"})
    second = message(
        "S1", NOON, {"ph": 7.2, "do": 8.0, "fe": 0.2}, flags={"do": "C"}, position=[112, 32]
    )
    third = message("S1", NOON, {"mn": 0.1})
    if together:
        assert pipeline.commit([first, second, third]) == Counts(stored=1, filled=2)
    else:
        assert pipeline.commit([first]) == Counts(stored=1)
        assert pipeline.commit([second]) == Counts(filled=1)
        assert pipeline.commit([third]) == Counts(filled=1)
    assert rows(
        database.owner,
        "SELECT ph, dissolved_oxygen_mgl, extra, flags, ST_AsText(position) FROM reading",
    ) == [(7.2, 8.0, {"fe": 0.2, "mn": 0.1}, {"ph": "D", "do": "C"}, "POINT(112 32)")]
    latest = one(database.owner, "SELECT latest FROM latest_reading")
    assert isinstance(latest, dict)
    assert set(latest) == {"ph", "do", "fe", "mn"}
    assert latest["do"] == {"v": 8.0, "t": "2026-05-15T04:00:00Z", "f": "C"}


@pytest.mark.parametrize("together", [True, False])
def test_a_different_value_is_kept_beside_the_first(
    pipeline: Pipeline, database: Database, together: bool
) -> None:
    batch = [
        message("S1", NOON, {"ph": 7.2, "fe": 0.1}, id="m1"),
        message("S1", NOON, {"ph": 7.9, "fe": 0.1}, id="m2"),
        message("S1", NOON, {"fe": 0.3, "do": 8.0}, id="m3"),
        message("S1", NOON, {"ph": 7.9}, id="m4"),
    ]
    parts = [batch] if together else [[each] for each in batch]
    counts = sum((pipeline.commit(part) for part in parts), Counts())
    assert counts == Counts(stored=1, filled=1, conflict=2)
    assert rows(database.owner, "SELECT ph, dissolved_oxygen_mgl, extra FROM reading") == [
        (7.2, 8.0, {"fe": 0.1})
    ]
    assert rows(
        database.owner,
        "SELECT parameter, kept, refused, message_id FROM reading_conflict ORDER BY id",
    ) == [("ph", 7.2, 7.9, "m2"), ("fe", 0.1, 0.3, "m3")]


def test_periods_stand_side_by_side(pipeline: Pipeline, database: Database) -> None:
    batch = [message("S1", NOON, {"ph": 7.0}), message("S1", NOON, {"ph": 7.4}, period="hour")]
    assert pipeline.commit(batch) == Counts(stored=2)
    assert one(database.owner, "SELECT count(*) FROM reading_conflict") == 0


def test_late_readings_are_kept_and_never_overwrite_newer_ones(
    pipeline: Pipeline, database: Database
) -> None:
    pipeline.commit([message("S1", minutes(0), {"ph": 7.0, "do": 8.0})])
    late = [
        message("S1", minutes(-10), {"ph": 6.5, "tp": 0.1}, received_at=NOON),
        message("S1", minutes(-30), {"ph": 6.1, "tp": 0.2}, received_at=NOON),
    ]
    assert pipeline.commit(late) == Counts(stored=2)
    latest = one(database.owner, "SELECT latest FROM latest_reading")
    assert isinstance(latest, dict)
    assert {key: (each["v"], each["t"][11:16]) for key, each in latest.items()} == {
        "ph": (7.0, "04:00"), "do": (8.0, "04:00"), "tp": (0.1, "03:50"),
    }  # fmt: skip
    assert one(database.owner, "SELECT observed_at FROM latest_reading") == NOON


def test_months_get_their_partitions_by_need(pipeline: Pipeline, database: Database) -> None:
    edge = datetime(2021, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
    times = [edge, edge + timedelta(microseconds=1), datetime(1999, 12, 31, tzinfo=UTC)]
    batch = [
        message("S1", UtcDatetime(at), {"ph": 7.0}, received_at=UtcDatetime(at)) for at in times
    ]
    assert pipeline.commit(batch) == Counts(stored=3)
    assert rows(
        database.owner, "SELECT tableoid::regclass::text FROM reading ORDER BY observed_at"
    ) == [("reading_199912",), ("reading_202102",), ("reading_202103",)]


def test_newest_values_wake_the_listeners(pipeline: Pipeline, database: Database) -> None:
    address = database.urls["app"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute("LISTEN onemap_reading")
        pipeline.commit([message("S1"), message("S2")])
        heard = list(listener.notifies(timeout=30, stop_after=1))
        assert [each.payload for each in heard] == [""]
        pipeline.commit([message("S1")])
        assert list(listener.notifies(timeout=0.2)) == []
    numbers = rows(database.owner, "SELECT DISTINCT change_no FROM latest_reading")
    assert len(numbers) == 2


def test_ingest_may_fill_a_reading_and_never_change_it(
    pipeline: Pipeline, database: Database
) -> None:
    pipeline.commit([message("S1")])
    with psycopg.connect(database.urls["ingest"].replace("+psycopg", "")) as connection:
        with pytest.raises(psycopg.IntegrityError, match="never changed"):
            connection.execute("UPDATE reading SET ph = 1")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM reading")
