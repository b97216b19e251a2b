"""Tells lines that are no course downstream: rings, folds, and the two banks of one water."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

from shapely.geometry import LineString, Point

from gis.chainage import Measured
from gis.ellipsoid import distance_m, length_m

EXACT_M: Final = 0.05
"""Ends this close were drawn as one place: a hand's breadth is what rounding of degrees leaves."""

BESIDE: Final = 0.1
"""A line within this share of its length of another, running back, is its other bank."""

LEAST_RATIO: Final = 0.3
"""Banks of one water are about as long as each other; a short hook at an end is none."""

WIDE: Final = 0.05
"""Banks that never meet are this near on average, as a share of their length: 500 m of 10 km."""

ASIDE: Final = 0.15
"""A line beside another is this near on average, as a share of its length: 1,150 m of 7.7 km."""

NEAR: Final = 0.1
"""One as near as this is called a bank; a farther one may be an arm with land between."""

_SHARES: Final = tuple(number / 20 for number in range(21))
_LEAST_BESIDE: Final = 0.9
_LEAST_BACK: Final = 0.5
_LEAST_ALONG: Final = 0.8


def is_ring(line: LineString, within_m: float) -> bool:
    """Returns whether a line comes back to its start: an outline, not a course downstream.

    Ends that are only near each other make a ring of a line twenty times as long as ``within_m``.
    """
    apart = distance_m(Point(line.coords[0]), Point(line.coords[-1]))
    return apart <= EXACT_M or (apart <= within_m and length_m(line) > 20 * within_m)


def runs_back(line: LineString, other: LineString) -> bool:
    """Returns whether the other line runs beside this one in the opposite direction.

    Nine tenths of it then lie within a tenth of the shorter one's length: two banks of one water.
    """
    shorter = min(line.length, other.length)  # degrees: enough to tell what is far off
    if shorter < LEAST_RATIO / 2 * max(line.length, other.length):
        return False
    if line.distance(Point(other.coords[-1])) > 3 * BESIDE * shorter:
        return False
    lengths = length_m(line), length_m(other)
    if min(lengths) < LEAST_RATIO * max(lengths):
        return False
    measured, beyond = Measured(line), Measured(other)
    snaps = [measured.locate(beyond.point_at(lengths[1] * share)) for share in _SHARES]
    beside = sum(snap.offset_m <= BESIDE * min(lengths) for snap in snaps)
    back_m = snaps[0].chainage_m - snaps[-1].chainage_m
    return beside >= _LEAST_BESIDE * len(snaps) and back_m >= _LEAST_BACK * min(lengths)


def are_far_banks(line: LineString, other: LineString, within_m: float) -> bool:
    """Returns whether two lines run beside each other from end to end and never meet.

    They may be drawn in the same direction or not, and be as far apart as a twentieth of their
    length. Where a meander comes back beside itself, its other end is far from where it began.
    """
    shorter = min(line.length, other.length)  # degrees: enough to tell what is far off
    if shorter < _LEAST_BACK / 2 * max(line.length, other.length):
        return False
    starts, ends = ends_of(line), ends_of(other)
    straight, crossed = (
        max(one.distance(two) for one, two in zip(starts, order, strict=True))
        for order in (ends, ends[::-1])
    )
    if min(straight, crossed) > 2 * BESIDE * shorter:
        return False
    if crossed < straight:
        ends = ends[::-1]
    lengths = length_m(line), length_m(other)
    apart = [distance_m(one, two) for one, two in zip(starts, ends, strict=True)]
    if (
        min(lengths) < _LEAST_BACK * max(lengths)
        or min(apart) <= within_m
        or max(apart) > BESIDE * min(lengths)
    ):
        return False
    measured, beyond = Measured(line), Measured(other)
    snaps = [measured.locate(beyond.point_at(lengths[1] * share)) for share in _SHARES]
    mean_m = sum(snap.offset_m for snap in snaps) / len(snaps)
    along_m = abs(snaps[0].chainage_m - snaps[-1].chainage_m)
    return mean_m <= WIDE * min(lengths) and along_m >= _LEAST_ALONG * min(lengths)


def runs_beside(line: LineString, other: LineString, within_m: float, aside: float = ASIDE) -> bool:
    """Returns whether the shorter line runs beside the longer one all along and never meets it.

    As a course, they would be one after the other with a gap that leads back along the river. Where
    a meander comes back beside itself, the end of one leg lies near the beginning of the other.
    ``aside`` is the share of its length that the shorter one may be off on average.
    """
    longer, shorter = sorted((line, other), key=lambda each: -each.length)
    middle = shorter.interpolate(0.5, normalized=True)
    if longer.distance(middle) > 3 * aside * shorter.length:  # degrees: enough for what is far off
        return False
    measured, beyond = Measured(longer), Measured(shorter)
    snaps = [measured.locate(beyond.point_at(beyond.length_m * share)) for share in _SHARES]
    mean_m = sum(snap.offset_m for snap in snaps) / len(snaps)
    along_m = snaps[-1].chainage_m - snaps[0].chainage_m
    if (
        min(snap.offset_m for snap in snaps) <= within_m
        or mean_m > aside * beyond.length_m
        or abs(along_m) < _LEAST_ALONG * beyond.length_m
    ):
        return False
    (first, last), (start, end) = ends_of(longer), ends_of(shorter)
    return along_m > 0 or min(distance_m(last, start), distance_m(end, first)) > 2 * mean_m


def ends_of(line: LineString) -> list[Point]:
    """Returns the first and the last place of a line."""
    return [Point(line.coords[0]), Point(line.coords[-1])]


def folds_back(line: LineString) -> bool:
    """Returns whether the second half of a line runs back beside the first: down and up again."""
    whole = Measured(line)
    half = whole.length_m / 2
    return runs_back(whole.between(0, half), whole.between(half, whole.length_m))


def banks(lines: Sequence[LineString], within_m: float) -> list[tuple[int, ...]]:
    """Returns the lines (indices) that are no course: rings, folds, and pairs of banks.

    Two banks meet where the end of one is the start of the other, within ``within_m`` metres, or
    run beside each other, from end to end or along the shorter one, without meeting.
    """
    found: list[tuple[int, ...]] = []
    for number, line in enumerate(lines):
        if is_ring(line, within_m) or folds_back(line):
            found.append((number,))
        found += [
            (number, other)
            for other in range(number + 1, len(lines))
            if _meet(line, lines[other], within_m) and runs_back(line, lines[other])
        ]
    return found + [
        (one, other)
        for one, other in far_banks(lines, within_m)
        if are_far_banks(lines[one], lines[other], within_m)
        or runs_beside(lines[one], lines[other], within_m, NEAR)
    ]


def far_banks(lines: Sequence[LineString], within_m: float) -> list[tuple[int, ...]]:
    """Returns the pairs of lines (indices) that run beside each other and never meet.

    Only one of them is a course: the other is a bank, drawn whole or in part, or an arm.
    """
    return [
        (one, other)
        for one, other in combinations(range(len(lines)), 2)
        if are_far_banks(lines[one], lines[other], within_m)
        or runs_beside(lines[one], lines[other], within_m)
    ]


def _meet(line: LineString, other: LineString, within_m: float) -> bool:
    ends = (line, other), (other, line)
    return any(
        distance_m(Point(one.coords[-1]), Point(two.coords[0])) <= within_m for one, two in ends
    )
