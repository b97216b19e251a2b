"""Chainage (桩号): metres along a river from its source, on the ellipsoid, and back to a point.

Lines are stored in degrees, but a degree of longitude is shorter than one of latitude, so distance
along a line measured in degrees is hundreds of metres wrong on an oblique river.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import LineString, Point

from gis.ellipsoid import (
    Numbers,
    box_around,
    cumulative_m,
    densified,
    distance_m,
    flattened_m,
    length_m,
)

__all__ = [
    "BadLine",
    "Bank",
    "LineIndex",
    "Measured",
    "Snap",
    "UnreadableChainage",
    "format_chainage",
    "format_distance",
    "length_m",
    "nearest",
    "parse_chainage",
]

Bank = Literal["left", "right", "middle"]
"""Which side of the line, looking downstream; middle when less than MIDDLE_M off."""

MIDDLE_M: Final = 1.0
FAR_M: Final = 10_000.0
CLOSE_M: Final = 10.0
_SPOKEN: Final = re.compile(r"(?:桩号)?\s*[Kk]?(\d{1,5})\s*[+＋]\s*(\d{1,3}(?:\.\d+)?)")


class BadLine(ValueError):
    """The line is empty or has no length, so no place can be located along it."""


class UnreadableChainage(ValueError):
    """The text isn't a chainage (metres along a line) like K12+350."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"not a chainage: {text!r}")


class Snap(NamedTuple):
    """The place on a line nearest to a point; ``lon`` and ``lat`` are on the line."""

    chainage_m: float
    offset_m: float
    bank: Bank
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class _Foot:
    """The nearest place on a line: index of the segment, share (0 to 1) along the segment, bank."""

    piece: int
    share: float
    bank: Bank


class Measured:
    """A line in degrees with the chainage of each vertex: metres downstream from the first one."""

    def __init__(self, line: LineString) -> None:
        """Measures the line. Raises BadLine if it is empty, all in one place or not finite."""
        pairs = shapely.get_coordinates(line)
        if len(pairs):
            pairs = pairs[np.concatenate(([True], (np.diff(pairs, axis=0) != 0).any(axis=1)))]
        if len(pairs) < 2 or not np.isfinite(pairs).all():
            raise BadLine("a line needs two places")
        self._pairs = pairs
        self._dense, self._stands = densified(pairs)
        self._dense_m = cumulative_m(self._dense)
        self._vertex_m = self._dense_m[self._stands]

    @property
    def length_m(self) -> float:
        """Length of the line in metres: the chainage of its last vertex."""
        return float(self._dense_m[-1])

    @property
    def dense(self) -> Numbers:
        """The line with places at most 500 m apart, (n, 2); not to be written to."""
        return self._dense

    @property
    def dense_m(self) -> Numbers:
        """The chainage in metres of each place of ``dense``, (n,); not to be written to."""
        return self._dense_m

    @property
    def vertices(self) -> Numbers:
        """Longitude and latitude of each vertex, (n, 2), without repeated neighbours."""
        return self._pairs.copy()

    def chainage_on(self, segment: int, share: float) -> float:
        """Returns the chainage of the place at a share (0 to 1) of the way along a segment."""
        stands = self._stands[segment : segment + 2]
        place = stands[0] + share * (stands[1] - stands[0])
        return float(np.interp(place, np.arange(len(self._dense_m)), self._dense_m))

    def locate(self, point: Point) -> Snap:
        """Returns the place on the line nearest to the point.

        A point beyond an end of the line is located at that end.
        """
        foot = self._foot(point)
        before, after = self._dense_m[foot.piece], self._dense_m[foot.piece + 1]
        here, there = self._dense[foot.piece], self._dense[foot.piece + 1]
        lon, lat = here + foot.share * (there - here)
        offset = distance_m(point, Point(lon, lat))
        return Snap(
            chainage_m=float(before + foot.share * (after - before)),
            offset_m=offset,
            bank="middle" if offset < MIDDLE_M else foot.bank,
            lon=float(lon),
            lat=float(lat),
        )

    def point_at(self, chainage_m: float) -> Point:
        """Returns the point on the line at a chainage in metres.

        A chainage below 0 or beyond the line's length gives the nearer end.
        """
        lon = np.interp(chainage_m, self._dense_m, self._dense[:, 0])
        lat = np.interp(chainage_m, self._dense_m, self._dense[:, 1])
        return Point(float(lon), float(lat))

    def between(self, from_m: float, to_m: float) -> LineString:
        """Returns the part of the line between two chainages, downstream, with its inner vertices.

        Both chainages are clamped to the line. Raises BadLine when nothing is left between them.
        """
        start, end = max(0.0, from_m), min(self.length_m, to_m)
        if not start < end:
            raise BadLine("a stretch runs downstream")
        kept = self._pairs[(self._vertex_m > start) & (self._vertex_m < end)]
        first, last = self.point_at(start), self.point_at(end)
        return LineString([(first.x, first.y), *kept.tolist(), (last.x, last.y)])

    def _foot(self, point: Point) -> _Foot:
        """Returns the nearest place on the line, computed on a plane in metres around the point."""
        seen = flattened_m(self._dense, point)
        start, run = seen[:-1], np.diff(seen, axis=0)
        squared = np.maximum((run**2).sum(axis=1), 1e-12)
        share = np.clip(-(start * run).sum(axis=1) / squared, 0.0, 1.0)
        away = start + share[:, None] * run
        piece = int(np.argmin((away**2).sum(axis=1)))
        return _Foot(piece, float(share[piece]), _bank(start, run, piece, float(share[piece])))


def _bank(start: Numbers, run: Numbers, piece: int, share: float) -> Bank:
    """Returns the bank the point is on; nearest to a vertex, the line's bend there decides."""
    other = piece + 1 if share == 1.0 else piece - 1 if share == 0.0 else -1
    if 0 <= other < len(run):
        first, second = run[min(piece, other)], run[max(piece, other)]
        turn = first[0] * second[1] - first[1] * second[0]
        if abs(turn) > 1e-6 * np.hypot(*first) * np.hypot(*second):
            return "right" if turn > 0 else "left"
    side = run[piece][1] * start[piece][0] - run[piece][0] * start[piece][1]
    return "left" if side >= 0 else "right"


class LineIndex:
    """A spatial index over lines, to find those near a point; a line is named by its list index."""

    def __init__(self, lines: Sequence[LineString]) -> None:
        self._lines = list(lines)
        self._tree = STRtree(self._lines)
        self._measured: dict[int, Measured] = {}

    def measured(self, index: int) -> Measured:
        """Returns the line at that index, measured. Raises BadLine for one without length."""
        if index not in self._measured:
            self._measured[index] = Measured(self._lines[index])
        return self._measured[index]

    def within(self, point: Point, within_m: float) -> list[tuple[int, Snap]]:
        """Returns index of and place on each line within ``within_m`` metres, nearest first."""
        boxed = self._tree.query(box_around(point, within_m), predicate="intersects")
        snaps = [(int(index), self.measured(int(index)).locate(point)) for index in boxed]
        close = [(index, snap) for index, snap in snaps if snap.offset_m <= within_m]
        return sorted(close, key=lambda found: (found[1].offset_m, found[0]))

    def nearest(self, point: Point, within_m: float) -> tuple[int, Snap] | None:
        """Returns index of and place on the nearest line within ``within_m`` metres, or None."""
        found = self.within(point, within_m)
        return found[0] if found else None


def nearest(point: Point, lines: Sequence[LineString], within_m: float) -> tuple[int, Snap] | None:
    """Returns index of and place on the nearest line within ``within_m`` metres, or None.

    For many points build one LineIndex and ask it instead.
    """
    return LineIndex(lines).nearest(point, within_m)


def format_distance(metres: float) -> str:
    """Returns a distance as text: 8.2 m, 303 m, 9,999 m, and from 10 km on whole kilometres."""
    if metres >= FAR_M:
        return f"{metres // 1000:,.0f} km"
    return f"{metres:.1f} m" if metres < CLOSE_M else f"{metres:,.0f} m"


def format_chainage(chainage_m: float) -> str:
    """Returns a chainage in metres as text like K12+350. Raises ValueError below 0."""
    whole = round(chainage_m)
    if whole < 0:
        raise ValueError("chainage starts at zero")
    return f"K{whole // 1000}+{whole % 1000:03d}"


def parse_chainage(text: str) -> float:
    """Parses K12+350, 12+350, k12+350.5 or 桩号K12+350 to metres. Raises UnreadableChainage."""
    found = _SPOKEN.fullmatch(text.strip())
    if not found:
        raise UnreadableChainage(text)
    return int(found[1]) * 1000 + float(found[2])
