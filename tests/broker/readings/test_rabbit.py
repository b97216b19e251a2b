"""RabbitMQ keeps what it has acknowledged, in quorum queues, and lets nobody write for another."""

import asyncio
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from benchmarks.rig import rabbit_config
from benchmarks.rig.rabbit import Rabbit
from data.device_settings import Hj212Settings
from data.errors import BadInput
from data.records import StationCode
from data.settings import MqttSettings
from ingest.gateway.post import Post
from ingest.inbox import Inbox, Message
from ingest.running.worker import Worker
from ingest.topics import BELOW_STATIONS, Channel, topic_of
from ingest.transport.mqtt_client import MqttClient
from ingest.transport.publisher import Publisher
from ingest.transport.receipts import Receipt
from tests.fixtures.rabbit import RABBIT_ACCOUNTS
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register
from tests.running.waiting import until

TOPIC = "onemap/v1/{}/reading"
QUEUE = "mqtt-subscription-{}qos1"


def settings(rabbit: Rabbit, client_id: str = "onemap-ingest") -> MqttSettings:
    return MqttSettings(
        host=rabbit.host,
        port=rabbit.port,
        protocol="3.1.1",
        username="onemap-ingest",
        password=RABBIT_ACCOUNTS["onemap-ingest"],
        client_id=client_id,
    )


@contextmanager
def subscribed(
    rabbit: Rabbit,
    client_id: str,
    inbox: Inbox,
    topic: str = TOPIC.format("+"),
    narrower: Sequence[str] = (),
) -> Iterator[MqttClient]:
    """A client of ingest whose queue is there."""
    client = MqttClient(settings(rabbit, client_id), inbox, [topic], narrower=narrower)
    client.start()
    queue = QUEUE.format(client_id)
    try:
        until(lambda: client.connected and queue in rabbit.queue_kinds(), every_s=0.3)
        yield client
    finally:
        client.stop()


def publish(rabbit: Rabbit, station: str, topic: str, count: int, patience_s: float = 30) -> int:
    """How many of so many messages the broker has acknowledged."""
    publisher = Publisher(
        settings(rabbit), station, RABBIT_ACCOUNTS[station], patience_s=patience_s
    )
    for n in range(count):
        publisher.publish(topic, b"%d" % n)
    return publisher.finish().acknowledged


def drain(inbox: Inbox, count: int) -> list[Message]:
    taken: list[Message] = []
    deadline = time.monotonic() + 60
    while len(taken) < count and time.monotonic() < deadline:
        taken += inbox.take(2000, fill_s=0.01, idle_s=0.1)
    return taken


@contextmanager
def client_of(
    rabbit: Rabbit, account: str, client_id: str, *, clean: bool = True
) -> Iterator[paho.Client]:
    """A bare client of an account, connected."""
    connected = threading.Event()
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id, clean_session=clean, reconnect_on_failure=False
    )
    client.username_pw_set(account, RABBIT_ACCOUNTS[account])
    client.on_connect = lambda *_: connected.set()
    client.connect(rabbit.host, rabbit.port)
    client.loop_start()
    assert connected.wait(10)
    yield client
    client.disconnect()
    client.loop_stop()


def test_a_kept_session_is_a_quorum_queue_that_survives_a_kill(rabbit: Rabbit) -> None:
    inbox = Inbox(20_000, 10_000_000)
    queue = QUEUE.format("onemap-ingest-kept")
    with subscribed(rabbit, "onemap-ingest-kept", inbox):
        assert publish(rabbit, "S1", TOPIC.format("S1"), 10) == 10
        drain(inbox, 10)
    assert rabbit.queue_kinds()[queue] == "quorum"
    until(lambda: rabbit.has_written(queue))
    assert publish(rabbit, "S1", TOPIC.format("S1"), 2000) == 2000
    rabbit.kill()
    rabbit.start()
    with subscribed(rabbit, "onemap-ingest-kept", inbox) as client:
        messages = drain(inbox, 2010)
        client.acknowledge(messages)
        assert {int(each.payload) for each in messages} == set(range(2000))


def test_nothing_of_it_listens_beyond_loopback(rabbit: Rabbit) -> None:
    rabbit.control("list_queues", "name")
    listening = set()
    for pid in (rabbit.daemon.pid(), rabbit._epmd.pid()):
        sockets = {
            each.readlink().name.partition("[")[2].rstrip("]")
            for each in Path(f"/proc/{pid}/fd").iterdir()
            if each.readlink().name.startswith("socket:")
        }
        for table in ("tcp", "tcp6"):
            rows = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
            for fields in map(str.split, rows):
                if fields[3] == "0A" and fields[9] in sockets:
                    listening.add(fields[1].partition(":")[0])
    loopback = socket.inet_aton("127.0.0.1")[::-1].hex().upper()
    assert loopback in listening
    assert listening <= {loopback, "00000000000000000000000001000000"}


def test_a_device_writes_under_its_own_station_only(rabbit: Rabbit) -> None:
    inbox = Inbox(1000, 1_000_000)
    with subscribed(rabbit, "onemap-ingest-rules", inbox) as client:
        assert publish(rabbit, "S1", TOPIC.format("S2"), 1, patience_s=1) == 0
        assert publish(rabbit, "gateway", TOPIC.format("S2"), 1, patience_s=1) == 0
        assert publish(rabbit, "gateway", TOPIC.format("S3"), 1) == 1
        assert publish(rabbit, "S2", TOPIC.format("S2"), 1) == 1
        messages = drain(inbox, 2)
        client.acknowledge(messages)
        assert {each.topic for each in messages} == {TOPIC.format("S3"), TOPIC.format("S2")}


def test_a_device_can_neither_read_others_nor_take_ingest_s_queue(rabbit: Rabbit) -> None:
    inbox = Inbox(1000, 1_000_000)
    with subscribed(rabbit, "onemap-ingest-prey", inbox):
        assert not len(inbox)
    assert publish(rabbit, "S1", TOPIC.format("S1"), 5) == 5
    stolen: queue.Queue[bytes] = queue.Queue()
    prey = "onemap-ingest-prey"
    for client_id, clean in ((prey, False), (prey, True), ("S2", True), ("S1", True)):
        with client_of(rabbit, "S2", client_id, clean=clean) as thief:
            answered = threading.Event()
            thief.on_subscribe = lambda *_, answered=answered: answered.set()
            thief.on_message = lambda _c, _u, message: stolen.put(bytes(message.payload))
            thief.subscribe(TOPIC.format("+"), qos=1)
            until(lambda a=answered, t=thief: a.is_set() or not t.is_connected())  # type: ignore[misc]  # bound at once
    assert publish(rabbit, "S1", TOPIC.format("S1"), 1) == 1
    with subscribed(rabbit, "onemap-ingest-prey", inbox) as client:
        messages = drain(inbox, 6)
        client.acknowledge(messages)
        assert len(messages) == 6
    assert stolen.empty()


def test_a_name_that_topics_cannot_tell_apart_is_refused() -> None:
    for name in ("a.b", "a/b", "*", "#", "", "a b", "onemap-other"):
        with pytest.raises(BadInput):
            rabbit_config.definitions({name: "secret"})


def test_the_gateway_hears_of_its_frames(rabbit: Rabbit) -> None:
    inbox = Inbox(100, 100_000)
    station = StationCode("S3")

    async def hand_in(client: MqttClient) -> bool:
        mine = Hj212Settings(username="gateway", password=SecretStr(RABBIT_ACCOUNTS["gateway"]))
        post = Post(settings(rabbit), mine)
        post.start()
        kept = asyncio.create_task(post.kept(station, "request", b"##frame"))
        (frame,) = await asyncio.to_thread(drain, inbox, 1)
        client.acknowledge([frame])
        client.send([Receipt(topic_of(station, Channel.RECEIPT), b'{"ids": ["request"]}')])
        async with asyncio.timeout(20):
            told = await kept
        post.stop()
        return told

    with subscribed(rabbit, "onemap-ingest-gateway", inbox, "onemap/v1/+/hj212") as client:
        assert asyncio.run(hand_in(client))


def test_a_packet_becomes_a_row_and_a_receipt(rabbit: Rabbit, database: Database) -> None:
    register(database.owner, "S1")
    worker = Worker(database.ingest, settings(rabbit, "onemap-ingest-row"), now=lambda: NOON)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: QUEUE.format("onemap-ingest-row") in rabbit.queue_kinds(), every_s=0.3)
    heard: queue.Queue[bytes] = queue.Queue()
    ready = threading.Event()
    with client_of(rabbit, "S1", "S1:device") as device:
        device.on_subscribe = lambda *_: ready.set()
        device.on_message = lambda _c, _u, told: heard.put(bytes(told.payload))
        device.subscribe("onemap/v1/S1/receipt", qos=1)
        assert ready.wait(10)
        payload = message("S1", id="a-1").payload
        device.publish(TOPIC.format("S1"), payload, qos=1).wait_for_publish(10)
        assert json.loads(heard.get(timeout=20)) == {"ids": ["a-1"]}
    assert one(database.owner, "SELECT count(*) FROM reading") == 1
    worker.stop()
    thread.join(20)


def everything(rabbit: Rabbit, client_id: str, inbox: Inbox) -> AbstractContextManager[MqttClient]:
    """A client as the worker makes it: all below the stations, else the known channels."""
    return subscribed(
        rabbit, client_id, inbox, BELOW_STATIONS, [TOPIC.format("+"), "onemap/v1/+/hj212"]
    )


def test_a_wrong_topic_arrives_and_receipts_do_not_come_back(rabbit: Rabbit) -> None:
    inbox = Inbox(1000, 1_000_000)
    with everything(rabbit, "onemap-ingest-wide", inbox) as client:
        assert publish(rabbit, "S1", "onemap/v1/S1/readings", 1) == 1
        assert publish(rabbit, "S1", "onemap/v1/S1/receipt", 1, patience_s=1) == 0
        client.send([Receipt("onemap/v1/S1/receipt", b"{}")])
        assert publish(rabbit, "S1", TOPIC.format("S1"), 1) == 1
        messages = drain(inbox, 2)
        client.acknowledge(messages)
        assert [each.topic for each in messages] == ["onemap/v1/S1/readings", TOPIC.format("S1")]
        assert not drain_now(inbox)


def drain_now(inbox: Inbox) -> list[Message]:
    return inbox.take(100, fill_s=0, idle_s=0.5)


def test_rights_of_before_still_let_ingest_read_the_known_channels(rabbit: Rabbit) -> None:
    inbox = Inbox(1000, 1_000_000)
    before = r"^onemap\.v1\.[^.]+\.receipt$", r"^onemap\.v1\.[^.]+\.(reading|hj212)$"
    rabbit.control("set_topic_permissions", "onemap-ingest", "amq.topic", *before)
    with everything(rabbit, "onemap-ingest-narrow", inbox) as client:
        until(lambda: client._subscription._is_narrow)
        until(lambda: client._subscription._asked is None)
        assert publish(rabbit, "S1", TOPIC.format("S1"), 1) == 1
        client.acknowledge(drain(inbox, 1))
