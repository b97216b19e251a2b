"""Tiles kept ready to be sent: the longest unused go first, and those of a changed box at once."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from math import floor
from typing import NamedTuple

from dashboard.frame.front import Headers, Reply

WORLD_M = 40075016.68557849
"""The width of Web Mercator, in metres."""

MARGIN = 256 / 4096
"""How far a tile reaches over its edges, as a share of its width: the buffer it is drawn with."""

ENTRY_BYTES = 2_000
"""What a kept tile takes besides its body and headers: key, index, objects."""

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole metres of Web Mercator."""

Place = tuple[int, int, int]
"""z, x, y."""


class Key(NamedTuple):
    """Which tile: its layers, its place, the number of what is drawn, and the basis of classes."""

    layers: str
    place: Place
    drawn_no: int
    basis: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A tile ready to be sent: its tag and both answers, whole and 304."""

    etag: bytes
    whole: Reply
    unchanged: Reply

    @property
    def size(self) -> int:
        """The bytes it takes in memory."""
        whole, unchanged = self.whole, self.unchanged
        return len(whole.body) + len(whole.lines) + len(unchanged.lines) + ENTRY_BYTES


OF_THE_WHOLE = (
    *(b"content-type", b"content-encoding", b"content-length"),
    b"content-security-policy",
)
"""Headers that a browser keeps from the whole answer."""


def ready_tile(etag: bytes, body: bytes, headers: Headers) -> Ready:
    """Returns the tile with both answers; ``headers`` are those of the whole one."""
    short = tuple((name, value) for name, value in headers if name not in OF_THE_WHOLE)
    sized = (*headers, (b"content-length", b"%d" % len(body)))
    return Ready(
        etag,
        Reply.of(HTTPStatus.OK, sized, body),
        Reply.of(HTTPStatus.NOT_MODIFIED, short, b""),
    )


class TileCache:
    """Ready tiles by key, bounded in bytes, with an index by place to drop those of a box."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.size = 0
        self._tiles: OrderedDict[Key, Ready] = OrderedDict()
        self._at: dict[int, dict[tuple[int, int], set[Key]]] = {}

    def __len__(self) -> int:
        return len(self._tiles)

    def find(self, key: Key) -> Ready | None:
        """Returns the kept tile and marks it as just used; None if it isn't kept."""
        found = self._tiles.get(key)
        if found is not None:
            self._tiles.move_to_end(key)
        return found

    def keep(self, key: Key, tile: Ready) -> None:
        """Keeps the tile; past the bound drops the longest unused ones."""
        self.drop(key)
        z, x, y = key.place
        self._tiles[key] = tile
        self._at.setdefault(z, {}).setdefault((x, y), set()).add(key)
        self.size += tile.size
        while self.size > self.most_bytes:
            self.drop(next(iter(self._tiles)))

    def drop(self, key: Key) -> None:
        """Drops the tile, if it is kept."""
        tile = self._tiles.pop(key, None)
        if tile is None:
            return
        self.size -= tile.size
        z, x, y = key.place
        of_zoom = self._at[z]
        keys = of_zoom[x, y]
        keys.discard(key)
        if not keys:
            del of_zoom[x, y]
            if not of_zoom:
                del self._at[z]

    def drop_box(self, box: Box) -> None:
        """Drops every tile that the box touches, at every zoom, and no other."""
        for key in [key for z in self._at for key in self._touched(z, box)]:
            self.drop(key)

    def drop_all(self) -> None:
        """Drops every tile."""
        self._tiles.clear()
        self._at.clear()
        self.size = 0

    def _touched(self, z: int, box: Box) -> Iterator[Key]:
        at = self._at[z]
        x0, y0, x1, y1 = touched(z, box)
        if (x1 - x0 + 1) * (y1 - y0 + 1) > len(at):
            places = [(x, y) for x, y in at if x0 <= x <= x1 and y0 <= y <= y1]
        else:
            places = [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
        for place in places:
            yield from at.get(place, ())


def touched(z: int, box: Box) -> tuple[int, int, int, int]:
    """Returns the first and last column and row (x0, y0, x1, y1) of the tiles the box touches.

    A tile also holds what lies over its edge by its margin.
    """
    width = WORLD_M / 2**z
    return (
        floor((box[0] + WORLD_M / 2) / width - MARGIN),
        floor((WORLD_M / 2 - box[3]) / width - MARGIN),
        floor((box[2] + WORLD_M / 2) / width + MARGIN),
        floor((WORLD_M / 2 - box[1]) / width + MARGIN),
    )


def touches(place: Place, box: Box) -> bool:
    """Returns whether the tile holds anything of the box."""
    x0, y0, x1, y1 = touched(place[0], box)
    return x0 <= place[1] <= x1 and y0 <= place[2] <= y1


def box_of(payload: str) -> Box | None:
    """Returns the box that a notification tells of; None for the whole map, or what is no box."""
    words = payload.split()
    try:
        x0, y0, x1, y1 = map(int, words)
    except ValueError:
        return None
    return (x0, y0, x1, y1) if x0 <= x1 and y0 <= y1 else None
