"""Makes a geometry fit to store: in CGCS2000, flat, valid and of the wanted kind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import (
    GeometryCollection,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from shapely.geometry.base import BaseGeometry

from data.errors import BadInput
from data.logs import first_line
from gis import crs
from gis.crs import GEOMETRY, AxisFault, Datum
from gis.ellipsoid import cumulative_m

UNUSABLE: Final = (
    ShapelyError,
    ValueError,
    TypeError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
)
"""What GEOS and the measuring of a geometry may raise about one record."""


class Shape(StrEnum):
    """The geometry a kind of file needs."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


_REASONS: Final = {
    "Nonlinear": "Its geometry can't be used: it has curves, not only straight lines ({detail}).",
    "point array": "Its geometry can't be used: one of its lines has a single point ({detail}).",
    "closed linestring": "Its geometry can't be used: one of its rings isn't closed ({detail}).",
    "Unknown": "Its geometry can't be used: it is of a kind that isn't known here ({detail}).",
    "buffer is smaller": "Its geometry can't be used: it is cut off ({detail}).",
    "": "Its geometry can't be used ({detail}).",
}
"""What GEOS says of common faults, by a piece of it, and our own words for that."""

_DIMENSION: Final = {Shape.POINT: 0, Shape.LINE: 1, Shape.AREA: 2}
_FAULTS: Final = {
    AxisFault.SWAPPED: "Longitude and latitude are swapped.",
    AxisFault.OUT_OF_RANGE: "The coordinates are no longitude and latitude in degrees.",
    AxisFault.NOT_FINITE: "A coordinate is not a number.",
}
_FAULT_MENDS: Final = {
    AxisFault.SWAPPED: "Exchange the two.",
    AxisFault.OUT_OF_RANGE: "Say what they are with --crs.",
    AxisFault.NOT_FINITE: "Correct it.",
}


_LINE: Final = 1
_MULTI: Final = 5
"""What shapely calls a line, and several."""

_SHORT: Final = 1e-9
_LONG: Final = 80.0
"""Lines between these lengths in degrees have some length and at most 9,000 km."""

MOST_LENGTH_M: Final = 10_000_000.0
"""The longest river, the Nile, has 6,650 km; a longer line is a fault, and slow to measure."""


class BadAxes(BadInput):
    """The coordinates can't be in the declared datum or order of axes."""


class Mended(NamedTuple):
    """A geometry ready to store, and flags of what had to be mended.

    ``left_out``: it came with parts of another kind, such as a line beside surfaces.
    """

    geometry: BaseGeometry
    was_invalid: bool
    had_heights: bool
    left_out: bool = False


@contextmanager
def refusing_geometry() -> Iterator[None]:
    """Raises BadInput in place of any exception of GEOS about a geometry."""
    try:
        yield
    except BadInput:
        raise
    except UNUSABLE as error:
        raise unusable(error) from error


def unusable(error: BaseException) -> BadInput:
    """Returns the refusal of a geometry in our words; those of the library follow in brackets."""
    detail = first_line(error).rstrip(". :")
    return BadInput(
        _REASONS[next(piece for piece in _REASONS if piece in detail)],
        mend="Repair it, for example with a GIS's tool that fixes geometries.",
        detail=detail,
    )


def flattened(geometry: BaseGeometry) -> BaseGeometry:
    """Returns the geometry without empty members: collections opened, rings made lines.

    It is a Point, LineString or Polygon if one piece is left, else the multi-geometry of them, a
    GeometryCollection if they differ.
    """
    pieces = [part for each in _leaves(geometry) if not (part := _simple(each)).is_empty]
    if len(pieces) == 1:
        return pieces[0]
    points = [piece for piece in pieces if isinstance(piece, Point)]
    lines = [piece for piece in pieces if isinstance(piece, LineString)]
    surfaces = [piece for piece in pieces if isinstance(piece, Polygon)]
    whole: BaseGeometry = GeometryCollection(pieces)
    if pieces and len(points) == len(pieces):
        whole = MultiPoint(points)
    elif pieces and len(lines) == len(pieces):
        whole = MultiLineString(lines)
    elif pieces and len(surfaces) == len(pieces):
        whole = MultiPolygon(surfaces)
    return whole


def _leaves(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    waiting = [geometry]
    while waiting:
        each = waiting.pop()
        if hasattr(each, "geoms"):
            waiting.extend(reversed(list(each.geoms)))
        else:
            yield each


def _simple(piece: BaseGeometry) -> BaseGeometry:
    """Returns a ring as a line and a polygon without its empty holes; all else as it is."""
    if piece.is_empty:
        return piece
    if isinstance(piece, LinearRing):
        return LineString(piece.coords)
    if isinstance(piece, Polygon) and any(hole.is_empty for hole in piece.interiors):
        return Polygon(piece.exterior, [hole for hole in piece.interiors if not hole.is_empty])
    return piece


def mend(geometry: BaseGeometry | None, wanted: Shape, datum: Datum) -> Mended:
    """Returns the geometry made valid, in CGCS2000. Raises BadInput, BadAxes for a wrong datum."""
    flat = None if geometry is None else flattened(geometry)
    if flat is None or flat.is_empty:
        raise BadInput("It has no geometry.")
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise BadInput("A coordinate is not a number.", mend="Correct it.")
    had_heights = bool(shapely.has_z(flat))
    kept, left_out = _of_kind(flat, wanted)
    moved = place(kept, datum)
    was_invalid = not moved.is_valid
    if was_invalid:
        moved = shapely.make_valid(moved)
    return Mended(_only(moved, wanted), was_invalid, had_heights, left_out)


def mend_lines(geometries: Sequence[BaseGeometry | None], datum: Datum) -> list[Mended | None]:
    """Returns what ``mend`` returns of each single sound line in China, all at once.

    None stands for any other geometry, which needs a look of its own.
    """
    found: list[Mended | None] = [None] * len(geometries)
    shapes = np.array(geometries, dtype=object)
    is_multi = (shapely.get_type_id(shapes) == _MULTI) & (shapely.get_num_geometries(shapes) == 1)
    shapes[is_multi] = shapely.get_geometry(shapes[is_multi], 0)
    own = np.flatnonzero((shapely.get_type_id(shapes) == _LINE) & ~shapely.is_empty(shapes))
    pairs, owners = shapely.get_coordinates(shapes[own], return_index=True)
    own = np.delete(own, np.unique(owners[~np.isfinite(pairs).all(axis=1)]))
    own = own[shapely.is_valid(shapes[own])]
    if not len(own):
        return found
    try:
        moved = crs.to_cgcs2000_all(shapes[own], datum)
    except crs.OutsideCrs:
        return found
    west, south, east, north = crs.CHINA_BOX
    bounds, length = shapely.bounds(moved), shapely.length(moved)
    is_sound = (bounds[:, :2] >= (west, south)).all(axis=1)
    is_sound &= (bounds[:, 2:] <= (east, north)).all(axis=1) & (length > _SHORT) & (length < _LONG)
    if not is_sound.any():
        return found
    whole: Any = shapely.multilinestrings(moved[is_sound], indices=np.arange(is_sound.sum()))
    heights = shapely.has_z(shapes[own])[is_sound].tolist()
    for place, geometry, had_heights in zip(own[is_sound], whole, heights, strict=True):
        found[place] = Mended(geometry, False, had_heights)
    return found


def datum_named(name: str) -> Datum:
    """Returns the datum in which somebody gives a place. Raises BadInput for an unknown one."""
    try:
        return crs.declared(name)
    except crs.UnknownCrs as error:
        raise BadInput(
            "{crs} can't be turned into CGCS2000 exactly.",
            mend="Give EPSG:4490, EPSG:4326 or gcj02.",
            crs=error.name[:80],
        ) from error


def place(geometry: GEOMETRY, datum: Datum) -> GEOMETRY:
    """Converts the geometry to CGCS2000. Raises BadAxes for coordinates impossible in the datum."""
    try:
        moved = crs.to_cgcs2000(geometry, datum)
    except crs.OutsideCrs as error:
        raise BadAxes("The coordinates don't fit {crs}.", crs=datum.name) from error
    fault = crs.axis_fault(moved)
    if fault:
        raise BadAxes(_FAULTS[fault], mend=_FAULT_MENDS[fault])
    return moved


def _of_kind(geometry: BaseGeometry, wanted: Shape) -> tuple[BaseGeometry, bool]:
    """Returns the parts of the wanted kind, and whether there were others."""
    dimension = _DIMENSION[wanted]
    pieces = list(_leaves(geometry))
    kept = [piece for piece in pieces if shapely.get_dimensions(piece) == dimension]
    if not kept:
        raise BadInput(
            "It is a {given}, a {wanted} is wanted.",
            given=geometry.geom_type,
            wanted={0: "Point", 1: "LineString", 2: "Polygon"}[dimension],
        )
    if len(kept) == len(pieces):
        return geometry, False
    return flattened(GeometryCollection(kept)), True


def _is_long(line: BaseGeometry) -> bool:
    """Returns whether the line has any length. Raises BadInput for one longer than any water."""
    length_m = float(cumulative_m(shapely.get_coordinates(line))[-1])
    if length_m > MOST_LENGTH_M:
        raise BadInput(
            "Its line is {km} km long, longer than any river.",
            mend="Look for a place that jumps, or say with --crs what the coordinates are.",
            km=round(length_m / 1000),
        )
    return length_m > 0


def _only(geometry: BaseGeometry, wanted: Shape) -> BaseGeometry:
    """Returns the parts of the wanted kind as one point, multi-line or multi-polygon."""
    dimension = _DIMENSION[wanted]
    pieces = [
        piece
        for piece in _leaves(geometry)
        if shapely.get_dimensions(piece) == dimension and not piece.is_empty
    ]
    if wanted is Shape.LINE:
        pieces = [piece for piece in pieces if _is_long(piece)]
    elif wanted is Shape.AREA:
        pieces = [piece for piece in pieces if piece.area > 0]
    if not pieces:
        raise BadInput("Nothing is left of its geometry once repaired.")
    if wanted is Shape.AREA:
        return MultiPolygon([piece for piece in pieces if isinstance(piece, Polygon)])
    if wanted is Shape.LINE:
        return MultiLineString([piece for piece in pieces if isinstance(piece, LineString)])
    if len(pieces) > 1 or not isinstance(pieces[0], Point):
        raise BadInput("It holds {count} points, one is wanted.", count=len(pieces))
    return pieces[0]
