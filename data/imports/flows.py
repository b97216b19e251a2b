"""Computes which river and reach flows into which, for all waters; writes only what changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from shapely.geometry import LineString, Point
from sqlalchemy import Connection, Row, text

from data.imports.outcome import Outcome
from data.queries.waters.registry import courses
from gis.chainage import LineIndex
from gis.courses import main_course
from gis.network import Confluence, confluences, join_lines, starts_m

STATED_WITHIN_M: Final = 20_000.0
"""A stated receiver farther than this from the river's end is another water of that name."""


class _Reach(NamedTuple):
    id: int
    river_id: int
    from_m: float
    to_m: float
    downstream_id: int | None


def settle_flows(
    connection: Connection, outcome: Outcome | None = None
) -> dict[int, Confluence[int] | None]:
    """Stores what every river and reach flows into; returns each river's confluence by id.

    A river flows into the river that its file stated, else into the one its end meets, None where
    it meets none; a reach into the next one downstream. Where the two differ ``outcome`` says so.
    """
    joined = {
        river_id: join_lines(list(geometry.geoms))
        for river_id, geometry in courses(connection).items()
    }
    lines = {river_id: [part.line for part in each.course] for river_id, each in joined.items()}
    arms = {river_id: [part.line for part in each.branches] for river_id, each in joined.items()}
    found = _believed(connection, lines, confluences(lines, arms=arms), outcome)
    rows = [
        (id_, met.key if met else None, met.chainage_m if met else None)
        for id_, met in found.items()
    ]
    connection.execute(
        _FLOWS,
        {
            name: list(values)
            for name, values in zip(("ids", "into", "at"), zip(*rows, strict=True), strict=False)
        }
        if rows
        else {"ids": [], "into": [], "at": []},
    )
    settle_reaches(connection)
    return found


def _believed(
    connection: Connection,
    lines: Mapping[int, Sequence[LineString]],
    met: Mapping[int, Confluence[int] | None],
    outcome: Outcome | None,
) -> dict[int, Confluence[int] | None]:
    """Returns the confluences with those that files state in place of those by the lines alone."""
    said = outcome or Outcome("rivers")
    rows = connection.execute(text("SELECT id, name, code, stated_receiver FROM river")).all()
    named: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        for each in {row.name, row.code} - {None}:
            named[each].append(row.id)
    names = {row.id: row.name for row in rows}
    found = dict(met)
    for row in rows:
        if not row.stated_receiver:
            continue
        known = named.get(row.stated_receiver, [])
        others = [each for each in known if each != row.id] or known
        if len(others) != 1:
            said.note(
                "{river} is stated to flow into {stated}, of which {count} are known.",
                river=row.name,
                stated=row.stated_receiver,
                count=len(others),
            )
            continue
        by_line = met.get(row.id)
        if by_line is not None and by_line.key == others[0]:
            continue
        if _is_circle(row, others[0], found, names, said) or not lines.get(row.id):
            continue
        end = Point(lines[row.id][-1].coords[-1])
        place = _nearest_on(others[0], lines.get(others[0], ()), end)
        if place is None:
            continue
        found[row.id] = place
        into = names[others[0]]
        if by_line is not None:
            said.note(
                "{river} flows into {stated}, as its file states; its end meets {met}.",
                river=row.name,
                stated=into,
                met=names[by_line.key],
            )
        else:
            said.note(
                "{river} flows into {stated}, as its file states; it ends {m} m off.",
                river=row.name,
                stated=into,
                m=round(place.snap.offset_m),
            )
    return found


def _nearest_on(river_id: int, course: Sequence[LineString], end: Point) -> Confluence[int] | None:
    """Returns the place on a river's course nearest to another's end; None if it is far off."""
    found = LineIndex(course).nearest(end, STATED_WITHIN_M)
    if found is None:
        return None
    part, snap = found
    return Confluence(river_id, part, starts_m(course)[part] + snap.chainage_m, snap)


def _is_circle(
    row: Row[Any],
    below: int,
    found: Mapping[int, Confluence[int] | None],
    names: Mapping[int, str],
    said: Outcome,
) -> bool:
    """Returns whether a stated receiver would make a circle of rivers, and notes its members."""
    circle = _way(found, below, row.id)
    if circle:
        said.note(
            "{river} is stated to flow into {stated}, which would be a circle: {circle}."
            " That isn't believed; correct what is stated of one of them.",
            river=row.name,
            stated=row.stated_receiver,
            circle=" → ".join(names[each] for each in (row.id, *circle)),
        )
    return bool(circle)


def _way(found: Mapping[int, Confluence[int] | None], start: int, goal: int) -> list[int]:
    """Returns the rivers by which the water of one comes to another; empty where it doesn't.

    To state that the other flows into the first would be a circle of them.
    """
    way: list[int] = []
    place: int | None = start
    while place is not None and place not in way:
        way.append(place)
        if place == goal:
            return way
        met = found.get(place)
        place = met.key if met else None
    return []


def settle_reaches(connection: Connection) -> None:
    """Stores what every reach flows into, by what the rivers are stored to flow into."""
    rivers: dict[int, list[_Reach]] = defaultdict(list)
    for row in connection.execute(_REACHES):
        rivers[row.river_id].append(_Reach(*row))
    flows = {row.id: row for row in connection.execute(_RIVERS)}
    mains = {
        river_id: _Main([own[place] for place in main_course([(e.from_m, e.to_m) for e in own])])
        for river_id, own in rivers.items()
    }
    changed: dict[int, int | None] = {}
    for river_id, reaches in rivers.items():
        main, flow = mains[river_id], flows[river_id]
        receiver = mains.get(flow.flows_into_id)
        mouth = receiver.at(flow.flows_into_chainage_m) if receiver else None
        for each in reaches:
            below = main.below[each.id] if each.id in main.below else main.at(each.to_m)
            below = mouth if each.id == main.last_id else below
            if below != each.downstream_id:
                changed[each.id] = below
    if changed:
        connection.execute(_BELOW, {"ids": list(changed), "below": list(changed.values())})


class _Main:
    """The reaches of a river's main course, in order downstream."""

    def __init__(self, reaches: Sequence[_Reach]) -> None:
        self._ids = [each.id for each in reaches]
        self._from_m = np.array([each.from_m for each in reaches])
        self._to_m = np.array([each.to_m for each in reaches])
        self.last_id = self._ids[-1]
        self.below: dict[int, int | None] = {self.last_id: None, **dict(pairwise(self._ids))}

    def at(self, chainage_m: float) -> int:
        """Returns the id of the reach at a distance along the river, in a gap of the nearest."""
        aside = np.maximum(self._from_m - chainage_m, chainage_m - self._to_m)
        return self._ids[int(np.argmin(np.maximum(aside, 0.0)))]


_REACHES: Final = text(
    """
    SELECT id, river_id, chainage_from_m, chainage_to_m, downstream_id FROM reach
    ORDER BY river_id, position
    """
)
_RIVERS: Final = text("SELECT id, flows_into_id, flows_into_chainage_m FROM river")
_FLOWS: Final = text(
    """
    UPDATE river SET flows_into_id = new.receiver_id, flows_into_chainage_m = new.at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:into AS bigint[]), CAST(:at AS double precision[]))
        AS new (id, receiver_id, at)
    WHERE river.id = new.id AND (flows_into_id, flows_into_chainage_m)
        IS DISTINCT FROM (new.receiver_id, new.at)
    """
)
_BELOW: Final = text(
    """
    UPDATE reach SET downstream_id = new.below
    FROM unnest(CAST(:ids AS bigint[]), CAST(:below AS bigint[])) AS new (id, below)
    WHERE reach.id = new.id
    """
)
