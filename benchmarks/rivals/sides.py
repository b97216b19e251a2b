"""All sides: how each is started, when it is ready, how long its backlog is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.rig.ingest_rates_ground import Place
from benchmarks.rig.processes import signal_group
from benchmarks.rivals import messages, node_red
from data.daemon import free_port
from ingest.broker.mosquitto import INGEST

ROOT: Final = Path(__file__).parents[2]
INGEST_COMMAND: Final = [sys.executable, "-c", "from dashboard.cli import main; main(['ingest'])"]


@dataclass(frozen=True)
class Job:
    """What a side has to do: ``warm`` messages before the clock starts, ``backlog`` after."""

    place: Place
    warm: int
    backlog: int
    since: float

    @property
    def record(self) -> Path:
        """Where a side that stores nothing writes what it received."""
        return self.place.folder / "received"


@dataclass(frozen=True)
class Side:
    """One way to take messages in.

    ``warm`` and ``backlog`` are the sizes at scale 1: some seconds of work each.
    """

    name: str
    settings: str
    warm: int
    backlog: int
    command: Callable[[Job], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = messages.READY
    subscribes: bool = True
    stores: bool = True


def module(name: str, *arguments: object) -> list[str]:
    """Returns the command that runs a module of the checkout."""
    return [sys.executable, "-m", f"benchmarks.rivals.{name}", *map(str, arguments)]


def all_sides(node_red_folder: Path) -> tuple[Side, ...]:
    """Returns the sides in the order in which the first round takes them."""

    def flow(name: str) -> Callable[[Job], list[str]]:
        return lambda job: node_red.prepare(node_red_folder, job.place.folder / "node-red", name)

    return (
        Side(
            "naive", "paho 3.1.1, kept session, auto-ack; SQLAlchemy ORM, one commit a message",
            100, 600, lambda _: module("naive"),
        ),
        Side(
            "node-red", "Node-RED 5.0.7, pg 8.23.1, pool of 10, a prepared INSERT a message",
            500, 8000, flow("each"), ready=node_red.READY,
        ),
        Side(
            "node-red-batches", "the same; 1,000 rows or 20 ms gathered into one INSERT ... unnest",
            2000, 20_000, flow("batches"), ready=node_red.READY,
        ),
        Side(
            "plain-paho", "paho 3.1.1, ack() after the commit; our pipeline, batches of 2,000",
            2000, 20_000, lambda _: module("plain_paho"),
        ),
        Side(
            "plain-paho-5", "the same with MQTT 5, as ingest itself falls back to", 2000, 20_000,
            lambda _: module("plain_paho", 5),
        ),
        Side(
            "ours-1", "onemap ingest, its own defaults", 2000, 40_000,
            lambda _: INGEST_COMMAND,
        ),
        Side(
            "ours-2", "onemap ingest --workers 2", 2000, 40_000,
            lambda _: INGEST_COMMAND, {"ONEMAP_INGEST__WORKERS": "2"},
        ),
        Side(
            "bare-subscriber", "our burst reader, acknowledges and forgets", 2000, 120_000,
            lambda job: module("bare_subscriber", job.record), stores=False,
        ),
        Side(
            "bare-copy", "binary COPY of ready bytes + INSERT ... ON CONFLICT, batches of 2,000",
            2000, 60_000,
            lambda job: module("bare_copy", job.warm, job.backlog, job.since), subscribes=False,
        ),
    )  # fmt: skip


@contextmanager
def running(side: Side, job: Job) -> Iterator[subprocess.Popen[bytes]]:
    """Returns the side runs in a process group of its own and is ready; it is gone after the block.

    Raises RuntimeError with the last of its log when it doesn't get ready.
    """
    log = job.place.folder / "side.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            side.command(job),
            cwd=ROOT,
            env=_environment(side, job),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while side.ready not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{side.name}: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        signal_group(process.pid, signal.SIGCONT)
        signal_group(process.pid, signal.SIGKILL)
        process.wait(10)


def _environment(side: Side, job: Job) -> dict[str, str]:
    place = job.place
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "PYTHONPATH": str(ROOT),
        "ONEMAP_DATABASE__URL": place.url,
        "ONEMAP_MQTT__PORT": str(place.broker.port),
        "ONEMAP_MQTT__USERNAME": INGEST,
        "ONEMAP_MQTT__PASSWORD": place.broker.accounts[INGEST],
        "ONEMAP_MQTT__CONFIG_FILE": str(place.broker.folder / "mosquitto.conf"),
        **node_red.environment(place.url, free_port()),
        **side.environment,
    }
