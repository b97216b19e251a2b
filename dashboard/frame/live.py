"""From a committed reading or step of the ledger to every open map: one listener, many pages."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import orjson
import psycopg
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dashboard.frame.auth import Action, User, may, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.identify import user_of_session
from dashboard.frame.live_events import Event, Seen
from dashboard.frame.metrics import Figures
from dashboard.frame.offload import off
from dashboard.ledger.news import LEDGER_CHANNEL, LedgerNews, ledger_scope
from data.database import transaction
from data.queries.map_changes import changes_since, last_change_no
from data.queries.scope import Scope

CHANNEL = "onemap_reading"
COALESCE_S = 0.25
HEARTBEAT_S = 15.0
CHECK_SESSION_S = 60.0
QUEUE = 64
FAR_BEHIND = 20_000
"""A page further behind than this loads its map anew."""

FAR_AHEAD = 2**62
"""No page is there yet: every one that is told of changes after it loads anew."""

LOGGER = logging.getLogger(__name__)


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


class Live:
    """The one connection that listens, and the pages it tells."""

    def __init__(self, deps: Deps, figures: Figures) -> None:
        self.deps = deps
        self.figures = figures
        self.listeners: set[Listener] = set()
        self.seen = Seen()
        self.ledger = LedgerNews(deps)

    async def run(self) -> None:
        """Listens until cancelled; a lost database is tried again, and nothing is missed."""
        wait_s = COALESCE_S
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await connection.execute(f"LISTEN {LEDGER_CHANNEL}")
                    await self._tell()
                    wait_s = COALESCE_S
                    await self._follow(connection)
            except (psycopg.OperationalError, OperationalError) as error:
                LOGGER.warning("live: the database is away (%s)", type(error).__name__)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 5.0)

    async def _connect(self) -> psycopg.AsyncConnection:
        url = self.deps.engine.url.set(drivername="postgresql")
        return await psycopg.AsyncConnection.connect(
            url.render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=5,
            application_name="onemap-live",
        )

    async def _follow(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            async for _notify in connection.notifies(timeout=HEARTBEAT_S, stop_after=1):
                await asyncio.sleep(COALESCE_S)
            async for _notify in connection.notifies(timeout=0):
                continue
            await self._tell()

    async def _tell(self) -> None:
        """Every page hears what is new to it.

        What is new is taken before the pages are counted: a page that opens in between reads it
        by itself, for its own reading begins later.
        """
        await self._tell_readings()
        await self._tell_ledger()

    async def _tell_readings(self) -> None:
        newest, fresh = await off(self._fresh)
        if fresh is None:
            for listener in self.listeners:
                listener.tell(Event("resync", newest))
            return
        if not fresh:
            return
        events = await off(self._events, {each.scope for each in self.listeners}, min(fresh) - 1)
        for listener in self.listeners:
            event = events.get(listener.scope)
            if event is not None:
                listener.tell(event)

    async def _tell_ledger(self) -> None:
        fresh = await off(self.ledger.fresh)
        if fresh is None or fresh:
            after = min(fresh) - 1 if fresh else FAR_AHEAD
            scopes = {ledger_scope(each.user) for each in self.listeners}
            events = await off(self.ledger.events, scopes, after)
            for listener in self.listeners:
                event = events.get(ledger_scope(listener.user))
                if event is not None:
                    listener.tell(event)
        rung = await off(self.ledger.rings, {each.user.account_id for each in self.listeners})
        for listener in self.listeners:
            if listener.user.account_id in rung:
                listener.tell(Event("notice", None))

    def _fresh(self) -> tuple[int, list[int] | None]:
        """The newest change number and those not told yet; None to load everything anew."""
        with transaction(self.deps.engine) as connection:
            newest = last_change_no(connection)
            if self.seen.floor < 0:
                self.seen.start(newest)
            if newest < self.seen.floor:
                self.seen.start(newest)
                return newest, None
            numbers = connection.execute(
                text("SELECT change_no FROM latest_reading WHERE change_no > :floor"),
                {"floor": self.seen.floor},
            ).scalars()
            fresh = self.seen.take(list(numbers), time.monotonic())
        self.figures.changes.inc(len(fresh))
        return newest, fresh

    def _events(self, scopes: set[Scope], after: int) -> dict[Scope, Event]:
        """What each scope is told of the changes above that number, where there is anything."""
        events = {scope: self.catch_up(scope, after) for scope in scopes}
        return {scope: event for scope, event in events.items() if event is not None}

    def catch_up(self, scope: Scope, after: int) -> Event | None:
        """What changed in the scope after that number; None when nothing did."""
        with transaction(self.deps.engine) as connection:
            newest = last_change_no(connection)
            if after > newest or newest - after > FAR_BEHIND:
                return Event("resync", newest)
            payload = changes_since(
                connection, after, scope, now=self.deps.clock(), quality=self.deps.quality
            )
        if not payload["stations"] and not any(payload["waters"].values()):
            return None
        return Event("change", payload["change_no"], orjson.dumps(payload))

    def newest(self) -> int:
        """The highest change number committed."""
        with transaction(self.deps.engine) as connection:
            return last_change_no(connection)

    async def stream(
        self, token: str, user: User, after: int | None, ledger: int | None = None
    ) -> AsyncIterator[bytes]:
        """The events of one page, from the change numbers it has; ends with its session."""
        listener = Listener(token, user)
        self.listeners.add(listener)
        self.figures.listeners.inc()
        try:
            yield b"retry: 2000\n\n"
            newest = await off(self.newest)
            missed = None if after is None else await off(self.catch_up, listener.scope, after)
            await off(self.ledger.hush, user.account_id)
            yield (missed or Event("hello", newest)).encoded()
            if ledger is not None:
                steps = await off(self.ledger.catch_up, ledger_scope(user), ledger)
                if steps is not None:
                    yield steps.encoded()
            async for part in self._follow_page(listener):
                yield part
        finally:
            self.listeners.discard(listener)
            self.figures.listeners.dec()

    async def _follow_page(self, listener: Listener) -> AsyncIterator[bytes]:
        checked = time.monotonic()
        while True:
            try:
                event = await asyncio.wait_for(listener.queue.get(), HEARTBEAT_S)
                yield event.encoded()
            except TimeoutError:
                yield b": heartbeat\n\n"
            if time.monotonic() - checked >= CHECK_SESSION_S:
                checked = time.monotonic()
                user = await off(user_of_session, self.deps, listener.token)
                if user is None or not may(user, Action.READ_WATERS):
                    yield b"event: signed_out\ndata: {}\n\n"
                    return
                seen, listener.user = listener.scope, user
                if listener.scope != seen:
                    yield Event("resync", await off(self.newest)).encoded()
