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
_WEB_POINT: Final = f"ST_Transform({POINT}, 3857)"
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


def nearest_reaches(
    connection: Connection, lon: float, lat: float, *, count: int = 8
) -> list[NearReach]:
    """Returns the ``count`` reaches nearest to a place, the nearest first."""
    rows = connection.execute(
        text(f"""
            SELECT reach.id, reach.name, {reach_en("reach")}, river.id, river.name, river.name_en,
                reach.chainage_from_m, ST_AsBinary(reach.geom) FROM reach
            JOIN river ON river.id = reach.river_id
            ORDER BY reach.geom_web <-> {_WEB_POINT} LIMIT :count
            """),
        {"lon": lon, "lat": lat, "count": count},
    )
    return [
        NearReach(id_, name, name_en, river_id, river_name, river_en, chainage_from_m, line)
        for id_, name, name_en, river_id, river_name, river_en, chainage_from_m, wkb in rows
        if isinstance(line := geometry_of(wkb), LineString)
    ]


def nearest_lake(connection: Connection, lon: float, lat: float) -> NearLake | None:
    """Returns the lake nearest to a place, None if no lake is stored."""
    row = connection.execute(
        text(f"""
            SELECT id, name, name_en, river_id, CASE WHEN ST_Covers(geom, place) THEN 0
                ELSE ST_Distance(geom::geography, place::geography) END
            FROM lake, (SELECT {POINT} AS place) AS here
            ORDER BY geom_web <-> {_WEB_POINT} LIMIT 1
            """),
        {"lon": lon, "lat": lat},
    ).first()
    return NearLake(*row) if row else None


def courses(connection: Connection) -> dict[int, MultiLineString]:
    """Returns the line geometry of every river, by the river's id."""
    rows = connection.execute(text("SELECT id, ST_AsBinary(geom) FROM river ORDER BY id"))
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
    if not rows:
        raise BadInput(_ABSENT[table], name=said)
    if len(rows) > 1 and not rows[0][2]:
        raise BadInput(_AMBIGUOUS[table], mend="Give its code.", name=said)
    return Named(rows[0][0], rows[0][1])


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
