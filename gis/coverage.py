"""How much of a reach a track covered, each stretch counted once however often it was walked.

A place of the reach counts when the track passed within so many metres of it, on either bank, and
the walk went past it: it lies between the first and the last place abreast of one unbroken walk
near the reach. So a walk doesn't count beyond its ends, and crossing a bridge covers nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry import LineString, Point

from gis.ellipsoid import Numbers, cumulative_m, densified, flattened_m

CELL_M: Final = 5.0
"""The reach is judged in cells of at most this length."""

Stretch = tuple[float, float]
Flags = npt.NDArray[np.bool_]
Points = npt.NDArray[np.object_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The covered part of a reach: ``stretches`` in metres from its start, disjoint and sorted.

    ``walked_m`` is their total length in metres, ``share`` their share of the reach, 0 to 1.
    """

    stretches: tuple[Stretch, ...]
    walked_m: float
    share: float


class Reach:
    """A reach (of a river) cut into short cells, to compute which of them a track covers."""

    def __init__(self, line: LineString) -> None:
        """Cuts the reach's line, given in degrees, into cells."""
        dense, _ = densified(shapely.get_coordinates(line))
        along = cumulative_m(dense)
        count = max(1, int(np.ceil(along[-1] / CELL_M)))
        self.edges = np.linspace(0.0, along[-1], count + 1)
        middle = (self.edges[:-1] + self.edges[1:]) / 2
        places = np.column_stack([np.interp(middle, along, dense[:, axis]) for axis in (0, 1)])
        west, south, east, north = line.bounds
        self.centre = Point((west + east) / 2, (south + north) / 2)
        self.cells = _points(places, self.centre)
        self.tree = STRtree(self.cells)

    @property
    def length_m(self) -> float:
        """Length of the reach in metres."""
        return float(self.edges[-1])

    def covered(self, parts: Sequence[Numbers], within_m: float) -> Coverage:
        """Returns the stretches of the reach that a track covers from at most ``within_m`` metres.

        ``parts`` are the track's unbroken pieces, each (n, 2) in degrees.
        """
        cells = np.zeros(len(self.cells), dtype=np.bool_)
        for part in parts:
            places = _points(_close_set(part), self.centre)
            place, cell = self.tree.query_nearest(places, max_distance=within_m, all_matches=False)
            for run in np.split(np.arange(len(place)), np.flatnonzero(np.diff(place) > 1) + 1):
                if len(run):
                    self._mark(cells, places[place[run]], cell[run], within_m)
        return self._coverage(cells)

    def _mark(self, cells: Flags, places: Points, feet: Indices, within_m: float) -> None:
        """Marks the cells passed by one unbroken walk within ``within_m`` metres as covered."""
        first, last = int(feet.min()), int(feet.max())
        asked = self.cells[first : last + 1]
        near, _ = STRtree(places).query_nearest(asked, max_distance=within_m, all_matches=False)
        cells[first + near] = True

    def _coverage(self, cells: Flags) -> Coverage:
        turns = np.flatnonzero(np.diff(np.concatenate(([False], cells, [False]))))
        stretches = tuple(
            (float(self.edges[start]), float(self.edges[end]))
            for start, end in turns.reshape(-1, 2)
        )
        return Coverage(stretches, length_of(stretches), float(cells.mean()))


def united(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Merges stretches that overlap or touch; returns disjoint ones, sorted."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def length_of(stretches: Iterable[Stretch]) -> float:
    """Returns the total length of disjoint stretches in metres."""
    return float(sum(end - start for start, end in stretches))


def _close_set(pairs: Numbers) -> Numbers:
    """Returns the line with vertices added so that neighbours are at most CELL_M apart."""
    counts = np.maximum(1, np.ceil(np.diff(cumulative_m(pairs)) / CELL_M)).astype(np.intp)
    stands = np.concatenate(([0], np.cumsum(counts)))
    places = np.arange(stands[-1] + 1)
    return np.column_stack([np.interp(places, stands, pairs[:, axis]) for axis in (0, 1)])


def _points(pairs: Numbers, centre: Point) -> Points:
    """Projects degrees to points in metres around the centre."""
    return np.asarray(shapely.points(flattened_m(pairs, centre)), dtype=np.object_)
