"""News for open pages: what a channel is, who listens, what goes over the stream."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dashboard.frame.auth import User, visible_to
from data.queries.scope import Scope

QUEUE = 64
LATE_COMMIT_S = 30.0
"""Numbers are drawn before the commit: one below the highest may still appear for so long."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream; ``number`` is the change number of readings it brings the page to.

    An event without a number leaves the page's own as it is.
    """

    kind: str
    number: int | None
    data: bytes = b"{}"

    def encoded(self) -> bytes:
        """The event as it goes over the wire."""
        told = b"" if self.number is None else b"id: %d\n" % self.number
        return told + b"event: %s\ndata: %s\n\n" % (self.kind.encode(), self.data)


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: who looks at it and what it has yet to be told."""

    token: str
    user: User
    queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    @property
    def scope(self) -> Scope:
        """What the page may be told about."""
        return visible_to(self.user)

    def tell(self, event: Event) -> None:
        """The event waits for the page; a page too slow for its queue is told to load anew."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            event = Event("resync", event.number)
        self.queue.put_nowait(event)


class Channel(Protocol):
    """The news of one kind, as a room makes it: its tables are asked, its words are sent.

    ``rung_by`` is the channel of PostgreSQL's NOTIFY that rings for it; ``counted_as`` is how the
    stream's address names the change number that a page has.
    """

    rung_by: str
    counted_as: str

    async def tell(self, listeners: Collection[Listener]) -> None:
        """Tells every open page what is new to it.

        ``listeners`` is live: it is counted only after the new rows were read, because a page that
        opens in between reads them by itself.
        """
        ...

    async def opened(self, listener: Listener, after: int | None) -> Event | None:
        """What a page that just opened missed since that change number; None for nothing."""
        ...

    async def anew(self) -> Event | None:
        """What makes a page whose scope changed load anew; None when another channel does."""
        ...


class Seen:
    """Which change numbers were told, with room for those that commit late."""

    def __init__(self) -> None:
        self.floor = -1
        self.told: dict[int, float] = {}

    def start(self, newest: int) -> None:
        """Everything up to that number counts as told."""
        self.floor, self.told = newest, {}

    def take(self, numbers: Sequence[int], now_s: float) -> list[int]:
        """The numbers not told yet, told from here on; ``now_s`` is any steady clock."""
        fresh = [number for number in numbers if number > self.floor and number not in self.told]
        self.told.update(dict.fromkeys(fresh, now_s))
        settled = [one for one, at in self.told.items() if now_s - at > LATE_COMMIT_S]
        if settled:
            self.floor = max(settled)
            self.told = {one: at for one, at in self.told.items() if one > self.floor}
        return fresh
