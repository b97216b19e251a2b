"""The importer of reaches as it was until 2026-11-29, for ``benchmarks.imports``: row by row."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from shapely.geometry import LineString, MultiLineString, Point
from sqlalchemy import Connection, text

from benchmarks.imports_before_writes import same_reaches, settle_flows, write_reaches
from data.errors import BadInput
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.imports.stretches import PlannedReach, held_elsewhere
from data.placing.shapes import refusing_geometry
from data.placing.snaps import hanging_on, snap_each_again
from data.queries.waters import registry
from gis.chainage import BadLine, LineIndex, Measured, format_chainage
from gis.ellipsoid import length_m
from gis.meeting import prepare_lines
from gis.network import join_lines, starts_m

OFF_M: Final = 200.0
"""The ends of a reach may lie this far from the river's line."""

_OVERLAP_M: Final = 50.0


class _Course:
    """A river's line, along which its reaches are placed."""

    def __init__(self, lines: MultiLineString) -> None:
        self.lines = [part.line for part in join_lines(list(lines.geoms)).course]
        self.starts = starts_m(self.lines)
        self.index = LineIndex(self.lines)

    @property
    def length_m(self) -> float:
        """The length in metres of the river's parts, without gaps."""
        return sum(length_m(line) for line in self.lines)

    def chainage_of(self, end: Point) -> float:
        """Returns the distance along the river of a place. Raises BadInput if it is far."""
        found = self.index.nearest(end, OFF_M)
        if found is None:
            raise BadInput("An end of it lies more than {off} m from its river.", off=round(OFF_M))
        return self.starts[found[0]] + found[1].chainage_m

    def downstream(self, lines: MultiLineString) -> list[LineString]:
        """Returns lines along the river, those drawn upstream turned; far ones stay as they are."""
        found = []
        for line in lines.geoms:
            ends = [self.index.nearest(Point(line.coords[at]), OFF_M) for at in (0, -1)]
            first_m, last_m = (
                self.starts[end[0]] + end[1].chainage_m if end else None for end in ends
            )
            is_back = first_m is not None and last_m is not None and last_m < first_m
            found.append(line.reverse() if is_back else line)
        return found

    def between(self, from_m: float, to_m: float) -> LineString:
        """Returns the river's line between two distances. Raises BadInput if it has a gap."""
        for start, line in zip(self.starts, self.lines, strict=True):
            end = start + length_m(line)
            if start - 1 <= from_m < to_m <= end + 1:
                try:
                    return Measured(line).between(from_m - start, to_m - start)
                except BadLine:
                    break
        raise BadInput(
            "The river has no unbroken line from {start} to {end}.",
            start=format_chainage(max(from_m, 0)),
            end=format_chainage(max(to_m, 0)),
        )


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Replaces all reaches of each river in these rows by the reaches in the file."""
    rivers: dict[int, list[Row]] = defaultdict(list)
    names: dict[int, str] = {}
    for row in rows:
        with each_refused(connection, [row], outcome):
            found = registry.find_one(connection, "river", row.text("river"))
            rivers[found.id].append(row)
            names[found.id] = found.name
    courses = registry.courses(connection)
    for river_id, group in rivers.items():
        with each_refused(connection, group, outcome, held_elsewhere(names[river_id])) as done:
            _import_river(connection, river_id, names[river_id], group, courses[river_id], done)
    settle_flows(connection)


def _import_river(
    connection: Connection,
    river_id: int,
    name: str,
    rows: Sequence[Row],
    lines: MultiLineString,
    outcome: Outcome,
) -> None:
    """Writes all of the river's reaches, or none if any of its rows is refused."""
    course = _Course(lines)
    planned: list[PlannedReach] = []
    refused = Outcome(outcome.kind)
    for row in rows:
        try:
            with refusing_geometry():
                planned.append(_plan(connection, row, course))
        except BadInput as error:
            refused.refuse(row.number, row.name, error)
    if refused.refused:
        for each in rows:
            if each.number not in {row.row for row in refused.refused}:
                refused.refuse(
                    each.number,
                    each.name,
                    BadInput("Another reach of {river} is refused.", river=name),
                )
        outcome.add(refused)
        return
    planned.sort(key=lambda reach: reach.from_m)
    _check_order(planned)
    if same_reaches(connection, river_id, planned):
        outcome.unchanged += len(rows)
        return
    _check_codes(connection, river_id, planned)
    hanging = hanging_on(connection, [river_id])
    known = _names(connection, river_id)
    write_reaches(connection, river_id, planned, course.length_m)
    kept = sum(each.name in known for each in planned)
    outcome.created += len(planned) - kept
    outcome.updated += kept
    _note_uncovered(name, planned, course, outcome)
    for moved in filter(None, snap_each_again(connection, list(hanging.values()))):
        outcome.note("Snapped to {river} again: {names}.", river=name, names=", ".join(moved))


def _names(connection: Connection, river_id: int) -> set[str]:
    rows = connection.execute(
        text("SELECT name FROM reach WHERE river_id = :river"), {"river": river_id}
    )
    return set(rows.scalars())


def _plan(connection: Connection, row: Row, course: _Course) -> PlannedReach:
    if isinstance(row.geometry, MultiLineString):
        joined = join_lines(prepare_lines(course.downstream(row.geometry)).lines)
        if len(joined.parts) > 1:
            raise BadInput(
                "Its line has {count} parts; a reach has one.",
                mend="Join its lines, or make each part a reach of its own.",
                count=len(joined.parts),
            )
        line = joined.course[0].line
        from_m = course.chainage_of(Point(line.coords[0]))
        to_m = course.chainage_of(Point(line.coords[-1]))
        if from_m > to_m:
            line, from_m, to_m = line.reverse(), to_m, from_m
        if to_m - from_m < 1:
            raise BadInput("It has no length along its river.")
    else:
        start, end = row.get("chainage_from", float), row.get("chainage_to", float)
        if start is None or end is None:
            raise BadInput("It has neither a line nor two chainages.")
        from_m, to_m = start, end
        line = course.between(from_m, to_m)
    said = row.text("division")
    middle = line.interpolate(0.5, normalized=True)
    division = (
        registry.find_one(connection, "division", said)
        if said
        else registry.division_at(connection, middle.x, middle.y)
    )
    return PlannedReach(
        row.name, line, from_m, to_m, division.id if division else None, row.text("code") or None
    )


def _check_order(planned: Sequence[PlannedReach]) -> None:
    for one, other in pairwise(planned):
        if other.from_m < one.to_m - _OVERLAP_M:
            raise BadInput(
                "{one} and {other} overlap by {overlap} m.",
                one=one.name,
                other=other.name,
                overlap=round(one.to_m - other.from_m),
            )
    codes = [each.code for each in planned if each.code]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice:
        raise BadInput("The code {code} is there twice.", code=twice)


def _check_codes(connection: Connection, river_id: int, planned: Sequence[PlannedReach]) -> None:
    code = connection.execute(
        text("SELECT code FROM reach WHERE river_id <> :river AND code = ANY(:codes) LIMIT 1"),
        {"river": river_id, "codes": [each.code for each in planned if each.code]},
    ).scalar()
    if code:
        raise BadInput("The code {code} is that of another river's reach.", code=code)


def _note_uncovered(
    name: str, planned: Sequence[PlannedReach], course: _Course, outcome: Outcome
) -> None:
    """Adds comments on stretches of the river, beyond a tolerance, that no reach covers."""
    for start, line in zip(course.starts, course.lines, strict=True):
        end = start + length_m(line)
        inside = [each for each in planned if each.to_m > start and each.from_m < end]
        edges = [start, *(edge for each in inside for edge in (each.from_m, each.to_m)), end]
        for before, after in zip(edges[::2], edges[1::2], strict=True):
            if after - before > OFF_M:
                outcome.note(
                    "{river}: no reach covers {start} to {end}.",
                    river=name,
                    start=format_chainage(before),
                    end=format_chainage(after),
                )
