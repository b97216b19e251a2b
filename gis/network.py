"""Which river flows into which.

A river's course is given as its parts in order downstream, with gaps between them.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shapely.geometry import LineString, Point

from gis.banks import EXACT_M
from gis.chainage import LineIndex, Snap
from gis.ellipsoid import distance_m
from gis.joins import (
    MEETING_M,
    Gap,
    Join,
    Joined,
    Part,
    Way,
    join_lines,
    order_parts,
    starts_m,
)
from gis.reaches import Stretch, split_at_polygons

__all__ = [
    "MEETING_M",
    "Confluence",
    "Gap",
    "Join",
    "Joined",
    "Part",
    "Stretch",
    "Way",
    "confluence",
    "confluences",
    "join_lines",
    "order_parts",
    "split_at_polygons",
    "starts_m",
]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Confluence(Generic[K]):
    """The place where one river's end flows into another river.

    ``part`` is the index of the part in that river's course, ``snap`` the place on that part, and
    ``chainage_m`` the chainage along the whole course, straight gaps counted.
    """

    key: K
    part: int
    chainage_m: float
    snap: Snap


def confluence(
    end: Point, others: Sequence[tuple[K, Sequence[LineString]]], within_m: float = MEETING_M
) -> Confluence[K] | None:
    """Returns where a river's end flows into the nearest other river, None if none is near.

    A river on which the end lies exactly comes before any nearer by. Another river that is met
    only at its own mouth doesn't count: two rivers that end in one place flow into a third. The
    caller leaves the river itself out of ``others``.
    """
    return _Courses(others).met(end, within_m, None)


def confluences(
    rivers: Mapping[K, Sequence[LineString]], within_m: float = MEETING_M
) -> dict[K, Confluence[K] | None]:
    """Returns for each river where it flows into another river; None if none is near.

    Rivers that would flow round in a circle are all None.
    """
    courses = _Courses(list(rivers.items()))
    met = {
        key: courses.met(Point(course[-1].coords[-1]), within_m, key) if course else None
        for key, course in rivers.items()
    }
    circling = {key for key in met if _comes_back(met, key)}
    return {key: None if key in circling else found for key, found in met.items()}


def _comes_back(met: Mapping[K, Confluence[K] | None], key: K) -> bool:
    seen: set[K] = set()
    found = met[key]
    while found is not None and found.key not in seen:
        if found.key == key:
            return True
        seen.add(found.key)
        found = met[found.key]
    return False


class _Courses(Generic[K]):
    """A spatial index over the lines of all rivers."""

    def __init__(self, rivers: Sequence[tuple[K, Sequence[LineString]]]) -> None:
        self._owners = [(key, part) for key, course in rivers for part in range(len(course))]
        self._index = LineIndex([line for _, course in rivers for line in course])
        self._courses = dict(rivers)

    def met(self, end: Point, within_m: float, itself: K | None) -> Confluence[K] | None:
        """Returns where the end meets another river: exactly, at its source first; else near it.

        A river met only at its mouth doesn't count: for an end that lies on a river exactly, its
        mouth must be the very place; for any other end it is enough that the mouth is near.
        """
        near = [
            (self._owners[index], snap)
            for index, snap in self._index.within(end, within_m)
            if self._owners[index][0] != itself
        ]
        exact = [each for each in near if each[1].offset_m <= EXACT_M]
        exact.sort(key=lambda each: not self._is_source(*each))
        for close, found in ((EXACT_M, exact), (within_m, near)):
            for (key, part), snap in found:
                course = self._courses[key]
                if distance_m(end, Point(course[-1].coords[-1])) > close:
                    return Confluence(key, part, starts_m(course)[part] + snap.chainage_m, snap)
        return None

    def _is_source(self, owner: tuple[K, int], snap: Snap) -> bool:
        return owner[1] == 0 and snap.chainage_m <= EXACT_M
