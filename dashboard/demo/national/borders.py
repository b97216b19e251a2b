"""Draws the borders of cells that meet: each edge is made crooked once, for both of its sides."""

from typing import Final

import numpy as np
import shapely
from shapely import MultiPoint

from dashboard.demo.national.rules import Indices, Numbers

SHARE: Final = 0.09
"""By such a share of its length the middle of an edge moves aside, about."""

FINEST_KM: Final = 2.4
MOST_HALVINGS: Final = 6
_ATTEMPTS: Final = 8


def areas(seeds: Numbers, inside: Indices, rng: np.random.Generator) -> list[Numbers]:
    """Returns the ring of each seed ``inside``: what lies nearest to it, with crooked borders.

    Neighbours have exactly the same line between them, and every ring is valid.
    """
    cells = shapely.voronoi_polygons(MultiPoint(seeds), ordered=True).geoms
    outlines = [shapely.get_coordinates(cells[at])[:-1].round(6) for at in inside]
    corners, stands = np.unique(np.concatenate(outlines), axis=0, return_inverse=True)
    parts = np.split(stands.ravel(), np.cumsum([len(each) for each in outlines])[:-1])
    sides = [np.column_stack([part, np.roll(part, -1)]) for part in parts]
    edges, of_side = np.unique(np.sort(np.concatenate(sides), axis=1), axis=0, return_inverse=True)
    numbers = np.split(of_side.ravel(), np.cumsum([len(each) for each in sides])[:-1])
    lines = crooked(corners[edges], rng)
    for _attempt in range(_ATTEMPTS):
        rings = [_ring(side, number, lines) for side, number in zip(sides, numbers, strict=True)]
        wrong = np.flatnonzero(~shapely.is_valid(shapely.polygons(_closed(rings))))
        if not len(wrong):
            return rings
        for edge in np.unique(np.concatenate([numbers[at] for at in wrong])):
            lines[edge] = corners[edges[edge]]
    raise RuntimeError("no valid borders were found; make them less crooked")


def crooked(edges: Numbers, rng: np.random.Generator) -> list[Numbers]:
    """Returns each edge, (n, 2, 2), as a line with its middles moved aside, again and again."""
    lengths = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    halvings = np.ceil(np.log2(np.maximum(lengths, FINEST_KM) / FINEST_KM)).astype(int)
    halvings = halvings.clip(0, MOST_HALVINGS)
    lines: list[Numbers] = list(edges)
    for times in range(1, MOST_HALVINGS + 1):
        chosen = np.flatnonzero(halvings == times)
        points = edges[chosen]
        for _halving in range(times):
            step = points[:, 1:] - points[:, :-1]
            side = np.stack([-step[..., 1], step[..., 0]], axis=-1)
            aside = rng.normal(0, SHARE, step.shape[:2]).clip(-0.2, 0.2)
            middles = (points[:, 1:] + points[:, :-1]) / 2 + side * aside[..., None]
            finer = np.empty((len(points), points.shape[1] * 2 - 1, 2))
            finer[:, ::2], finer[:, 1::2] = points, middles
            points = finer
        for at, line in zip(chosen, points, strict=True):
            lines[at] = line
    return lines


def _ring(sides: Indices, numbers: Indices, lines: list[Numbers]) -> Numbers:
    """Returns the ring of a cell: its edges in order, those drawn the other way turned."""
    parts = [
        lines[number][:-1] if first < last else lines[number][:0:-1]
        for (first, last), number in zip(sides, numbers, strict=True)
    ]
    return np.concatenate(parts)


def _closed(rings: list[Numbers]) -> list[shapely.LinearRing]:
    return [shapely.LinearRing(ring) for ring in rings]
