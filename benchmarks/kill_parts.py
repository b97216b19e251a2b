"""The parts of the chain and the ways to harm each: killed, stopped, cut off; and mended."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.rig.rabbit_cluster import RabbitCluster
from benchmarks.rig.relay import Relay
from data.cluster import Cluster
from ingest.broker.mosquitto import Broker
from tests.running.ingest_process import IngestProcess

WAYS = ("kill", "stop", "cut")


class Part(Protocol):
    """A part that can be harmed in every one of WAYS."""

    def harm(self, way: str) -> None:
        """Kills, stops or cuts off the part."""

    def mend(self, way: str) -> None:
        """Starts, continues or reconnects the part."""


@dataclass
class Process:
    """A part that is one process and its children, reached through relays."""

    pid: Callable[[], int | None]
    start: Callable[[], object]
    reap: Callable[[], object]
    relays: Sequence[Relay]
    dies_whole: bool = True

    def harm(self, way: str) -> None:
        if way == "cut":
            for relay in self.relays:
                relay.cut()
            return
        pids = family(self.pid())
        if way == "stop":
            send(pids, signal.SIGSTOP)
        else:
            send(pids if self.dies_whole else pids[:1], signal.SIGKILL)
            self.reap()

    def mend(self, way: str) -> None:
        if way == "cut":
            for relay in self.relays:
                relay.mend()
        elif way == "stop":
            send(family(self.pid()), signal.SIGCONT)
        else:
            self.start()


@dataclass
class Node:
    """A node of the RabbitMQ cluster. One that was killed comes back in its own time."""

    cluster: RabbitCluster
    number: int

    def harm(self, way: str) -> None:
        acts = {"kill": self.cluster.kill, "stop": self.cluster.pause, "cut": self.cluster.cut}
        acts[way](self.number)

    def mend(self, way: str) -> None:
        if way == "kill":
            self.cluster.nodes[self.number].launch()
        elif way == "stop":
            self.cluster.resume(self.number)
        else:
            self.cluster.join(self.number)


@dataclass
class Behind:
    """A broker that dies while ingest is away: what it acknowledged lies in its memory."""

    broker: Part
    ingest: Part
    behind_s: float = 1.5

    def harm(self, way: str) -> None:
        self.ingest.harm("kill")
        time.sleep(self.behind_s)
        self.broker.harm(way)

    def mend(self, way: str) -> None:
        self.broker.mend(way)
        self.ingest.mend("kill")


def ingest_part(ingest: IngestProcess, relay: Relay) -> Process:
    """Ingest with its lanes; only the parent is killed, and its lanes have to notice."""
    return Process(
        lambda: ingest.process.pid if ingest.process else None,
        ingest.start,
        ingest.kill,
        [relay],
        dies_whole=False,
    )


def database_part(cluster: Cluster, relay: Relay) -> Process:
    """PostgreSQL with all its processes, as when the machine's memory runs out."""

    def start() -> None:
        time.sleep(0.3)
        cluster.start()

    return Process(cluster.daemon.pid, start, lambda: cluster.daemon.wait(5), [relay])


def broker_part(broker: Broker, relays: Sequence[Relay]) -> Process:
    """Mosquitto; cut, it reaches neither devices nor ingest."""
    return Process(broker.daemon.pid, broker.start, lambda: broker.daemon.wait(5), relays)


def family(pid: int | None) -> list[int]:
    """Returns a process and its children; none when it has ended."""
    if pid is None:
        return []
    children: set[int] = set()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        children |= set(map(int, (thread / "children").read_text().split()))
    return [pid, *sorted(children)]


def send(pids: Sequence[int], number: signal.Signals) -> None:
    """Sends the signal to every process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
