"""Imports place names for the map."""

from collections.abc import Sequence
from typing import Any

from shapely.geometry import Point
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy import Row as SqlRow

from data.errors import BadInput
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.imports.stretches import kept_geometry
from data.tables.waters import place
from data.vocabulary import ChiefLevel


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Writes the place names of these rows, matched by name, level and coordinates."""
    known = {
        (row.name, row.level, row.lon, row.lat): row
        for row in connection.execute(
            select(
                place, func.ST_X(place.c.geom).label("lon"), func.ST_Y(place.c.geom).label("lat")
            )
        )
    }
    seen: dict[tuple[str, str, float, float], int] = {}
    for row in rows:
        point, level = row.geometry, row.get("level", ChiefLevel)
        if not isinstance(point, Point) or level is None:
            continue
        key = (row.name, level.value, point.x, point.y)
        before = seen.setdefault(key, row.number)
        with each_refused(connection, [row], outcome) as done:
            if before != row.number:
                raise BadInput("It repeats row {row}.", row=before)
            _import_row(connection, row, point, level, known.get(key), done)


def _import_row(
    connection: Connection,
    row: Row,
    point: Point,
    level: ChiefLevel,
    old: SqlRow[Any] | None,
    outcome: Outcome,
) -> None:
    values = {
        "name_en": row.text("name_en") or None,
        "is_seat": int(row.get("is_seat", bool) or False),
    }
    if old is None:
        connection.execute(
            insert(place).values(
                name=row.name, level=level.value, geom=kept_geometry(point), **values
            )
        )
        outcome.created += 1
    elif all(getattr(old, name) == value for name, value in values.items()):
        outcome.unchanged += 1
    else:
        connection.execute(update(place).where(place.c.id == old.id).values(values))
        outcome.updated += 1
