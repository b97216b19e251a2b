"""How large the made nation is, and the plane it is drawn on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Shapes = npt.NDArray[np.object_]
"""Geometries."""

SEED: Final = 20261129
CENTRE: Final = (104.0, 35.5)
"""Longitude and latitude of the plane's origin, in degrees."""

KM_EAST: Final = 111.32 * cos(radians(CENTRE[1]))
KM_NORTH: Final = 110.9
"""Kilometres of a degree at the centre; the plane is true to shape only near it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of each the nation has; lengths in kilometres.

    ``across`` is half of its width from west to east, ``node`` the distance of the network's nodes.
    ``overdue`` problems are among the ``open_problems``, these among the ``problems``.
    """

    provinces: int = 31
    cities: int = 340
    counties: int = 2_800
    across: float = 1_950.0
    node: float = 14.0
    reaches: int = 100_000
    lakes: int = 400
    sections: int = 12_000
    outfalls: int = 5_000
    intakes: int = 3_000
    problems: int = 50_000
    open_problems: int = 36_000
    overdue: int = 4_300
    patrols: int = 4_000
    watched_long: int = 100
    """Sections with readings of many months; the others have those of the last weeks."""


NATION: Final = Plan()


def points_at(places: Numbers | Sequence[tuple[float, float]]) -> Shapes:
    """Returns a point for each pair of numbers."""
    return np.atleast_1d(np.asarray(shapely.points(np.asarray(places)), dtype=np.object_))


def degrees(plane: Numbers) -> Numbers:
    """Returns kilometres on the plane, (n, 2), as degrees (CGCS2000) with six decimals."""
    turned: Numbers = np.array(CENTRE) + plane / np.array([KM_EAST, KM_NORTH])
    return turned.round(6)


def kilometres(lon_lat: Numbers) -> Numbers:
    """Returns degrees, (n, 2), as kilometres on the plane."""
    turned: Numbers = (lon_lat - np.array(CENTRE)) * np.array([KM_EAST, KM_NORTH])
    return turned


def to_plane(shape: BaseGeometry) -> BaseGeometry:
    """Returns a shape in degrees as one in kilometres on the plane."""
    return shapely.transform(shape, kilometres)


def scattered(start: int, count: int) -> Numbers:
    """Returns points ``start`` to ``start + count`` of an even scatter over the unit square.

    Source: the R2 sequence of M. Roberts, "The unreasonable effectiveness of quasirandom
    sequences" (2018).
    """
    ratio = 1.324717957244746
    steps = np.array([1 / ratio, 1 / ratio**2])
    points: Numbers = (0.5 + np.outer(np.arange(start + 1, start + count + 1), steps)) % 1
    return points
