"""What the benchmark of tiles stands on: a national database, readers, tiles with data in them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import asinh, pi, radians, tan
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, text

from dashboard.demo import environment, servers
from dashboard.demo.national.fill import fill
from dashboard.demo.national.offices import NATION
from data.clock import business_date, now
from data.cluster import DATABASE, ROLES, Cluster
from data.database import engine, transaction
from data.errors import BadInput
from data.migrations.run import upgrade
from data.people.sessions import open_session
from data.queries.map.drawn import Drawn, drawn
from data.queries.people.accounts import credentials, roles
from data.queries.people.visible import scope_of
from tests.running.folders import open_folder

ZOOMS: Final = (4, 5, 6, 7, 8, 9, 10, 11, 12, 14)
WARM: Final = 3
"""Tiles of each zoom that every side is asked for before the clock starts: planned, none kept."""

LEAST: Final = 1_000
"""So many reaches a national database holds at least."""

_PROVINCE: Final = """
SELECT account.login FROM account JOIN account_role ON account_id = account.id
JOIN division ON division.id = division_id JOIN reach ON true
WHERE account_role.role = 'office' AND division.level = 'province' AND account.login LIKE 'office-%'
ORDER BY account.login LIMIT 1
"""
_SPOTS: Final = """
SELECT ST_X(spot), ST_Y(spot) FROM (SELECT ST_StartPoint(geom) AS spot FROM reach
    WHERE CAST(:divisions AS bigint[]) IS NULL OR division_id = ANY(:divisions)
    ORDER BY md5(id::text) LIMIT 20000) chosen
"""

Tile = tuple[int, int, int]
Session = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in, what is drawn for them and the tiles they are asked for, by zoom.

    ``beside`` are other tiles, asked for before the clock starts.
    """

    name: str
    login: str
    cookie: str
    drawn: Drawn
    tiles: dict[int, list[Tile]]
    beside: dict[int, list[Tile]]


@contextmanager
def national_database(folder: Path | None) -> Iterator[Cluster]:
    """The database of a national demo that doesn't run, or one made in a folder of its own."""
    if folder is not None:
        settings = environment.read(folder)
        if "ONEMAP_DEMO__DATABASE_PASSWORDS" not in settings:
            raise BadInput("{folder} holds no demo.", folder=folder)
        cluster = servers.start_cluster(folder, settings)
        try:
            yield cluster
        finally:
            cluster.stop()
        return
    with open_folder("map-tiles") as own:
        cluster = Cluster(own / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            owner = engine(cluster.url("owner"))
            upgrade(owner)
            fill(owner, lambda line: print(f"  … {line}", flush=True))
            owner.dispose()
            cluster.execute("VACUUM ANALYZE;", DATABASE)
            yield cluster
        finally:
            cluster.stop(immediate=True)


def readers(owner: Engine, app: Engine, most: int) -> list[Reader]:
    """Returns the nation's reader and a province's, each with at most so many tiles of a zoom.

    Raises BadInput for a database that isn't a national one.
    """
    with app.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM reach")).scalar_one()
        province = connection.execute(text(_PROVINCE)).scalar()
        known = credentials(connection, NATION)
    if count < LEAST or known is None or province is None:
        raise _no_nation()
    return [
        _reader(owner, app, "nation", NATION, most),
        _reader(owner, app, "province", str(province), most),
    ]


def nation_token(owner: Engine) -> str:
    """Returns the token of a new session of the nation's reader.

    Raises BadInput for a database that isn't a national one.
    """
    with transaction(owner) as connection:
        found = credentials(connection, NATION)
        if found is None:
            raise _no_nation()
        return open_session(connection, found.account.id, 12)


def _no_nation() -> BadInput:
    return BadInput(
        "The database holds no nation.", mend="Make one: ./onemap demo --scale national."
    )


def _reader(owner: Engine, app: Engine, name: str, login: str, most: int) -> Reader:
    with transaction(owner) as connection:
        found = credentials(connection, login)
        assert found is not None
        token = open_session(connection, found.account.id, 12)
        held = roles(connection, [found.account.id])[found.account.id]
        scope = scope_of(connection, found.account.id, held, business_date(now()))
    with app.connect() as connection:
        shown = drawn(connection, scope)
        divisions = None if scope.everything else sorted(scope.divisions)
        spots = connection.execute(text(_SPOTS), {"divisions": divisions}).all()
    tiles = {zoom: _tiles(spots, zoom, most) for zoom in ZOOMS}
    beside = {
        zoom: [_moved(tile, shift) for tile in listed[:1] for shift in range(1, WARM + 1)]
        for zoom, listed in tiles.items()
    }
    return Reader(name, login, f"onemap_session={token}", shown, tiles, beside)


def _moved(tile: Tile, rows: int) -> Tile:
    """Returns the tile so many rows beyond the south of every nation."""
    z, x, _y = tile
    return z, x, 2**z - 1 - rows


def _tiles(spots: Any, zoom: int, most: int) -> list[Tile]:
    """Returns at most so many tiles of a zoom with a reach in them, in a random order."""
    found = sorted({tile_at(lon, lat, zoom) for lon, lat in spots})
    random.Random(zoom).shuffle(found)  # noqa: S311 - an order, not a secret
    return found[:most]


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """Returns the tile (z, x, y) in which a place lies."""
    side = 2**zoom
    return (
        zoom,
        int((lon + 180) / 360 * side),
        int((1 - asinh(tan(radians(lat))) / pi) / 2 * side),
    )


def feature_counts(tile: bytes) -> dict[str, int]:
    """Returns how many features each layer of a vector tile has.

    Source: Mapbox vector tile specification 2.1, 4: layers are field 3, their name field 1 and
    their features field 2.
    """
    found: dict[str, int] = {}
    for number, layer in _fields(tile):
        if number == 3:
            fields = list(_fields(layer))
            name = next(value for field, value in fields if field == 1).decode()
            found[name] = sum(field == 2 for field, _value in fields)
    return found


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields number and bytes of each field of a message; numbers are passed over."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        if key & 7 == 2:
            size, at = _number(message, at)
            yield key >> 3, message[at : at + size]
            at += size
        elif key & 7 == 0:
            _value, at = _number(message, at)
        else:
            at += 8 if key & 7 == 1 else 4


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
