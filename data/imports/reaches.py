"""Imports reaches (河段) as lines or as chainages; they replace those of their rivers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import shapely
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from data.errors import BadInput
from data.imports.flows import settle_reaches
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.reach_plans import OFF_M, plan_rows
from data.imports.reach_writes import (
    RiverReaches,
    is_same,
    refused_before,
    replace_reaches,
    stored_reaches,
)
from data.imports.records import each_refused, is_of_the_record
from data.imports.source import Row
from data.imports.stretches import PlannedReach, held_elsewhere
from data.placing.shapes import refusing_geometry
from data.placing.snaps import Hanging, hanging_on, snap_each_again
from data.queries.waters.finders import DivisionFinder, NamedRows, named_rows
from data.queries.waters.registry import courses_of
from gis.chainage import format_chainage
from gis.courses import Course

BATCH_ROWS: Final = 4_000
"""So many reaches are planned and written together; more take memory, fewer take queries."""

_OVERLAP_M: Final = 50.0


@dataclass(slots=True)
class _River:
    """A river of the file: its rows, what is planned of them, and what is said of it."""

    id: int
    name: str
    rows: list[Row]
    done: Outcome
    length_m: float = 0.0
    planned: list[PlannedReach] = field(default_factory=list)
    unplaced: list[int] = field(default_factory=list)
    uncovered: Outcome = field(default_factory=lambda: Outcome("reaches"))
    hanging: Hanging = field(default_factory=lambda: Hanging((), ()))


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Replaces all reaches of each river in these rows by the reaches in the file.

    What hangs on reaches that would go refuses their river before anything is measured.
    """
    rivers = _by_river(connection, rows, outcome)
    wanted = {
        river_id: (each.name, [(row.name, row.text("code") or None) for row in each.rows])
        for river_id, each in rivers.items()
    }
    for river_id, error in refused_before(connection, wanted).items():
        outcome.refuse_all(rivers.pop(river_id).rows, error)
    divisions, finder = named_rows(connection, "division"), DivisionFinder(connection)
    for batch in _batches(rivers.values()):
        _plan(connection, batch, divisions, finder)
        _store(connection, [each for each in batch if each.planned])
        for each in batch:
            each.planned, each.rows = [], []
    _snap_again(connection, list(rivers.values()))
    for each in rivers.values():
        outcome.add(each.done)
    settle_reaches(connection)


def _by_river(connection: Connection, rows: Sequence[Row], outcome: Outcome) -> dict[int, _River]:
    """Returns the rivers that the rows name; refuses rows whose river isn't known."""
    known = named_rows(connection, "river")
    rivers: dict[int, _River] = {}
    for row in rows:
        try:
            found = known.find_one(row.text("river"))
        except BadInput as error:
            outcome.refuse(row.number, row.name, error)
            continue
        if found.id not in rivers:
            rivers[found.id] = _River(found.id, found.name, [], Outcome(outcome.kind))
        rivers[found.id].rows.append(row)
    return rivers


def _batches(rivers: Iterable[_River]) -> Iterator[list[_River]]:
    batch: list[_River] = []
    for river in rivers:
        batch.append(river)
        if sum(len(each.rows) for each in batch) >= BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _plan(
    connection: Connection, batch: Sequence[_River], divisions: NamedRows, finder: DivisionFinder
) -> None:
    """Plans the reaches of each river of a batch; one that is refused has none."""
    courses = courses_of(connection, [each.id for each in batch])
    for river in batch:
        try:
            with refusing_geometry():
                _plan_river(river, Course(list(courses.pop(river.id).geoms)), divisions)
        except BadInput as error:
            river.planned = []
            river.done.refuse_all(river.rows, error)
    lacking = [(river, at) for river in batch if river.planned for at in river.unplaced]
    lines = [river.planned[at].line for river, at in lacking]
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, 0.5, normalized=True) if lines else []
    )
    found = finder.at(middles[:, 0].tolist(), middles[:, 1].tolist())
    for (river, at), division in zip(lacking, found, strict=True):
        if division:
            river.planned[at] = replace(river.planned[at], division_id=division.id)


def _plan_river(river: _River, course: Course, divisions: NamedRows) -> None:
    """Plans the river's reaches, or refuses all of its rows if one of them is refused."""
    refused = Outcome(river.done.kind)
    planned = plan_rows(river.rows, course, divisions, refused)
    if refused.refused:
        known = {each.row for each in refused.refused}
        another = BadInput("Another reach of {river} is refused.", river=river.name)
        refused.refuse_all([row for row in river.rows if row.number not in known], another)
        river.done.add(refused)
        return
    planned.sort(key=lambda each: each.reach.from_m)
    river.unplaced = [at for at, each in enumerate(planned) if not each.has_division]
    river.planned = [each.reach for each in planned]
    _check_order(river.planned)
    river.length_m = course.length_m
    _note_uncovered(river.name, river.planned, course, river.uncovered)


def _store(connection: Connection, rivers: Sequence[_River]) -> None:
    """Writes the planned reaches of rivers in one savepoint; where it fails, of half of them each.

    So an error of the database about one river refuses that river alone.
    """
    if len(rivers) == 1:
        (river,) = rivers
        clash = held_elsewhere(river.name)
        with each_refused(connection, river.rows, river.done, clash) as done:
            (outcome, hanging) = _written(connection, rivers)[0]
            done.add(outcome)
            river.hanging = hanging
    elif rivers:
        try:
            with connection.begin_nested():
                written = _written(connection, rivers)
        except (BadInput, DBAPIError) as error:
            if isinstance(error, DBAPIError) and not is_of_the_record(error):
                raise
            middle = len(rivers) // 2
            _store(connection, rivers[:middle])
            _store(connection, rivers[middle:])
            return
        for river, (done, river.hanging) in zip(rivers, written, strict=True):
            river.done.add(done)


def _written(connection: Connection, rivers: Sequence[_River]) -> list[tuple[Outcome, Hanging]]:
    """Writes the planned reaches of rivers that differ from the stored.

    Returns for each river what was done, and what hung on its reaches.
    """
    stored = stored_reaches(connection, [each.id for each in rivers])
    holders = _code_holders(connection, rivers)
    outcomes, changed = [], []
    for river in rivers:
        done = Outcome(river.done.kind)
        outcomes.append(done)
        if is_same(stored[river.id], river.planned):
            done.unchanged += len(river.rows)
            continue
        try:
            _check_codes(holders, river)
        except BadInput as error:
            done.refuse_all(river.rows, error)
            continue
        for each in stored[river.id]:
            if each.code and holders.get(each.code) == river.id:
                del holders[each.code]
        holders |= {each.code: river.id for each in river.planned if each.code}
        names = {each.name for each in stored[river.id]}
        kept = sum(each.name in names for each in river.planned)
        done.created += len(river.planned) - kept
        done.updated += kept
        done.add(river.uncovered)
        changed.append(river)
    hanging = hanging_on(connection, [each.id for each in changed])
    plans = [RiverReaches(each.id, each.name, each.length_m, each.planned) for each in changed]
    if plans:
        replace_reaches(connection, plans, stored)
    nothing = Hanging((), ())
    return [
        (done, hanging.get(river.id, nothing)) for river, done in zip(rivers, outcomes, strict=True)
    ]


def _snap_again(connection: Connection, rivers: Sequence[_River]) -> None:
    """Snaps what hung on the replaced reaches to the waters as they are now."""
    with_hanging = [each for each in rivers if each.hanging.stations or each.hanging.boards]
    moved = snap_each_again(connection, [each.hanging for each in with_hanging])
    for river, names in zip(with_hanging, moved, strict=True):
        if names:
            river.done.note(
                "Snapped to {river} again: {names}.", river=river.name, names=", ".join(names)
            )


def _code_holders(connection: Connection, rivers: Sequence[_River]) -> dict[str, int]:
    """Returns which river's reach each code of the file stands for today."""
    codes = [each.code for river in rivers for each in river.planned if each.code]
    rows = connection.execute(
        text("SELECT code, river_id FROM reach WHERE code = ANY(:codes)"), {"codes": codes}
    )
    return {str(code): int(river_id) for code, river_id in rows}


def _check_codes(holders: Mapping[str, int], river: _River) -> None:
    for each in river.planned:
        if each.code and holders.get(each.code, river.id) != river.id:
            raise BadInput("The code {code} is that of another river's reach.", code=each.code)


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
    counts = Counter(codes)
    twice = next((code for code in codes if counts[code] > 1), None)
    if twice:
        raise BadInput("The code {code} is there twice.", code=twice)


def _note_uncovered(
    name: str, planned: Sequence[PlannedReach], course: Course, outcome: Outcome
) -> None:
    """Adds comments on stretches of the river, beyond a tolerance, that no reach covers."""
    for start, length in zip(course.starts, course.lengths, strict=True):
        end = start + length
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
