"""News for open pages: a channel of news, a page that listens, an event of the stream."""

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
    """One server-sent event; ``number`` is the newest change number that the event covers.

    An event without a number leaves the page's own as it is.
    """

    kind: str
    number: int | None
    data: bytes = b"{}"

    def encoded(self) -> bytes:
        """Returns the event encoded as bytes of a text/event-stream."""
        event_id = b"" if self.number is None else b"id: %d\n" % self.number
        return event_id + b"event: %s\ndata: %s\n\n" % (self.kind.encode(), self.data)


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: its session token, its user, and the queue of events still to be sent.

    ``is_in_doubt`` asks for the session to be looked up before anything else is sent.
    """

    token: str
    user: User
    queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    is_in_doubt: bool = False

    @property
    def scope(self) -> Scope:
        """Returns the scope of data that the page's user may see."""
        return visible_to(self.user)

    def doubt(self) -> None:
        """Makes the page's session be looked up at once: something of its account has changed."""
        self.is_in_doubt = True
        self.enqueue(Event("doubt", None))

    def enqueue(self, event: Event) -> None:
        """Queues the event; a full queue is emptied and gets one "load anew" event instead."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            event = Event("resync", event.number)
        self.queue.put_nowait(event)


class Channel(Protocol):
    """The live news of one room: reads the room's tables and sends what is new to open pages.

    ``rung_by`` is the channel of PostgreSQL's NOTIFY that rings for it; ``counted_as`` is how the
    stream's address names the change number that a page has.
    """

    rung_by: str
    counted_as: str

    async def send_news(self, listeners: Collection[Listener]) -> None:
        """Queues for each open page the changes that were not sent to the page before.

        ``listeners`` may change meanwhile and is looked at only after the new rows were read: a
        page that opens in between reads them by itself.
        """
        ...

    async def opened(self, listener: Listener, after: int | None) -> Event | None:
        """Returns the event with what a page just opened missed since change ``after``, or None."""
        ...

    async def anew(self) -> Event | None:
        """Returns the event that makes a page reload; None if another channel's event does so."""
        ...


class Seen:
    """The change numbers already sent, so that each is sent once, even if committed late."""

    def __init__(self) -> None:
        self.floor = -1
        self.sent: dict[int, float] = {}

    def start(self, newest: int) -> None:
        """Counts every change number up to ``newest`` as sent."""
        self.floor, self.sent = newest, {}

    def add(self, numbers: Sequence[int], now_s: float) -> list[int]:
        """Returns those of the numbers that were not sent before, and counts all of them as sent.

        ``now_s`` is in seconds of any steady clock.
        """
        fresh = [number for number in numbers if number > self.floor and number not in self.sent]
        self.sent.update(dict.fromkeys(fresh, now_s))
        settled = [one for one, at in self.sent.items() if now_s - at > LATE_COMMIT_S]
        if settled:
            self.floor = max(settled)
            self.sent = {one: at for one, at in self.sent.items() if one > self.floor}
        return fresh
