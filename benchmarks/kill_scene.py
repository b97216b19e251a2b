"""Everything a message passes, each part with relays before it, on this machine alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.kill_parts import (
    Behind,
    Node,
    Part,
    Process,
    broker_part,
    database_part,
    ingest_part,
)
from benchmarks.rig.rabbit import Queue
from benchmarks.rig.rabbit_cluster import RabbitCluster
from benchmarks.rig.relay import Relay
from data.clock import now
from data.cluster import ROLES, Cluster
from data.daemon import free_port
from data.database import engine
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import GATEWAY, INGEST, Broker
from tests.made.readings.messages import register
from tests.running.bound import bound
from tests.running.folders import open_folder
from tests.running.ingest_process import IngestProcess
from tests.running.waiting import until

BEHIND = "mosquitto ahead"
"""Mosquitto with messages that ingest, being away, has not taken yet."""
SPOOLING, PLAIN = "spooling", "plain"
STATIONS = {
    SPOOLING: [f"R{n}" for n in range(25)],
    PLAIN: [f"P{n}" for n in range(25)],
    GATEWAY: [f"G{n}" for n in range(100)],
}
ROOT = Path(__file__).parents[1]


@dataclass
class Scene:
    """The parts that can be harmed, where senders go, and the archive they fill."""

    owner: Engine
    parts: dict[str, Part]
    mqtt: MqttSettings
    logger_port: int = 0
    first: datetime = field(default_factory=lambda: now() - timedelta(hours=20))
    rabbits: RabbitCluster | None = None

    def next_hour(self) -> datetime:
        """Returns the first time of the next cell's readings: an hour that no other cell has."""
        self.first += timedelta(hours=1)
        return self.first

    def queue(self) -> Queue:
        """Returns the queue that RabbitMQ keeps for ingest."""
        assert self.rabbits is not None
        return next(each for each in self.rabbits.queues() if "onemap-ingest" in each.name)

    def leader(self) -> str:
        """Returns the part that leads this queue."""
        assert self.rabbits is not None
        return f"node {self.rabbits.leader_of(self.queue().name)}"


class GatewayProcess:
    """``onemap hj212 serve``, which can be started again."""

    def __init__(self, broker_port: int, folder: Path) -> None:
        loggers = folder / "loggers.toml"
        loggers.write_text(
            "".join(
                f'[[logger]]\nmn="M{n}"\nstation="{code}"\npw="1"\n'
                for n, code in enumerate(STATIONS[GATEWAY])
            )
        )
        self.port = free_port()
        self._log = folder / "gateway.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "ONEMAP_DATABASE__URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "ONEMAP_MQTT__PORT": str(broker_port),
            "ONEMAP_HJ212__PORT": str(self.port),
            "ONEMAP_HJ212__LOGGERS": str(loggers),
            "ONEMAP_HJ212__PASSWORD": GATEWAY,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it serves."""
        said = self._said()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                bound(sys.executable, "-m", "dashboard.cli", "hj212", "serve"),
                env=self._environment,
                stdout=output,
                stderr=output,
            )
        until(lambda: self._said() > said)

    def kill(self) -> None:
        """Kills it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)

    def pid(self) -> int | None:
        """Its process, once it was started."""
        return self._process.pid if self._process else None

    def _said(self) -> int:
        return self._log.read_text().count("serving loggers") if self._log.exists() else 0


@contextmanager
def open_scene(workers: int = 2) -> Iterator[Scene]:
    """Runs Mosquitto, PostgreSQL, ingest with its lanes and the gateway inside the block."""
    with ExitStack() as closing:
        folder = closing.enter_context(open_folder("matrix"))
        cluster, owner = _database(folder, closing)
        broker = Broker(folder / "mosquitto", accounts=_accounts(), gateways=STATIONS)
        closing.callback(broker.stop)
        broker.start()
        relays = {
            name: closing.enter_context(Relay("127.0.0.1", port))
            for name, port in [
                ("senders", broker.port),
                ("ingest", broker.port),
                ("gateway", broker.port),
                ("database", cluster.port),
            ]
        }
        ingest = _ingest(folder, cluster, relays["database"], workers, broker)
        ingest.environment["ONEMAP_MQTT__PORT"] = str(relays["ingest"].port)
        closing.callback(ingest.kill)
        ingest.start()
        gateway = GatewayProcess(relays["gateway"].port, folder)
        closing.callback(gateway.kill)
        gateway.start()
        loggers = closing.enter_context(Relay("127.0.0.1", gateway.port))
        ingest.await_subscription()
        to_broker = [relays["senders"], relays["ingest"], relays["gateway"]]
        parts: dict[str, Part] = {
            "ingest": ingest_part(ingest, relays["ingest"]),
            "PostgreSQL": database_part(cluster, relays["database"]),
            "mosquitto": broker_part(broker, to_broker),
            "gateway": Process(
                gateway.pid, gateway.start, gateway.kill, [loggers, relays["gateway"]]
            ),
        }
        parts[BEHIND] = Behind(parts["mosquitto"], parts["ingest"])
        yield Scene(owner, parts, MqttSettings(port=relays["senders"].port), loggers.port)


@contextmanager
def open_rabbit_scene(workers: int = 2) -> Iterator[Scene]:
    """Runs three RabbitMQ nodes, PostgreSQL and ingest inside the block."""
    with ExitStack() as closing:
        folder = closing.enter_context(open_folder("rabbits"))
        rabbits = RabbitCluster(folder / "rabbits", _accounts(), gateways=STATIONS)
        closing.enter_context(rabbits)
        cluster, owner = _database(folder, closing)
        database = closing.enter_context(Relay("127.0.0.1", cluster.port))
        ingest = _ingest(folder, cluster, database, workers)
        mqtt = rabbits.settings()
        ingest.environment |= {
            "ONEMAP_MQTT__HOST": mqtt.host,
            "ONEMAP_MQTT__PORT": str(mqtt.port),
            "ONEMAP_MQTT__OTHERS": '["' + '", "'.join(mqtt.others) + '"]',
            "ONEMAP_MQTT__PROTOCOL": mqtt.protocol,
        }
        closing.callback(ingest.kill)
        ingest.start()
        ingest.await_subscription()
        parts: dict[str, Part] = {f"node {n}": Node(rabbits, n) for n in range(3)}
        yield Scene(owner, parts, mqtt, rabbits=rabbits)


def _accounts() -> dict[str, str]:
    return {INGEST: INGEST} | {name: name for name in STATIONS}


def _database(folder: Path, closing: ExitStack) -> tuple[Cluster, Engine]:
    cluster = Cluster(folder / "postgres", {role: f"matrix-{role}" for role in ROLES})
    closing.callback(lambda: cluster.stop(immediate=True))
    cluster.start()
    owner = engine(cluster.url("owner"))
    closing.callback(owner.dispose)
    upgrade(owner)
    register(owner, *(code for codes in STATIONS.values() for code in codes))
    return cluster, owner


def _ingest(
    folder: Path, cluster: Cluster, relay: Relay, workers: int, broker: Broker | None = None
) -> IngestProcess:
    url = cluster.url("ingest").replace(f":{cluster.port}/", f":{relay.port}/")
    made = IngestProcess(broker, INGEST, url, folder / "ingest.log")
    made.environment["ONEMAP_INGEST__WORKERS"] = str(workers)
    return made
