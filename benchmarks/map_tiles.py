"""How long tiles of a nation take: ours over HTTP beside tipg's, and ours in SQL beside bare SQL.

    python -m benchmarks.map_tiles [--json] [--folder DIR] [--tiles 24] [--rounds 3]

The same tiles for all sides, in random order, each asked once of servers that were just started, so
that nothing answers from memory. A tile without reaches on either side ends the run: it would be
fast for the wrong reason. Exits with 1 where a goal is missed.
"""

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import psycopg

from benchmarks.rig.map_tiles_ground import (
    ZOOMS,
    Reader,
    Session,
    Tile,
    feature_counts,
    national_database,
    readers,
)
from benchmarks.rivals import tipg
from dashboard.map.tile_database import numbered
from data.clock import now
from data.cluster import Cluster
from data.database import engine
from data.errors import BadInput
from data.queries.map.tiles import statement
from tests.running.dashboard_process import running_dashboard

BARE: Final = """
WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile,
    ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.0625) AS wide)
SELECT ST_AsMVT(one, 'reaches', 4096, 'mvt', 'id') FROM (
    SELECT id, river_id, position, ST_AsMVTGeom(geom_web, bounds.tile, 4096, 256, true) AS mvt
    FROM reach, bounds WHERE geom_web && bounds.wide) one WHERE one.mvt IS NOT NULL
"""
"""What tipg sends too, and no server around it."""

SESSION: Final = "-c jit=off -c plan_cache_mode=force_generic_plan"
MOST_BYTES, MOST_MS = 30_000, 30.0
Ask = Callable[[Tile], bytes]


def goal(side: str, zoom: int) -> float:
    """Returns the largest ratio of a side to its rival that is aimed for."""
    if side == "sql reaches":
        return 1.3
    if side == "sql whole":
        return 3.0
    if "reaches" in side:
        return 0.3
    return 0.2 if zoom <= 6 else 0.5


@dataclass(slots=True)
class Figures:
    """Milliseconds and packed bytes of one side's tiles of one zoom."""

    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def row(self) -> dict[str, float]:
        """Returns median and 95th percentile, median and largest size."""
        return {
            "p50_ms": round(percentile(self.times, 0.5), 2),
            "p95_ms": round(percentile(self.times, 0.95), 2),
            "gz_p50": int(percentile(self.sizes, 0.5)),
            "gz_max": max(self.sizes),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def over_http(line: HTTPConnection, path: Callable[[Tile], str], cookie: str = "") -> Ask:
    """Returns a function that asks a server for a tile; its answer is as it came, packed or not."""
    headers = {"Accept-Encoding": "gzip", **({"Cookie": cookie} if cookie else {})}

    def ask(tile: Tile) -> bytes:
        line.request("GET", path(tile), headers=headers)
        answer = line.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise BadInput("{path}: {status}", path=path(tile), status=answer.status)
        return content

    return ask


def by_sql(session: Session, layers: str, reader: Reader) -> Ask:
    """Returns a function that makes our tile in the database alone."""

    def ask(tile: Tile) -> bytes:
        made, values = statement(layers, tile, reader.drawn, now())
        return _one(session, made, values)

    return ask


def by_bare_sql(session: Session) -> Ask:
    """Returns a function that makes a tile of reaches by ST_AsMVT alone."""

    def ask(tile: Tile) -> bytes:
        return _one(session, BARE, dict(zip("zxy", tile, strict=True)))

    return ask


def _one(session: Session, made: str, values: Mapping[str, object]) -> bytes:
    query, names = numbered(made)
    with psycopg.RawCursor(session) as cursor:
        given = [values[name] for name in names]
        row = cursor.execute(query, given, prepare=True, binary=True).fetchone()
        assert row is not None
        return bytes(row[0])


@contextmanager
def sides(cluster: Cluster, found: list[Reader], python: Path) -> Iterator[dict[str, Ask]]:
    """Starts the servers anew; every side by its name, those of a province after its reader."""
    with ExitStack() as opened, TemporaryDirectory(prefix="onemap-tiles-") as folder:
        logs = Path(folder)
        url = opened.enter_context(running_dashboard(cluster.url("app"), logs / "ours.log", {}))
        port = opened.enter_context(
            tipg.running(python, cluster.url("readonly"), logs / "tipg.log")
        )
        ours, theirs = urlsplit(url).netloc, f"127.0.0.1:{port}"
        address = cluster.url("app").replace("+psycopg", "")
        session = opened.enter_context(psycopg.connect(address, options=SESSION, autocommit=True))
        ways: dict[str, Ask] = {}
        for reader in found:
            for name, layers in (("reaches", "reaches"), ("whole", "all")):
                ways[f"{reader.name} {name}"] = over_http(
                    HTTPConnection(ours, timeout=60),
                    lambda tile, layers=layers: "/tiles/{}/{}/{}/{}.mvt".format(layers, *tile),
                    reader.cookie,
                )
            ways[f"{reader.name} tipg"] = over_http(
                HTTPConnection(theirs, timeout=120), lambda tile: tipg.address(*tile)
            )
        ways["sql reaches"] = by_sql(session, "reaches", found[0])
        ways["sql whole"] = by_sql(session, "all", found[0])
        ways["sql bare"] = by_bare_sql(session)
        yield ways


def measure(
    ways: Mapping[str, Ask], found: list[Reader], figures: dict[tuple[str, int], Figures]
) -> None:
    """Asks every side for all of its tiles, in random order."""
    by_name = {reader.name: reader for reader in found}
    jobs: list[tuple[str, Tile]] = []
    for side, ask in ways.items():
        reader = by_name.get(side.partition(" ")[0], by_name["nation"])
        for zoom in ZOOMS:
            for tile in reader.beside[zoom]:
                ask(tile)
            jobs += [(side, tile) for tile in reader.tiles[zoom]]
    random.shuffle(jobs)
    for side, tile in jobs:
        began = time.perf_counter()
        content = ways[side](tile)
        took = (time.perf_counter() - began) * 1000
        raw = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        _refuse_empty(side, tile, raw)
        known = figures[side, tile[0]]
        known.times.append(took)
        packed = content if raw is not content else gzip.compress(raw, 6)
        known.sizes.append(len(packed))


def _refuse_empty(side: str, tile: Tile, raw: bytes) -> None:
    """Raises BadInput for a tile without a reach in it."""
    counts = feature_counts(raw)
    if not (counts.get("reaches") or counts.get("default") or counts.get("public.reach")):
        raise BadInput(
            "{side}: the tile {tile} holds no reach: {counts}",
            mend="Is the map drawn? SELECT map_fill().",
            side=side,
            tile="/".join(map(str, tile)),
            counts=counts,
        )


def keep_filled(cluster: Cluster, found: list[Reader]) -> None:
    """Leaves off the tiles in which our rule draws no river, so that all sides draw some."""
    address = cluster.url("app").replace("+psycopg", "")
    with psycopg.connect(address, options=SESSION, autocommit=True) as session:
        for reader in found:
            ask, bare = by_sql(session, "reaches", reader), by_bare_sql(session)
            for zoom, listed in reader.tiles.items():
                filled = [tile for tile in listed
                          if feature_counts(ask(tile)) and feature_counts(bare(tile))]  # fmt: skip
                if not filled:
                    raise BadInput("Zoom {zoom}: no tiles with reaches.", zoom=zoom)
                reader.tiles[zoom] = filled


def report(figures: Mapping[tuple[str, int], Figures]) -> dict[str, object]:
    """Returns all figures by zoom and side, with the ratios, and the goals that were missed."""
    zooms: dict[int, dict[str, dict[str, float]]] = defaultdict(dict)
    missed: list[str] = []
    for (side, zoom), known in sorted(figures.items(), key=lambda each: each[0][1]):
        zooms[zoom][side] = known.row()
    for zoom, rows in zooms.items():
        for side, row in rows.items():
            rival = "sql bare" if side.startswith("sql") else f"{side.partition(' ')[0]} tipg"
            if side in (rival, "sql bare"):
                continue
            row["ratio"] = round(row["p50_ms"] / rows[rival]["p50_ms"], 3)
            if row["ratio"] > goal(side, zoom):
                missed.append(f"z{zoom} {side}: {row['ratio']} > {goal(side, zoom)}")
            if not side.startswith("sql") and row["gz_max"] > MOST_BYTES:
                missed.append(f"z{zoom} {side}: {row['gz_max']} B > {MOST_BYTES}")
            if not side.startswith("sql") and row["p95_ms"] > MOST_MS:
                missed.append(f"z{zoom} {side}: {row['p95_ms']} ms > {MOST_MS}")
    return {"zooms": zooms, "missed": missed}


def run(folder: Path | None, tiles: int, rounds: int, python: Path) -> dict[str, object]:
    """Returns the report of so many rounds."""
    figures: dict[tuple[str, int], Figures] = defaultdict(Figures)
    with national_database(folder) as cluster:
        owner, app = engine(cluster.url("owner")), engine(cluster.url("app"))
        found = readers(owner, app, tiles)
        keep_filled(cluster, found)
        before = os.getloadavg()[0]
        for _round in range(rounds):
            with sides(cluster, found, python) as ways:
                measure(ways, found, figures)
        owner.dispose()
        app.dispose()
    load = {"before": round(before, 1), "after": round(os.getloadavg()[0], 1)}
    return {"load": load, "rounds": rounds, **report(figures)}


def main(given: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rival", type=Path, help="where tipg is, or gets, installed")
    parser.add_argument("--tiles", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(given)
    with TemporaryDirectory(prefix="onemap-tipg-") as own:
        python = tipg.install(chosen.rival or Path(own) / "venv")
        told = run(chosen.folder, chosen.tiles, chosen.rounds, python)
    print(json.dumps(told, indent=1) if chosen.json else as_table(told))
    return 1 if told["missed"] else 0


def as_table(told: Mapping[str, object]) -> str:
    """Returns the figures as a table of Markdown, and the goals that were missed."""
    lines = [f"load {told['load']}", "", "| z | side | p50 ms | p95 ms | gz p50 | gz max | ratio |"]
    lines.append("|---|---|---|---|---|---|---|")
    zooms = told["zooms"]
    assert isinstance(zooms, dict)
    for zoom, rows in zooms.items():
        for side, row in rows.items():
            lines.append(
                f"| {zoom} | {side} | {row['p50_ms']} | {row['p95_ms']} | {row['gz_p50']} |"
                f" {row['gz_max']} | {row.get('ratio', '')} |"
            )
    missed = told["missed"]
    assert isinstance(missed, list)
    return "\n".join([*lines, "", *(f"missed: {each}" for each in missed)])


if __name__ == "__main__":
    sys.exit(main())
