"""Where the nation's rivers run: a network of nodes in which every node flows into one other."""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from dashboard.demo.national.rules import Indices, Numbers, Plan, points_at

ROUGH: Final = 1.1
"""How unequal the ground is: the larger, the more rivers wind on their way."""

MOUTH_EACH_KM: Final = 170.0
COAST_FROM: Final = (-2.1, 0.9)
"""Rivers reach the sea between these bearings, radians from east: in the south and the east."""

CLEAR_KM: Final = 9.0
"""Rivers keep so far from the counties that were there before."""

_NOWHERE: Final = -1


@dataclass(slots=True)
class Network:
    """The nodes on the plane in kilometres, and into which each one flows.

    ``down`` is -1 at the sea; ``catchment`` how many nodes drain through one; ``rivers`` the nodes
    of each river downstream, the last one that of its receiver (or the sea).
    """

    nodes: Numbers
    down: Indices
    catchment: Indices
    rivers: list[list[int]] = field(default_factory=list)


def make_network(
    plan: Plan, land: Polygon, hole: BaseGeometry, edges: int, rng: np.random.Generator
) -> Network:
    """Returns the network of the largest rivers, so many edges together; none touches ``hole``."""
    nodes, beside = _grid(plan, land, hole.buffer(CLEAR_KM), rng)
    down, order = _drained(nodes, beside, _mouths(nodes, beside, land), rng)
    catchment = np.ones(len(nodes), dtype=np.intp)
    for node in reversed(order):
        if down[node] != _NOWHERE:
            catchment[down[node]] += catchment[node]
    network = Network(nodes, down, catchment)
    flowing = np.array([node for node in order if down[node] != _NOWHERE], dtype=np.intp)
    largest = flowing[np.argsort(-catchment[flowing], kind="stable")[:edges]]
    network.rivers = _rivers(network, set(largest.tolist()))
    return network


def _grid(
    plan: Plan, land: Polygon, hole: BaseGeometry, rng: np.random.Generator
) -> tuple[Numbers, list[list[int]]]:
    """Returns the nodes, a shaken grid of triangles, and which lie beside each."""
    west, south, east, north = land.bounds
    rise = plan.node * np.sqrt(3) / 2
    across, along = int((east - west) / plan.node) + 1, int((north - south) / rise) + 1
    column, row = np.meshgrid(np.arange(across), np.arange(along))
    grid = (
        np.stack([west + (column + row % 2 / 2) * plan.node, south + row * rise], axis=-1)
        + rng.uniform(-0.27, 0.27, (along, across, 2)) * plan.node
    )
    inner = land.buffer(-plan.node * 0.4)
    is_land = shapely.contains_xy(inner, grid[..., 0], grid[..., 1])
    if not hole.is_empty:
        is_land &= ~shapely.contains_xy(hole, grid[..., 0], grid[..., 1])
    numbers = np.full((along, across), _NOWHERE, dtype=np.intp)
    numbers[is_land] = np.arange(int(is_land.sum()))
    beside: list[list[int]] = [[] for _ in range(int(is_land.sum()))]
    for at, col in np.argwhere(is_land):
        shift = int(at) % 2
        for up, side in ((0, -1), (0, 1), (-1, shift - 1), (-1, shift), (1, shift - 1), (1, shift)):
            r, c = at + up, col + side
            if 0 <= r < along and 0 <= c < across and numbers[r, c] != _NOWHERE:
                beside[numbers[at, col]].append(int(numbers[r, c]))
    return grid[is_land], beside


def _mouths(nodes: Numbers, beside: list[list[int]], land: Polygon) -> list[int]:
    """Returns the nodes at which rivers reach the sea, far from each other."""
    coast = [
        node
        for node, near in enumerate(beside)
        if 0 < len(near) < 6 and COAST_FROM[0] < np.arctan2(nodes[node][1], nodes[node][0])
        < COAST_FROM[1]
    ]  # fmt: skip
    shore = np.atleast_1d(shapely.distance(points_at(nodes[coast]), land.exterior))
    found: list[int] = []
    for node, off in zip(coast, shore, strict=True):
        clear = all(np.hypot(*(nodes[node] - nodes[other])) > MOUTH_EACH_KM for other in found)
        if clear and off < MOUTH_EACH_KM / 4:
            found.append(node)
    return found or [int(np.argmax(nodes[:, 0]))]


def _drained(
    nodes: Numbers, beside: list[list[int]], mouths: list[int], rng: np.random.Generator
) -> tuple[Indices, list[int]]:
    """Returns into which node each flows, by the easiest way to the sea, and nodes upstream."""
    ease = np.exp(ROUGH * rng.standard_normal(len(nodes)))
    down = np.full(len(nodes), _NOWHERE, dtype=np.intp)
    done = np.zeros(len(nodes), dtype=bool)
    order: list[int] = []
    waiting = [(0.0, mouth, _NOWHERE) for mouth in mouths]
    while waiting:
        cost, node, into = heappop(waiting)
        if done[node]:
            continue
        done[node] = True
        down[node] = into
        order.append(node)
        for other in beside[node]:
            if not done[other]:
                heappush(waiting, (cost + float(ease[other]), other, node))
    return down, order


def _rivers(network: Network, held: set[int]) -> list[list[int]]:
    """Returns the rivers of the nodes ``held``: at a confluence the larger one keeps its name.

    The longest come first; a river ends in a node of one that came before, or at the sea.
    """
    above: dict[int, list[int]] = {}
    for node in sorted(held):
        above.setdefault(int(network.down[node]), []).append(node)
    main = {
        node: max(near, key=lambda each: (network.catchment[each], -each))
        for node, near in above.items()
    }
    found = []
    for node in sorted(held):
        into = int(network.down[node])
        if into in held and main[into] == node:
            continue  # the river goes on below
        course = [into, node]
        while course[-1] in main:
            course.append(main[course[-1]])
        found.append(course[::-1])
    return sorted(found, key=lambda course: (-len(course), course[0]))
