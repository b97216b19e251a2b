"""How long a reading takes to the open pages of many people who each see something else.

    python -m benchmarks.live_viewers [--stations 4000] [--viewers 500] [--seconds 30] [--json]

Real broker, ingest, PostgreSQL and dashboard on loopback, in a temporary folder. The viewers are
sockets of a second process, spread over 200 accounts that each see another area: 180 towns, 19
counties, and one that sees all. A reading carries the moment of its publishing; at the end the
dashboard is restarted and the time is taken from its first answer until every page is back.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from benchmarks.live_viewers_scene import Scene, make_scene
from data.clock import now
from data.cluster import DATABASE, ROLES, Cluster
from data.daemon import free_port
from data.migrations.run import upgrade
from data.queries.map.changes import last_change_no
from ingest.broker.mosquitto import INGEST, SIMULATOR, Broker
from tests.made.database import Database, open_database
from tests.running.bound import bound
from tests.running.folders import ROOT, open_folder
from tests.running.ingest_process import ingest_process
from tests.running.waiting import until

WORD = "live-viewers"
WARM_S = 4.0
BACK_S = 30.0


class Dashboard:
    """``onemap serve`` as a process of its own, on a port that stays the same."""

    def __init__(self, url: str, log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEMAP_")}
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "ONEMAP_DATABASE__URL": url,
            "ONEMAP_DASHBOARD__PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                bound(sys.executable, "-m", "dashboard.cli", "serve"),
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until(self.answers, patience_s=90, every_s=0.02)

    def answers(self) -> bool:
        """Whether its port answers; fails with its log where it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text("utf-8")[-2000:]
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Ends it, by force where it takes longer than ten seconds."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu_s(self) -> float:
        """Seconds of processor time it has used. Source: proc(5), stat, fields 14 and 15."""
        assert self.process is not None
        return cpu_s(self.process.pid)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Viewers:
    """The second process: pages that listen, asked over its standard input."""

    def __init__(self, dashboard: Dashboard, pages: Sequence[dict[str, Any]]) -> None:
        self.count = len(pages)
        self.process = subprocess.Popen(
            bound(sys.executable, "-m", "benchmarks.live_viewers_pages"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.said({"port": dashboard.port, "pages": list(pages)})

    def said(self, content: Any) -> Any:
        """Sends one line of JSON and returns the line that answers it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(orjson.dumps(content) + b"\n")
        self.process.stdin.flush()
        return orjson.loads(self.process.stdout.readline())

    def state(self) -> dict[str, int]:
        """How many pages are open, and how often one ended, was refused or had to load anew."""
        found: dict[str, int] = self.said("state")
        return found

    def heard(self) -> list[tuple[float, float]]:
        """When each reading was published and heard by a page, since the last call."""
        return [(sent, heard) for sent, heard in self.said("heard")]

    def stop(self) -> None:
        """Ends the process."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Rig:
    """What runs while it is measured."""

    database: Database
    scene: Scene
    broker: Broker
    dashboard: Dashboard


@contextmanager
def running(folder: Path, stations: int) -> Iterator[Rig]:
    """Runs cluster, broker, ingest and dashboard inside the block."""
    cluster = Cluster(folder / "postgres", {role: f"live-{role}" for role in ROLES})
    dashboard: Dashboard | None = None
    broker: Broker | None = None
    try:
        cluster.start()
        database = open_database(cluster, DATABASE)
        upgrade(database.owner)
        scene = make_scene(database, stations)
        codes = list(scene.town_of)
        accounts = {INGEST: WORD, SIMULATOR: WORD}
        broker = Broker(folder / "mosquitto", accounts=accounts, gateways={SIMULATOR: codes})
        broker.start()
        dashboard = Dashboard(cluster.url("app"), folder / "server.log")
        dashboard.start()
        with ingest_process(broker, WORD, cluster.url("ingest"), folder / "ingest.log"):
            yield Rig(database, scene, broker, dashboard)
        database.dispose()
    finally:
        if dashboard is not None:
            dashboard.stop()
        if broker is not None:
            broker.stop()
        cluster.stop(immediate=True)


def publish(rig: Rig, seconds: float, rate: float) -> Counter[float]:
    """Publishes readings of random stations; returns how many pages should hear each moment."""
    client = Client(CallbackAPIVersion.VERSION2, SIMULATOR, protocol=MQTTv5)
    client.username_pw_set(SIMULATOR, WORD)
    client.connect("127.0.0.1", rig.broker.port)
    client.loop_start()
    chance = random.Random(7)  # noqa: S311 - no secret
    codes, due = list(rig.scene.town_of), Counter[float]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        code = chance.choice(codes)
        at = now()
        values = {
            "ph": 7 + chance.random() / 10,
            "do": 8 + chance.random() / 10,
            "codmn": chance.choice((1.5, 3.5, 5.5, 9.5)) + chance.random() / 10,
            "nh3n": 0.1 + chance.random() / 100,
            "tp": 0.015 + chance.random() / 1000,
        }
        body = orjson.dumps({"time": at.isoformat(), "values": values})
        client.publish(f"onemap/v1/{code}/reading", body, qos=1)
        due[at.timestamp()] = rig.scene.viewers_of[rig.scene.town_of[code]]
        time.sleep(chance.uniform(0.5, 1.5) / rate)
    time.sleep(2)
    client.disconnect()
    client.loop_stop()
    return due


def measure(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Returns the figures of one run."""
    with rig.database.app.connect() as connection:
        since = last_change_no(connection)
    pages = rig.scene.pages(options.viewers, since)
    viewers = Viewers(rig.dashboard, pages)
    try:
        until(lambda: viewers.state()["open"] == len(pages), patience_s=60, every_s=0.1)
        time.sleep(WARM_S)
        viewers.heard()
        load, before, began = os.getloadavg()[0], rig.dashboard.cpu_s(), time.monotonic()
        due = publish(rig, options.seconds, options.rate)
        took_s, used_s = time.monotonic() - began, rig.dashboard.cpu_s() - before
        heard = [(sent, at) for sent, at in viewers.heard() if sent in due]
        waits = [1000 * (at - sent) for sent, at in heard]
        state = viewers.state()
        back_s = restarted(rig.dashboard, viewers)
    finally:
        viewers.stop()
    count = Counter(sent for sent, _at in heard)
    cuts = statistics.quantiles(waits, n=20)
    with rig.database.app.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM station")).scalar_one()
    return {
        "stations": kept,
        "scopes": len(rig.scene.tokens),
        "viewers": len(pages),
        "readings": len(due),
        "heard": len(heard),
        "missed": sum((due - count).values()),
        "repeated": sum((count - due).values()),
        "p50_ms": round(cuts[9], 1),
        "p95_ms": round(cuts[18], 1),
        "max_ms": round(max(waits), 1),
        "dashboard_percent": round(100 * used_s / took_s, 1),
        "dashboard_ms_a_reading": round(1000 * used_s / len(due), 2),
        "dropped": state["ended"],
        "loaded_anew": state["resyncs"],
        "back_s": None if back_s is None else round(back_s, 2),
        "load": round(load, 1),
    }


def restarted(dashboard: Dashboard, viewers: Viewers) -> float | None:
    """Seconds from the restarted dashboard's first answer until all pages are back; None if not."""
    dashboard.stop()
    dashboard.start()
    began = time.monotonic()
    while time.monotonic() < began + BACK_S:
        if viewers.state()["open"] == viewers.count:
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; returns 0 if they are as good as promised, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=4000)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=4, help="readings a second")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with open_folder("viewers") as folder, running(folder, options.stations) as rig:
        found = measure(rig, options)
    if options.json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        for name, value in found.items():
            print(f"{name}: {value}")
    is_good = (
        found["p95_ms"] < 250
        and found["dashboard_percent"] < 25
        and found["dropped"] == found["missed"] == 0
        and found["back_s"] is not None
        and found["back_s"] < 5
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
