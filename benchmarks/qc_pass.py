"""What the second look costs for an hour of readings, and what ioos_qc would cost series by series.

    python -m benchmarks.qc_pass [--stations 20000] [--json]

Stations on rivers of forty, hourly readings of nine values, 41 hours of them known already; then
one more hour for every station, and one turn over all of them. The other side calls the same five
tests of ``ioos_qc`` once for each series of a sample of stations, on arrays that are there already.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from ioos_qc import qartod
from sqlalchemy import Engine, text

from data.clock import UtcDatetime, now
from data.cluster import ROLES, Cluster
from data.database import engine
from data.device_settings import QcSettings
from data.migrations.run import upgrade
from ingest.qc.watch import Watch
from tests.running.folders import open_folder

HOURS = 41
SAMPLE = 200
WATERS = """
INSERT INTO river (name, kind, length_m, geom)
SELECT 'R' || n, 'river', 80000, ST_GeomFromText('MULTILINESTRING((112 32,112 33))', 4490)
FROM generate_series(1, :rivers) AS n;
INSERT INTO reach (river_id, name, position, chainage_from_m, chainage_to_m, geom)
SELECT river.id, n::text, n, 10000 * n, 10000 * n + 10000,
    ST_GeomFromText('LINESTRING(112 32,112 33)', 4490)
FROM river, generate_series(0, 7) AS n;
INSERT INTO station (code, name, kind, body, reach_id, chainage_m, interval_s, source_x, source_y,
    geom)
SELECT 'S' || reach.id || '-' || n, 's', 'section', 'river', reach.id,
    chainage_from_m + 2000 * n, 3600, 112, 32, ST_SetSRID(ST_MakePoint(112, 32), 4490)
FROM reach, generate_series(0, 4) AS n;
INSERT INTO section (station_id) SELECT id FROM station
"""
READINGS = """
INSERT INTO reading (station_id, observed_at, received_at, water_temperature_c, ph,
    dissolved_oxygen_mgl, conductivity_uscm, turbidity_ntu, permanganate_index_mgl,
    ammonia_nitrogen_mgl, total_phosphorus_mgl, total_nitrogen_mgl)
SELECT id, at, at, 16 + r / 4, 7.4 + r / 10, 8 + r / 3, 400 + 20 * r, 10 + r, 3 + r / 8,
    0.4 + r / 20, 0.08 + r / 100, 2 + r / 10
FROM generate_series(cast(:first AS timestamptz), :last, interval '1 hour') AS at, station,
    LATERAL (SELECT random() + 0 * (station.id + extract(hour FROM at)) AS r) AS noise
"""
PARTITION = text("SELECT ensure_reading_partition(cast(:at AS timestamptz))")
LATEST = """
INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state)
SELECT id, :last, :last, '{"temp": 1, "ph": 1, "do": 1, "ec": 1, "turb": 1, "codmn": 1,
    "nh3n": 1, "tp": 1, "tn": 1}', 'none' FROM station
ON CONFLICT (station_id) DO UPDATE SET change_no = nextval('latest_reading_change_no'),
    observed_at = excluded.observed_at, received_at = excluded.received_at
"""


def send(owner: Engine, first: UtcDatetime, last: UtcDatetime) -> None:
    """Every station has an hourly reading from first to last."""
    with owner.begin() as connection:
        connection.execute(text(READINGS), {"first": first, "last": last})
        connection.execute(text(LATEST), {"last": last})


def measure(watch: Watch) -> dict[str, float]:
    """Wall and CPU seconds of one turn; the database's own CPU is not in them."""
    began, cpu = time.monotonic(), time.process_time()
    done = watch.turn()
    return {
        "stations": done.stations,
        "found": done.added,
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - cpu,
    }


def one_series_at_a_time() -> float:
    """CPU seconds for a station: nine series, five tests each, by ioos_qc alone."""
    random = np.random.default_rng(1)
    times = np.arange(HOURS + 1) * 3600
    config = qartod.ClimatologyConfig()
    config.add(tspan=(1, 12), vspan=(5.0, 9.0), period="month")
    depth = np.full(len(times), np.nan)
    began = time.process_time()
    for _ in range(SAMPLE * 9):
        values = 7.0 + random.random(len(times))
        qartod.gross_range_test(values, (0.0, 14.0), (4.0, 10.0))
        qartod.climatology_test(config, values, times, depth)
        qartod.spike_test(values, 1.0, 4.0, "differential")
        qartod.rate_of_change_test(values, times, 1.0 / 3600)
        qartod.flat_line_test(values, times, 24 * 3600, 36 * 3600, 1e-9)
    return (time.process_time() - began) / SAMPLE


def run(stations: int, folder: Path) -> dict[str, object]:
    """Returns all figures of one run on a cluster of its own."""
    cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
    cluster.start()
    try:
        owner, ingest = engine(cluster.url("owner")), engine(cluster.url("ingest"))
        upgrade(owner)
        last = UtcDatetime(now().replace(minute=0, second=0, microsecond=0))
        before = UtcDatetime(last - timedelta(hours=1))
        with owner.begin() as connection:
            for statement in WATERS.split(";"):
                connection.execute(text(statement), {"rivers": stations // 40})
            for moment in (before - timedelta(hours=HOURS), last):
                connection.execute(PARTITION, {"at": moment})
        send(owner, UtcDatetime(before - timedelta(hours=HOURS)), before)
        watch = Watch(ingest, QcSettings())
        first = measure(watch)
        send(owner, last, last)
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        hour = measure(watch)
        owner.dispose()
        ingest.dispose()
    finally:
        cluster.stop(immediate=True)
    alone_s = one_series_at_a_time()
    return {
        "stations": stations,
        "values_read": stations * 9 * (HOURS + 2),
        "first_look": first,
        "hour": hour,
        "ours_us_per_station": 1e6 * hour["cpu_seconds"] / stations,
        "ioos_qc_us_per_station": 1e6 * alone_s,
        "ratio": alone_s * stations / hour["cpu_seconds"],
        "cores": os.cpu_count(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    with open_folder("qc-pass") as folder:
        told = run(args.stations, folder)
    print(json.dumps(told, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
