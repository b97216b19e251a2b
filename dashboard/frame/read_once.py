"""A channel that reads what changed once, however many pages of however many scopes listen."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Connection, TextClause

from dashboard.frame.audience import Audience, Piece, Recent
from dashboard.frame.auth import User
from dashboard.frame.channel import RECENT_NUMBERS, Event, Listener, Seen
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.database import transaction
from data.queries.change_numbers import Row, read_numbers
from data.queries.scope import Scope

MOST_PIECES = 5000
"""Where more than so many rows changed at once, pages load anew."""


class ReadOnce(ABC):
    """Reads changed rows once, writes each once as JSON, and joins them for each scope.

    What a page missed comes from memory, which reaches back as far as a page has asked.
    """

    rung_by: str
    counted_as: str
    statement: TextClause
    far_behind: int

    def __init__(self, deps: Deps, scope_of: Callable[[User], Scope]) -> None:
        self.deps = deps
        self.seen = Seen()
        self.audience = Audience(scope_of)
        self.recent = Recent()
        self.reading = asyncio.Lock()

    @abstractmethod
    def started(self, connection: Connection) -> None:
        """Reads what the channel keeps in memory, at its first read."""

    @abstractmethod
    def pieces(
        self, connection: Connection, fresh: Mapping[int, Row], number: int, late_s: float | None
    ) -> list[Piece] | None:
        """Returns the pieces of the changed rows and whatever else is new; None to load anew.

        They are told up to change number ``number``.
        """

    @abstractmethod
    def older(self, connection: Connection, after: int, until: int) -> list[Piece]:
        """Returns the pieces of rows whose number is above ``after``, up to ``until``."""

    @abstractmethod
    def event(self, scope: Scope, pieces: Collection[Piece], number: int) -> Event:
        """Returns the event with these pieces, for pages of the scope."""

    @abstractmethod
    def resync(self, number: int) -> Event:
        """Returns the event that makes pages load anew what the channel tells."""

    @abstractmethod
    def nothing_missed(self, number: int) -> Event | None:
        """Returns the event for a page that opens and has missed nothing, if there is any."""

    @abstractmethod
    def doubt(self) -> None:
        """Has what is kept in memory compared with the database at the next read."""

    async def send_news(self, listeners: Collection[Listener]) -> None:
        """Queues for each page what changed in its scope since the last call."""
        async with self.reading:
            pieces = await off(self.read)
            self.audience.follow(listeners)
            if pieces is None:
                for listener in listeners:
                    listener.enqueue(self.resync(self.seen.newest))
                return
            for scope, seen in self.audience.share(pieces):
                event = self.event(scope, seen, self.seen.newest)
                for listener in self.audience.groups[scope]:
                    listener.enqueue(event)

    async def opened(self, listener: Listener, after: int | None) -> Event | None:
        """Returns the event with what changed since ``after``, or the one for nothing missed.

        A page that closes meanwhile doesn't cut the read short: what it keeps is everybody's.
        """
        return await asyncio.shield(self._opened(listener, after))

    async def _opened(self, listener: Listener, after: int | None) -> Event | None:
        async with self.reading:
            if self.seen.newest < 0:
                await off(self.read)
            newest = self.seen.newest
            if after is None:
                return self.nothing_missed(newest)
            if after > newest:
                newest = await off(self.newest)
                return self.resync(newest) if after > newest else self.nothing_missed(after)
            if newest - after > self.far_behind:
                return self.resync(newest)
            if after < self.recent.base:
                await off(self._reach_back, after)
            scope = self.audience.join(listener)
            missed = self.recent.since(after, scope, time.monotonic())
            if len(missed) > MOST_PIECES:
                return self.resync(newest)
            return self.event(scope, missed, newest) if missed else self.nothing_missed(newest)

    async def anew(self) -> Event | None:
        """Returns the event that makes a page load everything anew."""
        return self.resync(await off(self.newest))

    def read(self) -> list[Piece] | None:
        """Reads what changed since the last call, which then counts as sent; None to load anew.

        Where the database fails, nothing counts as sent.
        """
        with transaction(self.deps.engine) as connection:
            if self.seen.newest < 0:
                self._start(connection)
            numbers = read_numbers(connection, self.statement, self.seen.newest, self.seen.gaps)
            if numbers.newest < self.seen.newest:
                self._start(connection)
                return None
            fresh, now_s = self.seen.fresh(numbers), time.monotonic()
            in_order = len(fresh) > 0 and min(fresh) > self.seen.newest
            found = self.pieces(connection, fresh, numbers.newest, None if in_order else now_s)
        self.seen.settle(numbers, now_s)
        if found is None or len(found) > MOST_PIECES:
            self.recent.start(self.seen.newest)
            return None
        self.recent.keep(found)
        return found

    def newest(self) -> int:
        """Returns the highest change number that is committed."""
        with transaction(self.deps.engine) as connection:
            return read_numbers(connection, self.statement, 2**62).newest

    def _start(self, connection: Connection) -> None:
        newest = read_numbers(connection, self.statement, 2**62).newest
        numbers = read_numbers(connection, self.statement, max(0, newest - RECENT_NUMBERS))
        self.started(connection)
        self.seen.start(numbers, time.monotonic())
        self.recent.start(numbers.newest)

    def _reach_back(self, after: int) -> None:
        with transaction(self.deps.engine) as connection:
            self.recent.reach_back(after, self.older(connection, after, self.recent.base))


def boxed(west: float, south: float, east: float, north: float) -> bytes:
    """Returns the edges as JSON, in degrees rounded outward to five digits, about a metre."""
    tiny = 0.5e-5
    return b"[%.5f,%.5f,%.5f,%.5f]" % (west - tiny, south - tiny, east + tiny, north + tiny)
