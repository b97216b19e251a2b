"""Which river flows into which.

A river's course is given as its parts in order downstream, with gaps between them.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shapely.geometry import LineString, Point

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

    Another river that is met only at its own mouth doesn't count: two rivers that end in one place
    flow into a third. The caller leaves the river itself out of ``others``.
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
        for index, snap in self._index.within(end, within_m):
            key, part = self._owners[index]
            course = self._courses[key]
            mouth = Point(course[-1].coords[-1])
            if key == itself or distance_m(end, mouth) <= within_m:
                continue
            return Confluence(key, part, starts_m(course)[part] + snap.chainage_m, snap)
        return None
