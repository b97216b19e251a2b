"""Places the rows of one river along its course: each becomes a planned reach or is refused."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString

from data.errors import BadInput
from data.imports.outcome import Outcome
from data.imports.source import Row
from data.imports.stretches import PlannedReach
from data.placing.shapes import refusing_geometry
from data.queries.waters.finders import NamedRows
from gis.chainage import BadLine, format_chainage
from gis.courses import Course, without_repeats
from gis.meeting import prepare_lines
from gis.network import join_lines

OFF_M: Final = 200.0
"""The ends of a reach may lie this far from the river's line."""


class Planned(NamedTuple):
    """A planned reach; without a division where its row names none: then its middle decides."""

    reach: PlannedReach
    has_division: bool


class _Along(NamedTuple):
    """A line and where it begins and ends along the river, NaN where that is too far off."""

    line: LineString
    first_m: float
    last_m: float


def plan_rows(
    rows: Sequence[Row], course: Course, divisions: NamedRows, refused: Outcome
) -> list[Planned]:
    """Returns the reaches that the rows mean, without the rows that ``refused`` then holds."""
    single = _single_lines(rows, course)
    planned = []
    for index, row in enumerate(rows):
        try:
            with refusing_geometry():
                line, from_m, to_m = _placed(row, course, single.get(index))
                said = row.text("division")
                division_id = divisions.find_one(said).id if said else None
        except BadInput as error:
            refused.refuse(row.number, row.name, error)
            continue
        code = row.text("code") or None
        reach = PlannedReach(row.name, line, from_m, to_m, division_id, code)
        planned.append(Planned(reach, division_id is not None))
    return planned


def _single_lines(rows: Sequence[Row], course: Course) -> dict[int, _Along]:
    """Returns by index the rows of a single line, all placed at once; others are joined first."""
    own = {
        index: row.geometry.geoms[0]
        for index, row in enumerate(rows)
        if isinstance(row.geometry, MultiLineString) and len(row.geometry.geoms) == 1
    }
    try:
        lines = without_repeats(list(own.values())) if own else []
    except BadLine:
        return {}
    return dict(zip(own, _along(lines, course), strict=True))


def _along(lines: Sequence[LineString], course: Course) -> list[_Along]:
    if not lines:
        return []
    ends = [shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)]
    found = course.chainages_m(np.concatenate(ends), OFF_M)
    firsts, lasts = found[: len(lines)].tolist(), found[len(lines) :].tolist()
    return [_Along(*each) for each in zip(lines, firsts, lasts, strict=True)]


def _placed(row: Row, course: Course, single: _Along | None) -> tuple[LineString, float, float]:
    """Returns the reach's line downstream, and where it begins and ends along the river."""
    if not isinstance(row.geometry, MultiLineString):
        return _between(row, course)
    line, from_m, to_m = single or _along([_joined(row.geometry, course)], course)[0]
    if np.isnan(from_m) or np.isnan(to_m):
        raise BadInput("An end of it lies more than {off} m from its river.", off=round(OFF_M))
    if from_m > to_m:
        line, from_m, to_m = line.reverse(), to_m, from_m
    if to_m - from_m < 1:
        raise BadInput("It has no length along its river.")
    return line, from_m, to_m


def _joined(lines: MultiLineString, course: Course) -> LineString:
    """Returns the one line that the lines of a reach make, those drawn upstream turned first."""
    turned = [
        each.line.reverse() if each.last_m < each.first_m else each.line
        for each in _along(list(lines.geoms), course)
    ]
    joined = join_lines(prepare_lines(turned).lines)
    if len(joined.parts) > 1:
        raise BadInput(
            "Its line has {count} parts; a reach has one.",
            mend="Join its lines, or make each part a reach of its own.",
            count=len(joined.parts),
        )
    return joined.course[0].line


def _between(row: Row, course: Course) -> tuple[LineString, float, float]:
    """Returns the river's line between the two chainages of the row."""
    start, end = row.get("chainage_from", float), row.get("chainage_to", float)
    if start is None or end is None:
        raise BadInput("It has neither a line nor two chainages.")
    line = course.between(start, end)
    if line is None:
        raise BadInput(
            "The river has no unbroken line from {start} to {end}.",
            start=format_chainage(max(start, 0)),
            end=format_chainage(max(end, 0)),
        )
    return line, start, end
