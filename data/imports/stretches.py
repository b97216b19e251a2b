"""Plans the reaches of one river from its lines and the borders that it crosses."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, MultiLineString, Point
from sqlalchemy import func
from sqlalchemy.sql.elements import ColumnElement

from data.errors import BadInput
from data.queries.waters.registry import Area
from gis.chainage import LineIndex
from gis.crs import CGCS2000
from gis.ellipsoid import length_m
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
