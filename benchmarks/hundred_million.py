"""What questions cost with 10⁸ values stored, and how much more than with a tenth of them.

    python -m benchmarks.hundred_million [--values 100000000] [--json]

Two questions. The newest of 20,000 stations: their state as the map asks for it, and all their
newest values; against a LATERAL query for the newest row of each station, and one for the newest
value of each parameter, which is what the values are. All rows are fetched. And one parameter of a
station over a year, hour by hour: the dashboard's own query with all its work, and its bare rows;
with readings lying as they arrived, and after closed months were put in order.
"""

import argparse
import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine

from benchmarks.hundred_million_fill import COLUMNS, YEAR, add_stations, fill, hourly_of
from data.archives.layout import months_in
from data.archives.ordering import order_month
from data.clock import now
from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from data.queries.readings import series
from data.vocabulary import Parameter
from tests.fixtures.folders import open_folder

FACTOR: Final = 10
QUESTIONS: Final = {
    "state": "SELECT station_id, observed_at, received_at, state, water_class, deciding,"
    " have_count, required_count, meets_target, multiple, fresh_until FROM latest_reading",
    "values": "SELECT station_id, observed_at, latest::text FROM latest_reading",
    "lateral_row": f"SELECT s.id, r.observed_at, {', '.join(f'r.{c}' for c in COLUMNS.values())}"
    " FROM station s CROSS JOIN LATERAL (SELECT * FROM reading WHERE station_id = s.id"
    " ORDER BY observed_at DESC LIMIT 1) r",
    "lateral_values": "SELECT s.id, "
    + ", ".join(f"{key}_r.at, {key}_r.v" for key in COLUMNS)
    + " FROM station s"
    + "".join(
        f" LEFT JOIN LATERAL (SELECT observed_at AS at, {column} AS v FROM reading WHERE station_id"
        f" = s.id AND {column} IS NOT NULL ORDER BY observed_at DESC LIMIT 1) {key}_r ON true"
        for key, column in COLUMNS.items()
    ),
}
MEASURED: Final = (Parameter.PH, Parameter.AMMONIA_NITROGEN, Parameter.CONDUCTIVITY)


def timed(act: Callable[..., object], *given: object) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act(*given)
    return (time.perf_counter() - began) * 1000


def newest(on: Engine, rounds: int) -> dict[str, float]:
    """The medians of the questions for the newest, taking turns; milliseconds."""
    taken: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    with on.connect() as connection:
        for _round in range(rounds):
            for name, query in QUESTIONS.items():
                taken[name].append(timed(fetch, connection, query))
    found = {f"{name}_ms": statistics.median(times[1:]) for name, times in taken.items()}
    found["state_over_lateral"] = found["state_ms"] / found["lateral_row_ms"]
    found["values_over_lateral"] = found["values_ms"] / found["lateral_row_ms"]
    found["values_over_lateral_values"] = found["values_ms"] / found["lateral_values_ms"]
    return found


def years(on: Engine, values: int, rounds: int) -> dict[str, float]:
    """Medians and 95th of a hundred of a year's course and of its bare rows; milliseconds."""
    drawn = random.Random(values)  # noqa: S311 - no secret
    whole, rows, used = [], [], 0.0
    with on.connect() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        for _each in range(10 * rounds):
            station = drawn.randint(1, hourly_of(values))
            before = cpu_s(backend)
            whole.append(timed(course, connection, station, drawn.choice(MEASURED)))
            used += cpu_s(backend) - before
            station = drawn.randint(1, hourly_of(values))
            rows.append(timed(year_rows, connection, station))
    return {
        "year_p50_ms": statistics.median(whole),
        "year_p95_ms": statistics.quantiles(whole, n=20)[-1],
        "year_cpu_ms": used * 1000 / len(whole),
        "rows_p50_ms": statistics.median(rows),
        "rows_p95_ms": statistics.quantiles(rows, n=20)[-1],
    }


def cpu_s(backend: int) -> float:
    """Seconds of CPU that this process and its backend took so far, its to the tick."""
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fetch(connection: Connection, query: str) -> None:
    """All rows are here, as the driver gives them."""
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    cursor.execute(query)
    assert len(cursor.fetchall()) == 20_000


def course(connection: Connection, station: int, parameter: Parameter) -> None:
    told = series(connection, station, parameter, YEAR, timedelta(hours=1))
    assert told.measured_count == 8760


def year_rows(connection: Connection, station: int) -> None:
    """The bare rows of the year, without flags, reviews or thinning."""
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    cursor.execute(
        "SELECT date_part('epoch', observed_at)::bigint, ph FROM reading WHERE station_id = %s"
        " AND observed_at >= %s AND observed_at < %s ORDER BY observed_at",
        (station, YEAR.start, YEAR.end),
    )
    assert len(cursor.fetchall()) == 8760


def at_size(cluster: Cluster, values: int, rounds: int) -> dict[str, Any]:
    """What is measured with so many values, and what they take."""
    name = f"values_{values}"
    cluster.create_database(name)
    owner, app = (engine(cluster.url(role, name)) for role in ("owner", "app"))
    upgrade(owner)
    add_stations(owner)
    began = time.perf_counter()
    rows = fill(owner, values)
    print(f"{rows:,} rows of nine values in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    found: dict[str, Any] = {
        "rows": rows,
        "values": rows * 9,
        **newest(app, rounds),
        "arrived": years(app, values, rounds),
    }
    for month in months_in(YEAR):
        order_month(owner, month, now())
    found["ordered"] = years(app, values, rounds)
    print(f"measured at load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    with owner.connect() as connection:
        size = connection.exec_driver_sql(f"SELECT pg_database_size('{name}')").scalar_one()
    found["gigabytes"] = int(size) / 1e9
    owner.dispose()
    app.dispose()
    return found


def main(arguments: list[str] | None = None) -> int:
    """The figures are printed; 0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=100_000_000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    gc.collect()
    gc.freeze()  # as serve does
    with open_folder("hundred-million") as folder:
        cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            small = at_size(cluster, args.values // FACTOR, args.rounds)
            large = at_size(cluster, args.values, args.rounds)
        finally:
            cluster.stop(immediate=True)
    told = {"small": small, "large": large, "load": os.getloadavg()[0]}
    told |= {f"{name}_growth": large[f"{name}_ms"] / small[f"{name}_ms"] for name in QUESTIONS}
    told["year_growth"] = large["ordered"]["year_p50_ms"] / small["ordered"]["year_p50_ms"]
    goals = {
        "state of 20,000 stations <= 0.6 x LATERAL": large["state_over_lateral"] <= 0.6,
        "values of 20,000 stations <= 0.6 x LATERAL": large["values_over_lateral"] <= 0.6,
        "a one-year hourly series p95 < 25 ms": large["ordered"]["year_p95_ms"] < 25,
        "ten times the rows <= 1.3 x the time, state": told["state_growth"] <= 1.3,
        "ten times the rows <= 1.3 x the time, values": told["values_growth"] <= 1.3,
        "ten times the rows <= 1.3 x the time, year": told["year_growth"] <= 1.3,
    }
    print(json.dumps({**told, "goals": goals}, indent=1) if args.json else lines(told, goals))
    return 0 if all(goals.values()) else 1


def lines(told: dict[str, Any], goals: dict[str, bool]) -> str:
    """The figures to read."""
    made = []
    for one in (told["small"], told["large"]):
        made.append(f"{one['values']:,} values, {one['gigabytes']:.2f} GB")
        made += [f"  {name:<28}{one[name]:>9.2f}" for name in one if name.endswith(("_ms", "al"))]
        made.append(
            f"  {'values_over_lateral_values':<28}{one['values_over_lateral_values']:>9.2f}"
        )
        for layout in ("arrived", "ordered"):
            figures = "  ".join(f"{name} {value:.1f}" for name, value in one[layout].items())
            made.append(f"  {layout}: {figures}")
    made += [f"{name} x {told[name]:.2f}" for name in told if name.endswith("_growth")]
    made.append(f"load {told['load']:.1f}")
    made += [f"{'met ' if met else 'NOT '} {goal}" for goal, met in goals.items()]
    return "\n".join(made)


if __name__ == "__main__":
    sys.exit(main())
