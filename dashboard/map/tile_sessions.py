"""Who asks for tiles: sessions looked up once, kept for a moment and dropped when they change."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from itertools import count
from time import monotonic

from dashboard.frame.auth import User, visible_to
from dashboard.frame.door import Door
from dashboard.frame.identify import session_cookie
from data.background import shared_task
from data.database import transaction
from data.errors import ServiceDown
from data.people.sessions import token_hash
from data.queries.map.drawn import Drawn, drawn
from data.queries.people.accounts import seconds_left
from data.queries.scope import Scope
from data.records import AccountId

KEPT_S = 30.0
"""A session is looked up again after this long, whatever was announced."""

MOST_KEPT = 10_000
MOST_DRAWN = 2_000
UNNUMBERED = 0
"""The number of what is drawn for a reader whose tiles must not be kept: it may be old already."""


@dataclass(slots=True)
class TileReader:
    """A signed-in reader of tiles: the user, what is drawn for them, and until when that holds.

    ``drawn_no`` stands for what is drawn in keys of the cache. ``may_read`` remembers which layers
    the user may read.
    """

    user: User
    account: bytes
    drawn: Drawn
    drawn_no: int
    until_s: float
    may_read: dict[str, bool] = field(default_factory=dict)


class TileSessions:
    """The readers by the hash of their session's token; bounded, the oldest go first.

    What is announced of an account drops its sessions; a look-up that began before isn't kept.
    """

    def __init__(self, door: Door) -> None:
        self.door = door
        self.cookie = session_cookie(secure=door.deps.dashboard.secure_cookie)
        self._kept: dict[bytes, TileReader] = {}
        self._numbers: dict[Drawn, int] = {}
        self._next_number = count(1)
        self._looking: dict[bytes, asyncio.Future[TileReader | None]] = {}
        self._generation = 0

    def find(self, token: bytes) -> TileReader | None:
        """Returns the kept reader of the session with that token; None if it must be looked up."""
        found = self._kept.get(hashlib.sha256(token).digest())
        return found if found is not None and monotonic() < found.until_s else None

    def announced(self, payload: str) -> None:
        """Drops the sessions of the account whose id is given; all where it is no id."""
        account_id = AccountId(int(payload)) if payload.isdecimal() else None
        self._generation += 1
        self._looking.clear()
        if account_id is None:
            self._kept.clear()
            return
        for key in [key for key, one in self._kept.items() if one.user.account_id == account_id]:
            del self._kept[key]

    def drop_all(self) -> None:
        """Drops every session, with what is drawn for its reader."""
        self._generation += 1
        self._looking.clear()
        self._kept.clear()
        self._numbers.clear()

    async def look_up(self, token: bytes, *, keep: bool = True) -> TileReader | None:
        """Returns the reader of the session, None where it has ended.

        Those who ask at once wait for one look-up. Nothing is kept unless ``keep``. Raises Busy or
        ServiceDown where the database doesn't tell.
        """
        if not keep:
            return await self._found(token, keep=False)
        key = token_hash(token.decode("ascii"))
        looking = self._looking.get(key)
        if looking is None:
            looking = shared_task(self._found(token, keep=True), "look-up of a tile's reader")
            self._looking[key] = looking
            looking.add_done_callback(lambda done: self._looked(key, done))
        return await asyncio.shield(looking)

    def _looked(self, key: bytes, looking: "asyncio.Future[TileReader | None]") -> None:
        if self._looking.get(key) is looking:
            del self._looking[key]

    async def _found(self, token: bytes, *, keep: bool) -> TileReader | None:
        generation, text = self._generation, token.decode("ascii")
        who = await self.door.visitor({self.cookie: text}, "/tiles/", "GET")
        if who.user is None:
            return None
        left_s = await self._seconds_left(text)
        if left_s is None:
            return None
        shown = await self.drawn_for(who.user)
        is_sure = keep and generation == self._generation
        reader = TileReader(
            who.user,
            str(who.user.account_id).encode(),
            shown,
            self._number(shown) if is_sure else UNNUMBERED,
            monotonic() + min(KEPT_S, left_s),
        )
        if is_sure and left_s > 0:
            self._keep(token_hash(text), reader)
        return reader

    async def drawn_for(self, user: User) -> Drawn:
        """Returns what is drawn for the user, read now. Raises Busy or ServiceDown."""
        return await self.door.workers.run(self._read_drawn, visible_to(user))

    async def _seconds_left(self, token: str) -> float | None:
        """Returns for how long the session lasts; 0 where that can't be read now, None if ended."""
        try:
            return await self.door.workers.run(self._read_seconds_left, token)
        except ServiceDown:
            return 0.0

    def _read_seconds_left(self, token: str) -> float | None:
        with transaction(self.door.deps.engine) as connection:
            return seconds_left(connection, token)

    def _read_drawn(self, scope: Scope) -> Drawn:
        with transaction(self.door.deps.engine) as connection:
            return drawn(connection, scope)

    def _number(self, shown: Drawn) -> int:
        """Returns the number of what is drawn: the same for all that see the same, of no other."""
        if len(self._numbers) >= MOST_DRAWN:
            self._numbers.clear()
        return self._numbers.setdefault(shown, next(self._next_number))

    def _keep(self, key: bytes, reader: TileReader) -> None:
        self._kept.pop(key, None)
        self._kept[key] = reader
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
