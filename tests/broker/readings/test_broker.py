"""The private broker: who may write where, and what outlives its end."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from data.errors import BadInput
from ingest.broker.mosquitto import INGEST, Broker, accepts, check_limits
from tests.fixtures.broker import INGEST_PASSWORD
from tests.running.waiting import until

SignUp = Callable[[str], str]


def published(port: int, name: str, password: str, topic: str) -> ReasonCode:
    """The reason code the broker gives for one QoS 1 message."""
    answers: list[ReasonCode] = []
    done = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.username_pw_set(name, password)

    def answered(_client: object, _data: object, _mid: int, code: ReasonCode, *_: object) -> None:
        answers.append(code)
        done.set()

    client.on_publish = answered
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, b"{}", qos=1)
    done.wait(30)
    client.disconnect()
    client.loop_stop()
    return answers[0]


def test_a_device_writes_under_its_own_station_only(broker: Broker, device: SignUp) -> None:
    password = device("ACL-1")
    device("ACL-2")
    for topic in ("reading", "hj212", "readings", "Reading", "v1/telemetry"):
        assert not published(broker.port, "ACL-1", password, f"onemap/v1/ACL-1/{topic}").is_failure
    for topic in ("onemap/v1/ACL-2/reading", "onemap/v1/acl-1/reading", "elsewhere"):
        code = published(broker.port, "ACL-1", password, topic)
        assert code.getName() == "Not authorized"


def test_nobody_enters_with_a_wrong_password_or_none(broker: Broker, device: SignUp) -> None:
    device("ACL-3")
    assert accepts("127.0.0.1", broker.port, INGEST, INGEST_PASSWORD)
    assert not accepts("127.0.0.1", broker.port, "ACL-3", "guess")
    assert not accepts("127.0.0.1", broker.port, "", "")


def test_a_name_that_mqtt_cannot_carry_is_refused(broker: Broker) -> None:
    for name in ("a/b", "+", "#", "a:b", "", "$SYS", "a b"):
        with pytest.raises(BadInput):
            broker.add_device(name)


def test_a_device_added_from_outside_is_known_after_a_restart(private_broker: Broker) -> None:
    password = Broker(private_broker.folder).add_device("湍河-1")
    until(lambda: accepts("127.0.0.1", private_broker.port, "湍河-1", password))
    private_broker.stop()
    private_broker.start()
    assert accepts("127.0.0.1", private_broker.port, "湍河-1", password)
    assert accepts("127.0.0.1", private_broker.port, INGEST, INGEST_PASSWORD)


def test_devices_added_at_once_are_all_known_and_no_plain_password_stays(
    private_broker: Broker,
) -> None:
    folder = private_broker.folder
    (folder / "passwords.new").write_text("LEFT:plain\n")
    (folder / ".passwords-left").mkdir()
    (folder / ".passwords-left" / "plain").write_text("LEFT:plain\n")
    names = [f"AT-ONCE-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        passwords = list(pool.map(lambda name: Broker(folder).add_device(name), names))
    assert set(names) <= private_broker.known()
    for name, password in zip(names, passwords, strict=True):
        until(partial(accepts, "127.0.0.1", private_broker.port, name, password))
    kept = b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())
    assert not any(password.encode() in kept for password in passwords)
    assert b"LEFT:plain" not in kept


def test_a_gateway_writes_for_the_stations_listed(private_broker: Broker) -> None:
    private_broker.accounts["gateway"] = "g"
    private_broker.gateways["gateway"] = ["S1", "S2"]
    private_broker.start()
    port = private_broker.port
    assert not published(port, "gateway", "g", "onemap/v1/S2/reading").is_failure
    assert published(port, "gateway", "g", "onemap/v1/S3/reading").is_failure


def test_the_queue_of_an_absent_ingest_outlives_a_kill(private_broker: Broker) -> None:
    kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho has no types here
    kept.SessionExpiryInterval = 3600
    received: list[bytes] = []

    def connected() -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, "absent", protocol=mqtt.MQTTv5)
        client.username_pw_set(INGEST, INGEST_PASSWORD)
        client.on_message = lambda _client, _data, message: received.append(bytes(message.payload))
        client.connect("127.0.0.1", private_broker.port, clean_start=False, properties=kept)
        client.loop_start()
        return client

    ready = threading.Event()
    client = connected()
    client.on_subscribe = lambda *_: ready.set()
    client.subscribe("onemap/v1/+/reading", qos=1)
    assert ready.wait(30)
    client.disconnect()
    client.loop_stop()
    password = private_broker.add_device("Q1")
    until(lambda: accepts("127.0.0.1", private_broker.port, "Q1", password))
    lines = "".join(f"{n}\n" for n in range(3000))
    subprocess.run(
        ["mosquitto_pub", "-V", "5", "-q", "1", "-h", "127.0.0.1", "-p", str(private_broker.port),
         "-u", "Q1", "-P", password, "-t", "onemap/v1/Q1/reading", "-l"],
        input=lines, text=True, check=True,
    )  # fmt: skip
    saved = private_broker.folder / "mosquitto.db"
    until(lambda: saved.exists() and saved.stat().st_size > 3000 * 20)
    pid = private_broker.daemon.pid()
    assert pid is not None
    before = saved.stat().st_mtime_ns
    until(lambda: saved.stat().st_mtime_ns > before)
    os.kill(pid, signal.SIGKILL)
    private_broker.start()
    client = connected()
    until(lambda: len(set(received)) == 3000)
    client.disconnect()
    client.loop_stop()


def test_our_configuration_loses_nothing_and_debians_is_warned_of(
    broker: Broker, tmp_path: Path
) -> None:
    assert check_limits(broker.folder / "mosquitto.conf") == []
    plain = tmp_path / "mosquitto.conf"
    plain.write_text("# a comment\npid_file /run/mosquitto/mosquitto.pid\n")
    told = " ".join(check_limits(plain))
    assert "persistence is off" in told
    assert "max_queued_messages is 1000" in told
    assert "max_packet_size is not set" in told
    more = tmp_path / "conf.d"
    more.mkdir()
    (more / "queue.conf").write_text(
        "persistence true\nautosave_interval 1\nmax_queued_messages 0\nmax_queued_bytes 1000000\n"
        "max_inflight_messages 0\nmax_packet_size 262144\npersistent_client_expiration 1h\n"
        "use_username_as_clientid true\n"
    )
    plain.write_text(f"persistence false\ninclude_dir {more}\n")
    assert [line.split()[0] for line in check_limits(plain)] == ["persistent_client_expiration"]
