"""What is drawn of the map before the map is there: outline and larger waters, as paths of SVG."""

from dataclasses import dataclass
from math import log, log2, pi, tan
from typing import Final

from sqlalchemy import Connection

from data.queries.map.bounds import bounds
from data.queries.map.drawn import Drawn, drawn
from data.queries.map.tile_frame import WORLD_M
from data.queries.scope import Scope

UNITS: Final = 600
"""How many units of the picture its longer side has: bends below one are left out."""

PIXELS: Final = 700
"""For how many pixels the picture is made: it decides which waters are large enough."""

MOST_RUNS: Final = 240
MOST_OUTLINES: Final = 60
LEVELS: Final = (4, 6, 8, 10)

_PATH: Final = """
SELECT coalesce(ST_AsSVG(ST_TransScale(ST_Simplify({collected}, %(unit)s, true),
    -%(west)s, -%(north)s, %(scale)s, %(scale)s), 1, 0), '')
FROM (SELECT geom FROM {source}) drawn
"""


@dataclass(frozen=True, slots=True)
class OpeningShape:
    """The picture: its size in units, its bounds in degrees, and three paths in units.

    ``land`` is filled, ``outline`` and ``water`` are lines. ``metres`` is the length of a unit in
    metres of Web Mercator.
    """

    bounds: tuple[float, float, float, float]
    width: int
    height: int
    metres: float
    land: str
    outline: str
    water: str


def opening_shape(connection: Connection, scope: Scope) -> OpeningShape | None:
    """Returns the picture of what a reader may see, without classes; None where that is nothing.

    It holds until a shape on the map or the reader's area changes.
    """
    box = bounds(connection, scope)
    if box is None:
        return None
    (west, south), (east, north) = _mercator(*box[:2]), _mercator(*box[2:])
    metres = max(east - west, north - south, 1.0) / UNITS
    zoom = log2(WORLD_M / (UNITS * metres) * PIXELS / 512)
    shown = drawn(connection, scope)
    values = {
        **shown.bound,
        "lv": next((level for level in LEVELS if level >= zoom), LEVELS[-1]),
        "zoom": int(zoom) + 1,
        "unit": metres,
        "west": west,
        "north": north,
        "scale": 1 / metres,
    }
    land, outline, water = (
        str(connection.exec_driver_sql(query, values).scalar_one())
        for query in (_land(), _outline(shown), _water(shown))
    )
    return OpeningShape(
        bounds=box,
        width=round((east - west) / metres),
        height=round((north - south) / metres),
        metres=metres,
        land=land,
        outline=outline,
        water=water,
    )


def _land() -> str:
    """Returns the query of the reader's area. The map's tables hold it in pieces."""
    source = "map_land WHERE lv = %(lv)s AND id = ANY(%(tops)s)"
    return _PATH.format(collected="ST_Union(geom)", source=source)


def _outline(shown: Drawn) -> str:
    """Returns the query of the outlines of the reader's topmost divisions."""
    top = "parent_lo = 0"
    if not shown.everything:
        top = f"({shown.holds('lo')} AND NOT {shown.holds('parent_lo')})"
    around = "OR id = ANY(%(counties_around)s)" if shown.counties_around else ""
    largest = f"""(SELECT id FROM map_division WHERE lv = %(lv)s AND ({top} {around})
        GROUP BY id ORDER BY sum(ST_Length(geom)) DESC, id LIMIT {MOST_OUTLINES})"""
    source = f"map_division WHERE lv = %(lv)s AND id IN {largest}"
    return _PATH.format(collected="ST_LineMerge(ST_Collect(geom))", source=source)


def _water(shown: Drawn) -> str:
    """Returns the query of the lines of the larger waters."""
    which = "lo = -1"
    if not shown.everything:
        seen = shown.sees("lo", rivers="river_id", rivers_around="river_id")
        which = f"lo >= 0 AND {seen}"
    waters = f"""SELECT id, geom FROM map_run
        WHERE basis = 0 AND lv = %(lv)s AND zmin <= %(zoom)s AND {which}"""
    if shown.reaches:
        waters += " UNION ALL SELECT id, geom FROM map_reach WHERE id = ANY(%(reaches)s)"
    largest = f"ORDER BY ST_Length(ST_Envelope(geom)) DESC, id LIMIT {MOST_RUNS}"
    source = f"({waters}) waters {largest}"
    return _PATH.format(collected="ST_LineMerge(ST_Collect(geom))", source=source)


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    """Returns a place in metres of Web Mercator."""
    radius = WORLD_M / (2 * pi)
    return lon / 360 * WORLD_M, radius * log(tan(pi / 4 + lat * pi / 360))
