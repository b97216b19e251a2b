"""How fast 100,000 reaches are imported, in how much memory, and how the importer before did.

    ./onemap bench imports [--reaches 100000] [--subset 2000] [--real DIR] [--json]

A nation is made by rule (``benchmarks.imports_nation``): 3,260 divisions, and rivers of 25 reaches
each. ``onemap import`` runs as its users run it, in a process of its own that measures its memory.
A subset goes through the importer as it was before (``benchmarks.imports_before``) and through
today's, three times: into split rivers, the same again, and with moved borders. What both leave in
the database has to be the same. Exits with 1 where it is not, or where rows are missing.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from benchmarks import imports_before, imports_nation
from benchmarks.imports_nation import write
from data.cluster import ROLES, Cluster
from data.database import engine
from data.imports import kinds, reaches, source
from data.imports.fields import ImportKind
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.migrations.run import upgrade
from tests.running.folders import open_folder

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = """
SELECT reach.name, reach.code, position, reach.division_id, chainage_from_m, chainage_to_m,
    min_zoom, md5(ST_AsBinary(reach.geom)), md5(ST_AsBinary(reach.geom_low)),
    river.name, (SELECT other.code FROM reach AS other WHERE other.id = reach.downstream_id)
FROM reach JOIN river ON river.id = river_id ORDER BY river.name, river.id, position
"""
MEASURED: Final = """
import re, sys, time
from pathlib import Path
began = time.monotonic()
from dashboard.cli import main
code = main(sys.argv[1:])
status = Path("/proc/self/status").read_text()
rss = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024
print(f"MEASURED {code} {time.monotonic() - began:.1f} {time.process_time():.1f} {rss:.0f}")
"""
"""Runs a command; then says its exit code, seconds, processor seconds and most memory in MB."""

Importer = Callable[[Connection, Sequence[source.Row], Options, Outcome], None]


@dataclass(frozen=True, slots=True)
class Run:
    """One import: rows that it wrote, seconds, seconds on a processor and most memory."""

    what: str
    rows: int
    seconds: float
    rows_a_second: float
    processor_seconds: float
    peak_mb: float
    load: float


def run_command(url: str, kind: str, path: Path, rows: int) -> Run:
    """Runs ``onemap import`` in a process of its own. Raises ValueError if rows are missing."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "import", kind, str(path), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"ONEMAP_DATABASE__URL": url, "PYTHONPATH": str(ROOT)},
    )
    found = re.search(r"MEASURED (\d+) ([\d.]+) ([\d.]+) (\d+)", done.stdout)
    if found is None or found[1] != "0":
        raise ValueError(f"{kind}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    outcome = json.loads(done.stdout[: found.start()])
    written = outcome["taken"] + outcome["updated"]
    if written < rows:
        raise ValueError(f"{kind}: {written} rows were written, {rows} were asked for")
    seconds = float(found[2])
    return Run(
        f"import {kind}", written, seconds, round(written / seconds, 1), float(found[3]),
        float(found[4]), os.getloadavg()[0],
    )  # fmt: skip


def fill_subset(cluster: Cluster, folder: Path, count: int) -> list[Path]:
    """Makes a database with the rivers of a subset; returns the files of reaches to import."""
    made = imports_nation.rivers(count)
    write(folder / "some-rivers.gpkg", imports_nation.river_features(made))
    moved = write(folder / "moved.gpkg", imports_nation.reach_features(made, 3))
    same = write(folder / "some.gpkg", imports_nation.reach_features(made))
    owner = engine(cluster.url("owner", "subset"))
    run_here(owner, ImportKind.RIVERS, folder / "some-rivers.gpkg", None)
    owner.dispose()
    return [same, same, moved]


def run_here(on: Engine, kind: ImportKind, path: Path, importer: Importer | None) -> float:
    """Imports a file in this process, by an importer of its own; returns the seconds it took."""
    read = source.read(path, kind)
    began = time.monotonic()
    with on.begin() as connection:
        if importer is None:
            kinds.import_source(connection, kind, read)
        else:
            importer(connection, read.rows, Options(), Outcome(kind))
    return time.monotonic() - began


def compare(cluster: Cluster, files: Sequence[Path]) -> dict[str, Any]:
    """Imports the files both ways into copies of one database; says seconds and whether alike."""
    seconds: dict[str, list[float]] = {}
    kept: dict[str, list[Any]] = {}
    for name, importer in (
        ("before", imports_before.import_rows),
        ("after", reaches.import_rows),
    ):
        cluster.create_database(f"subset_{name}", "subset")
        on = engine(cluster.url("app", f"subset_{name}"))
        seconds[name], kept[name] = [], []
        for path in files:
            seconds[name].append(round(run_here(on, ImportKind.REACHES, path, importer), 2))
            with on.connect() as connection:
                kept[name].append(connection.execute(text(KEPT)).all())
        on.dispose()
    return {
        "is_same": kept["before"] == kept["after"],
        "rows": len(kept["after"][0]),
        "seconds": seconds,
        "ratio": round(sum(seconds["before"]) / sum(seconds["after"]), 1),
    }


def measure(count: int, subset: int, real: Path | None) -> dict[str, Any]:
    """Returns the runs of a whole nation, and the comparison on a subset of it."""
    with open_folder("imports") as folder:
        cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            cluster.create_database("divided")
            owner = engine(cluster.url("owner", "divided"))
            upgrade(owner)
            owner.dispose()
            url = cluster.url("app", "divided")
            divisions = write(folder / "divisions.gpkg", imports_nation.division_features())
            runs = [run_command(url, "divisions", divisions, 3_000)]
            result: dict[str, Any] = {}
            if subset:
                cluster.create_database("subset", "divided")
                result["subset"] = compare(cluster, fill_subset(cluster, folder, subset))
            made = imports_nation.real_rivers(real) if real else imports_nation.rivers(count)
            rivers = write(folder / "rivers.gpkg", imports_nation.river_features(made))
            features = imports_nation.reach_features(made)
            path, rows = write(folder / "reaches.gpkg", features), len(features)
            del features
            runs.append(run_command(url, "rivers", rivers, len(made)))
            runs.append(run_command(url, "reaches", path, rows))
        finally:
            cluster.stop(immediate=True)
    return {"runs": [asdict(run) for run in runs], **result}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 where the two importers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reaches", type=int, default=100_000)
    parser.add_argument("--subset", type=int, default=2_000, help="0: compare nothing")
    parser.add_argument("--real", type=Path, help="folder with lines_scale: real lines")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    found = measure(chosen.reaches, chosen.subset, chosen.real)
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for run in found["runs"]:
            print("  ".join(f"{name} {value}" for name, value in run.items()))
        print(found.get("subset", ""))
    return 0 if found.get("subset", {"is_same": True})["is_same"] else 1


if __name__ == "__main__":
    sys.exit(main())
