"""Vector tiles: what a reader's tile holds, as one statement for psycopg."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.map.layers import ALL, EXTENT, LAYERS, MAX_ZOOM, TOGETHER, _layer_tile
from data.queries.map.patrols import tracks_since
from data.queries.scope import Scope

BASES: Final = ("now", "month")
CHANGED: Final = "onemap_map"
"""The channel of NOTIFY for changes of the picture: "all", or a box in metres of Web Mercator."""

_OTHERS: Final = ("sections", "outfalls", "intakes", "boards", "problems")
_NAMED: Final = re.compile(r"(?<![:\w]):([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What of the map is drawn for a scope: everything, or ranges of divisions and single ids."""

    everything: bool = False
    ranges: tuple[tuple[int, int], ...] = ()
    rivers: tuple[int, ...] = ()
    reaches: tuple[int, ...] = ()
    lakes: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()


def drawn(connection: Connection, scope: Scope) -> Drawn:
    """Returns what is drawn for the scope."""
    del connection
    return Drawn(
        scope.everything,
        tuple((one, one) for one in sorted(scope.divisions)),
        tuple(sorted(scope.rivers)),
        tuple(sorted(scope.reaches)),
        tuple(sorted(scope.lakes)),
        tuple(sorted(scope.stations)),
    )


def statement(
    layers: str, place: tuple[int, int, int], drawn: Drawn, now: UtcDatetime, basis: str
) -> tuple[str, dict[str, object]]:
    """Returns the statement of a tile and its values; raises NotFound for unknown layers, tile."""
    del basis
    z, x, y = place
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("There is no tile {z}/{x}/{y}.", z=z, x=x, y=y)
    ground = TOGETHER[ALL]
    together = {**TOGETHER, "waters": ground, ALL: (*ground, *TOGETHER["patrols"])}
    if layers in _OTHERS:
        return "SELECT ''::bytea", {}
    if layers not in LAYERS and layers not in together:
        raise NotFound("There is no layer {layer}.", layer=layers)
    parts = [_layer_tile(each) for each in together.get(layers, (layers,))]
    values = {
        "scope_all": drawn.everything,
        "scope_divisions": [lo for lo, _hi in drawn.ranges],
        "scope_rivers": list(drawn.rivers),
        "scope_reaches": list(drawn.reaches),
        "scope_lakes": list(drawn.lakes),
        "scope_stations": list(drawn.stations),
        "z": z,
        "x": x,
        "y": y,
        "extent": EXTENT,
        "tracks_since": tracks_since(now),
    }
    return _NAMED.sub(r"%(\1)s", f"SELECT {' || '.join(parts)}"), values
