"""News for open pages: a channel of news, a page that listens, an event of the stream."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from dashboard.frame.auth import User, visible_to
from data.queries.change_numbers import Numbers, Row
from data.queries.scope import Scope

QUEUE = 64
LATE_COMMIT_S = 30.0
"""Numbers are drawn before the commit: one below the highest may still appear for so long."""

BETWEEN_DRAW_AND_WRITE_S = 1.0
"""A transaction that has drawn its first number is under way for others so long after at most."""

RECENT_NUMBERS = 1000
"""So many numbers below the highest are looked through for gaps as a channel starts."""

MOST_GAPS = 5000
"""The gaps asked for at once; beyond them the lowest are given up."""


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
        self.wake()

    def wake(self, _done: object = None) -> None:
        """Has the page looked at once more; a future that is done may call it."""
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

    def doubt(self) -> None:
        """Has whatever the channel keeps in memory compared with the database at its next read."""
        ...


@dataclass(frozen=True, slots=True)
class Gap:
    """A change number that was drawn and is in no row: since when, and what was under way then.

    Whatever may still commit it is a transaction older than ``following``.
    """

    since_s: float
    following: int


class Seen:
    """The change numbers already sent, and the gaps below them that a late commit may still fill.

    Most gaps never fill: the number was a row's own until the row changed again. A gap is asked
    for until every transaction has ended that was under way as it was noticed, at most for
    ``LATE_COMMIT_S``. Seconds are those of any steady clock.
    """

    def __init__(self) -> None:
        self.newest = -1
        self.gaps: dict[int, Gap] = {}

    def start(self, numbers: Numbers, now_s: float) -> None:
        """Counts every number up to the newest as sent, but for gaps among the last of them."""
        self.newest = numbers.newest
        self.gaps = {}
        self._note_gaps(max(0, numbers.newest - RECENT_NUMBERS), numbers, now_s)

    def fresh(self, numbers: Numbers) -> dict[int, Row]:
        """Returns those of the rows whose number was not sent before, by number."""
        return {
            number: row
            for number, row in numbers.rows.items()
            if number > self.newest or number in self.gaps
        }

    def settle(self, numbers: Numbers, now_s: float) -> None:
        """Counts the numbers as sent, notes the new gaps and gives up those that stay empty."""
        self.gaps = {
            number: gap
            for number, gap in self.gaps.items()
            if number not in numbers.rows
            and now_s - gap.since_s < LATE_COMMIT_S
            and (numbers.oldest < gap.following or now_s - gap.since_s < BETWEEN_DRAW_AND_WRITE_S)
        }
        if numbers.newest > self.newest:
            self._note_gaps(self.newest, numbers, now_s)
            self.newest = numbers.newest

    def _note_gaps(self, above: int, numbers: Numbers, now_s: float) -> None:
        gap = Gap(now_s, numbers.following)
        first = max(above + 1, numbers.newest - MOST_GAPS)
        missing = (each for each in range(first, numbers.newest) if each not in numbers.rows)
        self.gaps.update(dict.fromkeys(missing, gap))
        for number in sorted(self.gaps)[:-MOST_GAPS]:
            del self.gaps[number]
