"""Makes a geometry fit to store: in CGCS2000, flat, valid and of the wanted kind."""

from enum import StrEnum
from typing import Final, NamedTuple

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.errors import BadInput
from gis import crs
from gis.crs import GEOMETRY, AxisFault, Datum


class Shape(StrEnum):
    """The geometry a kind of file needs."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


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


class BadAxes(BadInput):
    """The coordinates can't be in the declared datum or order of axes."""


class Mended(NamedTuple):
    """A geometry ready to store, and flags of what had to be mended."""

    geometry: BaseGeometry
    was_invalid: bool
    had_heights: bool


def mend(geometry: BaseGeometry | None, wanted: Shape, datum: Datum) -> Mended:
    """Returns the geometry made valid, in CGCS2000. Raises BadInput, BadAxes for a wrong datum."""
    if geometry is None or geometry.is_empty:
        raise BadInput("It has no geometry.")
    had_heights = bool(shapely.has_z(geometry))
    moved = place(geometry, datum)
    was_invalid = not moved.is_valid
    if was_invalid:
        moved = shapely.make_valid(moved)
    return Mended(_only(moved, geometry, wanted), was_invalid, had_heights)


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


def _only(geometry: BaseGeometry, original: BaseGeometry, wanted: Shape) -> BaseGeometry:
    """Returns the parts of the wanted kind as one point, multi-line or multi-polygon."""
    dimension = _DIMENSION[wanted]
    if shapely.get_dimensions(original) != dimension:
        raise BadInput(
            "It is a {given}, a {wanted} is wanted.",
            given=original.geom_type,
            wanted={0: "Point", 1: "LineString", 2: "Polygon"}[dimension],
        )
    pieces = [
        piece
        for piece in shapely.get_parts(shapely.get_parts(geometry))
        if shapely.get_dimensions(piece) == dimension and not piece.is_empty
    ]
    if not pieces:
        raise BadInput("Nothing is left of its geometry once repaired.")
    if wanted is Shape.AREA:
        return MultiPolygon([piece for piece in pieces if isinstance(piece, Polygon)])
    if wanted is Shape.LINE:
        return MultiLineString([piece for piece in pieces if isinstance(piece, LineString)])
    if len(pieces) > 1 or not isinstance(pieces[0], Point):
        raise BadInput("It holds {count} points, one is wanted.", count=len(pieces))
    return pieces[0]
