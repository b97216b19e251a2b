"""Prepares the drawn lines of one river: what is drawn twice counts once, lines that meet are cut.

A line may end or begin in the middle of another; joining knows ends alone.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import LineString, Point

from gis.banks import EXACT_M, ends_of, is_ring, runs_back
from gis.chainage import LineIndex, Measured
from gis.ellipsoid import box_around, distance_m, flattened_m, length_m
from gis.joins import MEETING_M, Part, join_lines

REPEAT_M: Final = 1.0
"""A line that lies this near another all along was drawn twice: no two banks are a metre apart."""

_ROUNDS: Final = 20
"""A cut can make room for another one; drawings need two or three rounds."""


class Prepared(NamedTuple):
    """Lines to be joined, and for each the index of the input line that it is, or is a part of.

    ``repeats`` are pairs of input lines that draw one stretch, which is kept once; ``cuts`` counts
    the places where a line was cut because another one ends or begins there.
    """

    lines: tuple[LineString, ...]
    origins: tuple[int, ...]
    repeats: tuple[tuple[int, int], ...]
    cuts: int


class _Cut(NamedTuple):
    """Where a line is cut; the line that ends or begins near there is drawn on to it."""

    line: int
    chainage_m: float
    by: int
    end: Point
    place: Point


def prepare_lines(lines: Sequence[LineString], within_m: float = MEETING_M) -> Prepared:
    """Returns one river's lines without repeats, cut where a longer course needs it.

    Where a line ends in the middle of another within ``within_m`` metres, what it brings goes on
    with the rest of the other if it is longer than the other's own beginning; the same holds for
    beginnings. An arm that leaves another line and comes back to it cuts nothing.
    """
    pieces, origins, repeats = _without_repeats(list(lines), list(range(len(lines))))
    count = 0
    for _ in range(_ROUNDS):
        cuts = _needed_cuts(pieces, within_m)
        if not cuts:
            break
        count += len(cuts)
        pieces, origins = _cut(pieces, origins, cuts)
        pieces, origins, more = _without_repeats(pieces, origins)
        repeats += more
    pairs = sorted({(min(pair), max(pair)) for pair in repeats})
    return Prepared(tuple(pieces), tuple(origins), tuple(pairs), count)


def _without_repeats(
    lines: list[LineString], origins: list[int]
) -> tuple[list[LineString], list[int], list[tuple[int, int]]]:
    """Returns lines and origins without lines that lie on others, and the origins of each pair."""
    tree = STRtree(lines)
    left_out: dict[int, list[int]] = {}
    for one in sorted(range(len(lines)), key=lambda index: (round(lines[index].length, 9), -index)):
        near = map(int, tree.query(box_around(lines[one], REPEAT_M)))
        others = [other for other in near if other != one and other not in left_out]
        below = _lies_on(lines[one], [lines[other] for other in others])
        covers = [others[place] for place in below]
        if len(covers) == 1 and _fits_better(lines, one, covers[0]):
            left_out[covers[0]] = [one]
        elif covers:
            left_out[one] = covers
    kept = [index for index in range(len(lines)) if index not in left_out]
    pairs = [(origins[one], origins[other]) for one, some in left_out.items() for other in some]
    return [lines[index] for index in kept], [origins[index] for index in kept], pairs


def _fits_better(lines: list[LineString], one: int, other: int) -> bool:
    """Returns whether of two equal lines the first runs as the lines around it, the other not."""
    if not _lies_on(lines[other], [lines[one]]):
        return False
    fits = [0, 0]
    for place, number in enumerate((one, other)):
        start, end = ends_of(lines[number])
        for index, line in enumerate(lines):
            if index not in (one, other):
                first, last = ends_of(line)
                fits[place] += distance_m(last, start) <= EXACT_M
                fits[place] += distance_m(first, end) <= EXACT_M
    return fits[0] > fits[1]


def _lies_on(line: LineString, others: Sequence[LineString]) -> list[int]:
    """Returns which of the others a line lies on within REPEAT_M all along; none if it does not.

    One other that will do comes before several that cover it together.
    """
    centre = Point(line.coords[0])
    flat, below = _flat(line, centre), [_flat(other, centre) for other in others]
    middle = flat.interpolate(0.5, normalized=True)
    if all(other.distance(middle) > REPEAT_M for other in below):
        return []
    beside = [other.buffer(REPEAT_M) for other in below]
    shared_m = [float(flat.intersection(area).length) for area in beside]
    most = max(range(len(others)), key=lambda place: shared_m[place], default=None)
    if most is None or sum(shared_m) < flat.length - REPEAT_M:
        return []
    if beside[most].covers(flat):
        return [most]
    if not shapely.union_all(beside).covers(flat):
        return []
    return [place for place, metres in enumerate(shared_m) if metres > 3 * REPEAT_M]


def _flat(line: LineString, centre: Point) -> LineString:
    return LineString(flattened_m(shapely.get_coordinates(line), centre))


def _needed_cuts(lines: list[LineString], within_m: float) -> dict[int, _Cut]:
    """Returns by line where it must be cut so that a longer course goes on, once each."""
    parts = join_lines(lines, within_m).parts if len(lines) > 1 else ()
    index = LineIndex(lines)
    part_of = {way.index: part for part in parts for way in part.ways}
    found: dict[int, _Cut] = {}
    for part in parts:
        for way, is_end in ((part.ways[-1], True), (part.ways[0], False)):
            end = Point(part.line.coords[-1 if is_end else 0])
            for line, snap in index.within(end, within_m):
                if part_of[line] is part or line in found:
                    continue
                last_m = index.measured(line).length_m - within_m
                if not within_m < snap.chainage_m < last_m:
                    break  # it meets an end, and that is for joining
                if _goes_on(part, part_of[line], end, is_end=is_end, within_m=within_m):
                    place = Point(snap.lon, snap.lat)
                    found[line] = _Cut(line, snap.chainage_m, way.index, end, place)
                    break
    return found


def _goes_on(part: Part, other: Part, end: Point, *, is_end: bool, within_m: float) -> bool:
    """Returns whether a part that ends (or begins) on another belongs to the longer course."""
    measured = Measured(other.line)
    before_m = measured.locate(end).chainage_m
    if length_m(part.line) <= (before_m if is_end else measured.length_m - before_m):
        return False
    far = Point(part.line.coords[0 if is_end else -1])
    is_arm = measured.locate(far).offset_m <= within_m
    is_outline = is_ring(part.line, within_m) or is_ring(other.line, within_m)
    return not (is_arm or is_outline or runs_back(part.line, other.line))


def _cut(
    lines: list[LineString], origins: list[int], cuts: Mapping[int, _Cut]
) -> tuple[list[LineString], list[int]]:
    """Returns the lines cut, and drawn on where they were off, with the origin of each piece."""
    drawn = list(lines)
    pieces: list[LineString] = []
    found: list[int] = []
    for cut in cuts.values():
        if distance_m(cut.end, cut.place) > EXACT_M:
            drawn[cut.by] = _drawn_on(drawn[cut.by], cut.end, cut.place)
    for index, line in enumerate(drawn):
        cut_here = cuts.get(index)
        some = [line]
        if cut_here is not None:
            whole = Measured(line)
            at_m = whole.locate(cut_here.place).chainage_m
            some = [whole.between(0.0, at_m), whole.between(at_m, whole.length_m)]
        pieces += some
        found += [origins[index]] * len(some)
    return pieces, found


def _drawn_on(line: LineString, end: Point, place: Point) -> LineString:
    """Returns the line with a place beyond that one of its ends."""
    rows = shapely.get_coordinates(line)
    beyond = [[place.x, place.y]]
    is_first = tuple(rows[0]) == (end.x, end.y)
    return LineString(np.concatenate([beyond, rows] if is_first else [rows, beyond]))
