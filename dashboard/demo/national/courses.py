"""Draws the rivers of the network as winding lines, cuts them into reaches, and grades those."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from dashboard.demo.national.network import Network
from dashboard.demo.national.rules import Indices, Numbers, Shapes, degrees
from gis.ellipsoid import GEOD

STEPS: Final = 64
"""Pieces of a line between two nodes."""

BENDS: Final = (3, 5, 8, 13)
"""Bends between two nodes, from the valley's down to the stream's own."""

SWING: Final = (0.024, 0.017, 0.010, 0.006)
"""How far each of them swings, as a share of the distance of the nodes."""

SHARES: Final = (0.08, 0.45, 0.80, 0.92, 0.972, 1.0)
"""Share of the reaches of class Ⅰ, of Ⅰ and Ⅱ together, and so on to worse than Ⅴ.

Source: the order of magnitude of the yearly bulletins on the state of the environment.
"""

SOURCES: Final = 0.02
"""Share of the reaches with a source of pollution."""

KEPT: Final = 0.94
"""Share of the pollution that reaches the next reach, some four kilometres below."""


@dataclass(slots=True)
class Waters:
    """All rivers and their reaches, as columns; a reach is named by its index.

    ``lines`` of the rivers and ``pieces`` of the reaches in degrees; ``length_m`` of rivers;
    ``into`` the river a river flows into (-1: the sea), ``into_m`` at which of its chainages.
    ``first`` is the index of a river's first reach, one more at the end.
    """

    lines: list[Numbers]
    chainages: list[Numbers]
    length_m: Numbers
    into: Indices
    into_m: Numbers
    river: Indices
    position: Indices
    from_m: Numbers
    to_m: Numbers
    pieces: list[Numbers]
    down: Indices
    first: Indices
    size: Numbers
    """Of the reaches: how many nodes drain through them."""
    upstream_first: Indices
    """The rivers in such an order that each comes after all that flow into it."""

    def spot(self, reach: int, share: float) -> tuple[float, float, float]:
        """Returns longitude, latitude and chainage of the vertex at that share of a reach."""
        river = int(self.river[reach])
        low = int(np.searchsorted(self.chainages[river], self.from_m[reach]))
        vertex = min(int(share * len(self.pieces[reach])), len(self.pieces[reach]) - 1)
        lon, lat = self.pieces[reach][vertex]
        return float(lon), float(lat), float(self.chainages[river][low + vertex])


def draw_waters(network: Network, reaches: int, rng: np.random.Generator) -> Waters:
    """Returns the network's rivers as winding lines, cut into about so many reaches."""
    rivers = network.rivers
    starts = np.concatenate([course[:-1] for course in rivers]).astype(np.intp)
    ends = np.concatenate([course[1:] for course in rivers]).astype(np.intp)
    counts = np.array([len(course) - 1 for course in rivers])
    curves = _curves(network, starts, ends, rivers, counts, rng)
    stands = np.concatenate([[0], np.cumsum(counts)])
    lines = []
    for low, high in pairwise(stands):
        parts = curves[low:high]
        flat = np.concatenate([parts[:, :-1].reshape(-1, 2), parts[-1, -1:]])
        lines.append(degrees(flat))
    chainages = _chainages(lines)
    return _cut(network, lines, chainages, reaches)


def _curves(
    network: Network, starts: Indices, ends: Indices, rivers: list[list[int]], counts: Indices,
    rng: np.random.Generator,
) -> Numbers:  # fmt: skip
    """Returns a curve from each start to its end, (n, STEPS + 1, 2): smooth, with bends."""
    nodes = network.nodes
    heading = np.zeros_like(nodes)
    for course in rivers:
        for above, node, below in zip(course, course[1:], course[2:], strict=False):
            heading[node] = nodes[below] - nodes[above]
        heading[course[0]] = nodes[course[1]] - nodes[course[0]]
    across = nodes[ends] - nodes[starts]
    length = np.hypot(*across.T)[:, None]
    is_last = np.zeros(len(starts), dtype=bool)
    is_last[np.cumsum(counts) - 1] = True
    leaving = _unit(heading[starts])
    arriving = np.where(
        is_last[:, None], _unit(_unit(across) + 0.5 * _unit(heading[ends])), _unit(heading[ends])
    )
    t = np.linspace(0, 1, STEPS + 1)[None, :, None]
    a, b = nodes[starts][:, None], nodes[ends][:, None]
    m, n = (leaving * length)[:, None], (arriving * length)[:, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * m
        + (3 * t**2 - 2 * t**3) * b + (t**3 - t**2) * n
    )  # fmt: skip
    ahead = np.gradient(curve, axis=1)
    side = _unit(np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1))
    sway = np.zeros((len(starts), STEPS + 1))
    for bends, swing in zip(BENDS, SWING, strict=True):
        phase, stretch = rng.uniform(0, 2 * np.pi, (2, len(starts), 1))
        turn = bends * (1 + 0.25 * np.sin(2 * np.pi * t[..., 0] + stretch))
        sway += swing * np.sin(2 * np.pi * turn * t[..., 0] + phase)
    hold = np.minimum(1, np.minimum(t, 1 - t)[..., 0] * 9)
    found: Numbers = curve + side * (sway * hold * length)[..., None]
    return found


def _unit(vectors: Numbers) -> Numbers:
    """Returns the vectors with length 1, those of no length as they are."""
    found: Numbers = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return found


def _chainages(lines: list[Numbers]) -> list[Numbers]:
    """Returns the metres along each line of each of its vertices, on the ellipsoid."""
    flat = np.concatenate(lines)
    stands = np.cumsum([len(line) for line in lines])[:-1]
    steps = np.concatenate(
        [[0.0], GEOD.inv(flat[:-1, 0], flat[:-1, 1], flat[1:, 0], flat[1:, 1])[2]]
    )
    steps[stands] = 0.0
    return [np.cumsum(part) for part in np.split(steps, stands)]


def _cut(network: Network, lines: list[Numbers], chainages: list[Numbers], reaches: int) -> Waters:
    """Returns the rivers cut at vertices into reaches of about one length."""
    rivers = network.rivers
    length_m = np.array([each[-1] for each in chainages])
    counts = np.maximum(1, np.round(length_m / (length_m.sum() / reaches))).astype(np.intp)
    first = np.concatenate([[0], np.cumsum(counts)])
    cuts = [
        np.round(np.linspace(0, len(line) - 1, count + 1)).astype(np.intp)
        for line, count in zip(lines, counts, strict=True)
    ]
    river_of = {node: at for at, course in enumerate(rivers) for node in course[:-1]}
    into = np.array([river_of.get(course[-1], -1) for course in rivers])
    down = np.arange(1, first[-1] + 1)
    into_m = np.zeros(len(rivers))
    for at, course in enumerate(rivers):
        down[first[at + 1] - 1] = -1
        if (receiver := int(into[at])) >= 0:
            vertex = rivers[receiver].index(course[-1]) * STEPS
            into_m[at] = chainages[receiver][vertex]
            within = int(np.searchsorted(cuts[receiver], vertex, side="right")) - 1
            down[first[at + 1] - 1] = first[receiver] + min(within, counts[receiver] - 1)
    return Waters(
        lines=lines,
        chainages=chainages,
        length_m=length_m,
        into=into,
        into_m=into_m,
        river=np.repeat(np.arange(len(rivers)), counts),
        position=np.concatenate([np.arange(1, count + 1) for count in counts]),
        from_m=np.concatenate([m[c[:-1]] for m, c in zip(chainages, cuts, strict=True)]),
        to_m=np.concatenate([m[c[1:]] for m, c in zip(chainages, cuts, strict=True)]),
        pieces=[
            line[low : high + 1]
            for line, cut in zip(lines, cuts, strict=True)
            for low, high in pairwise(cut)
        ],
        down=down,
        first=first,
        size=np.concatenate(
            [
                network.catchment[np.array(course)[np.minimum(c[:-1] // STEPS, len(course) - 2)]]
                for course, c in zip(rivers, cuts, strict=True)
            ]
        ),
        upstream_first=np.argsort(
            network.catchment[[course[-2] for course in rivers]], kind="stable"
        ),
    )


def as_lines(pieces: list[Numbers]) -> Shapes:
    """Returns the pieces as an array of lines."""
    numbers = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    return np.asarray(
        shapely.linestrings(np.concatenate(pieces), indices=numbers), dtype=np.object_
    )


def grades(waters: Waters, rng: np.random.Generator) -> Numbers:
    """Returns each reach's grade: 2.5 lies half-way between the limits of Ⅱ and Ⅲ."""
    middle = np.array([piece[len(piece) // 2] for piece in waters.pieces])
    lon, lat = middle.T
    plain = (
        0.5 * np.sin(lon / 3.1 + 1.0) + 0.4 * np.sin(lat / 2.3) + 0.3 * np.sin((lon + lat) / 1.7)
    )
    plain += rng.normal(0, 0.3, len(waters.into))[waters.river]
    fouled = _carried_down(waters, rng)
    raw = plain + fouled + 0.03 * rng.standard_normal(len(plain))
    rank = np.argsort(np.argsort(raw, kind="stable"), kind="stable") / len(raw)
    found: Numbers = np.interp(rank, (0.0, *SHARES), (0.3, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    return found


def _carried_down(waters: Waters, rng: np.random.Generator) -> Numbers:
    """Returns how foul each reach is by the sources on it and above, diluted on the way."""
    count = len(waters.pieces)
    fouled = np.where(rng.random(count) < SOURCES, rng.gamma(1.5, 1.2, count), 0.0)
    for river in waters.upstream_first:
        low, high = waters.first[river], waters.first[river + 1]
        for reach in range(low, high):
            below = int(waters.down[reach])
            if below < 0:
                continue
            share = KEPT if reach + 1 < high else float(waters.size[reach] / waters.size[below])
            fouled[below] += fouled[reach] * min(share, KEPT)
    return fouled
