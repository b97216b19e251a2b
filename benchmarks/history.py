"""How fast history moves: rows a second out to files and back in, and a month told from either.

    python -m benchmarks.history [--values 9000000]

A year of readings of 20,000 stations is written out, a month of it is evaluated from the files and
from the database (the figures must be the same), and a month's file is loaded into an empty
database, accounts and newest values included.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.hundred_million_fill import add_stations, fill
from data.archives.evaluation import business_month, is_section, means_of
from data.archives.layout import STATIONS_FILE, Kind, Month
from data.archives.places import read_places
from data.archives.spread import sums_here
from data.archives.unload import unload
from data.clock import now
from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from data.queries.stations.month_classes import month_means
from ingest.history.importing import HistoryImport
from tests.running.folders import open_folder

MAY = Month(2025, 5)


def timed(said: str, act: Callable[[], object], rows: int) -> None:
    began = time.perf_counter()
    act()
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{said:<44}{took:>8.2f} s{rows / took:>12,.0f} rows/s   {memory:,.0f} MB at most")


def run(cluster: Cluster, folder: Path, values: int) -> None:
    """Measures everything once and prints it."""
    for name in ("filled", "empty"):
        cluster.create_database(name)
        owner = engine(cluster.url("owner", name))
        upgrade(owner)
        add_stations(owner)
        if name == "filled":
            rows = fill(owner, values)
        owner.dispose()
    full = engine(cluster.url("app", "filled"))
    timed("export of a year", lambda: unload(full, folder), rows)
    span = business_month(MAY, now())
    places = read_places(folder / STATIONS_FILE)
    month = folder / MAY.file_of(Kind.READINGS)
    with full.connect() as connection:
        ids = [each.id for each in places if is_section(each)]
        told = month_means(connection, ids, span)
        of_month = sum(each.sample_count for each in told.values())
        timed("a month by PostgreSQL", lambda: month_means(connection, ids, span), of_month)
    timed("a month by DuckDB", lambda: sums_here(folder, span), of_month)
    assert means_of(places, sums_here(folder, span), span) == told
    print(f"the figures of {len(told):,} sections are the same to the last bit")
    history = HistoryImport(engine(cluster.url("ingest", "empty")), month)
    done: list[int] = []
    timed("import of a month's Parquet", lambda: done.append(history.run().stored), of_month)
    assert done[0] > 0
    size = sum(file.stat().st_size for file in folder.rglob("*.parquet"))
    print(f"{size / rows:.1f} bytes a reading in Parquet")


def main(arguments: list[str] | None = None) -> int:
    """Prints the figures; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=9_000_000)
    args = parser.parse_args(arguments)
    with open_folder("history") as folder:
        cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            run(cluster, folder / "archive", args.values)
        finally:
            cluster.stop(immediate=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
