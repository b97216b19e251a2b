"""Finds lines of a river that run against each other; turns what other rivers say is wrong."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import shapely
from shapely.geometry import LineString, Point

from gis.chainage import LineIndex
from gis.ellipsoid import distance_m, near_pairs
from gis.joins import MEETING_M, Joined, Part, join_lines

_Role = Literal["mouth", "source", ""]


class Opposed(NamedTuple):
    """Two parts of a river that meet head to head (``at`` is -1) or tail to tail (0)."""

    parts: tuple[Part, Part]
    at: int

    @property
    def place(self) -> Point:
        """Where they meet."""
        return Point(self.parts[0].line.coords[self.at])

    @property
    def lines(self) -> list[int]:
        """The two input lines (indices) that meet there."""
        return sorted(part.ways[self.at].index for part in self.parts)


class Rivers:
    """The courses of other rivers, one line each, and what they say of a place."""

    def __init__(self, courses: Sequence[LineString], within_m: float = MEETING_M) -> None:
        self._courses = courses
        self._index = LineIndex(courses)
        self._within_m = within_m

    def role_of(self, place: Point) -> _Role:
        """Returns what a river's end is that lies there: its mouth, on another river's course.

        Its source where other rivers only end; nothing where there is none.
        """
        near = self._index.within(place, self._within_m)
        if any(
            distance_m(place, Point(self._courses[river].coords[-1])) > self._within_m
            for river, _ in near
        ):
            return "mouth"
        return "source" if near else ""


def opposed(joined: Joined, within_m: float = MEETING_M) -> Iterator[Opposed]:
    """Yields where two parts of a river meet head to head or tail to tail, and no third is near.

    The water of both would end there, or begin there: one is drawn upstream, unless another water
    takes it or brings it. Arms of one island, and banks, meet at both ends and don't count.
    """
    lines = [part.line for part in joined.parts]
    index = LineIndex(lines)
    tails, heads = (
        near_pairs([Point(each.coords[at]) for each in lines], within_m) for at in (0, -1)
    )
    for one, other in sorted(tails ^ heads):
        pair = joined.parts[one], joined.parts[other]
        found = Opposed(pair, 0 if (one, other) in tails else -1)
        if {near for near, _ in index.within(found.place, within_m)} <= {one, other}:
            yield found


def turn_opposed(
    lines: Sequence[LineString], others: Rivers, within_m: float = MEETING_M
) -> tuple[list[LineString], tuple[int, ...]]:
    """Returns one river's lines, and the indices of those that were turned.

    Of two parts that run against each other the water goes to the far end that is a mouth, else
    away from the one that is a source. Where both are alike, or where they meet on the course of
    another river, none is turned.
    """
    found = list(lines)
    turned: set[int] = set()
    for _ in lines:
        pairs = opposed(join_lines(found, within_m), within_m)
        wrong = next((part for pair in pairs if (part := _wrong(pair, others))), None)
        if wrong is None:
            break
        for way in wrong.ways:
            if not way.reversed:
                found[way.index] = shapely.reverse(found[way.index])
                turned ^= {way.index}
    return found, tuple(sorted(turned))


def _wrong(pair: Opposed, others: Rivers) -> Part | None:
    """Returns which of two parts is drawn upstream; None where other rivers don't say."""
    if others.role_of(pair.place) == "mouth":
        return None
    far = 0 if pair.at else -1
    one, other = (others.role_of(Point(part.line.coords[far])) for part in pair.parts)
    if one == other:
        return None
    to_first = one == "mouth" if "mouth" in (one, other) else other == "source"
    is_first_wrong = to_first == (pair.at == -1)
    return pair.parts[0 if is_first_wrong else 1]
