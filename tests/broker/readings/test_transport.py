"""Back-pressure, the kept session and healing: broker, database and ingest stopped in any order."""

import itertools
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.cluster import ROLES, Cluster
from data.daemon import free_port
from data.database import engine
from data.errors import ServiceDown
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker, accepts, check_limits
from ingest.inbox import Inbox, Message
from ingest.transport.broker_link import RECEIVE_MAXIMUM
from ingest.transport.mqtt_client import MqttClient
from ingest.transport.publisher import Publisher
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.readings.messages import NOON, one, register
from tests.made.readings.poison import good_payload
from tests.running.bound import bound
from tests.running.folders import open_folder
from tests.running.ingest_process import IngestProcess, ingest_process
from tests.running.waiting import is_connected, until

TOPIC = "onemap/v1/{}/reading"


def client_of(
    broker: Broker, inbox: Inbox, station: str, password: str = INGEST_PASSWORD
) -> MqttClient:
    settings = MqttSettings(port=broker.port, username=INGEST, password=password)
    return MqttClient(settings, inbox, [TOPIC.format(station)])


def drain(inbox: Inbox, count: int) -> list[Message]:
    """So many messages, taken as they come within a minute."""
    taken: list[Message] = []
    deadline = time.monotonic() + 60
    while len(taken) < count and time.monotonic() < deadline:
        taken += inbox.take(100, fill_s=0.01, idle_s=0.1)
    return taken


def publish(broker: Broker, station: str, password: str, count: int, first: int = 0) -> None:
    publisher = Publisher(MqttSettings(port=broker.port), station, password)
    for n in range(first, first + count):
        publisher.publish(TOPIC.format(station), good_payload(n))
    assert publisher.finish().acknowledged == count


def test_the_inbox_is_bounded_and_wakes_its_reader() -> None:
    inbox = Inbox(most_messages=3, most_bytes=100)
    woken = threading.Event()
    inbox.on_room = woken.set
    for n in range(3):
        assert inbox.accepts
        inbox.put(Message("t", b"x" * n, NOON))
    assert not inbox.accepts
    assert [len(each.payload) for each in inbox.take(2, fill_s=5, idle_s=5)] == [0, 1]
    assert woken.is_set()
    assert len(inbox) == 1
    inbox.put(Message("t", b"x" * 99, NOON))
    assert not inbox.accepts
    assert len(inbox.take(9, fill_s=5, idle_s=5)) == 2
    began = time.monotonic()
    assert inbox.take(9, fill_s=5, idle_s=0.05) == []
    assert time.monotonic() - began < 5


def test_a_full_inbox_stops_reading_and_loses_nothing(
    broker: Broker, device: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.transport.burst.CHUNK", 4096)
    password = device("PRESSED")
    inbox = Inbox(most_messages=50, most_bytes=10_000_000)
    client = client_of(broker, inbox, "PRESSED")
    client.start()
    until(lambda: client.connected)
    publish(broker, "PRESSED", password, 1000)
    until(lambda: not inbox.accepts)
    time.sleep(0.3)  # that no more comes can only be waited for
    assert 50 <= len(inbox) <= 50 + 4096 // len(good_payload(0)), "one burst more at most"
    assert client.connected
    taken = drain(inbox, 1000)
    assert [each.payload for each in taken] == [good_payload(n) for n in range(1000)]
    client.acknowledge(taken)
    client.stop()


def test_a_stall_longer_than_the_keepalive_ends_the_connection_and_loses_nothing(
    broker: Broker, device: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.transport.roving.KEEPALIVE_S", 1)
    password = device("STALLED")
    inbox = Inbox(most_messages=50, most_bytes=10_000_000)
    client = client_of(broker, inbox, "STALLED")
    client.start()
    until(lambda: client.connected)
    publish(broker, "STALLED", password, 200)
    until(lambda: not client.connected)
    seen: set[bytes] = set()
    deadline = time.monotonic() + 60
    while len(seen) < 200 and time.monotonic() < deadline:
        taken = inbox.take(100, fill_s=0.01, idle_s=0.1)
        client.acknowledge(taken)
        seen |= {each.payload for each in taken}
    assert seen == {good_payload(n) for n in range(200)}
    client.stop()


def test_two_of_the_same_name_do_not_chase_each_other(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    clients = [client_of(broker, Inbox(10, 10_000), "TWIN") for _ in range(2)]
    for client in clients:
        client.start()
        until(lambda client=client: client.connected)  # type: ignore[misc]  # bound at once
    until(lambda: "does another ingest use the client id" in caplog.text)
    ended = caplog.text.count("connection to the broker ended")
    time.sleep(1.5)  # that they leave each other alone can only be waited for
    assert caplog.text.count("connection to the broker ended") - ended <= 3
    for client in clients:
        client.stop()


def stop(client: MqttClient, broker: Broker) -> None:
    """The client has ended, and the broker has read all that it sent before."""
    client.stop()
    until(lambda: not is_connected(broker.port))


def test_what_is_not_acknowledged_comes_again_and_what_is_does_not(
    broker: Broker, device: Callable[[str], str]
) -> None:
    password = device("KEPT")
    first = Inbox(1000, 10_000_000)
    client = client_of(broker, first, "KEPT")
    client.start()
    until(lambda: client.connected)
    publish(broker, "KEPT", password, 20)
    taken = drain(first, 20)
    client.acknowledge(taken[:15])
    stop(client, broker)
    publish(broker, "KEPT", password, 3)
    second = Inbox(1000, 10_000_000)
    client = client_of(broker, second, "KEPT")
    client.start()
    again = drain(second, 8)
    expected = [good_payload(n) for n in range(15, 20)] + [good_payload(n) for n in range(3)]
    assert [each.payload for each in again] == expected
    client.acknowledge(again)
    stop(client, broker)
    third = Inbox(1000, 10_000_000)
    client = client_of(broker, third, "KEPT")
    client.start()
    until(lambda: client.connected)
    assert third.take(1, fill_s=0.1, idle_s=0.5) == []
    client.stop()


def test_acknowledgements_of_an_earlier_connection_are_dropped(private_broker: Broker) -> None:
    password = private_broker.add_device("OLD")
    inbox = Inbox(1000, 10_000_000)
    client = client_of(private_broker, inbox, "OLD")
    client.start()
    until(lambda: client.connected)
    until(lambda: can_publish(private_broker, "OLD", password))
    (before,) = drain(inbox, 1)
    private_broker.stop(patience_s=30)
    until(lambda: not client.connected)
    private_broker.start()
    until(lambda: client.connected)
    (after,) = drain(inbox, 1)
    assert after.payload == before.payload
    assert after.generation > before.generation
    client.acknowledge([before])
    client.acknowledge([after])
    client.stop()


def can_publish(broker: Broker, station: str, password: str) -> bool:
    """Whether the broker has learnt of the device; then one message is published."""
    try:
        publish(broker, station, password, 1)
    except ServiceDown:
        return False
    return True


def test_a_refused_sign_in_is_tried_again_until_it_is_allowed(
    broker: Broker, device: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox(1000, 10_000_000)
    client = client_of(broker, inbox, "LATER", "not the password")
    client.start()
    until(lambda: "refuses the connection" in caplog.text)
    time.sleep(0.5)  # that it goes on trying can only be waited for
    assert client.alive
    assert not client.connected
    client.stop()
    assert not client.alive


@pytest.fixture
def lossy_port(tmp_path: Path) -> Iterator[int]:
    """The port of a mosquitto with next to no queue, which drops what it has acknowledged."""
    port = free_port()
    config = tmp_path / "lossy.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nsys_interval 1\nmax_queued_messages 10\n"
    )
    assert any("max_queued_messages is 10" in each for each in check_limits(config))
    command = bound("/usr/sbin/mosquitto", "-c", str(config))
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        until(lambda: accepts("127.0.0.1", port, "any", "any") if listens(port) else False)
        yield port
        run.terminate()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_messages_that_the_broker_drops_are_noticed(
    lossy_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    count = RECEIVE_MAXIMUM + 1000
    inbox = Inbox(2 * count, 10_000_000)
    settings = MqttSettings(port=lossy_port)
    client = MqttClient(settings, inbox, [TOPIC.format("WATCH")])
    client.start()
    until(lambda: client.connected and client.dropped == 0)
    publisher = Publisher(settings, "any", "any")
    for n in range(count):
        publisher.publish(TOPIC.format("WATCH"), good_payload(n))
    assert publisher.finish().acknowledged == count
    until(lambda: client.dropped)
    assert "the broker has dropped" in caplog.text
    client.stop()


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A server that these tests may stop, apart from the one all others share."""
    with open_folder("own-cluster") as folder:
        made = Cluster(folder / "postgres", {role: f"test-{role}" for role in ROLES})
        made.start()
        owner = engine(made.url("owner"))
        upgrade(owner)
        register(owner, "HEALS")
        owner.dispose()
        yield made
        made.stop(immediate=True)


@pytest.mark.parametrize("order", list(itertools.permutations(["broker", "database", "ingest"])))
def test_restarts_in_any_order_heal(
    own_cluster: Cluster, private_broker: Broker, tmp_path: Path, order: tuple[str, ...]
) -> None:
    password = private_broker.add_device("HEALS")
    owner = engine(own_cluster.url("owner"))
    before = one(owner, "SELECT count(*) FROM reading")
    assert isinstance(before, int)
    killed = order[0] == "ingest"
    stops: dict[str, Callable[[IngestProcess], object]] = {
        # On a busy machine it takes its time to write its queues down; killed, it would lose them.
        "broker": lambda _: private_broker.stop(patience_s=30),
        "database": lambda _: own_cluster.stop(immediate=True),
        "ingest": lambda ingest: ingest.kill() if killed else ingest.stop(),
    }
    starts: dict[str, Callable[[IngestProcess], object]] = {
        "broker": lambda _: private_broker.start(),
        "database": lambda _: own_cluster.start(),
        "ingest": lambda ingest: ingest.start(),
    }
    url, log = own_cluster.url("ingest"), tmp_path / "ingest.log"
    with ingest_process(private_broker, INGEST_PASSWORD, url, log) as ingest:
        publish(private_broker, "HEALS", password, 100, before)
        for name in order:
            stops[name](ingest)
        for name in order:
            starts[name](ingest)
        publish(private_broker, "HEALS", password, 100, before + 100)
        until(lambda: one(owner, "SELECT count(*) FROM reading") == before + 200, patience_s=60)
        assert one(owner, "SELECT count(*) FROM quarantine") == 0
        assert ingest.stop() == 0
    owner.dispose()
