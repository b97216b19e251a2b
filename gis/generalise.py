"""Which features a zoom level shows, and with how many vertices. Tiles count 512 pixels.

What can't be seen isn't sent: a vertex that moves a line by less than half a pixel, a stream
shorter than a few pixels, a pond smaller than a dot.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from gis.crs import GEOMETRY
from gis.ellipsoid import GEOD, Numbers

MAX_ZOOM: Final = 14
"""From here on geometry is sent whole; the map enlarges the tiles of this level beyond it."""

TILE_PIXELS: Final = 512
PIXEL_SHARE: Final = 0.5
LINE_PIXELS: Final = 8.0
AREA_PIXELS: Final = 4.0

_EQUATOR_M: Final = 2 * np.pi * GEOD.a
_MIDDLE_LATITUDE: Final = 35.0

ZOOM_PIXEL_M: Final = tuple(
    float(_EQUATOR_M / TILE_PIXELS / 2**zoom) for zoom in range(MAX_ZOOM + 1)
)
"""Metres of Web Mercator to a pixel, for each zoom from 0: one tile of zoom 0 is the world."""

ZOOM_TOLERANCE: Final = tuple(PIXEL_SHARE * pixel_m for pixel_m in ZOOM_PIXEL_M[:-1])
"""Metres of Web Mercator by which a line may move, for each zoom below MAX_ZOOM."""


def simplified(geometry: GEOMETRY, zoom: int) -> GEOMETRY:
    """Returns the geometry (degrees) without vertices too fine to see at a zoom level; ends stay.

    Measured in Web Mercator, as drawn. Surfaces stay valid and nothing vanishes. From MAX_ZOOM on
    the geometry is returned as it is.
    """
    if zoom >= MAX_ZOOM:
        return geometry
    fewer: GEOMETRY = _fewer(geometry, zoom)
    return fewer


def simplified_all(geometries: npt.NDArray[np.object_], zoom: int) -> npt.NDArray[np.object_]:
    """Returns every geometry of an array as ``simplified`` does."""
    return geometries if zoom >= MAX_ZOOM else _fewer(geometries, zoom)


def _fewer(geometry: Any, zoom: int) -> Any:
    drawn = shapely.transform(geometry, _drawn)
    fewer = shapely.simplify(drawn, ZOOM_TOLERANCE[max(zoom, 0)], preserve_topology=True)
    return shapely.transform(fewer, _degrees)


def minimum_zoom(*, length_m: float | None = None, area_m2: float | None = None) -> int:
    """Returns the lowest zoom level that shows a line of a length, or a surface of an area.

    A line is drawn once it has LINE_PIXELS, a surface once its square root has AREA_PIXELS,
    computed at 35 degrees north; at MAX_ZOOM everything is. For a reach pass the length of its
    river, so that the river shows whole. Raises ValueError unless exactly one of the two is given.
    """
    if (length_m is None) == (area_m2 is None):
        raise ValueError("give a length or an area")
    across_m = length_m if length_m is not None else float(np.sqrt(area_m2 or 0.0))
    pixels = LINE_PIXELS if length_m is not None else AREA_PIXELS
    drawn_m = across_m / np.cos(np.radians(_MIDDLE_LATITUDE))
    for zoom, pixel_m in enumerate(ZOOM_PIXEL_M):
        if drawn_m >= pixels * pixel_m:
            return zoom
    return MAX_ZOOM


def _drawn(pairs: Numbers) -> Numbers:
    """Projects degrees to Web Mercator metres, (n, 2)."""
    north = np.arctanh(np.sin(np.radians(pairs[:, 1])))
    return np.column_stack((np.radians(pairs[:, 0]), north)) * GEOD.a


def _degrees(pairs: Numbers) -> Numbers:
    """Converts Web Mercator metres to degrees, (n, 2)."""
    lon, north = pairs[:, 0] / GEOD.a, pairs[:, 1] / GEOD.a
    return np.column_stack((np.degrees(lon), np.degrees(np.arcsin(np.tanh(north)))))
