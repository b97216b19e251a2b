"""A session belongs to an account: no device takes another's, and an upgrade orphans no queue."""

import subprocess
from functools import partial
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from data.daemon import free_port
from data.settings import MqttSettings
from ingest.broker.mosquitto import GATEWAY, INGEST, PUBLISHER, SIMULATOR, Broker, accepts
from ingest.inbox import Inbox
from ingest.transport.mqtt_client import MqttClient
from ingest.transport.publisher import Publisher
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import one, register
from tests.made.readings.poison import good_payload
from tests.made.readings.thief import BOTH, steal
from tests.running.bound import bound
from tests.running.folders import open_folder
from tests.running.ingest_process import ingest_process
from tests.running.waiting import until

TOPIC = "onemap/v1/{}/reading"
COUNT = "SELECT count(*) FROM reading"

OLD_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence true
persistence_location {folder}/
autosave_interval 1
max_inflight_messages 0
max_queued_messages 0
max_queued_bytes 536870912
persistent_client_expiration 14d
"""
"""As written before a client id belonged to an account."""

OLD_ACL = """\
pattern write onemap/v1/%u/reading
pattern read onemap/v1/%u/receipt

user ingest
topic read onemap/v1/+/reading
topic read onemap/v1/+/hj212
topic write onemap/v1/+/receipt
topic read $SYS/broker/publish/messages/dropped
"""


def test_a_device_with_ingests_client_id_disturbs_nobody(
    private_broker: Broker, database: Database, tmp_path: Path
) -> None:
    register(database.owner, "THIEF", "HONEST")
    passwords = {name: private_broker.add_device(name) for name in ("THIEF", "HONEST")}
    port, log = private_broker.port, tmp_path / "ingest.log"
    until(lambda: accepts("127.0.0.1", port, "HONEST", passwords["HONEST"]))
    with ingest_process(private_broker, INGEST_PASSWORD, database.urls["ingest"], log) as ingest:
        publisher = Publisher(MqttSettings(port=port), "HONEST", passwords["HONEST"])
        for n in range(200):
            publisher.publish(TOPIC.format("HONEST"), good_payload(n))
            if n in (20, 80, 140):
                for protocol in BOTH:
                    assert steal(port, "THIEF", passwords["THIEF"], INGEST, protocol)
        assert publisher.finish().acknowledged == 200
        until(lambda: one(database.owner, COUNT) == 200)
        assert ingest.said().count("connected to the broker") == 1
        assert "ended" not in ingest.said()


@pytest.mark.parametrize("protocol", BOTH)
@pytest.mark.parametrize("prey", [GATEWAY, SIMULATOR, PUBLISHER])
def test_no_gateways_session_is_taken(
    private_broker: Broker, prey: str, protocol: MQTTProtocolVersion
) -> None:
    private_broker.accounts |= {prey: "prey", "THIEF": "thief"}
    private_broker.gateways[prey] = ["S1"]
    private_broker.start()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, prey, protocol=mqtt.MQTTv5)
    client.username_pw_set(prey, "prey")
    ends: list[object] = []
    client.on_disconnect = lambda *answer: ends.append(answer)
    client.connect("127.0.0.1", private_broker.port)
    client.loop_start()
    until(client.is_connected)
    assert steal(private_broker.port, "THIEF", "thief", prey, protocol)
    client.publish(TOPIC.format("S1"), b"{}", qos=1).wait_for_publish(10)
    assert not ends
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_asking_whether_an_account_is_accepted_leaves_its_queue_alone(
    private_broker: Broker, protocol: str
) -> None:
    password = private_broker.add_device("UPGRADED", "device")
    inbox = Inbox(100, 100_000)
    settings = MqttSettings(port=private_broker.port, password=INGEST_PASSWORD)
    client = MqttClient(settings, inbox, [TOPIC.format("+")])
    client.start()
    until(lambda: client.connected)
    ask = partial(accepts, "127.0.0.1", private_broker.port, INGEST, protocol=protocol)
    assert ask(INGEST_PASSWORD)
    assert not ask("guess")
    client.stop()
    until(lambda: accepts("127.0.0.1", private_broker.port, "UPGRADED", password))
    publish(private_broker.port, 0, 10)
    assert ask(INGEST_PASSWORD)
    client = MqttClient(settings, inbox, [TOPIC.format("+")])
    client.start()
    until(lambda: len(inbox) == 10)
    client.stop()


def test_an_upgrade_keeps_what_waits_for_ingest(database: Database, tmp_path: Path) -> None:
    """1,000 messages before the upgrade, 100 between it and ingest's return: all are stored."""
    register(database.owner, "UPGRADED")
    with open_folder("upgrade") as folder:
        broker = Broker(folder / "mosquitto", accounts={INGEST: INGEST_PASSWORD})
        old = Broker(folder / "mosquitto", accounts={"ingest": "old", "UPGRADED": "device"})
        old.folder.mkdir()
        start_as_of_old(old)
        settings = MqttSettings(port=old.port, username="ingest", password="old")
        client = MqttClient(settings, Inbox(10, 1000), [TOPIC.format("+")])
        client.start()
        until(lambda: client.connected)
        client.stop()
        publish(old.port, 0, 1000)
        old.stop(patience_s=30)
        broker.start()
        assert broker.known() == {INGEST, "UPGRADED"}
        publish(broker.port, 1000, 1100)
        with ingest_process(
            broker, INGEST_PASSWORD, database.urls["ingest"], tmp_path / "ingest.log"
        ) as ingest:
            until(lambda: one(database.owner, COUNT) == 1100)
            assert "session kept" in ingest.said()
        broker.stop()


def start_as_of_old(broker: Broker) -> None:
    """The broker runs with the files of the release before."""
    broker.start()
    broker.stop()
    folder = broker.folder
    (folder / "mosquitto.conf").write_text(OLD_CONFIG.format(port=broker.port, folder=folder))
    (folder / "acl").write_text(OLD_ACL)
    (folder / "passwords").write_text(
        "".join(line + "\n" for line in broker._hashed(broker.accounts))
    )
    (folder / "gateways.json").write_text("{}")
    broker.daemon.start(
        bound("/usr/sbin/mosquitto", "-c", str(folder / "mosquitto.conf")),
        log=broker.log,
        account=broker.account,
    )
    broker._await()


def publish(port: int, first: int, end: int) -> None:
    publisher = Publisher(MqttSettings(port=port), "UPGRADED", "device")
    for n in range(first, end):
        publisher.publish(TOPIC.format("UPGRADED"), good_payload(n))
    assert publisher.finish().acknowledged == end - first


def test_an_upgrade_renames_gateways_and_keeps_passwords(private_broker: Broker) -> None:
    private_broker.stop()
    folder = private_broker.folder
    lines = private_broker._hashed({"ingest": "i", "simulator": "s", "gateway": "a-device"})
    (folder / "passwords").write_text("".join(line + "\n" for line in lines))
    (folder / "gateways.json").write_text('{"simulator": ["S1"]}')
    again = Broker(folder)
    again.start()
    assert again.known() == {INGEST, SIMULATOR, "gateway"}, "a device called gateway stays one"
    assert accepts("127.0.0.1", again.port, INGEST, "i")
    assert not accepts("127.0.0.1", again.port, "ingest", "i")
    done = subprocess.run(
        ["mosquitto_pub", "-V", "5", "-q", "1", "-p", str(again.port), "-u", SIMULATOR, "-P", "s",
         "-t", TOPIC.format("S1"), "-m", "{}"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    again.stop()


def test_a_device_added_beside_a_running_older_broker_takes_no_right_from_ingest(
    private_broker: Broker,
) -> None:
    lines = private_broker._hashed({"ingest": "i"})
    (private_broker.folder / "passwords").write_text(lines[0] + "\n")
    Broker(private_broker.folder).add_device("NEW")
    rules = (private_broker.folder / "acl").read_text().partition("user ingest\n")[2]
    for right in (
        "read onemap/v1/+/reading",
        "read onemap/v1/+/hj212",
        "write onemap/v1/+/receipt",
    ):
        assert f"topic {right}" in rules


def test_a_takeover_at_a_broker_that_allows_it_is_said_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    config = tmp_path / "foreign.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with subprocess.Popen(
        bound("/usr/sbin/mosquitto", "-c", str(config)), stderr=subprocess.DEVNULL
    ) as foreign:
        client = MqttClient(MqttSettings(port=port), Inbox(10, 1000), [TOPIC.format("+")])
        try:
            client.start()
            until(lambda: client.connected)
            assert steal(port, "any", "any", "onemap-ingest", BOTH[0])
            until(lambda: client.takeovers.count)
            assert "with our client id onemap-ingest" in caplog.text
        finally:
            client.stop()
            foreign.terminate()
