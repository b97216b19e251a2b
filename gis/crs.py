"""Coordinate systems, datums and conversion to CGCS2000 degrees, longitude first.

WGS 84 counts as CGCS2000: the two ellipsoids differ by 0.1 mm in latitude and height. GCJ-02, the
shifted coordinates of Chinese consumer maps, has no SRID; it is undone by iteration.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, overload

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup
from shapely.geometry.base import BaseGeometry

CGCS2000: Final = 4490
WGS84: Final = 4326
WEB_MERCATOR: Final = 3857

GEOMETRY = TypeVar("GEOMETRY", bound=BaseGeometry)
Degrees = npt.NDArray[np.float64]

CHINA_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north in degrees: where GCJ-02 shifts.

Source: the public reconstruction of GCJ-02, as in eviltransform.
"""

_GCJ_AXIS_M: Final = 6378245.0
_GCJ_ECCENTRICITY2: Final = 0.00669342162296594323
_ACCURACY_M: Final = 1.0


class UnknownCrs(ValueError):
    """No coordinate system of that name can be converted to CGCS2000 within a metre."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no exact way from {name!r} to CGCS2000")


class OutsideCrs(ValueError):
    """The coordinates lie outside the range of the declared coordinate system."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"coordinates do not fit {name}")


@dataclass(frozen=True, slots=True)
class Datum:
    """A declared coordinate system; ``srid`` is None where no EPSG number exists, as for GCJ-02."""

    name: str
    srid: int | None


GCJ02: Final = Datum("GCJ-02", None)
_KEPT: Final = Datum(f"EPSG:{CGCS2000}", CGCS2000)
_GPS: Final = Datum(f"EPSG:{WGS84}", WGS84)
_SPOKEN: Final = {
    "gcj02": GCJ02,
    "火星坐标": GCJ02,
    "wgs84": _GPS,
    "crs84": _GPS,
    "ogccrs84": _GPS,
    "urnogcdefcrsogc13crs84": _GPS,
    "cgcs2000": _KEPT,
    "国家2000": _KEPT,
}
_NUMBER: Final = re.compile(r"(?:urn:ogc:def:crs:)?(?:epsg:(?:[\d.]*:)?)?(\d{4,6})")


class AxisFault(StrEnum):
    """Why coordinates can't be longitude and latitude in degrees."""

    SWAPPED = "swapped"
    OUT_OF_RANGE = "out_of_range"
    NOT_FINITE = "not_finite"


def declared(name: str) -> Datum:
    """Returns the coordinate system named like ``EPSG:4490``, ``gcj02``, ``CGCS2000`` or by WKT.

    Raises UnknownCrs for unknown names, and for old datums (Beijing 1954, Xi'an 1980) whose
    conversion to CGCS2000 is local or secret: such data are converted before they come here.
    """
    text = name.strip()
    spoken = _SPOKEN.get(re.sub(r"[\s:._/-]", "", text).lower())
    if spoken:
        return spoken
    number = _NUMBER.fullmatch(text.lower())
    srid = int(number[1]) if number else _known(text).to_epsg()
    datum = Datum(f"EPSG:{srid}" if srid else text, srid)
    if not _is_kept(datum):
        _transformer(datum.name)
    return datum


def to_cgcs2000(geometry: GEOMETRY, datum: Datum) -> GEOMETRY:
    """Converts a geometry to CGCS2000 degrees, longitude before latitude; heights are dropped.

    Axes are never swapped: x is east and y is north in every datum. Raises OutsideCrs.
    """
    moved: GEOMETRY = _moved(geometry, datum)
    return moved


def to_cgcs2000_all(geometries: npt.NDArray[np.object_], datum: Datum) -> npt.NDArray[np.object_]:
    """Converts every geometry of an array as ``to_cgcs2000``. Raises OutsideCrs for any of them."""
    moved: npt.NDArray[np.object_] = _moved(geometries, datum)
    return moved


def _moved(geometry: Any, datum: Datum) -> Any:
    if _is_kept(datum):
        return shapely.force_2d(geometry)

    def moved(pairs: Degrees) -> Degrees:
        return np.column_stack(_converted(pairs[:, 0], pairs[:, 1], datum))

    return shapely.transform(geometry, moved)


@overload
def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]: ...
def wgs84_to_gcj02(
    lon: float | Degrees, lat: float | Degrees
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    """Converts WGS 84 to GCJ-02, used by Chinese consumer maps; unchanged outside CHINA_BOX."""
    east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    shift_lon, shift_lat = _shift(east, north)
    inside = _in_china_box(east, north)
    return _as_given(
        lon, np.where(inside, east + shift_lon, east), np.where(inside, north + shift_lat, north)
    )


@overload
def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]: ...
def gcj02_to_wgs84(
    lon: float | Degrees, lat: float | Degrees
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    """Converts GCJ-02 degrees back to WGS 84, to a millimetre; unchanged outside CHINA_BOX.

    Within 0.02 degrees of the box's edge, at sea or abroad, the answer may be the unshifted one.
    """
    east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    true_lon, true_lat = east, north
    for _ in range(8):  # each step divides the error by about a hundred, from some 500 m
        shift_lon, shift_lat = _shift(true_lon, true_lat)
        true_lon, true_lat = east - shift_lon, north - shift_lat
    inside = _in_china_box(east, north)
    return _as_given(lon, np.where(inside, true_lon, east), np.where(inside, true_lat, north))


def axis_fault(geometry: BaseGeometry) -> AxisFault | None:
    """Returns why coordinates can't be longitude and latitude in degrees; None if possible.

    ``swapped`` means: as given they lie outside China, with the axes exchanged inside it.
    """
    pairs = shapely.get_coordinates(geometry)
    if not np.isfinite(pairs).all():
        return AxisFault.NOT_FINITE
    x, y = pairs[:, 0], pairs[:, 1]
    if pairs.size and not _in_china_box(x, y).any() and _in_china_box(y, x).all():
        return AxisFault.SWAPPED
    if (np.abs(x) > 180).any() or (np.abs(y) > 90).any():
        return AxisFault.OUT_OF_RANGE
    return None


def _is_kept(datum: Datum) -> bool:
    return datum.srid in (CGCS2000, WGS84)


def _in_china_box(lon: Degrees, lat: Degrees) -> npt.NDArray[np.bool_]:
    west, south, east, north = CHINA_BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _as_given(
    like: float | Degrees, lon: Degrees, lat: Degrees
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    if isinstance(like, np.ndarray):
        return lon, lat
    return float(lon), float(lat)


def _converted(x: Degrees, y: Degrees, datum: Datum) -> tuple[Degrees, Degrees]:
    if datum == GCJ02:
        lon, lat = gcj02_to_wgs84(x, y)
    else:
        lon, lat = _transformer(datum.name).transform(x, y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise OutsideCrs(datum.name)
    return lon, lat


def _known(name: str) -> CRS:
    try:
        return CRS.from_user_input(name)
    except CRSError as unknown:
        raise UnknownCrs(name) from unknown


@cache
def _transformer(name: str) -> Transformer:
    """Returns a transformation to CGCS2000 degrees, exact to a metre. Raises UnknownCrs."""
    crs = _known(name)
    if not (crs.is_geographic or crs.is_projected):
        raise UnknownCrs(name)
    for goal in (CGCS2000, WGS84):
        ways = TransformerGroup(crs, goal, always_xy=True, allow_ballpark=False).transformers
        if len(ways) == 1 and 0 <= ways[0].accuracy <= _ACCURACY_M:
            return ways[0]
    raise UnknownCrs(name)


def _shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Returns GCJ-02's offset from WGS 84 in degrees. Source: eviltransform, a reconstruction."""
    x, y = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(x)), x * y
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)

    def waves(value: Degrees, *terms: tuple[float, float]) -> Degrees:
        total = np.zeros_like(value)
        for height, period in terms:
            total = total + height * np.sin(value / period * np.pi)
        return total

    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north += (ripple + waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))) * 2 / 3
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east += (ripple + waves(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))) * 2 / 3

    radians = np.radians(lat)
    bulge = 1.0 - _GCJ_ECCENTRICITY2 * np.sin(radians) ** 2
    meridian_m = _GCJ_AXIS_M * (1.0 - _GCJ_ECCENTRICITY2) / bulge**1.5
    parallel_m = _GCJ_AXIS_M / np.sqrt(bulge) * np.cos(radians)
    return np.degrees(east / parallel_m), np.degrees(north / meridian_m)
