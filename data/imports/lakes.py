"""Imports lakes and reservoirs: surfaces of one name that lie together are one lake."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from sqlalchemy import Connection, RowMapping, func, insert, select, text, update

from data.errors import BadInput
from data.imports.options import Options
from data.imports.outcome import Outcome, comment
from data.imports.records import each_refused
from data.imports.source import Row
from data.imports.stretches import kept_geometry
from data.placing.shapes import refusing_geometry
from data.queries.waters import registry
from data.tables.waters import lake
from data.vocabulary import LakeKind
from gis.ellipsoid import area_m2, distance_m

TOGETHER_M: Final = 5000.0
"""Surfaces of one name farther apart than this are two lakes, and need codes."""

_OWN: Final = ("name_en", "code_scheme", "source")


class _Key(NamedTuple):
    name: str
    kind: LakeKind
    code: str | None


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Writes the lakes of these rows, with area, division and the river through each."""
    groups: dict[_Key, list[Row]] = {}
    for row in rows:
        kind = row.get("kind", LakeKind)
        if kind is None:
            kind = LakeKind.RESERVOIR if row.name.endswith("水库") else LakeKind.LAKE
        groups.setdefault(_Key(row.name, kind, row.text("code") or None), []).append(row)
    for key, group in groups.items():
        with each_refused(connection, group, outcome) as done:
            own, surface = _surface(group, done)
            if not own:
                continue
            if len(own) > 1:
                done.joined.append(
                    comment(
                        "{lake}: {count} surfaces became one lake.", lake=key.name, count=len(own)
                    )
                )
            _import_lake(connection, key, own, surface, done)


def _surface(rows: Sequence[Row], outcome: Outcome) -> tuple[list[Row], MultiPolygon]:
    """Returns the rows that make one lake, and its surface; refuses other lakes of that name."""
    own: list[Row] = []
    pieces: list[Polygon] = []
    for row in rows:
        if not isinstance(row.geometry, MultiPolygon):
            continue
        try:
            with refusing_geometry():
                _check_together(row, row.geometry, own)
        except BadInput as error:
            outcome.refuse(row.number, row.name, error)
            continue
        own.append(row)
        pieces += [piece for piece in row.geometry.geoms if isinstance(piece, Polygon)]
    whole = shapely.union_all(pieces) if len(own) > 1 else MultiPolygon(pieces)
    return own, MultiPolygon([piece for piece in _parts(whole) if isinstance(piece, Polygon)])


def _parts(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    return list(shapely.get_parts(geometry))


def _check_together(row: Row, surface: MultiPolygon, own: Sequence[Row]) -> None:
    near: tuple[float, int] | None = None
    for other in own:
        if other.geometry is None:
            continue
        if other.geometry.equals(surface):
            raise BadInput("It repeats row {row}.", row=other.number)
        ends = shapely.get_coordinates(shapely.shortest_line(surface, other.geometry))
        near = min(near or (1e12, 0), (distance_m(Point(ends[0]), Point(ends[1])), other.number))
    if near and near[0] > TOGETHER_M:
        raise BadInput(
            "It lies {km} km from the lake of the same name in row {row}.",
            mend="Give both their codes.",
            km=round(near[0] / 1000),
            row=near[1],
        )


def _import_lake(
    connection: Connection, key: _Key, rows: Sequence[Row], surface: MultiPolygon, outcome: Outcome
) -> None:
    inside = surface.representative_point()
    division = registry.division_at(connection, inside.x, inside.y)
    values: dict[str, object] = {
        "code": key.code,
        "area_m2": area_m2(surface),
        "division_id": division.id if division else None,
        "river_id": _river_through(connection, surface),
    }
    for name in _OWN:
        words = next((row.text(name) for row in rows if row.text(name)), "")
        if words:
            values[name] = words
    existing = _existing(connection, key)
    if existing is None:
        connection.execute(
            insert(lake).values(
                name=key.name, kind=key.kind.value, geom=kept_geometry(surface), **values
            )
        )
        outcome.created += len(rows)
        return
    changed = {name: value for name, value in values.items() if existing[name] != value}
    if not registry.geometry_of(existing["wkb"]).equals_exact(surface, 0.0):
        changed["geom"] = kept_geometry(surface)
    if changed:
        connection.execute(update(lake).where(lake.c.id == existing["id"]).values(changed))
        outcome.updated += len(rows)
    else:
        outcome.unchanged += len(rows)


def _river_through(connection: Connection, surface: MultiPolygon) -> int | None:
    """Returns the id of the river with the longest line inside the lake, None if none."""
    found = connection.execute(
        text(
            """
            SELECT id FROM river, (SELECT ST_GeomFromWKB(:wkb, 4490) AS surface) AS here
            WHERE ST_Intersects(geom, surface)
            ORDER BY ST_Length(ST_Intersection(geom, surface)::geography) DESC, id LIMIT 1
            """
        ),
        {"wkb": surface.wkb},
    ).scalar()
    return None if found is None else int(found)


def _existing(connection: Connection, key: _Key) -> RowMapping | None:
    rows = (
        connection.execute(
            select(lake, func.ST_AsBinary(lake.c.geom).label("wkb")).where(
                lake.c.name == key.name, lake.c.kind == key.kind.value
            )
        )
        .mappings()
        .all()
    )
    same = [row for row in rows if row["code"] == key.code]
    return next(iter(same or [row for row in rows if row["code"] is None]), None)
