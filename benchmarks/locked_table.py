"""Measures how long others wait while a table is locked and twenty requests need it.

``PYTHONPATH=. .venv/bin/python -m benchmarks.locked_table [TABLE ...]`` makes a server of its own
on a private cluster and prints, for each table, the p95 of rivers, map, health and an asset in
milliseconds: quiet, beside twenty clients that ask for the ledger, and beside them with the table
locked for 25 s. Where the ledger doesn't need the table, the clients are never held up and their
work is what the others feel: then the second column is what to compare with.
"""

import threading
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlalchemy import text

from benchmarks.rig.private_database import private_database
from data.tables import METADATA
from tests.fixtures.served import Served
from tests.made.office import open_office
from tests.running.dashboard_process import running_dashboard

PATHS = ("/api/v1/rivers", "/api/v1/map/state", "/healthz", "/assets/ledger/ledger.css")
LOCKED_S = 25.0
QUIET_S = 8.0
AT_ONCE = 20


def asked(client: httpx.Client, seconds: float) -> dict[str, tuple[float, int]]:
    """The p95 in ms and the number of answers that weren't 200, by path, asked for so long."""
    took: dict[str, list[float]] = {path: [] for path in PATHS}
    failed = dict.fromkeys(PATHS, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in PATHS:
            began = time.perf_counter()
            failed[path] += client.get(path).status_code != 200
            took[path].append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return {
        path: (sorted(all_ms)[int(len(all_ms) * 0.95)], failed[path])
        for path, all_ms in took.items()
    }


@contextmanager
def load(served: Served, until: float) -> Iterator[None]:
    """Twenty clients that ask for the ledger again and again."""

    def ask() -> None:
        with served.client("office") as client:
            while time.monotonic() < until:
                client.get("/api/v1/problems")
                time.sleep(0.2)

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def measure(served: Served, table: str) -> None:
    """Prints the table's lines."""
    with served.client("office") as client:
        asked(client, 2)
        quiet = asked(client, QUIET_S)
        with load(served, time.monotonic() + QUIET_S):
            busy = asked(client, QUIET_S - 1)
        end = time.monotonic() + LOCKED_S
        with served.database.owner.begin() as connection:
            connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            with load(served, end):
                time.sleep(0.3)
                locked = asked(client, LOCKED_S - 1)
    for path in PATHS:
        p95 = "".join(f"{asked_then[path][0]:9.1f}" for asked_then in (quiet, busy, locked))
        print(f"{table:<16} {path:<26} {p95} ms  not 200: {locked[path][1]}", flush=True)


@contextmanager
def served_office() -> Iterator[Served]:
    """Serves the made office from a private cluster inside the block."""
    with private_database(durable=False) as (database, folder):
        office = open_office(database)
        with running_dashboard(database.urls["app"], folder / "log", {}) as address:
            yield Served(address, office)


def main() -> None:
    """Measures the tables named, or ``problem``."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("table", nargs="*", metavar="TABLE", help="one, or several by commas")
    tables = parser.parse_args().table or ["problem"]
    named = {name.strip() for each in tables for name in each.split(",")}
    if unknown := named - set(METADATA.tables):
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    with served_office() as served:
        for table in tables:
            measure(served, table)


if __name__ == "__main__":
    main()
