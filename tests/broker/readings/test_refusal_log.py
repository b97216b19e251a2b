"""What the broker itself refuses is read from its log and counted, each line once."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from data.clock import UtcDatetime
from data.settings import MqttSettings
from data.tolerances import BrokerRefusal
from ingest.broker.mosquitto import Broker, accepts
from ingest.broker.refusal_log import RefusalLog, refusals_in
from ingest.running.worker import Worker
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import NOON, one, register, rows
from tests.running.waiting import until

COUNTED = "SELECT account, kind, station_id IS NOT NULL, seen_count, topic FROM broker_refusal"
DENIED = "2026-11-29T09:09:04+0000: Denied PUBLISH from {} (d0, q1, r0, m1, '{}', ... (1 bytes))\n"


def send(broker: Broker, name: str, password: str, topic: str, body: bytes = b"x") -> None:
    """A client of MQTT 3.1.1 publishes once; the broker may end its connection for it."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311, reconnect_on_failure=False
    )
    client.username_pw_set(name, password)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish(topic, body, qos=1)
    until(lambda: not client.is_connected() or not client.want_write())
    time.sleep(0.2)
    client.disconnect()
    client.loop_stop()


def test_a_denied_message_and_a_denied_sign_in_are_counted_for_their_station(
    private_broker: Broker, database: Database
) -> None:
    register(database.owner, "LOGGED")
    broker, password = private_broker, private_broker.add_device("LOGGED")
    until(lambda: accepts("127.0.0.1", broker.port, "LOGGED", password))
    log = RefusalLog(database.ingest, broker.log)
    for topic in ("onemap/v1/logged/reading", "onemap/v1/OTHER/reading", "onemap/v1/LOGGED/odd"):
        send(broker, "LOGGED", password, topic)
    send(broker, "LOGGED", password, "onemap/v1/LOGGED/reading", b"0" * 300_000)
    assert not accepts("127.0.0.1", broker.port, "LOGGED", "a guess")
    found: Counter[BrokerRefusal] = Counter()
    until(lambda: found.update(log.turn()) or found.total() >= 4)
    assert rows(database.owner, f"{COUNTED} ORDER BY kind") == [
        ("", "sign_in", False, 1, ""),
        ("LOGGED", "too_large", True, 1, ""),
        ("LOGGED", "topic", True, 2, "onemap/v1/OTHER/reading"),
    ]
    assert log.turn() == Counter()
    written = broker.log.read_text()
    for kept_out in ("127.0.0.1:", "Received PUBLISH", "Sending", "a guess", password):
        assert kept_out not in written


def test_lines_count_once_over_rotation_emptying_and_a_new_reader(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S1")
    path = tmp_path / "mosquitto.log"

    def turn() -> int:
        return RefusalLog(database.ingest, path, now=lambda: NOON).turn().total()

    def write(*topics: str) -> None:
        with path.open("a") as log:
            log.writelines(DENIED.format("S1", topic) for topic in topics)

    write("a", "b")
    with path.open("a") as log:
        log.write(DENIED.format("S1", "half")[:40])
    assert (turn(), turn()) == (2, 0)
    with path.open("a") as log:
        log.write(DENIED.format("S1", "half")[40:])
    write("c")
    path.rename(tmp_path / "mosquitto.log.1")
    write("d", "d")
    assert (turn(), turn()) == (4, 0)
    write("e")
    copyfile(path, tmp_path / "mosquitto.log.1")
    os.truncate(path, 0)
    write("f")
    assert (turn(), turn()) == (2, 0)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        turn()
    assert rows(database.owner, COUNTED) == [("S1", "topic", True, 8, "f")]


def test_strangers_names_are_not_kept_and_broken_lines_pass(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "mosquitto.log"
    path.write_bytes(
        b"1764407344: Client zhang-san's-phone disconnected, not authorised.\n"
        b"1764407344: Client <unknown> disconnected, not authorised.\n"
        b"no time: Denied PUBLISH from odd\n\xff\xfe\0\n"
        b"Client x disconnected due to malformed packet.\n"
        + DENIED.format("someone", "onemap/v1/S/' (d0, q1, r0, m1, 'x").encode()
    )
    log = RefusalLog(database.ingest, path, now=lambda: NOON)
    assert log.turn() == Counter(
        {BrokerRefusal.SIGN_IN: 2, BrokerRefusal.PROTOCOL: 1, BrokerRefusal.TOPIC: 1}
    )
    assert {account for account, *_ in rows(database.owner, COUNTED)} == {""}
    assert one(database.owner, "SELECT max(topic) FROM broker_refusal") == ""


def test_a_line_says_who_what_and_when() -> None:
    at = UtcDatetime(datetime(2026, 11, 29, 9, 9, 4, tzinfo=UTC))
    (found,) = refusals_in(DENIED.format("S1", "onemap/v1/S2/it's").encode(), NOON)
    assert (found.at, found.kind, found.account, found.topic) == (
        at, BrokerRefusal.TOPIC, "S1", "onemap/v1/S2/it's",
    )  # fmt: skip


def test_the_worker_follows_the_log_that_its_settings_name(
    broker: Broker, device: Callable[[str], str], database: Database
) -> None:
    register(database.owner, "DENIED")
    password = device("DENIED")
    send(broker, "DENIED", password, "onemap/v1/denied/reading")
    settings = MqttSettings(
        port=broker.port, username="onemap-ingest", password=INGEST_PASSWORD, log_file=broker.log
    )
    worker = Worker(database.ingest, settings, now=lambda: NOON)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: worker._client.connected)
    counted = "SELECT count(*) FROM broker_refusal WHERE account = 'DENIED'"
    until(lambda: one(database.owner, counted) == 1)
    worker.stop()
    thread.join(20)
