"""Malformed messages among good ones: the good are stored, the bad kept with reasons, over MQTT."""

from pathlib import Path

from data.settings import MqttSettings
from ingest.broker.mosquitto import Broker, accepts
from ingest.transport.publisher import Publisher
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import one, register, rows
from tests.made.readings.poison import bad_payload, good_payload
from tests.running.ingest_process import ingest_process
from tests.running.waiting import until

GOOD, BAD = 2000, 200


def test_poison_among_good_messages(
    database: Database, private_broker: Broker, tmp_path: Path
) -> None:
    """On a broker of its own: a session kept from another test would bring that test's messages."""
    broker = private_broker
    register(database.owner, "POISON-1")
    password = broker.add_device("POISON-1")
    until(lambda: accepts("127.0.0.1", broker.port, "POISON-1", password))
    url = database.urls["ingest"]
    with ingest_process(broker, INGEST_PASSWORD, url, tmp_path / "ingest.log") as ingest:
        publisher = Publisher(MqttSettings(port=broker.port), "POISON-1", password)
        for n in range(GOOD):
            publisher.publish("onemap/v1/POISON-1/reading", good_payload(n))
            if n % (GOOD // BAD) == 0:
                publisher.publish("onemap/v1/POISON-1/reading", bad_payload(n // (GOOD // BAD)))
        done = publisher.finish()
        assert (done.acknowledged, done.refused, done.unanswered) == (GOOD + BAD, 0, 0)
        count = "SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM quarantine)"
        until(lambda: one(database.owner, count) == GOOD + BAD, patience_s=60)
        assert ingest.running
        assert ingest.stop() == 0
    assert one(database.owner, "SELECT count(*) FROM reading") == GOOD
    reasons = {reason for (reason,) in rows(database.owner, "SELECT reason FROM quarantine")}
    assert reasons >= {"not_json", "shape", "time", "parameter", "value", "too_large", "clock"}
    assert one(database.owner, "SELECT min(length(detail)) FROM quarantine") != 0
