"""Stations whose messages are mapped by a device model: stored, refused in part, taken in later."""

import threading
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.database import transaction
from data.queries.stations.device_models import station_of_model
from data.records import AccountId
from ingest.codecs.device_model import new_model
from ingest.codecs.mapping import read_mapping
from ingest.device_models import ask_for_replay, set_model, write_model
from ingest.inbox import Message
from ingest.running.lane_process import Answer
from ingest.running.pipeline import Pipeline
from ingest.running.waiting import take_in_waiting
from ingest.storage.writer import Counts
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, register, rows

TOPIC = "onemap/v1/S1/reading"
STORED = "SELECT observed_at, ph, ammonia_nitrogen_mgl FROM reading ORDER BY observed_at"
WAITING = "SELECT reason FROM quarantine WHERE replayed_at IS NULL ORDER BY id"
UNTRUE = (
    "SELECT count(*) FROM hour_account WHERE received <> stored + filled + duplicate + conflict"
    " + refused OR least(received, stored, filled, duplicate, conflict, refused) < 0"
)
MAPPING = {
    "time": {"path": "t", "format": "epoch_s"},
    "id": "n",
    "list": "[*]",
    "value": [
        {"path": "v.ph", "parameter": "ph"},
        {"path": "v.nh3_ug", "parameter": "nh3n", "factor": "0.001"},
    ],
}


def at(minutes: float) -> UtcDatetime:
    return UtcDatetime(NOON + timedelta(minutes=minutes))


def foreign(minutes: float, n: str = "", **values: object) -> dict[str, object]:
    return {"t": int(at(minutes).timestamp()), "n": n, "v": values, "rssi": -90}


def sent(*readings: object) -> Message:
    document = readings[0] if len(readings) == 1 else list(readings)
    return Message(TOPIC, orjson.dumps(document), NOON)


def mapped(connection: Connection, mapping: dict[str, object] = MAPPING) -> None:
    """Has S1 read by a model of this mapping."""
    model = new_model("acme-1", "探头", None, read_mapping(mapping))
    written = write_model(connection, model, by=None)
    set_model(connection, station_of_model(connection, code="S1").id, written.id)


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1", "S2")
    with database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO account (login, display_name, password_hash) VALUES ('a1', '甲', '')")
        )
    with transaction(database.app) as connection:
        mapped(connection)
    return Pipeline(database.ingest, now=lambda: NOON)


def test_foreign_messages_are_stored_in_our_units(pipeline: Pipeline, database: Database) -> None:
    done = pipeline.take_in(
        [
            sent(foreign(-3, "a", ph=7.1, nh3_ug=480)),
            sent(foreign(-2, "b", ph="7.2"), foreign(-1, "c", ph=7.3, nh3_ug=25)),
            message("S2", at(-1), {"ph": 8.0}, received_at=NOON),
        ],
        threading.Event(),
    )
    assert done
    assert done.counts == Counts(stored=4)
    assert rows(database.owner, f"{STORED}, station_id") == [
        (at(-3), 7.1, 0.48), (at(-2), 7.2, None), (at(-1), 7.3, 0.025), (at(-1), 8.0, None),
    ]  # fmt: skip
    receipts = dict(Answer.to(done).receipts)
    assert orjson.loads(receipts["onemap/v1/S1/receipt"]) == {"ids": ["a", "b", "c"]}


def test_what_is_wrong_in_a_list_costs_nothing_else_and_waits_by_itself(
    pipeline: Pipeline, database: Database
) -> None:
    batch = [
        sent(
            foreign(-5, ph=7.1),
            foreign(-4, ph=None),
            foreign(60, ph=7.3),
            {"t": "?", "v": {"ph": 7}},
            foreign(-1, ph=7.4, nh3_ug="x"),
        ),
        Message(TOPIC, b'{"t": 1', NOON),
        sent({"unknown": 1}),
    ]
    assert pipeline.commit(batch) == Counts(stored=2, refused=5, partial=1)
    assert rows(database.owner, STORED) == [(at(-5), 7.1, None), (at(-1), 7.4, None)]
    waiting = rows(database.owner, "SELECT reason, payload FROM quarantine")
    reasons = sorted(reason for reason, _payload in waiting)
    assert reasons == ["clock", "not_json", "partial", "time", "time", "value"]
    kept = dict(waiting)
    assert orjson.loads(kept["value"]) == [foreign(-4, ph=None)]
    assert orjson.loads(kept["clock"]) == [foreign(60, ph=7.3)]
    assert rows(database.owner, UNTRUE) == [(0,)]


def test_a_bad_value_is_kept_beside_the_good_ones(pipeline: Pipeline, database: Database) -> None:
    whole = sent(foreign(-5, ph=7.1, nh3_ug="x"), foreign(-4, ph=7.2, nh3_ug="<25"))
    assert pipeline.commit([whole]).stored == 2
    assert rows(database.owner, STORED) == [(at(-5), 7.1, None), (at(-4), 7.2, 0.0125)]
    ((reason, payload, detail),) = rows(
        database.owner, "SELECT reason, payload, detail FROM quarantine"
    )
    assert (reason, detail) == ("partial", "nh3n: v.nh3_ug: “x” is no number.")
    assert orjson.loads(payload) == [foreign(-5, ph=7.1, nh3_ug="x")]


def test_our_own_contract_still_fits_where_the_mapping_finds_nothing(
    pipeline: Pipeline, database: Database
) -> None:
    own = message("S1", at(-1), {"ph": 7.0, "nh3n": 0.5}, received_at=NOON)
    like_own = {"time": at(-2).isoformat(), "values": {"ph": 7.0, "unknown": 1}}
    assert pipeline.commit([own, sent(like_own)]) == Counts(stored=1, refused=1)
    assert rows(database.owner, STORED) == [(at(-1), 7.0, 0.5)]


def test_where_both_fit_the_mapping_decides_so_that_its_factor_holds(
    pipeline: Pipeline, database: Database
) -> None:
    rows_of_own = [{"path": "values.nh3n", "parameter": "nh3n", "factor": "0.001"}]
    with transaction(database.app) as connection:
        mapped(connection, {"time": {"path": "time", "format": "iso"}, "value": rows_of_own})
    own = message("S1", at(-1), {"nh3n": 500.0}, received_at=NOON)
    assert pipeline.commit([own]) == Counts(stored=1)
    assert rows(database.owner, STORED) == [(at(-1), None, 0.5)]


def test_what_waited_is_taken_in_when_the_office_asks(
    pipeline: Pipeline, database: Database
) -> None:
    other = {"t": int(at(-9).timestamp()), "x": {"ph": 6.9}}
    many = [{"t": int(at(-minute).timestamp()), "x": {"ph": 7}} for minute in (3, 2)]
    hopeless = Message("onemap/v1/S1/reading", b"{", NOON)
    stranger = Message("onemap/v1/S2/reading", orjson.dumps(other), NOON)
    assert pipeline.commit([sent(other), sent(*many), hopeless, stranger]).refused == 5
    with transaction(database.app) as connection:
        mapped(connection, {**MAPPING, "value": [{"path": "x.ph", "parameter": "ph"}]})
        station = station_of_model(connection, code="S1")
        assert station.waiting_count == 4
        assert ask_for_replay(connection, station.id, AccountId(1))
    late = Pipeline(database.ingest, now=lambda: NOON)
    assert take_in_waiting(late) == 0  # other lanes may not yet know the mapping
    assert take_in_waiting(late, settled_s=0) == 3
    assert take_in_waiting(late, settled_s=0) == 0
    assert [row[1] for row in rows(database.owner, STORED)] == [6.9, 7.0, 7.0]
    with database.app.connect() as connection:
        station = station_of_model(connection, code="S1")
    assert (station.waiting_count, station.taken_count, station.refused_count) == (1, 3, 1)
    assert station.replay_done_at
    assert sorted(rows(database.owner, WAITING)) == [("not_json",), ("shape",)]
    assert rows(database.owner, UNTRUE) == [(0,)]


def test_a_mapping_that_cannot_be_read_costs_its_own_station_only(
    pipeline: Pipeline, database: Database
) -> None:
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE device_model_version SET mapping = '{}'"))
    batch = [sent(foreign(-1, ph=7.1)), message("S2", at(-1), {"ph": 8.0}, received_at=NOON)]
    assert pipeline.commit(batch) == Counts(stored=1, refused=1)
