"""Locates a point: on which water, how far along it, how far off and on which bank."""

from dataclasses import dataclass
from typing import Final

from shapely.geometry import Point
from sqlalchemy import Connection

from data.errors import BadInput
from data.placing import shapes
from data.queries.waters import registry
from data.queries.waters.registry import NearLake, NearReach
from data.vocabulary import Bank, BodyKind
from gis.chainage import Snap, format_distance, nearest

WITHIN_M: Final = 500.0
"""A point farther than this from any water belongs to none, unless told otherwise."""

_MENDS: Final = {
    False: "Check the coordinates and what they were declared to be.",
    True: "Check the coordinates and what they were declared to be, or allow more.",
}
"""How to mend a point that is too far off, by whether a greater distance may be allowed."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, in CGCS2000 and as entered, with the water that it is snapped to.

    On a river: reach, chainage, offset and bank; ``lon_on_line`` and ``lat_on_line`` are the place
    on the line. On a lake: no chainage and no bank, and an offset only from outside of it.
    """

    lon: float
    lat: float
    source_crs: str
    source_x: float
    source_y: float
    body: BodyKind
    river_id: int | None = None
    river_name: str | None = None
    reach_id: int | None = None
    reach_name: str | None = None
    lake_id: int | None = None
    lake_name: str | None = None
    division_id: int | None = None
    division_name: str | None = None
    chainage_m: float | None = None
    offset_m: float | None = None
    bank: Bank | None = None
    lon_on_line: float | None = None
    lat_on_line: float | None = None
    river_en: str | None = None
    reach_en: str | None = None
    lake_en: str | None = None
    division_en: str | None = None


def preview(
    connection: Connection,
    x: float,
    y: float,
    crs: str = "EPSG:4490",
    *,
    within_m: float = WITHIN_M,
    may_allow_more: bool = False,
) -> Spot:
    """Returns where a point in ``crs`` would be placed and on which water; writes nothing.

    Inside a lake it belongs to the lake, else to the nearest water within ``within_m``; a refusal
    advises to allow more where ``may_allow_more`` says that one can. Raises
    BadInput for an unknown datum, implausible coordinates, or a point too far from any water.
    """
    datum = shapes.datum_named(crs)
    point = shapes.place(Point(x, y), datum)
    lake = registry.nearest_lake(connection, point.x, point.y)
    found = None if lake and lake.offset_m == 0 else _nearest_reach(connection, point, within_m)
    if lake and lake.offset_m <= within_m and (not found or lake.offset_m < found[1].offset_m):
        return _spot(connection, point, SourcePoint(datum.name, x, y), lake, None)
    if not found:
        raise _too_far(connection, point, lake, within_m, may_allow_more)
    return _spot(connection, point, SourcePoint(datum.name, x, y), None, found)


@dataclass(frozen=True, slots=True)
class SourcePoint:
    """Coordinates as they were in their source, before conversion."""

    crs: str
    x: float
    y: float


def _nearest_reach(
    connection: Connection, point: Point, within_m: float
) -> tuple[NearReach, Snap] | None:
    close = registry.nearest_reaches(connection, point.x, point.y)
    found = nearest(point, [reach.line for reach in close], within_m)
    return (close[found[0]], found[1]) if found else None


def _too_far(
    connection: Connection,
    point: Point,
    lake: NearLake | None,
    within_m: float,
    may_allow_more: bool,
) -> BadInput:
    found = _nearest_reach(connection, point, 1e6)
    options = [(found[1].offset_m, found[0].name)] if found else []
    options += [(lake.offset_m, lake.name)] if lake else []
    if not options:
        return BadInput("No river or lake is known yet.", mend="Import rivers or lakes first.")
    offset_m, name = min(options)
    return BadInput(
        "The nearest water, {name}, is {offset} away; at most {within} m are allowed.",
        mend=_MENDS[may_allow_more],
        name=name,
        offset=format_distance(offset_m),
        within=round(within_m),
    )


def _spot(
    connection: Connection,
    point: Point,
    source: SourcePoint,
    lake: NearLake | None,
    found: tuple[NearReach, Snap] | None,
) -> Spot:
    division = registry.division_at(connection, point.x, point.y)
    reach, snap = found or (None, None)
    offset_m = snap.offset_m if snap else lake.offset_m if lake and lake.offset_m else None
    return Spot(
        lon=point.x,
        lat=point.y,
        source_crs=source.crs,
        source_x=source.x,
        source_y=source.y,
        body=BodyKind.LAKE if lake else BodyKind.RIVER,
        river_id=reach.river_id if reach else lake.river_id if lake else None,
        river_name=reach.river_name if reach else None,
        reach_id=reach.id if reach else None,
        reach_name=reach.name if reach else None,
        lake_id=lake.id if lake else None,
        lake_name=lake.name if lake else None,
        division_id=division.id if division else None,
        division_name=division.name if division else None,
        chainage_m=reach.chainage_from_m + snap.chainage_m if reach and snap else None,
        offset_m=offset_m,
        bank=Bank(snap.bank) if snap else None,
        lon_on_line=snap.lon if snap else None,
        lat_on_line=snap.lat if snap else None,
        river_en=reach.river_en if reach else None,
        reach_en=reach.name_en if reach else None,
        lake_en=lake.name_en if lake else None,
        division_en=division.name_en if division else None,
    )
