"""One device's junk: kept within bounds, counted to the last, and no hindrance to others."""

import time
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from data.clock import UtcDatetime, now
from data.queries.readings.quarantine import quarantine_counts, quarantined
from data.settings import IngestSettings, MqttSettings
from data.vocabulary import Refusal
from ingest.broker.mosquitto import Broker, accepts
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from ingest.running.replay import replay
from ingest.storage.budget import ROW_BYTES
from ingest.storage.writer import Counts
from ingest.transport.publisher import Publisher
from ingest.transport.receipts import receipts_of
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, payload, register, rows
from tests.running.ingest_process import ingest_process
from tests.running.waiting import until

BUDGET = 10_000
KEPT = BUDGET // (ROW_BYTES + 4)
"""So many different messages of four bytes fit into the budget."""

TALLY = "SELECT station_id IS NULL, sum(received), sum(refused) FROM hour_account GROUP BY 1"
HELD = (
    "SELECT is_sum, count(*), sum(seen_count), sum(payload_length), sum(length(payload))"
    " FROM quarantine GROUP BY 1 ORDER BY 1"
)


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1", "S2")
    settings = IngestSettings(quarantine_bytes=BUDGET, stranger_bytes=3 * BUDGET)
    return Pipeline(database.ingest, settings, now=lambda: NOON)


def junk(count: int, code: str = "S1", hours: float = 0, start: int = 0) -> list[Message]:
    """Different messages of four bytes that are no JSON."""
    at = UtcDatetime(NOON + timedelta(hours=hours))
    topic = f"onemap/v1/{code}/reading"
    return [Message(topic, b"%04d" % n, at) for n in range(start, start + count)]


def test_of_a_message_too_large_the_beginning_length_and_hash_are_kept(
    pipeline: Pipeline, database: Database
) -> None:
    large = payload(NOON, id="m1") + b" " * 200_000
    batch = [Message("onemap/v1/S1/reading", large, NOON)] * 3
    assert pipeline.commit(batch) == Counts(refused=3)
    with database.app.connect() as connection:
        (found,) = quarantined(connection, payload_bytes=5000)
    assert (found.reason, found.seen_count, found.size) == (Refusal.TOO_LARGE, 3, len(large))
    assert (found.payload, found.is_whole) == (large[:1024], False)
    told = one(database.owner, "SELECT payload_sha256 = sha256(:all) FROM quarantine", all=large)
    assert told is True
    done = replay(pipeline)
    assert (done.counts, done.still.total(), done.not_whole) == (Counts(), 0, 1)


def test_what_is_not_kept_whole_gets_no_receipt(pipeline: Pipeline) -> None:
    topic = "onemap/v1/S1/reading"
    bad = payload(NOON, {"nonsense": 1.0}, id="kept")
    messages = [Message(topic, bad, NOON)]
    messages += [Message(topic, payload(NOON, id="large") + b" " * 70_000, NOON)]
    entries = pipeline._kept(pipeline.sort(messages))
    (receipt,) = receipts_of(entries)
    assert b"kept" in receipt.payload
    assert b"large" not in receipt.payload
    spent = pipeline._kept(pipeline.sort(junk(1000)))
    assert len(spent) == 1000
    late = pipeline._kept(pipeline.sort([Message(topic, bad.replace(b"kept", b"late"), NOON)]))
    assert list(receipts_of(late)) == []


def test_a_receipt_names_a_number_as_id_and_a_message_with_a_nan(pipeline: Pipeline) -> None:
    topic = "onemap/v1/S1/reading"
    bad = b'{"id":13,"time":"soon","values":{"ph":NaN,"do":8}}'
    (receipt,) = receipts_of(pipeline._kept(pipeline.sort([Message(topic, bad, NOON)])))
    assert receipt.payload == b'{"refused":[{"id":"13","reason":"time"}]}'


def test_beyond_its_budget_a_station_is_counted_and_not_kept(
    pipeline: Pipeline, database: Database
) -> None:
    for start in range(0, 1000, 100):
        pipeline.commit([*junk(100, start=start), message("S2", received_at=NOON)])
    assert rows(database.owner, TALLY) == [(False, 1010, 1000)]
    assert rows(database.owner, HELD) == [
        (False, KEPT, KEPT, 4 * KEPT, 4 * KEPT),
        (True, 1, 1000 - KEPT, 4 * (1000 - KEPT), 0),
    ]
    again = junk(KEPT)
    assert pipeline.commit(again) == Counts(refused=KEPT)
    assert rows(database.owner, HELD)[0] == (False, KEPT, 2 * KEPT, 4 * KEPT, 4 * KEPT)
    pipeline.commit(junk(1, hours=1, start=5000))
    assert rows(database.owner, HELD)[0][1] == KEPT + 1
    with database.app.connect() as connection:
        assert quarantine_counts(connection) == [("not_json", 1000), ("shape", 1)]


def test_junk_of_unregistered_stations_has_one_budget_together(
    pipeline: Pipeline, database: Database
) -> None:
    batch = [each for n in range(100) for each in junk(20, code=f"STRANGER-{n}")]
    assert pipeline.commit(batch) == Counts(refused=2000)
    assert rows(database.owner, TALLY) == [(True, 2000, 2000)]
    kept, summed = rows(database.owner, HELD)
    assert kept[1] == 3 * BUDGET // (ROW_BYTES + 4)
    assert (summed[1], summed[2]) == (1, 2000 - kept[1])
    assert pipeline.commit(junk(1)) == Counts(refused=1)
    assert rows(database.owner, HELD)[0][1] == kept[1] + 1


def test_a_topic_of_any_length_is_refused_like_others(
    pipeline: Pipeline, database: Database
) -> None:
    """The database can't index a long one, which stood for an outage that never ended."""
    name = Random(7).randbytes(10_000).hex()  # noqa: S311  nothing secret
    batch = [Message(f"onemap/v1/{name}/reading", b"{}", NOON), message("S1")]
    assert pipeline.commit(batch) == Counts(stored=1, refused=1)
    assert one(database.owner, "SELECT length(topic) FROM quarantine") == 255


@pytest.fixture
def passwords(private_broker: Broker) -> dict[str, str]:
    """The passwords of a noisy and a quiet device at the broker."""
    found = {code: private_broker.add_device(code) for code in ("JUNK-1", "GOOD-1")}
    for code, password in found.items():
        until(lambda c=code, p=password: accepts("127.0.0.1", private_broker.port, c, p))
    return found


def test_others_are_stored_promptly_beside_a_flood_of_large_messages(
    database: Database,
    private_broker: Broker,
    passwords: dict[str, str],
    tmp_path: Path,
) -> None:
    broker = private_broker
    register(database.owner, "JUNK-1", "GOOD-1")
    flood, good = 150, 20
    settings = MqttSettings(port=broker.port)
    with ingest_process(
        broker, INGEST_PASSWORD, database.urls["ingest"], tmp_path / "ingest.log"
    ) as ingest:
        noisy = Publisher(settings, "JUNK-1", passwords["JUNK-1"])
        for n in range(flood):
            noisy.publish("onemap/v1/JUNK-1/reading", b"%06d" % n + b"\xff" * 200_000)
        quiet = Publisher(settings, "GOOD-1", passwords["GOOD-1"])
        began = time.monotonic()
        for n in range(good):
            at = now() - timedelta(minutes=n)
            quiet.publish("onemap/v1/GOOD-1/reading", payload(at))
        until(lambda: one(database.owner, "SELECT count(*) FROM reading") == good, patience_s=20)
        assert time.monotonic() - began < 10
        noisy.finish()
        quiet.finish()
        counted = "SELECT coalesce(sum(refused), 0) FROM hour_account"
        until(lambda: one(database.owner, counted) == flood, patience_s=20)
        assert ingest.running
    assert one(database.owner, "SELECT sum(seen_count) FROM quarantine") == flood
    assert one(database.owner, "SELECT pg_total_relation_size('quarantine')") < 2_000_000
