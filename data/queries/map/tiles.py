"""Vector tiles straight from the database: all layers of a tile in one statement."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, get_args

from sqlalchemy import Connection

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.map import tile_ground, tile_points
from data.queries.map.drawn import Drawn
from data.queries.map.patrols import tracks_since
from data.queries.map.tile_frame import TILE_PX, Basis, Frame

MAX_ZOOM: Final = 16
"""Tiles end here; the map enlarges the last ones beyond."""

CHANGED: Final = "onemap_map"
"""The channel of NOTIFY that names what changed on the map: ``all``, or the corners of a box.

A box is ``west south east north`` in whole metres of Web Mercator, rounded outward.
"""

BASES: Final = get_args(Basis)

LAYERS: Final[Mapping[str, Callable[[Frame], str]]] = MappingProxyType(
    {
        "land": tile_ground.land,
        "divisions": tile_ground.divisions,
        "lakes": tile_ground.lakes,
        "reaches": tile_ground.reaches,
        "rivers": tile_ground.rivers,
        "places": tile_ground.places,
        "sections": tile_points.sections,
        "outfalls": tile_points.outfalls,
        "intakes": tile_points.intakes,
        "boards": tile_points.boards,
        "problems": tile_points.problems,
        "patrols": tile_points.patrols,
        "patrol_ends": tile_points.patrol_ends,
    }
)
LEDGER_LAYERS: Final = ("problems", "patrols", "patrol_ends")
"""Only for those who may read the problem ledger."""

WATERS, ALL = "waters", "all"
TOGETHER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        WATERS: tuple(name for name in LAYERS if name not in LEDGER_LAYERS),
        ALL: tuple(LAYERS),
    }
)
"""Layers that come in one tile: one request instead of several."""

_FROM_ZOOM: Final = MappingProxyType(
    {
        "rivers": tile_ground.NAME_ZOOM,
        "outfalls": tile_points.OUTFALLS_FROM,
        "intakes": tile_points.OUTFALLS_FROM,
        "boards": tile_points.BOARDS_FROM,
        "patrols": tile_points.TRACKS_FROM,
        "patrol_ends": tile_points.TRACK_ENDS_FROM,
    }
)


def _cut(sql: str, order: str) -> str:
    """Returns SQL for the rows of a layer of which something is left in the tile, in their order.

    OFFSET keeps the database from cutting each shape twice, to see whether anything is left of it
    and to send it.
    """
    return f"""(SELECT * FROM (SELECT * FROM ({sql}) cut OFFSET 0) found
        WHERE mvt IS NOT NULL ORDER BY {order}) one"""


def _part(name: str, frame: Frame) -> str:
    """Returns the SQL of one layer, its rows in order: the worst class is drawn last, on top.

    The same rows always make the same bytes.
    """
    order = {"reaches": "cls, id", "lakes": "cls, id", "rivers": "id, nth"}.get(name, "id")
    return f"""(SELECT COALESCE(ST_AsMVT(one, '{name}', {frame.grid_px * TILE_PX}, 'mvt', 'id'), '')
        FROM {_cut(LAYERS[name](frame), order)})"""


STATIONS: Final = ("sections", "outfalls", "intakes")
"""Layers of one table; sections are counted by cells from afar."""


def _stations(frame: Frame, layers: Sequence[str]) -> str:
    """Returns the SQL of several layers of stations that each stand alone, read at once."""
    sql = tile_points.stations(frame, *(name.removesuffix("s") for name in layers))
    return f"""(SELECT COALESCE(string_agg(layer, '' ORDER BY kind), '') FROM (
        SELECT kind, ST_AsMVT(one, kind || 's', {frame.grid_px * TILE_PX}, 'mvt', 'id') AS layer
        FROM {_cut(sql, "id")} GROUP BY kind) layers)"""


def statement(
    layers: str,
    place: tuple[int, int, int],
    drawn: Drawn,
    now: UtcDatetime,
    basis: str = "now",
) -> tuple[str, dict[str, object]]:
    """Returns the SQL text, for psycopg, and the values that make a tile: one row, one column.

    ``place`` is (z, x, y). The text is the same for all tiles of a zoom and a reader, so that the
    database plans it once. Raises NotFound for unknown layers, an unknown basis or tile.
    """
    z, x, y = place
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("There is no tile {z}/{x}/{y}.", z=z, x=x, y=y)
    if any(name not in LAYERS for name in _names(layers)) or basis not in BASES:
        raise NotFound("There is no layer {layer}.", layer=layers)
    edges = Frame(z, x, y, drawn).edges
    values = {**edges, "x": x, "y": y, "now": now, "tracks_since": tracks_since(now)}
    return _sql(layers, z, drawn, "month" if basis == "month" else "now"), values | drawn.bound


def _names(layers: str) -> tuple[str, ...]:
    return TOGETHER.get(layers, (layers,))


@lru_cache(maxsize=2_000)
def _sql(layers: str, z: int, drawn: Drawn, basis: Basis) -> str:
    """Returns the text of the statement, which is the same wherever a tile of the zoom lies."""
    frame = Frame(z, 0, 0, drawn, basis)
    wanted = [name for name in _names(layers) if z >= _FROM_ZOOM.get(name, 0)]
    alone = STATIONS if z >= tile_points.SINGLE_SECTIONS else STATIONS[1:]
    joint = [name for name in alone if name in wanted]
    parts = [_part(name, frame) for name in wanted if len(joint) < 2 or name not in joint]
    if len(joint) > 1:
        parts.append(_stations(frame, joint))
    return f"SELECT {' || '.join(parts) or EMPTY}"


EMPTY: Final = "CAST('' AS bytea)"


def tile(
    connection: Connection,
    layers: str,
    place: tuple[int, int, int],
    drawn: Drawn,
    now: UtcDatetime,
    basis: str = "now",
) -> bytes:
    """Returns the Mapbox vector tile, b"" where nothing is visible; see ``statement``."""
    sql, values = statement(layers, place, drawn, now, basis)
    return bytes(connection.exec_driver_sql(sql, values).scalar_one())
