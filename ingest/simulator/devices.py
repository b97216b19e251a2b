"""Simulated devices that publish over real MQTT, with a pollution event on request."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Protocol

import orjson
from paho.mqtt.enums import CallbackAPIVersion

from data.clock import BUSINESS_ZONE, Clock, UtcDatetime, now
from data.device_settings import SimulatorSettings
from data.records import StationCode
from data.settings import MqttSettings
from data.vocabulary import Flag, Parameter
from data.whole_files import write_whole
from ingest.topics import topic_of
from ingest.transport.broker_link import version
from ingest.transport.roving import RovingClient, addresses, keepalive_s

LOG = logging.getLogger(__name__)
WAITING_MESSAGES = 2000


class Device(Protocol):
    """A simulated device that measures the values of one station."""

    @property
    def code(self) -> str:
        """The station's code."""
        ...

    def measure(self, at: datetime, pollution: float = 0.0) -> Mapping[Parameter, float]:
        """Returns the simulated values at an instant; ``pollution`` worsens them."""
        ...


def order_pollution(file: Path, station: str, *, amount: float, until: UtcDatetime) -> None:
    """Makes a running simulator pollute one station until ``until``, by writing the file.

    An amount of 1.0 is about one class worse.
    """
    order = {"station": station, "amount": amount, "until": until.isoformat()}
    write_whole(file, orjson.dumps(order))


def pollution_ordered(file: Path | None, at: datetime) -> tuple[str, float]:
    """Returns the station to pollute now, and by how much; an empty name if none is ordered.

    A file that can't be read orders nothing, and is logged.
    """
    if file is None or not file.exists():
        return "", 0.0
    try:
        order = orjson.loads(file.read_bytes())
        if datetime.fromisoformat(order["until"]) <= at:
            return "", 0.0
        return str(order["station"]), float(order["amount"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        LOG.warning("the order of a pollution event in %s can't be read: %r", file, error)
        return "", 0.0


def message(
    device: Device,
    at: UtcDatetime,
    pollution: float = 0.0,
    flags: Mapping[Parameter, Flag] | None = None,
) -> bytes:
    """Returns one reading as a JSON message, with the time in Beijing's offset."""
    local = at.astimezone(BUSINESS_ZONE)
    document: dict[str, object] = {
        "id": f"{device.code}-{int(at.timestamp() * 1000)}",
        "time": local.isoformat(timespec="milliseconds"),
        "values": {key.value: value for key, value in device.measure(at, pollution).items()},
    }
    if flags:
        document["flags"] = {key.value: flag.value for key, flag in flags.items()}
    return orjson.dumps(document)


def connect(broker: MqttSettings, account: SimulatorSettings) -> RovingClient:
    """Connects a simulated gateway, which reconnects and queues a bounded number of messages."""
    client = RovingClient(
        CallbackAPIVersion.VERSION2,
        client_id="onemap-simulator",
        protocol=version(broker),
    )
    client.username_pw_set(account.username, account.password.get_secret_value())
    if broker.tls_ca:
        client.tls_set(ca_certs=str(broker.tls_ca))
    client.nodes = addresses(broker)
    client.max_queued_messages_set(WAITING_MESSAGES)
    client.connect_async(broker.host, broker.port, keepalive=keepalive_s(broker))
    client.loop_start()
    return client


def simulate(
    devices: Iterable[Device],
    broker: MqttSettings,
    account: SimulatorSettings,
    stop: Event,
    clock: Clock = now,
) -> int:
    """Publishes every device's values each round until stopped; returns how many messages.

    Raises ServiceDown when the client's thread has ended by a fault.
    """
    listed = list(devices)
    if not listed:
        LOG.warning("no station to simulate")
        stop.wait()
        return 0
    client = connect(broker, account)
    pause_s = account.round_seconds / len(listed)
    sent = 0
    try:
        for device in cycle(listed):
            if stop.is_set():
                break
            client.check()
            at = clock()
            polluted, amount = pollution_ordered(account.order_file, at)
            payload = message(device, at, amount if device.code == polluted else 0.0)
            client.publish(topic_of(StationCode(device.code)), payload, qos=1)
            sent += 1
            stop.wait(pause_s)
    finally:
        client.disconnect()
        client.loop_stop()
    return sent


def default_end(minutes: float, clock: Clock = now) -> UtcDatetime:
    """Returns when a pollution event that begins now and lasts so many minutes ends."""
    return UtcDatetime(clock() + timedelta(minutes=minutes))
