"""How long a reading takes from `mosquitto_pub` to the changed colour of its reach on an open map.

    python -m benchmarks.live_colour

Real broker, ingest, PostgreSQL, dashboard and Chromium; each reading crosses the border between
classes Ⅱ and Ⅲ. Two moments are taken in the page: the colour is set, and the next frame is drawn.
"""

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
from playwright.sync_api import Page, sync_playwright

from data.clock import now
from data.cluster import DATABASE, ROLES, Cluster
from data.migrations.run import upgrade
from ingest.broker.mosquitto import INGEST, Broker
from tests.fixtures.browser import FLAGS
from tests.fixtures.map import row_of
from tests.fixtures.served import Served
from tests.made.basin import SmallBasin
from tests.made.database import open_database
from tests.made.office import open_office
from tests.running.dashboard_process import running_dashboard
from tests.running.folders import open_folder
from tests.running.ingest_process import ingest_process

STATION = "QH-02"
DEVICE_WORD = "live-colour"
WATCH = """() => {
  window.seen = [];
  const row = () => ROW;
  let last = row()?.cls;
  setInterval(() => {
    const cls = row()?.cls;
    if (cls === undefined || cls === last) return;
    last = cls;
    const entry = { cls, set: Date.now(), drawn: 0 };
    window.seen.push(entry);
    requestAnimationFrame(() => requestAnimationFrame(() => { entry.drawn = Date.now(); }));
  }, 5);
}"""
"""Notes when the tiles in view tell of another class of the reach, and when that is drawn."""


def publish(broker: Broker, step: int) -> float:
    """Returns the moment just before the device's message is handed to mosquitto_pub."""
    jitter = random.Random(step).random() / 50  # noqa: S311 - no secret, only no flat line
    values = {
        "ph": 7.1 + jitter,
        "do": 8.0 + jitter,
        "codmn": (3.9 if step % 2 else 4.1) + jitter,
        "nh3n": 0.12 + jitter / 10,
        "tp": 0.015 + jitter / 100,
    }
    payload = orjson.dumps({"time": now().isoformat(), "values": values})
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1", "-V", "5"]
    command += ["-u", STATION, "-P", DEVICE_WORD, "-t", f"onemap/v1/{STATION}/reading", "-s"]
    began = time.time()
    subprocess.run(command, input=payload, check=True, timeout=20)
    return began


def measure(page: Page, broker: Broker, basin: SmallBasin, updates: int) -> list[tuple[int, int]]:
    """Milliseconds to the colour set and to the frame drawn, for each update."""
    page.evaluate(WATCH.replace("ROW", row_of("reaches", basin.reach_down)))
    told = []
    for step in range(updates + 1):
        began = publish(broker, step) * 1000
        deadline = time.monotonic() + 20
        wanted = 2 if step % 2 else 3
        last = None
        while not (last and last["cls"] == wanted and last["drawn"]):
            assert time.monotonic() < deadline, f"update {step} never reached the map"
            page.wait_for_timeout(10)
            last = page.evaluate("() => window.seen.at(-1)")
        if step:
            told.append((round(last["set"] - began), round(last["drawn"] - began)))
        page.wait_for_timeout(random.uniform(300, 900))  # noqa: S311 - spreads the phases
    return told


@contextmanager
def everything(folder: Path) -> Iterator[tuple[Broker, Served]]:
    """Runs cluster, broker, ingest and dashboard inside the block."""
    cluster = Cluster(folder / "postgres", {role: f"live-{role}" for role in ROLES})
    accounts = {INGEST: DEVICE_WORD, STATION: DEVICE_WORD}
    broker = Broker(folder / "mosquitto", accounts=accounts)
    try:
        cluster.start()
        broker.start()
        database = open_database(cluster, DATABASE)
        upgrade(database.owner)
        office = open_office(database)
        with (
            running_dashboard(cluster.url("app"), folder / "server.log", {}) as url,
            ingest_process(broker, DEVICE_WORD, cluster.url("ingest"), folder / "ingest.log"),
        ):
            yield broker, Served(url, office)
        database.dispose()
    finally:
        broker.stop()
        cluster.stop(immediate=True)


def run(updates: int) -> list[tuple[int, int]]:
    """Returns the times of that many updates on one open map."""
    with (
        open_folder("live") as folder,
        everything(folder) as (broker, served),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        served.sign_in(context, "auditor")
        page = context.new_page()
        page.goto(served.url)
        deadline = time.monotonic() + 60
        ready = "() => window.onemap?.app?.live?.source?.readyState === 1"
        while not page.evaluate(ready):
            assert time.monotonic() < deadline, "the map never opened"
            page.wait_for_timeout(100)
        told = measure(page, broker, served.basin, updates)
        browser.close()
        return told


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=100)
    told = run(parser.parse_args(arguments).updates)
    p95 = []
    for name, times in zip(("colour set", "frame drawn"), zip(*told, strict=True), strict=True):
        cuts = statistics.quantiles(times, n=20)
        p95.append(cuts[18])
        print(f"{name}: p50 {statistics.median(times):.0f} ms, p95 {cuts[18]:.0f} ms,", end=" ")
        print(f"most {max(times)} ms over {len(times)} updates")
    print(f"p95 / 1000 ms = {p95[0] / 1000:.3f}")
    return 0 if p95[0] < 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
