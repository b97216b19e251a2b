"""Imports notice boards (公示牌) and snaps each to its water."""

from collections.abc import Sequence

from shapely.geometry import Point
from sqlalchemy import Connection, func, insert, select, update

from data.errors import BadInput
from data.imports.locating import locate
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.imports.stretches import kept_geometry
from data.placing.spots import SourcePoint, Spot, preview
from data.queries.waters import registry
from data.tables.waters import notice_board


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Writes the notice boards of these rows, matched by code."""
    seen: dict[str, int] = {}
    places = {
        row.number: SourcePoint("EPSG:4490", row.geometry.x, row.geometry.y)
        for row in rows
        if isinstance(row.geometry, Point)
    }
    located = locate(connection, places, options.within_m)
    for row in rows:
        before = seen.setdefault(row.text("code"), row.number)
        with each_refused(connection, [row], outcome) as done:
            if before != row.number:
                raise BadInput("It repeats the code of row {row}.", row=before)
            _import_row(connection, row, options, done, located.get(row.number))


def _import_row(
    connection: Connection,
    row: Row,
    options: Options,
    outcome: Outcome,
    located: Spot | BadInput | None,
) -> None:
    point = row.geometry
    if not isinstance(point, Point):
        raise BadInput("It has no geometry.")
    if isinstance(located, BadInput):
        raise located
    spot = located or preview(
        connection, point.x, point.y, within_m=options.within_m, may_allow_more=True
    )
    values: dict[str, object] = {
        "name": row.name,
        "reach_id": spot.reach_id,
        "lake_id": spot.lake_id,
        "division_id": spot.division_id,
        "chainage_m": spot.chainage_m,
        "bank": spot.bank.value if spot.bank else None,
    }
    for name in ("phone", "content_version"):
        if row.text(name):
            values[name] = row.text(name)
    if row.day("set_on"):
        values["set_on"] = row.day("set_on")
    existing = (
        connection.execute(
            select(notice_board, func.ST_AsBinary(notice_board.c.geom).label("wkb")).where(
                notice_board.c.code == row.text("code")
            )
        )
        .mappings()
        .first()
    )
    if existing is None:
        connection.execute(
            insert(notice_board).values(code=row.text("code"), geom=kept_geometry(point), **values)
        )
        outcome.created += 1
        return
    changed = {name: value for name, value in values.items() if existing[name] != value}
    if not registry.geometry_of(existing["wkb"]).equals_exact(point, 0.0):
        changed["geom"] = kept_geometry(point)
    if not changed:
        outcome.unchanged += 1
        return
    connection.execute(
        update(notice_board)
        .where(notice_board.c.id == existing["id"])
        .values(changed_at=func.now(), **changed)
    )
    outcome.updated += 1
