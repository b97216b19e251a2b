"""Joins the drawn lines (ways) of one river where their ends meet, and reports the gaps.

A way runs downstream as drawn. Every way given comes back in exactly one part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import LineString, Point

from gis.banks import EXACT_M, banks, far_banks, is_ring, runs_back
from gis.chainage import LineIndex
from gis.ellipsoid import box_around, distance_m, length_m, near_pairs

MEETING_M: Final = 50.0
"""Ends at most this far apart are one place."""


@dataclass(frozen=True, slots=True)
class Way:
    """An input line, named by its index; ``reversed`` when it had been drawn upstream."""

    index: int
    reversed: bool


class Join(NamedTuple):
    """Two input lines (indices) whose ends meet, upstream first, and the metres between them."""

    upstream: int
    downstream: int
    distance_m: float


class Gap(NamedTuple):
    """A gap in a river's course: index of the part upstream, and the straight length in metres."""

    after: int
    distance_m: float


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive input lines that meet end to end, and the single line they make."""

    line: LineString
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """The joined lines of one river: its course, in order downstream, and its branches.

    ``branches`` are arms round an island, forks, ways that meet head to head, and one of two banks:
    they touch or accompany the course or each other. Course and branches hold every way once.
    """

    course: tuple[Part, ...]
    branches: tuple[Part, ...]
    joins: tuple[Join, ...]
    gaps: tuple[Gap, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts (joined lines) of the course, then the branches."""
        return self.course + self.branches

    @property
    def starts_m(self) -> tuple[float, ...]:
        """Chainage (m) at which each part of the course begins; gaps count as straight lines."""
        return starts_m([part.line for part in self.course])

    @property
    def banks(self) -> tuple[tuple[int, ...], ...]:
        """Input lines (indices) that are no single course: a ring, a fold, or two banks."""
        return tuple(
            tuple(sorted(way.index for place in group for way in self.parts[place].ways))
            for group in banks([part.line for part in self.parts], MEETING_M)
        )

    @property
    def reversed_ways(self) -> tuple[int, ...]:
        """Indices of the input lines that were drawn upstream and have been reversed."""
        return tuple(sorted(way.index for part in self.parts for way in part.ways if way.reversed))


def join_lines(lines: Sequence[LineString], within_m: float = MEETING_M) -> Joined:
    """Joins the lines of one river where an end meets a start: the longest chain first.

    A run of ways drawn upstream is reversed only when both of its ends then meet others within
    ``within_m`` metres. Empty lines must be left out by the caller.
    """
    parts = [Part(line, (Way(index, False),)) for index, line in enumerate(lines)]
    if len(parts) == 1:
        return Joined((_merged(parts),), (), (), ())
    parts = _turned(_chained(parts, within_m), within_m)
    aside = _branches(parts, within_m)
    main = [part for index, part in enumerate(parts) if index not in aside]
    course = [main[index] for index in order_parts([part.line for part in main])]
    branches = [parts[index] for index in sorted(aside)]
    gaps = [
        Gap(after, _gap_m(one.line, other.line))
        for after, (one, other) in enumerate(pairwise(course))
    ]
    return Joined(tuple(course), tuple(branches), _joins(lines, course + branches), tuple(gaps))


def order_parts(lines: Sequence[LineString]) -> list[int]:
    """Returns the indices of lines that don't meet, in order downstream, shortest gaps first."""
    count = len(lines)
    ranked = sorted(
        (_gap_m(lines[one], lines[other]), one, other)
        for one in range(count)
        for other in range(count)
        if one != other
    )
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    for _, one, other in ranked:
        if one in after or other in before or _last(after, other) == one:
            continue
        after[one], before[other] = other, one
    place = next((index for index in range(count) if index not in before), None)
    order: list[int] = []
    while place is not None:
        order.append(place)
        place = after.get(place)
    return order


def _last(after: dict[int, int], place: int) -> int:
    while place in after:
        place = after[place]
    return place


def starts_m(course: Sequence[LineString]) -> tuple[float, ...]:
    """Returns the chainage in metres at which each part begins; gaps count as straight lines."""
    starts = [0.0] if course else []
    for one, other in pairwise(course):
        starts.append(starts[-1] + length_m(one) + _gap_m(one, other))
    return tuple(starts)


def _chained(parts: list[Part], within_m: float) -> list[Part]:
    """Joins parts into the longest line downstream, then the longest of the rest, and so on."""
    follows = _followers(parts, within_m)
    weights = [length_m(part.line) for part in parts]
    left = _downstream_order(follows)
    chains: list[Part] = []
    while left:
        here = set(left)
        best: dict[int, tuple[float, int | None]] = {}
        for index in reversed(left):
            options = [(best[n][0], -n) for n in follows[index] if n in here]
            length, follower = max(options, default=(0.0, None))
            best[index] = (weights[index] + length, None if follower is None else -follower)
        place: int | None = max(left, key=lambda index: (best[index][0], -index))
        chain: list[int] = []
        while place is not None:
            chain.append(place)
            place = best[place][1]
        chains.append(_merged([parts[index] for index in chain]))
        left = [index for index in left if index not in set(chain)]
    return chains


def _followers(parts: list[Part], within_m: float) -> list[list[int]]:
    """Returns for each part the indices of those that begin at its end, nearest first, acyclic."""
    starts = [_start(part) for part in parts]
    tree = STRtree(starts)
    pairs = []
    for one, part in enumerate(parts):
        end = _end(part)
        for other in map(int, tree.query(box_around(end, within_m))):
            apart = distance_m(end, starts[other])
            if other != one and apart <= within_m and not is_ring(part.line, within_m):
                pairs.append((apart, one, other))
    pairs = [
        (apart, one, other)
        for apart, one, other in _coinciding(pairs)
        if not is_ring(parts[other].line, within_m)
        and not runs_back(parts[one].line, parts[other].line)
    ]
    follows: list[list[int]] = [[] for _ in parts]
    for _, one, other in sorted(pairs):
        if not _reaches(follows, other, one):
            follows[one].append(other)
    return follows


def _coinciding(pairs: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """Returns the pairs without those that are only near where either end coincides with another.

    So exact coincidence of ends wins over nearness.
    """
    ends = {one for apart, one, _ in pairs if apart <= EXACT_M}
    starts = {other for apart, _, other in pairs if apart <= EXACT_M}
    return [
        (apart, one, other)
        for apart, one, other in pairs
        if apart <= EXACT_M or (one not in ends and other not in starts)
    ]


def _reaches(follows: list[list[int]], start: int, goal: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        place = waiting.pop()
        if place == goal:
            return True
        fresh = [index for index in follows[place] if index not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def _downstream_order(follows: list[list[int]]) -> list[int]:
    """Returns all indices, each after the indices of all parts that flow into it."""
    inflows = [0] * len(follows)
    for others in follows:
        for other in others:
            inflows[other] += 1
    order = [index for index, count in enumerate(inflows) if count == 0]
    for index in order:  # grows while it is walked
        for other in follows[index]:
            inflows[other] -= 1
            if inflows[other] == 0:
                order.append(other)
    return order


def _turned(parts: list[Part], within_m: float) -> list[Part]:
    """Returns the parts; each drawn upstream between two others is reversed and joined to both."""
    above, below = (
        {index for pair in near_pairs(places, within_m) for index in pair}
        for places in ([_end(part) for part in parts], [_start(part) for part in parts])
    )
    for index in sorted(above & below):
        part, others = parts[index], parts[:index] + parts[index + 1 :]
        ways = tuple(Way(way.index, not way.reversed) for way in reversed(part.ways))
        joined = _chained([*others, Part(shapely.reverse(part.line), ways)], within_m)
        if len(joined) <= len(parts) - 2:
            return _turned(joined, within_m)
    return parts


def _branches(parts: list[Part], within_m: float) -> set[int]:
    """Returns the branches' indices: all but the longest of parts that touch or are two banks."""
    group = list(range(len(parts)))
    index = LineIndex(lines := [part.line for part in parts])
    pairs = [
        (one, other)
        for one, part in enumerate(parts)
        for end in (_start(part), _end(part))
        for other, _ in index.within(end, within_m)
    ]
    for one, other in (*pairs, *far_banks(lines, within_m)):
        group = [group[other] if name == group[one] else name for name in group]
    longest: dict[int, int] = {}
    for one in sorted(range(len(parts)), key=lambda one: -length_m(parts[one].line)):
        longest.setdefault(group[one], one)
    return set(range(len(parts))) - set(longest.values())


def _merged(parts: list[Part]) -> Part:
    rows = np.concatenate([shapely.get_coordinates(part.line) for part in parts])
    fresh = np.concatenate(([True], (np.diff(rows, axis=0) != 0).any(axis=1)))
    return Part(LineString(rows[fresh]), tuple(way for part in parts for way in part.ways))


def _joins(lines: Sequence[LineString], parts: list[Part]) -> tuple[Join, ...]:
    """Returns the joins between consecutive lines of each part, with the metres between ends."""

    def end_of(way: Way, last: bool) -> Point:
        return Point(lines[way.index].coords[-1 if last != way.reversed else 0])

    pairs = [pair for part in parts for pair in pairwise(part.ways)]
    return tuple(
        Join(one.index, other.index, distance_m(end_of(one, True), end_of(other, False)))
        for one, other in pairs
    )


def _start(part: Part) -> Point:
    return Point(part.line.coords[0])


def _end(part: Part) -> Point:
    return Point(part.line.coords[-1])


def _gap_m(line: LineString, following: LineString) -> float:
    return distance_m(Point(line.coords[-1]), Point(following.coords[0]))
