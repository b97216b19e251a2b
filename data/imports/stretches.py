"""Plans and writes the reaches of one river: from its lines and borders, or as a file has them.

A reach keeps its id as long as its code or name stays, so that what refers to it stays too.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, MultiLineString, Point
from sqlalchemy import Connection, func, insert, text, update
from sqlalchemy.sql.elements import ColumnElement

from data.errors import BadInput
from data.queries.waters.registry import Area, geometry_of
from data.tables.waters import reach
from gis.chainage import LineIndex
from gis.crs import CGCS2000, WEB_MERCATOR
from gis.ellipsoid import length_m
from gis.generalise import minimum_zoom, simplified
from gis.network import Joined, join_lines, split_at_polygons

LOW_ZOOM = 9
"""``geom_low`` is what this zoom can show; above it the whole line is drawn."""


@dataclass(frozen=True, slots=True)
class PlannedReach:
    """A reach to be written, with its start and end in metres along the river, gaps counted."""

    name: str
    line: LineString
    from_m: float
    to_m: float
    division_id: int | None
    code: str | None = None


def plan_reaches(
    river_name: str, lines: MultiLineString, areas: Sequence[Area], sliver_m: float
) -> list[PlannedReach]:
    """Returns a river's reaches downstream: split at borders and gaps, its side arms last.

    They are named 湍河·邓州市段; a second one of that division 湍河·邓州市段（2）, one outside
    of every division 湍河·第2段, and an arm 湍河·汊1.
    """
    joined = join_lines(list(lines.geoms))
    surfaces = [(area.id, area.surface) for area in areas]
    names = {area.id: area.name for area in areas}
    pieces: list[tuple[int | None, LineString, float, float]] = []
    for part, start in zip(joined.course, joined.starts_m, strict=True):
        for stretch in split_at_polygons(part.line, surfaces, sliver_m):
            pieces.append((stretch.key, stretch.line, start + stretch.from_m, start + stretch.to_m))
    seen: Counter[int] = Counter()
    planned = []
    for position, (division_id, line, from_m, to_m) in enumerate(pieces, start=1):
        name = river_name if len(pieces) == 1 else f"{river_name}·第{position}段"
        if division_id is not None:
            seen[division_id] += 1
            again = f"（{seen[division_id]}）" if seen[division_id] > 1 else ""
            name = f"{river_name}·{names[division_id]}段{again}"
        planned.append(PlannedReach(name, line, from_m, to_m, division_id))
    return planned + _arms(river_name, joined)


def _arms(river_name: str, joined: Joined) -> list[PlannedReach]:
    """Returns a river's side arms, each from where it leaves the course to where it returns."""
    course = LineIndex([part.line for part in joined.course])
    starts = joined.starts_m
    planned = []
    for number, branch in enumerate(joined.branches, start=1):
        ends = [Point(branch.line.coords[0]), Point(branch.line.coords[-1])]
        found = [course.nearest(end, 1e6) for end in ends]
        from_m, back_m = (starts[at[0]] + at[1].chainage_m if at else 0.0 for at in found)
        to_m = back_m if back_m > from_m + 1 else from_m + length_m(branch.line)
        planned.append(PlannedReach(f"{river_name}·汊{number}", branch.line, from_m, to_m, None))
    return planned


def same_reaches(connection: Connection, river_id: int, planned: Sequence[PlannedReach]) -> bool:
    """Returns whether the stored reaches of the river are exactly the planned ones."""
    rows = connection.execute(
        text(
            """
            SELECT name, ST_AsBinary(geom), chainage_from_m, chainage_to_m, division_id, code
            FROM reach WHERE river_id = :river ORDER BY position
            """
        ),
        {"river": river_id},
    ).all()
    kept = [(name, geometry_of(wkb), *rest) for name, wkb, *rest in rows]
    wanted = [(p.name, p.line, p.from_m, p.to_m, p.division_id, p.code) for p in planned]
    return len(kept) == len(wanted) and all(
        one[0] == other[0]
        and one[1].equals_exact(other[1], 1e-9)
        and abs(one[2] - other[2]) < 1e-6
        and abs(one[3] - other[3]) < 1e-6
        and tuple(one[4:]) == other[4:]
        for one, other in zip(kept, wanted, strict=True)
    )


def write_reaches(
    connection: Connection, river_id: int, planned: Sequence[PlannedReach], river_length_m: float
) -> None:
    """Replaces the river's reaches by the planned; detaches what was on a removed reach.

    Raises BadInput when somebody answers for a reach that would go.
    """
    rows = connection.execute(
        text("SELECT id, code, name FROM reach WHERE river_id = :river"), {"river": river_id}
    ).all()
    by_code = {code: id_ for id_, code, _ in rows if code}
    by_name = {name: id_ for id_, _, name in rows}
    kept: list[int | None] = []
    for each in planned:
        found = by_code.get(each.code) if each.code else None
        found = found or by_name.get(each.name)
        kept.append(found if found not in kept else None)
    gone = {id_: name for id_, _, name in rows if id_ not in kept}
    if gone:
        _release(connection, gone)
    connection.execute(
        text("UPDATE reach SET position = -position, code = NULL WHERE river_id = :river"),
        {"river": river_id},
    )
    zoom = minimum_zoom(length_m=river_length_m)
    for position, (each, id_) in enumerate(zip(planned, kept, strict=True), start=1):
        values = _values(each) | {"position": position, "min_zoom": zoom}
        if id_ is None:
            connection.execute(insert(reach).values(river_id=river_id, **values))
        else:
            connection.execute(update(reach).where(reach.c.id == id_).values(values))


def _values(planned: PlannedReach) -> dict[str, object]:
    return {
        "name": planned.name,
        "code": planned.code,
        "division_id": planned.division_id,
        "chainage_from_m": planned.from_m,
        "chainage_to_m": planned.to_m,
        "geom": kept_geometry(planned.line),
        "geom_low": func.ST_Transform(
            kept_geometry(simplified(planned.line, LOW_ZOOM)), WEB_MERCATOR
        ),
    }


def kept_geometry(geometry: shapely.Geometry) -> ColumnElement[object]:
    """Returns the SQL expression that stores a geometry in a column."""
    return func.ST_GeomFromWKB(shapely.to_wkb(geometry), CGCS2000)


def held_elsewhere(river_name: str) -> BadInput:
    """Returns the error for reaches that can't be replaced: other records refer to them."""
    return BadInput(
        "A reach of {river} would go, but other records hold on to it.",
        mend="Import reaches that keep its name or code.",
        river=river_name,
    )


def _release(connection: Connection, gone: dict[int, str]) -> None:
    ids = {"ids": sorted(gone)}
    held = connection.execute(
        text(
            """
            SELECT reach_id, person.name FROM responsibility
            JOIN person ON person.id = person_id WHERE reach_id = ANY(:ids) LIMIT 1
            """
        ),
        ids,
    ).first()
    if held:
        raise BadInput(
            "The reach {reach} would go, but {person} answers for it.",
            mend="Import reaches that keep its name or code.",
            reach=gone[held[0]],
            person=held[1],
        )
    for statement in (
        "UPDATE station SET reach_id = NULL WHERE reach_id = ANY(:ids)",
        "UPDATE notice_board SET reach_id = NULL WHERE reach_id = ANY(:ids)",
        "DELETE FROM section_represents WHERE reach_id = ANY(:ids)",
        "UPDATE reach SET downstream_id = NULL WHERE downstream_id = ANY(:ids)",
        "DELETE FROM reach WHERE id = ANY(:ids)",
    ):
        connection.execute(text(statement), ids)
