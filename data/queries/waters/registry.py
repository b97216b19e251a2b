"""Finds waters, divisions and stations by place, name or code, for those who enter data."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text

from data.errors import BadInput
from data.queries.english import reach_en
from data.queries.levels import LEVELS
from data.vocabulary import ChiefLevel

POINT: Final = "ST_SetSRID(ST_MakePoint(:lon, :lat), 4490)"
_FINEST: Final = f"array_position({LEVELS}, level)"


class Named(NamedTuple):
    """The id and name of a row of some table, the English name where it was asked for."""

    id: int
    name: str
    name_en: str | None = None


class Area(NamedTuple):
    """An administrative division with its surface."""

    id: int
    name: str
    surface: MultiPolygon


class NearReach(NamedTuple):
    """A reach near a place, with its line and the distance along the river where it begins."""

    id: int
    name: str
    name_en: str | None
    river_id: int
    river_name: str
    river_en: str | None
    chainage_from_m: float
    line: LineString


class NearLake(NamedTuple):
    """A lake near a place; offset is the distance in metres, zero if the place is inside."""

    id: int
    name: str
    name_en: str | None
    river_id: int | None
    offset_m: float


def geometry_of(wkb: bytes) -> BaseGeometry:
    """Parses a geometry from the WKB bytes of an ST_AsBinary column."""
    found: BaseGeometry = shapely.from_wkb(wkb)
    return found


def finest_level(connection: Connection) -> ChiefLevel | None:
    """Returns the lowest level of the divisions that have a surface, None if none has any."""
    found = connection.execute(
        text(f"SELECT level FROM division WHERE geom IS NOT NULL ORDER BY {_FINEST} DESC LIMIT 1")
    ).scalar()
    return ChiefLevel(found) if found else None


def surfaces(connection: Connection, level: ChiefLevel) -> list[Area]:
    """Returns the divisions of one level that have a surface, with the surface."""
    rows = connection.execute(
        text("""
            SELECT id, name, ST_AsBinary(geom) FROM division
            WHERE level = :level AND geom IS NOT NULL ORDER BY id
            """),
        {"level": level},
    )
    return [
        Area(id_, name, surface)
        for id_, name, wkb in rows
        if isinstance(surface := geometry_of(wkb), MultiPolygon)
    ]


def division_at(connection: Connection, lon: float, lat: float) -> Named | None:
    """Returns the lowest-level division whose surface contains the place, None if none does."""
    row = connection.execute(
        text(f"""
            SELECT id, name, name_en FROM division WHERE ST_Covers(geom, {POINT})
            ORDER BY {_FINEST} DESC, id LIMIT 1
            """),
        {"lon": lon, "lat": lat},
    ).first()
    return Named(*row) if row else None


def nearest_waters(
    connection: Connection, places: Sequence[tuple[float, float]], *, count: int = 8
) -> list[tuple[NearLake | None, list[NearReach]]]:
    """Returns for each place (lon, lat) the nearest lake, if any is stored, and nearest reaches.

    There are ``count`` reaches, the nearest first; none for a place inside its lake.
    """
    bound = {
        "lons": [lon for lon, _ in places],
        "lats": [lat for _, lat in places],
        "count": count,
    }
    lakes: list[NearLake | None] = [None] * len(places)
    for number, *row in connection.execute(_NEAREST_LAKES, bound):
        lakes[number - 1] = NearLake(*row)
    reaches: list[list[NearReach]] = [[] for _ in places]
    outside = [at for at, lake in enumerate(lakes) if lake is None or lake.offset_m]
    bound["lons"], bound["lats"] = ([places[at][axis] for at in outside] for axis in (0, 1))
    for number, *row in connection.execute(_NEAREST_REACHES, bound):
        if isinstance(line := geometry_of(row.pop()), LineString):
            reaches[outside[number - 1]].append(NearReach._make((*row, line)))
    return list(zip(lakes, reaches, strict=True))


_PLACES: Final = """
    FROM unnest(CAST(:lons AS double precision[]), CAST(:lats AS double precision[]))
        WITH ORDINALITY AS place (lon, lat, number)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4490) AS at) AS here
"""
_NEAREST_LAKES: Final = text(f"""
    SELECT place.number, near.* {_PLACES}
    CROSS JOIN LATERAL (
        SELECT id, name, name_en, river_id, CASE WHEN ST_Covers(geom, at) THEN 0
            ELSE ST_Distance(geom::geography, at::geography) END
        FROM lake ORDER BY geom_web <-> ST_Transform(at, 3857) LIMIT 1
    ) AS near
    """)
_NEAREST_REACHES: Final = text(f"""
    SELECT place.number, near.* {_PLACES}
    CROSS JOIN LATERAL (
        SELECT reach.id, reach.name, {reach_en("reach")}, river.id AS river_id,
            river.name AS river, river.name_en, reach.chainage_from_m, ST_AsBinary(reach.geom)
        FROM reach JOIN river ON river.id = reach.river_id
        ORDER BY reach.geom_web <-> ST_Transform(at, 3857) LIMIT :count
    ) AS near
    """)


def courses(connection: Connection) -> dict[int, MultiLineString]:
    """Returns the line geometry of every river, by the river's id."""
    rows = connection.execute(text("SELECT id, ST_AsBinary(geom) FROM river ORDER BY id"))
    return {
        id_: lines for id_, wkb in rows if isinstance(lines := geometry_of(wkb), MultiLineString)
    }


def courses_of(connection: Connection, rivers: Sequence[int]) -> dict[int, MultiLineString]:
    """Returns the line geometry of these rivers, by the river's id."""
    rows = connection.execute(
        text("SELECT id, ST_AsBinary(geom) FROM river WHERE id = ANY(:ids)"), {"ids": list(rivers)}
    )
    return {
        id_: lines for id_, wkb in rows if isinstance(lines := geometry_of(wkb), MultiLineString)
    }


def reaches_in(connection: Connection, river_id: int, division_id: int) -> list[Named]:
    """Returns the reaches of a river within a division, in order downstream."""
    rows = connection.execute(
        text("""
            SELECT id, name FROM reach WHERE river_id = :river AND division_id IN
                (SELECT id FROM divisions_below(ARRAY[CAST(:division AS bigint)]))
            ORDER BY position
            """),
        {"river": river_id, "division": division_id},
    )
    return [Named(id_, name) for id_, name in rows]


def find_one(
    connection: Connection, table: str, said: str, *, within_river: int | None = None
) -> Named:
    """Returns the river, reach, lake or division (``table``) of that code, else of that name.

    Raises BadInput when there is none, or several: then a code has to be given.
    """
    if table not in ("river", "reach", "lake", "division"):
        raise ValueError(table)
    river = " AND river_id = :river" if within_river is not None else ""
    rows = connection.execute(
        text(f"""
            SELECT id, name, code = :said FROM {table}
            WHERE (code = :said OR name = :said){river}
            ORDER BY code IS NOT DISTINCT FROM :said DESC, id LIMIT 2
            """),
        {"said": said, "river": within_river},
    ).all()
    return _the_one(rows, table, said)


def _the_one(rows: Sequence[tuple[int, str, bool | None]], table: str, said: str) -> Named:
    found = [Named(id_, name) for id_, name, _ in rows]
    return found[0] if rows and rows[0][2] else one_of_named(found, table, said)


def one_of_named(found: Sequence[Named], table: str, said: str) -> Named:
    """Returns the only row of that name. Raises BadInput when there is none, or several."""
    if not found:
        raise BadInput(_ABSENT[table], name=said)
    if len(found) > 1:
        raise BadInput(_AMBIGUOUS[table], mend="Give its code.", name=said)
    return found[0]


_ABSENT: Final = {
    "river": "There is no river {name}.",
    "reach": "There is no reach {name}.",
    "lake": "There is no lake {name}.",
    "division": "There is no division {name}.",
}
_AMBIGUOUS: Final = {
    "river": "Several rivers are called {name}.",
    "reach": "Several reaches are called {name}.",
    "lake": "Several lakes are called {name}.",
    "division": "Several divisions are called {name}.",
}
