"""Which river flows into which.

A river's course is given as its parts in order downstream, with gaps between them.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shapely.geometry import LineString, Point

from gis.banks import EXACT_M
from gis.chainage import LineIndex, Measured, Snap
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
    rivers: Mapping[K, Sequence[LineString]],
    within_m: float = MEETING_M,
    arms: Mapping[K, Sequence[LineString]] | None = None,
) -> dict[K, Confluence[K] | None]:
    """Returns for each river where it flows into another river; None if none is near.

    A river that ends on an ``arm`` of another flows into that one, where its course is nearest.
    Rivers that would flow round in a circle are all None.
    """
    courses = _Courses(list(rivers.items()), arms)
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
    """A spatial index over the lines of all rivers: their courses, and their arms."""

    def __init__(
        self,
        rivers: Sequence[tuple[K, Sequence[LineString]]],
        arms: Mapping[K, Sequence[LineString]] | None = None,
    ) -> None:
        self._courses = dict(rivers)
        self._arms = {key: lines for key, lines in (arms or {}).items() if self._courses.get(key)}
        of_courses = [(key, n) for key, course in rivers for n in range(len(course))]
        of_arms = [(key, -n) for key, lines in self._arms.items() for n in range(1, len(lines) + 1)]
        self._owners = of_courses + of_arms
        self._index = LineIndex([self._line(*owner) for owner in self._owners])

    def met(self, end: Point, within_m: float, itself: K | None) -> Confluence[K] | None:
        """Returns where the end meets another river: exactly, at its source first; else near it.

        A river met only at its mouth doesn't count: for an end that lies on a river exactly, its
        mouth must be the very place; for any other end it is enough that the mouth is near. The
        same holds for the end of an arm. Courses come before arms.
        """
        near = [
            (self._owners[index], snap)
            for index, snap in self._index.within(end, within_m)
            if self._owners[index][0] != itself
        ]
        near.sort(key=lambda each: each[0][1] < 0)
        exact = [each for each in near if each[1].offset_m <= EXACT_M]
        exact.sort(key=lambda each: not self._is_source(*each))
        for close, found in ((EXACT_M, exact), (within_m, near)):
            for owner, snap in found:
                if distance_m(end, self._mouth(*owner)) > close:
                    return self._confluence(*owner, snap)
        return None

    def _line(self, key: K, part: int) -> LineString:
        """Returns a part of a river's course by its index; -1 is the first of its arms."""
        return self._courses[key][part] if part >= 0 else self._arms[key][-part - 1]

    def _mouth(self, key: K, part: int) -> Point:
        """Returns where the river ends; for an arm, where the arm ends."""
        return Point(self._line(key, part if part < 0 else len(self._courses[key]) - 1).coords[-1])

    def _confluence(self, key: K, part: int, snap: Snap) -> Confluence[K]:
        """Returns the place; for one on an arm, the place of the course that is nearest to it."""
        course = self._courses[key]
        if part < 0:
            place = Point(snap.lon, snap.lat)
            snaps = [Measured(line).locate(place) for line in course]
            part = min(range(len(course)), key=lambda n: snaps[n].offset_m)
            snap = snaps[part]
        return Confluence(key, part, starts_m(course)[part] + snap.chainage_m, snap)

    def _is_source(self, owner: tuple[K, int], snap: Snap) -> bool:
        return owner[1] == 0 and snap.chainage_m <= EXACT_M
