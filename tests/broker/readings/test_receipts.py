"""A device hears which of its messages are kept, after they are, and never before."""

import json
import queue
import threading
from collections.abc import Callable, Iterator

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.running.worker import Worker
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import GOOD, NOON, message, register
from tests.running.waiting import until

STATION = "RECEIPTS"


class Device:
    """A device that remembers its receipts."""

    def __init__(self, broker: Broker, password: str) -> None:
        self.receipts: queue.Queue[dict[str, list[object]]] = queue.Queue()
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.username_pw_set(STATION, password)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _c, _u, told: self.receipts.put(json.loads(told.payload))
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        self._client.subscribe(f"onemap/v1/{STATION}/receipt", qos=1)
        assert self._subscribed.wait(10)

    def send(self, payload: bytes) -> None:
        self._client.publish(f"onemap/v1/{STATION}/reading", payload, qos=1).wait_for_publish(10)

    def hears(self) -> dict[str, list[object]]:
        return self.receipts.get(timeout=20)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def worker(broker: Broker, database: Database) -> Iterator[Worker]:
    register(database.owner, STATION)
    made = Worker(
        database.ingest,
        MqttSettings(port=broker.port, username=INGEST, password=INGEST_PASSWORD),
        now=lambda: NOON,
    )
    thread = threading.Thread(target=made.run)
    thread.start()
    until(lambda: made._client.connected)
    yield made
    made.stop()
    thread.join(20)


@pytest.fixture
def device_of(broker: Broker, device: Callable[[str], str]) -> Iterator[Device]:
    made = Device(broker, device(STATION))
    yield made
    made.close()


@pytest.mark.usefixtures("worker")
def test_a_kept_message_has_its_receipt_each_time_it_comes(
    device_of: Device, database: Database
) -> None:
    payload = message(STATION, NOON, GOOD, id="a-1").payload
    for _time in range(2):
        device_of.send(payload)
        assert device_of.hears() == {"ids": ["a-1"]}
        with database.owner.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM reading")).scalar_one() == 1


@pytest.mark.usefixtures("worker")
def test_a_refused_message_is_told_with_its_reason(device_of: Device) -> None:
    device_of.send(json.dumps({"id": "a-2", "time": NOON.isoformat(), "values": {"x": 1}}).encode())
    assert device_of.hears() == {"refused": [{"id": "a-2", "reason": "parameter"}]}


@pytest.mark.usefixtures("worker")
def test_nothing_is_told_before_the_commit(device_of: Device, database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(text("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE"))
        device_of.send(message(STATION, NOON, GOOD, id="a-3").payload)
        with pytest.raises(queue.Empty):
            device_of.receipts.get(timeout=1.5)
    assert device_of.hears() == {"ids": ["a-3"]}
