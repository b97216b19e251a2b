"""Twenty takeovers of ingest's session in twenty seconds by a device's account, under load.

python -m benchmarks.takeover [--rabbitmq]

Against mosquitto, or a RabbitMQ node, where a client id can't be bound to an account.
"""

import argparse
import contextlib
import itertools
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from paho.mqtt.enums import MQTTProtocolVersion

from benchmarks.rig.rabbit import Rabbit
from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.transport.publisher import Publisher
from tests.made.readings.messages import one, register
from tests.made.readings.poison import good_payload
from tests.made.readings.thief import BOTH, steal
from tests.running.folders import open_folder
from tests.running.ingest_process import IngestProcess

RATE, SECONDS, TAKEOVERS, PAUSE_S = 300, 40, 20, 1.0
COUNT = "SELECT count(*) FROM reading"
ACCOUNTS = {INGEST: "ingest", "HONEST": "honest", "THIEF": "thief"}

_CONNECTION = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) .*"
    r"(the connection to the broker ended|subscribed to)",
    re.MULTILINE,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was acknowledged and stored, and how often and how long ingest was away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rabbitmq", action="store_true", help="against RabbitMQ")
    is_rabbit = parser.parse_args(arguments).rabbitmq
    with (
        open_folder("takeover") as folder,
        _broker(folder, is_rabbit) as mqtt,
        _database(folder) as cluster,
    ):
        owner = engine(cluster.url("owner"))
        upgrade(owner)
        register(owner, "HONEST", "THIEF")
        ingest = IngestProcess(None, "ingest", cluster.url("ingest"), folder / "ingest.log")
        ingest.environment |= {
            "ONEMAP_MQTT__PORT": str(mqtt.port),
            "ONEMAP_MQTT__PROTOCOL": mqtt.protocol,
        }
        ingest.start()
        try:
            ingest.await_subscription()
            let_in: list[bool] = []
            thief = threading.Thread(target=_steal, args=(mqtt, let_in))
            thief.start()
            acknowledged = _publish(mqtt)
            thief.join()
            deadline = time.monotonic() + 60
            while one(owner, COUNT) != acknowledged and time.monotonic() < deadline:
                time.sleep(0.2)
            stored, log = one(owner, COUNT), ingest.said()
        finally:
            ingest.stop()
            owner.dispose()
    absences = _absences(log)
    print(f"published {RATE * SECONDS}, acknowledged {acknowledged}, stored {stored}")
    print(f"takeovers tried {TAKEOVERS} in {TAKEOVERS * PAUSE_S:.0f} s, let in {sum(let_in)}")
    longest, whole = max(absences, default=0.0), sum(absences)
    print(f"ingest away {len(absences)} times, {whole:.1f} s in all, {longest:.1f} s at most")
    kept = acknowledged == stored == RATE * SECONDS
    return 0 if kept and (is_rabbit or not absences) else 1


@contextlib.contextmanager
def _broker(folder: Path, is_rabbit: bool) -> Iterator[MqttSettings]:
    """Runs the broker inside the block; returns where it answers."""
    if is_rabbit:
        broker: Rabbit | Broker = Rabbit(folder / "rabbitmq", ACCOUNTS)
    else:
        broker = Broker(folder / "mosquitto", accounts=ACCOUNTS)
    broker.start()
    try:
        yield MqttSettings(port=broker.port, protocol="3.1.1" if is_rabbit else "5")
    finally:
        broker.stop()


@contextlib.contextmanager
def _database(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder / "postgres", {role: f"takeover-{role}" for role in ROLES})
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop(immediate=True)


def _publish(mqtt: MqttSettings) -> int:
    """Publishes at the rate; returns how many messages the broker acknowledged."""
    publisher = Publisher(mqtt, "HONEST", "honest")
    began = time.monotonic()
    for n in range(RATE * SECONDS):
        publisher.publish("onemap/v1/HONEST/reading", good_payload(n))
        time.sleep(max(0.0, began + n / RATE - time.monotonic()))
    return publisher.finish().acknowledged


def _steal(mqtt: MqttSettings, let_in: list[bool]) -> None:
    """Signs in with ingest's client id; RabbitMQ knows MQTT 3.1.1 alone."""
    protocols = BOTH if mqtt.protocol == "5" else (MQTTProtocolVersion.MQTTv311,)
    for protocol in itertools.islice(itertools.cycle(protocols), TAKEOVERS):
        let_in.append(steal(mqtt.port, "THIEF", "thief", INGEST, protocol))
        time.sleep(PAUSE_S)


def _absences(log: str) -> list[float]:
    """Returns the seconds from each end of ingest's connection to its next subscription."""
    absences, ended = [], None
    for found in _CONNECTION.finditer(log):
        moment = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S,%f")  # noqa: DTZ007 - one clock
        if found[2] == "subscribed to":
            if ended is not None:
                absences.append((moment - ended).total_seconds())
            ended = None
        elif ended is None:
            ended = moment
    return absences


if __name__ == "__main__":
    sys.exit(main())
