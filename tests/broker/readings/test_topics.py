"""What a device writes on a wrong topic below its station is seen, named and counted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from data.settings import IngestSettings, MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from ingest.running.worker import Worker
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import NOON, one, payload, register, rows
from tests.running.waiting import until

WRONG = (
    "readings",
    "Reading",
    "READING",
    "HJ212",
    "telemetry",
    "reading/ph",
    "receipt",
    "読取",
    "",
)
REFUSED = (
    "SELECT q.topic, q.reason, q.detail, s.code FROM quarantine q"
    ' LEFT JOIN station s ON s.id = q.station_id ORDER BY q.topic COLLATE "C"'
)


@contextmanager
def working(
    broker: Broker, database: Database, protocol: Literal["5", "3.1.1"]
) -> Iterator[Worker]:
    settings = MqttSettings(
        port=broker.port, username=INGEST, password=INGEST_PASSWORD, protocol=protocol
    )
    worker = Worker(database.ingest, settings, now=lambda: NOON)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: worker._client.connected)
    yield worker
    worker.stop()
    thread.join()


def acknowledged(broker: Broker, station: str, password: str, topic: str, body: bytes) -> None:
    """A device of MQTT 3.1.1 writes a message and waits for the broker's word."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.username_pw_set(station, password)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish(topic, body, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_wrong_topic_below_the_station_goes_to_quarantine_with_the_right_one(
    broker: Broker,
    device: Callable[[str], str],
    database: Database,
    protocol: Literal["5", "3.1.1"],
) -> None:
    code = f"WRONG-{protocol}"
    register(database.owner, code)
    password = device(code)
    with working(broker, database, protocol) as worker:
        for name in WRONG:
            acknowledged(broker, code, password, f"onemap/v1/{code}/{name}", payload(NOON))
        acknowledged(broker, code, password, f"onemap/v1/{code}/reading", payload(NOON, id="a"))
        until(lambda: worker.metrics.counts.total >= len(WRONG) + 1)
        acknowledged(broker, code, password, f"onemap/v1/{code}/reading", payload(NOON, id="b"))
        until(lambda: worker.metrics.counts.total >= len(WRONG) + 2)
        counts = worker.metrics.counts
    assert (counts.stored, counts.duplicate, counts.refused) == (1, 1, len(WRONG))
    found = rows(database.owner, REFUSED)
    assert {(reason, station) for _, reason, _, station in found} == {("topic", code)}
    assert [topic for topic, *_ in found] == sorted(f"onemap/v1/{code}/{name}" for name in WRONG)
    for topic, _, detail, _ in found:
        right = "hj212" if str(topic).endswith("HJ212") else "reading"
        assert str(detail).endswith(f"the right topic is onemap/v1/{code}/{right}"), detail
    told = "SELECT received, refused FROM hour_account"
    assert rows(database.owner, told) == [(len(WRONG) + 2, len(WRONG))]
    assert one(database.owner, "SELECT count(*) FROM quarantine WHERE is_sum") == 0


def test_one_message_on_any_number_of_wrong_topics_is_kept_within_the_budget(
    database: Database,
) -> None:
    register(database.owner, "S1")
    pipeline = Pipeline(database.ingest, IngestSettings(quarantine_bytes=4000), now=lambda: NOON)
    topics = [f"onemap/v1/S1/junk-{n}" for n in range(200)]
    counts = pipeline.commit([Message(topic, b"{}", NOON) for topic in topics])
    assert counts.refused == 200
    kept = "SELECT count(*) FILTER (WHERE NOT is_sum), sum(seen_count) FROM quarantine"
    assert rows(database.owner, kept) == [(13, 200)]
    assert rows(database.owner, "SELECT DISTINCT topic FROM quarantine WHERE is_sum") == [
        ("onemap/v1/S1/#",)
    ]
