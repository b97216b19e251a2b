"""Where a tile lies and what everything drawn in it shares."""

from dataclasses import dataclass
from typing import Final, Literal

from data.queries.map.drawn import Drawn

Basis = Literal["now", "month"]

GRID_PX: Final = 8
"""Units of a tile's grid to a pixel; from afar half as many, for all is smoothed there."""
FAR_ZOOM: Final = 7
TILE_PX: Final = 512
BUFFER_PX: Final = 32
"""Half of the widest line drawn, a valley's: 30 pixels, rounded up."""
WORLD_M: Final = 40_075_016.68557849
"""The side of the square of Web Mercator, metres."""

TILE: Final = "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857)"
WIDE: Final = "ST_MakeEnvelope(%(wide_west)s, %(wide_south)s, %(wide_east)s, %(wide_north)s, 3857)"


@dataclass(frozen=True, slots=True)
class Frame:
    """A tile to be drawn: its place, for whom, and by what the waters are graded."""

    z: int
    x: int
    y: int
    drawn: Drawn
    basis: Basis = "now"

    @property
    def side_m(self) -> float:
        """The tile's side, metres of Web Mercator."""
        return float(WORLD_M / 2**self.z)

    @property
    def unit_m(self) -> float:
        """An eighth of a pixel, metres of Web Mercator."""
        return self.side_m / TILE_PX / GRID_PX

    @property
    def grid_px(self) -> int:
        """How many units of the tile's grid a pixel has."""
        return GRID_PX if self.z > FAR_ZOOM else GRID_PX // 2

    @property
    def edges(self) -> dict[str, float]:
        """The values of the parameters in ``TILE`` and ``WIDE``."""
        west = self.x * self.side_m - WORLD_M / 2
        north = WORLD_M / 2 - self.y * self.side_m
        east, south = west + self.side_m, north - self.side_m
        more = self.side_m * BUFFER_PX / TILE_PX
        return {
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "wide_west": west - more,
            "wide_south": south - more,
            "wide_east": east + more,
            "wide_north": north + more,
        }

    def column(self, name: str) -> str:
        """Returns the column of the map's tables that holds this by the frame's basis."""
        return name if self.basis == "now" else f"month_{name}"

    def level(self, last: int) -> str:
        """Returns SQL for which simplified shapes the zoom needs: 4, 6, 8, 10 or, beyond, ``last``.

        It is of the column's own type, without which the index of place and level isn't used.
        """
        return small(next((level for level in (4, 6, 8, 10) if self.z <= level), last))

    def own(self, number: str) -> str:
        """Returns SQL that is false where something seen lies outside the reader's divisions."""
        if self.drawn.everything or not self.drawn.ranges:
            return "CAST(NULL AS boolean)"
        return f"CASE WHEN NOT ({number} = 0 OR {self.drawn.holds(number)}) THEN false END"


def small(number: int) -> str:
    """Returns SQL for a number of the type ``smallint``."""
    return f"CAST({number} AS smallint)"


def shaped(frame: Frame, geom: str) -> str:
    """Returns SQL that cuts a geometry to the tile, in units of the tile's grid."""
    extent, buffer = frame.grid_px * TILE_PX, frame.grid_px * BUFFER_PX
    return f"ST_AsMVTGeom({geom}, {TILE}, {extent}, {buffer}, true)"
