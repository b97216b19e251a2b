"""Makes tiles: each once for all who wait for it, kept only when nothing changed meanwhile."""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from starlette.types import Message

from dashboard.frame.front import Headers
from dashboard.frame.headers import HeaderRules
from dashboard.frame.offload import Workers
from dashboard.map.tile_cache import Key, Place, Ready, TileCache, box_of, ready_tile, touches
from dashboard.map.tile_database import TileDatabase
from data.background import shared_task
from data.clock import Clock, business_date, start_of_day
from data.database_errors import busy
from data.queries.map.drawn import Drawn
from data.queries.map.tiles import statement

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
GZIP_LEVEL = 5
LARGE_BYTES = 64_000
"""A tile larger than this is packed in a thread, so that others are answered meanwhile."""

LOW_ZOOM = 8
"""Tiles below this zoom hold so much that under many changes each is made less often."""

PAUSE_FACTOR, MOST_PAUSE_S = 20.0, 1.0
"""A low tile is made anew after so many times what it took, and this long at the most."""

MOST_REMEMBERED = 5_000
MOST_WAITING = 1_000
"""Different tiles that are made or wait for it at once; whoever asks for more is refused."""


@dataclass(slots=True)
class Making:
    """A tile being made. Once it ``has_begun``, a change at its place is perhaps not in it."""

    place: Place
    has_begun: bool = False
    is_spoiled: bool = False
    done: "asyncio.Future[Ready]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass(frozen=True, slots=True)
class Packed:
    """A tile compressed by gzip, with its tag."""

    etag: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its own; those of every answer come with the guard's rules."""
        return {
            "Content-Type": MEDIA_TYPE,
            "Content-Encoding": "gzip",
            "ETag": self.etag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding",
        }


class TileMaker:
    """Keeps ready tiles and makes those that it lacks, each at a time once.

    A change drops the tiles of its box. One that was being made then serves those who asked
    before, and isn't kept. A new business day drops all: lights and tracks go by it.
    """

    def __init__(
        self,
        database: TileDatabase,
        rules: HeaderRules,
        workers: Workers,
        clock: Clock,
        most_bytes: int,
    ) -> None:
        self.database = database
        self.rules = rules
        self.workers = workers
        self.clock = clock
        self.cache = TileCache(most_bytes)
        self._making: dict[Key, Making] = {}
        self._made: dict[Key, tuple[float, float]] = {}
        self._day_begins = self._day_ends = start_of_day(business_date(clock()))

    def find(self, key: Key) -> Ready | None:
        """Returns the tile if it is kept ready."""
        self._turn_day()
        return self.cache.find(key)

    async def tile(self, key: Key, drawn: Drawn) -> Ready:
        """Returns the tile, made now unless somebody waits for it already.

        Raises NotFound for unknown layers or places, Busy and ServiceDown.
        """
        making = self._making.get(key)
        if making is None:
            if len(self._making) >= MOST_WAITING:
                raise busy()
            making = self._making[key] = Making(key.place)
            making.done = shared_task(self._make(key, drawn, making), "making of a tile")
        return await asyncio.shield(making.done)

    async def _make(self, key: Key, drawn: Drawn, making: Making) -> Ready:
        try:
            await asyncio.sleep(self._pause_s(key))
            making.has_begun, began_s = True, monotonic()
            made = await self.fresh(key, drawn)
            self._turn_day()
            if not making.is_spoiled:
                self.cache.keep(key, made)
            self._remember(key, began_s)
            return made
        finally:
            if self._making.get(key) is making:
                del self._making[key]

    async def fresh(self, key: Key, drawn: Drawn) -> Ready:
        """Returns the tile as the database has it now; it isn't kept."""
        packed = await self.packed(key.layers, key.place, drawn, key.basis)
        return ready_tile(packed.etag.encode(), packed.body, await self._headers(packed))

    async def packed(self, layers: str, place: Place, drawn: Drawn, basis: str) -> Packed:
        """Returns the tile as the database has it now, compressed. Raises as ``tile`` does."""
        raw = await self.database.read(*statement(layers, place, drawn, self.clock(), basis))
        if len(raw) < LARGE_BYTES:
            return packed(raw)
        return await self.workers.run(packed, raw)

    async def _headers(self, tile: Packed) -> Headers:
        """Returns the tile's headers with those that every answer of the site has."""
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        own = [(name.lower().encode(), value.encode()) for name, value in tile.headers.items()]
        begin = {"type": "http.response.start", "status": 200, "headers": own}
        await self.rules.applied(keep, "/tiles/", public=False)(begin)
        return tuple((bytes(name), bytes(value)) for name, value in sent[0]["headers"])

    def changed(self, payload: str) -> None:
        """Drops the tiles of the box that the notification tells of; all where it tells none."""
        box = box_of(payload)
        if box is None:
            self.drop_all()
            return
        self.cache.drop_box(box)
        for key, making in list(self._making.items()):
            if making.has_begun and touches(making.place, box):
                self._spoil(key)

    def drop_all(self) -> None:
        """Drops every tile."""
        self.cache.drop_all()
        for key, making in list(self._making.items()):
            if making.has_begun:
                self._spoil(key)

    def _spoil(self, key: Key) -> None:
        """Leaves a tile being made to those who wait for it: it isn't kept, nobody joins them."""
        self._making.pop(key).is_spoiled = True

    def _turn_day(self) -> None:
        """Drops every tile when the business day is another than theirs."""
        now = self.clock()
        if self._day_begins <= now < self._day_ends:
            return
        day = business_date(now)
        self._day_begins, self._day_ends = start_of_day(day), start_of_day(day + timedelta(days=1))
        self.drop_all()

    def _pause_s(self, key: Key) -> float:
        """Returns for how many seconds a low tile waits to be made anew."""
        made_s, took_s = self._made.get(key, (0.0, 0.0))
        return max(0.0, made_s + min(took_s * PAUSE_FACTOR, MOST_PAUSE_S) - monotonic())

    def _remember(self, key: Key, began_s: float) -> None:
        if key.place[0] >= LOW_ZOOM:
            return
        if len(self._made) >= MOST_REMEMBERED:
            self._made.clear()
        now_s = monotonic()
        self._made[key] = now_s, now_s - began_s


def packed(raw: bytes) -> Packed:
    """Returns the tile compressed, tagged by its content."""
    etag = f'"{hashlib.blake2b(raw, digest_size=12).hexdigest()}"'
    return Packed(etag, gzip.compress(raw, GZIP_LEVEL, mtime=0))
