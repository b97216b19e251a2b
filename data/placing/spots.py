"""Locates a point: on which water, how far along it, how far off and on which bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shapely.geometry import Point
from sqlalchemy import Connection

from data.errors import BadInput
from data.placing import shapes
from data.queries.waters import registry
from data.queries.waters.finders import DivisionFinder
from data.queries.waters.registry import Named, NearLake, NearReach, nearest_waters
from data.vocabulary import Bank, BodyKind
from gis.chainage import Snap, format_distance, nearest

AT_ONCE: Final = 500
"""So many places are looked up by one query."""

FEW: Final = 20
"""Up to so many places are asked for their divisions one by one: the borders aren't loaded."""

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
    source = SourcePoint(crs, x, y)
    (found,) = previews(connection, [source], within_m=within_m, may_allow_more=may_allow_more)
    if isinstance(found, BadInput):
        raise found
    return found


@dataclass(frozen=True, slots=True)
class SourcePoint:
    """Coordinates as they were in their source, before conversion."""

    crs: str
    x: float
    y: float


def previews(
    connection: Connection,
    sources: Sequence[SourcePoint],
    *,
    within_m: float = WITHIN_M,
    may_allow_more: bool = False,
) -> list[Spot | BadInput]:
    """Returns what ``preview`` returns or raises of each of many places, by few queries."""
    finder = DivisionFinder(connection) if len(sources) > FEW else None
    found: list[Spot | BadInput] = []
    for first in range(0, len(sources), AT_ONCE):
        some = sources[first : first + AT_ONCE]
        placed = [_placed(source) for source in some]
        points = [each for each in placed if isinstance(each, Point)]
        waters = iter(nearest_waters(connection, [(each.x, each.y) for each in points]))
        divisions = iter(_divisions(connection, points, finder))
        for source, point in zip(some, placed, strict=True):
            if isinstance(point, BadInput):
                found.append(point)
                continue
            lake, close = next(waters)
            division = next(divisions)
            found.append(_choose(point, source, lake, close, division, within_m, may_allow_more))
    return found


def _placed(source: SourcePoint) -> Point | BadInput:
    try:
        return shapes.place(Point(source.x, source.y), shapes.datum_named(source.crs))
    except BadInput as error:
        return error


def _divisions(
    connection: Connection, points: Sequence[Point], finder: DivisionFinder | None
) -> list[Named | None]:
    if finder:
        return finder.at([each.x for each in points], [each.y for each in points])
    return [registry.division_at(connection, each.x, each.y) for each in points]


def _choose(
    point: Point,
    source: SourcePoint,
    lake: NearLake | None,
    close: Sequence[NearReach],
    division: Named | None,
    within_m: float,
    may_allow_more: bool,
) -> Spot | BadInput:
    """Returns where the point lies: in its lake, else on the nearest water that is near enough."""
    found = None if lake and lake.offset_m == 0 else _nearest_reach(point, close, within_m)
    named = SourcePoint(shapes.datum_named(source.crs).name, source.x, source.y)
    if lake and lake.offset_m <= within_m and (not found or lake.offset_m < found[1].offset_m):
        return _spot(point, named, lake, None, division)
    if not found:
        return _too_far(point, lake, close, within_m, may_allow_more)
    return _spot(point, named, None, found, division)


def _nearest_reach(
    point: Point, close: Sequence[NearReach], within_m: float
) -> tuple[NearReach, Snap] | None:
    found = nearest(point, [reach.line for reach in close], within_m)
    return (close[found[0]], found[1]) if found else None


def _too_far(
    point: Point,
    lake: NearLake | None,
    close: Sequence[NearReach],
    within_m: float,
    may_allow_more: bool,
) -> BadInput:
    found = _nearest_reach(point, close, 1e6)
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
    point: Point,
    source: SourcePoint,
    lake: NearLake | None,
    found: tuple[NearReach, Snap] | None,
    division: Named | None,
) -> Spot:
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
