"""Cuts a river into stretches where it crosses borders, each with its chainage."""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon

from gis.chainage import Measured

SLIVER_M: Final = 20.0
"""A stretch shorter than this isn't one of its own."""

_POINT_M: Final = 0.001

K = TypeVar("K", bound=Hashable)


class Stretch(NamedTuple, Generic[K]):
    """A stretch of a line and the key of the polygon it lies in (None: outside all polygons)."""

    key: K | None
    line: LineString
    from_m: float
    to_m: float


def split_at_polygons(
    line: LineString,
    polygons: Sequence[tuple[K, Polygon | MultiPolygon]],
    sliver_m: float = SLIVER_M,
) -> list[Stretch[K]]:
    """Cuts a line at polygon borders into stretches in order downstream, without gap or overlap.

    Where polygons overlap the first one wins. A stretch shorter than ``sliver_m`` metres is merged
    into its longer neighbour; where the river itself is the border use a larger value, or short
    stretches alternate. Raises gis.chainage.BadLine.
    """
    measured = Measured(line)
    crossed = shapely.intersects(np.array([each for _, each in polygons], dtype=object), line)
    reach = [polygons[place] for place in np.flatnonzero(crossed).tolist()]
    cuts = _crossings_m(measured, [surface for _, surface in reach])
    edges = [0.0, *cuts, measured.length_m]
    middles = [measured.point_at((a + b) / 2) for a, b in pairwise(edges)]
    owners = [
        next((key for key, surface in reach if surface.intersects(middle)), None)
        for middle in middles
    ]
    owners, edges = _merged(owners, edges, max(sliver_m, _POINT_M))
    return [
        Stretch(owner, measured.between(start, end), start, end)
        for owner, (start, end) in zip(owners, pairwise(edges), strict=True)
    ]


def _crossings_m(measured: Measured, surfaces: list[Polygon | MultiPolygon]) -> list[float]:
    """Returns the chainages, sorted, at which the line between its ends crosses a border."""
    pairs = measured.vertices
    found: set[float] = set()
    if not surfaces:
        return []
    segments: Any = shapely.linestrings(np.stack([pairs[:-1], pairs[1:]], axis=1))
    for surface in surfaces:
        border = surface.boundary
        shapely.prepare(border)
        for index in map(int, np.flatnonzero(shapely.intersects(border, segments))):
            start, run = pairs[index], pairs[index + 1] - pairs[index]
            axis = int(np.argmax(np.abs(run)))
            places = shapely.get_coordinates(segments[index].intersection(border))
            for share in (places[:, axis] - start[axis]) / run[axis]:
                found.add(measured.chainage_on(index, float(share)))
    return sorted(cut for cut in found if 0.0 < cut < measured.length_m)


def _merged(
    owners: list[K | None], edges: list[float], sliver_m: float
) -> tuple[list[K | None], list[float]]:
    """Merges neighbours of the same polygon, and stretches below ``sliver_m`` into a neighbour."""
    owners, edges = list(owners), list(edges)
    while len(owners) > 1:
        same = next((n for n in range(1, len(owners)) if owners[n] == owners[n - 1]), None)
        if same is not None:
            del owners[same], edges[same]
            continue
        lengths = np.diff(edges)
        shortest = int(np.argmin(lengths))
        if lengths[shortest] >= sliver_m:
            break
        neighbours = [n for n in (shortest - 1, shortest + 1) if 0 <= n < len(owners)]
        owners[shortest] = owners[max(neighbours, key=lambda n: float(lengths[n]))]
    return owners, edges
