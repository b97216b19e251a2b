"""What questions cost with 10⁸ values stored, and how much more than with a tenth of them.

    python -m benchmarks.hundred_million [--values 100000000] [--json]

The newest of 20,000 stations: their state as the map takes it, and all their newest values as JSON
text; against a LATERAL query for the newest row of each station, and one for the newest value of
each parameter, which is what the values are. All rows are fetched. And one parameter of a station
over a year, hour by hour: the dashboard's own query with all its work, and its bare rows; with
readings lying as they arrived, and after closed months were put in order.

Questions and sizes take turns in an order drawn anew. What each costs is told in time and, since
other work on the machine slows the clock and not the question, in CPU of both ends.
"""

import argparse
import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
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
from data.queries.readings.course import series
from data.queries.stations.standing import STATE_NOW
from data.vocabulary import Parameter
from tests.running.folders import open_folder

FACTOR: Final = 10
QUESTIONS: Final = {
    "state": f"SELECT station_id, {STATE_NOW.replace(':now', 'now()')}, water_class, deciding,"
    " have_count, required_count, meets_target, multiple, observed_at"
    " FROM latest_reading AS latest",
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
    """Returns the milliseconds of a call."""
    began = time.perf_counter()
    act(*given)
    return (time.perf_counter() - began) * 1000


def newest(on: Mapping[str, Engine], rounds: int) -> dict[str, dict[str, float]]:
    """By size: medians of the questions for the newest, in ms, and mean CPU; they take turns."""
    wall: dict[tuple[str, str], list[float]] = {(s, q): [] for s in on for q in QUESTIONS}
    used = dict.fromkeys(wall, 0.0)
    drawn = random.Random(rounds)  # noqa: S311 - no secret
    with ExitStack() as stack:
        sessions = {size: stack.enter_context(each.connect()) for size, each in on.items()}
        backends = {size: backend_of(each) for size, each in sessions.items()}
        for turn in range(rounds):
            for size, name in drawn.sample(list(wall), len(wall)):
                before = cpu_s(backends[size])
                wall[size, name].append(timed(fetch, sessions[size], QUESTIONS[name]))
                used[size, name] += (cpu_s(backends[size]) - before) if turn else 0.0
    found: dict[str, dict[str, float]] = {}
    for size in on:
        told = {f"{q}_ms": statistics.median(wall[size, q][1:]) for q in QUESTIONS}
        told |= {f"{q}_cpu_ms": used[size, q] * 1000 / (rounds - 1) for q in QUESTIONS}
        for unit in ("ms", "cpu_ms"):
            row, single = told[f"lateral_row_{unit}"], told[f"lateral_values_{unit}"]
            told[f"state_over_lateral_{unit}"] = told[f"state_{unit}"] / row
            told[f"values_over_lateral_{unit}"] = told[f"values_{unit}"] / row
            told[f"values_over_lateral_values_{unit}"] = told[f"values_{unit}"] / single
        found[size] = told
    return found


def years(on: Mapping[str, Engine], rounds: int) -> dict[str, dict[str, float]]:
    """By size: medians and 95th of a hundred of a year's course, of its bare rows; ms."""
    drawn = random.Random(len(on))  # noqa: S311 - no secret
    whole: dict[str, list[float]] = {size: [] for size in on}
    rows: dict[str, list[float]] = {size: [] for size in on}
    used = dict.fromkeys(on, 0.0)
    with ExitStack() as stack:
        sessions = {size: stack.enter_context(each.connect()) for size, each in on.items()}
        backends = {size: backend_of(each) for size, each in sessions.items()}
        for _each in range(10 * rounds):
            for size, connection in sessions.items():
                most = hourly_of(int(size))
                station, before = drawn.randint(1, most), cpu_s(backends[size])
                whole[size].append(timed(course, connection, station, drawn.choice(MEASURED)))
                used[size] += cpu_s(backends[size]) - before
                rows[size].append(timed(year_rows, connection, drawn.randint(1, most)))
    return {
        size: {
            "year_p50_ms": statistics.median(whole[size]),
            "year_p95_ms": statistics.quantiles(whole[size], n=20)[-1],
            "year_cpu_ms": used[size] * 1000 / len(whole[size]),
            "rows_p50_ms": statistics.median(rows[size]),
            "rows_p95_ms": statistics.quantiles(rows[size], n=20)[-1],
        }
        for size in on
    }


def backend_of(connection: Connection) -> int:
    """Returns the process that serves the connection."""
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def cpu_s(backend: int) -> float:
    """Seconds of CPU that this process and its backend took so far, its to the tick."""
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fetch(connection: Connection, query: str) -> None:
    """Fetches all rows, as the driver gives them."""
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    cursor.execute(query)
    assert len(cursor.fetchall()) == 20_000


def course(connection: Connection, station: int, parameter: Parameter) -> None:
    told = series(connection, station, parameter, YEAR, timedelta(hours=1))
    assert told.measured_count == 8760


def year_rows(connection: Connection, station: int) -> None:
    """Fetches the bare rows of the year, without flags, reviews or thinning."""
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    cursor.execute(
        "SELECT date_part('epoch', observed_at)::bigint, ph FROM reading WHERE station_id = %s"
        " AND observed_at >= %s AND observed_at < %s ORDER BY observed_at",
        (station, YEAR.start, YEAR.end),
    )
    assert len(cursor.fetchall()) == 8760


def prepare(cluster: Cluster, values: int) -> tuple[int, Engine, Engine]:
    """Fills the database; returns its number of rows, and its engines for owner and reader."""
    name = f"values_{values}"
    cluster.create_database(name)
    owner, app = (engine(cluster.url(role, name)) for role in ("owner", "app"))
    upgrade(owner)
    add_stations(owner)
    began = time.perf_counter()
    rows = fill(owner, values)
    print(f"{rows:,} rows of nine values in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return rows, owner, app


def measure(cluster: Cluster, sizes: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Returns the measurements of each size, the sizes taking turns."""
    made = {str(values): prepare(cluster, values) for values in sizes}
    apps = {size: app for size, (_rows, _owner, app) in made.items()}
    asked, arrived = newest(apps, rounds), years(apps, rounds)
    for _rows, owner, _app in made.values():
        for month in months_in(YEAR):
            order_month(owner, month, now())
    ordered = years(apps, rounds)
    found = []
    for size, (rows, owner, app) in made.items():
        with owner.connect() as connection:
            taken = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
            told = {"rows": rows, "values": rows * 9, "gigabytes": taken.scalar_one() / 1e9}
        found.append({**told, **asked[size], "arrived": arrived[size], "ordered": ordered[size]})
        owner.dispose()
        app.dispose()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Prints the figures; returns 0 when every goal is met."""
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
            sizes = (args.values // FACTOR, args.values)
            small, large = measure(cluster, sizes, args.rounds)
        finally:
            cluster.stop(immediate=True)
    told: dict[str, Any] = {"small": small, "large": large, "load": os.getloadavg()[0]}
    told |= {f"{name}_growth": large[f"{name}_ms"] / small[f"{name}_ms"] for name in QUESTIONS}
    told |= {f"{q}_cpu_growth": large[f"{q}_cpu_ms"] / small[f"{q}_cpu_ms"] for q in QUESTIONS}
    told["year_cpu_growth"] = large["ordered"]["year_cpu_ms"] / small["ordered"]["year_cpu_ms"]
    told["year_growth"] = large["ordered"]["year_p50_ms"] / small["ordered"]["year_p50_ms"]
    goals = {
        "state of 20,000 stations <= 0.6 x LATERAL": large["state_over_lateral_ms"] <= 0.6,
        "values of 20,000 stations <= 0.6 x LATERAL": large["values_over_lateral_ms"] <= 0.6,
        "a one-year hourly series p95 < 25 ms": large["ordered"]["year_p95_ms"] < 25,
        "ten times the rows <= 1.3 x the time, state": told["state_growth"] <= 1.3,
        "ten times the rows <= 1.3 x the time, values": told["values_growth"] <= 1.3,
        "ten times the rows <= 1.3 x the time, year": told["year_growth"] <= 1.3,
    }
    print(json.dumps({**told, "goals": goals}, indent=1) if args.json else lines(told, goals))
    return 0 if all(goals.values()) else 1


def lines(told: dict[str, Any], goals: dict[str, bool]) -> str:
    """Returns the figures as text."""
    made = []
    for one in (told["small"], told["large"]):
        made.append(f"{one['values']:,} values, {one['gigabytes']:.2f} GB")
        made += [f"  {name:<36}{one[name]:>9.2f}" for name in one if name.endswith("_ms")]
        for layout in ("arrived", "ordered"):
            figures = "  ".join(f"{name} {value:.1f}" for name, value in one[layout].items())
            made.append(f"  {layout}: {figures}")
    made += [f"{name} x {told[name]:.2f}" for name in told if name.endswith("_growth")]
    made.append(f"load {told['load']:.1f}")
    made += [f"{'met ' if met else 'NOT '} {goal}" for goal, met in goals.items()]
    return "\n".join(made)


if __name__ == "__main__":
    sys.exit(main())
