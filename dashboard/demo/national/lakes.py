"""The nation's lakes, with rivers running through them, and the reservoirs on its rivers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon

from dashboard.demo import terrain
from dashboard.demo.national.courses import Waters
from dashboard.demo.national.names import names
from dashboard.demo.national.rules import Plan, degrees, kilometres
from gis.ellipsoid import area_m2

NAMES_FROM: Final = 3_001
RESERVOIR_REACHES: Final = 3
"""A reservoir takes up about so many reaches of its river."""


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake or reservoir to be written; ``reach`` is one that runs through it."""

    name: str
    name_en: str
    kind: str
    reach: int
    shape: Polygon
    area_m2: float


def make_lakes(plan: Plan, waters: Waters, rng: np.random.Generator) -> list[Lake]:
    """Returns the nation's lakes and reservoirs, by turns."""
    counts = np.diff(waters.first)
    dammed = np.flatnonzero(counts >= 3 * RESERVOIR_REACHES)
    found: list[Lake] = []
    for number, (name, said) in zip(range(plan.lakes), names(turn=NAMES_FROM), strict=False):
        if number % 2 and len(dammed):
            river = int(dammed[int(rng.integers(len(dammed)))])
            reach = int(waters.first[river] + rng.integers(counts[river] - RESERVOIR_REACHES))
            shape = _dammed(waters, reach, rng)
            words = (f"{name}水库", f"{said} Reservoir", "reservoir")
        else:
            reach = int(rng.integers(len(waters.pieces)))
            shape = _pond(waters, reach, rng)
            words = (f"{name}湖", f"{said} Lake", "lake")
        found.append(Lake(*words, reach, shape, area_m2(shape)))
    return found


def _dammed(waters: Waters, reach: int, rng: np.random.Generator) -> Polygon:
    pieces = waters.pieces[reach : reach + RESERVOIR_REACHES]
    line = LineString(kilometres(np.concatenate(pieces)) * 1_000)
    shape = terrain.reservoir(line, 0.0, 1.0, float(rng.uniform(350, 1_400)), rng)
    return _in_degrees(shape)


def _pond(waters: Waters, reach: int, rng: np.random.Generator) -> Polygon:
    east, north = kilometres(waters.pieces[reach][:1])[0] * 1_000
    radius_m = 700 + 6_000 * float(rng.random()) ** 3
    return _in_degrees(terrain.pond((float(east), float(north)), radius_m, rng))


def _in_degrees(shape: Polygon) -> Polygon:
    turned = shapely.transform(shape, lambda metres: degrees(metres / 1_000))
    return terrain.largest(turned.buffer(0))
