"""A river's course, along which many places are located at once."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import LineString

from gis.chainage import BadLine, Measured
from gis.ellipsoid import GEOD, Numbers, box_sizes, flattened_each_m
from gis.joins import join_lines, starts_m

_MOST_PAIRS: Final = 2_000_000
"""So many places times segments are compared at once: 16 MB."""


class Course:
    """The parts of a river's course in order downstream, each measured once."""

    def __init__(self, lines: Sequence[LineString]) -> None:
        """Joins and measures the river's lines. Raises BadLine for a part without length."""
        self.lines = [part.line for part in join_lines(lines).course]
        self.starts = starts_m(self.lines)
        self._measured = [Measured(line) for line in self.lines]
        self.lengths = [each.length_m for each in self._measured]

    @property
    def length_m(self) -> float:
        """The length in metres of the river's parts, without gaps."""
        return sum(self.lengths)

    def chainages_m(self, places: Numbers, within_m: float) -> Numbers:
        """Returns the distance along the river (m) of each place (n, 2); NaN for one farther off.

        The same, place by place, as LineIndex.nearest on the parts of the course.
        """
        found = np.full(len(places), np.nan)
        offsets = np.full(len(places), np.inf)
        for start, measured in zip(self.starts, self._measured, strict=True):
            for first in range(0, len(places), step := _at_once(measured)):
                own = slice(first, first + step)
                chainages, away = _nearest(measured, places[own], within_m)
                nearer = (away <= within_m) & (away < offsets[own])
                found[own][nearer] = start + chainages[nearer]
                offsets[own][nearer] = away[nearer]
        return found

    def between(self, from_m: float, to_m: float) -> LineString | None:
        """Returns the river's line between two distances; None where it has a gap or no length."""
        for start, length, measured in zip(self.starts, self.lengths, self._measured, strict=True):
            if start - 1 <= from_m < to_m <= start + length + 1:
                try:
                    return measured.between(from_m - start, to_m - start)
                except BadLine:
                    return None
        return None


def main_course(spans: Sequence[tuple[float, float]]) -> list[int]:
    """Returns the indices of the stretches (from, to) in metres that follow each other.

    What begins before the one before it ends is an arm, and left out.
    """
    main: list[int] = []
    for index, (from_m, _) in enumerate(spans):
        if not main or from_m >= spans[main[-1]][1] - 1.0:
            main.append(index)
    return main


def without_repeats(lines: Sequence[LineString]) -> list[LineString]:
    """Returns lines as joining leaves a single one: no vertex twice in a row.

    Raises BadLine when one of them has no length.
    """
    pairs, owners = shapely.get_coordinates(list(lines), return_index=True)
    fresh = np.concatenate(
        ([True], (np.diff(pairs, axis=0) != 0).any(axis=1) | (np.diff(owners) != 0))
    )
    counts = np.bincount(owners[fresh], minlength=len(lines))
    if len(lines) and counts.min() < 2:
        raise BadLine("a line needs two places")
    kept: Any = shapely.linestrings(pairs[fresh], indices=owners[fresh])
    return list(kept)


def _at_once(measured: Measured) -> int:
    return max(1, _MOST_PAIRS // len(measured.dense))


def _nearest(measured: Measured, places: Numbers, within_m: float) -> tuple[Numbers, Numbers]:
    """Returns chainage on and offset from the line, of places near it; the offset of others is ∞.

    Only the segments are measured whose box lies within ``within_m`` of the place.
    """
    dense, dense_m = measured.dense, measured.dense_m
    across, up = box_sizes(places, within_m)
    low, high = np.minimum(dense[:-1], dense[1:]), np.maximum(dense[:-1], dense[1:])
    near = (
        (low[:, 0] <= (places[:, 0] + across)[:, None])
        & (high[:, 0] >= (places[:, 0] - across)[:, None])
        & (low[:, 1] <= (places[:, 1] + up)[:, None])
        & (high[:, 1] >= (places[:, 1] - up)[:, None])
    )
    place, piece = np.nonzero(near)
    chainages, offsets = np.zeros(len(places)), np.full(len(places), np.inf)
    if not len(place):
        return chainages, offsets
    start = flattened_each_m(dense[piece], places[place])
    run = flattened_each_m(dense[piece + 1], places[place]) - start
    squared = np.maximum((run**2).sum(axis=1), 1e-12)
    share = np.clip(-(start * run).sum(axis=1) / squared, 0.0, 1.0)
    away = ((start + share[:, None] * run) ** 2).sum(axis=1)
    order = np.lexsort((piece, away, place))
    first = order[np.concatenate(([True], np.diff(place[order]) != 0))]
    place, piece, share = place[first], piece[first], share[first]
    feet = dense[piece] + share[:, None] * (dense[piece + 1] - dense[piece])
    chainages[place] = dense_m[piece] + share * (dense_m[piece + 1] - dense_m[piece])
    own = places[place]
    offsets[place] = GEOD.inv(own[:, 0], own[:, 1], feet[:, 0], feet[:, 1])[2]
    return chainages, offsets
