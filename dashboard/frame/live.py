"""Server-sent events (``/events``): news of every channel, sent to every open page."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

import psycopg
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from dashboard.frame.auth import Action, User, may, require
from dashboard.frame.channel import Channel, Event, Listener
from dashboard.frame.deps import Deps
from dashboard.frame.door import Door
from dashboard.frame.health import Figures
from dashboard.frame.identify import session_cookie
from dashboard.frame.line import Line
from dashboard.frame.offload import Workers
from dashboard.frame.sender import Sender
from data.background import watched_task
from data.database_errors import busy
from data.errors import Busy, ServiceDown
from data.people.sessions import ANNOUNCED
from data.records import AccountId

HEARTBEAT_S = 15.0
CHECK_SESSION_S = 60.0
SIGNED_OUT = Event("signed_out", None).encoded()
LOOK_UPS_AT_ONCE = 8
LOOK_UP_S = 1.5
"""A look-up of a page's session may take so long; where it does, the session stands …"""

DOUBTED_S = 10.0
"""… but not where it is in doubt. All pages are, when the database is found again."""

OPENED_S = 0.4
"""A page that opens waits so long for a channel before it hears of other things."""

MOST_DIGITS = 18
"""The digits of the longest change number; a longer event id is no number of ours."""

Late = dict[Channel, "asyncio.Future[Event | None] | None"]
"""The channels from which a page hasn't heard what it missed, and what is being read of it."""


class Live:
    """Hears on one database connection that there is news, and has it sent to the open pages.

    While the database is lost, or news can't be read, every page is told that it is not live.
    """

    def __init__(
        self,
        deps: Deps,
        figures: Figures,
        channels: Sequence[Channel],
        door: Door | None = None,
    ) -> None:
        self.deps = deps
        self.figures = figures
        self.channels = tuple(channels)
        self.door = door or Door(deps, deps.engine, Workers(4, share=1))
        for names in ({each.rung_by for each in channels}, {each.counted_as for each in channels}):
            if len(names) < len(self.channels):
                raise ValueError("two channels share what rings for them, or their number's name")
        self.listeners: set[Listener] = set()
        pause_s = deps.dashboard.news_pause_ms / 1000
        self.senders = {
            each.rung_by: Sender(each, self.listeners, pause_s, self._wake) for each in channels
        }
        self.has_line = True
        self.looking = asyncio.Semaphore(LOOK_UPS_AT_ONCE)

    @property
    def is_lost(self) -> bool:
        """Whether news may be missing on every page at the moment."""
        return not self.has_line or any(each.is_failing for each in self.senders.values())

    async def run(self) -> None:
        """Sends news until cancelled; after a lost database or a fault begins anew, catching up."""
        names = (ANNOUNCED, *self.senders)
        line = Line(
            self.deps.engine.url, names, heard=self._heard, opened=self._found, lost=self._lost
        )
        beating = watched_task(self._beat(), "heartbeat of live news")
        try:
            await line.run()
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        """Has news read now and then also without a notification: some changes come by time."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if self.has_line:
                self._ring()

    def _ring(self) -> None:
        for sender in self.senders.values():
            sender.ring()

    def _heard(self, notify: psycopg.Notify) -> None:
        """Has the channel read its news, or looks at the pages of the account that is named."""
        if notify.channel == ANNOUNCED:
            named = notify.payload
            self._doubt(AccountId(int(named)) if named.isdecimal() else None)
        else:
            self.senders[notify.channel].ring()

    def _found(self) -> None:
        """The line stands: what was announced meanwhile is unknown, and is looked for."""
        for channel in self.channels:
            channel.doubt()
        self._ring()
        if not self.has_line:
            self.has_line = True
            self._wake()
        self._doubt(None)

    def _lost(self) -> None:
        if self.has_line:
            self.has_line = False
            self._wake()

    def _wake(self) -> None:
        """Has every page look at once whether it is live."""
        for listener in self.listeners:
            listener.wake()

    def _doubt(self, account_id: AccountId | None) -> None:
        """Has the sessions of the account's pages looked up anew; of all pages if None."""
        self.door.memory.forget(account_id)
        for listener in self.listeners:
            if account_id is None or listener.user.account_id == account_id:
                listener.doubt()

    def check_room(self, user: User) -> None:
        """Raises Busy where the account, or all together, have as many streams as are allowed."""
        if self._is_full(user):
            raise Busy("Too many pages are open and wait for news.", mend="Close some of them.")

    def _is_full(self, user: User) -> bool:
        settings = self.deps.dashboard
        own = sum(one.user.account_id == user.account_id for one in self.listeners)
        return own >= settings.account_streams or len(self.listeners) >= settings.streams

    async def stream(
        self, token: str, user: User, after: Mapping[str, int | None]
    ) -> AsyncIterator[bytes]:
        """Yields the events of one page since its change numbers, until the page's session ends.

        ``after`` holds those numbers by the channel's ``counted_as``.
        """
        if self._is_full(user):  # many came at once
            yield b"retry: 60000\n\n"
            return
        listener = Listener(token, user)
        late: Late = dict.fromkeys(self.channels)
        self.listeners.add(listener)
        self.figures.listeners.inc()
        try:
            yield b"retry: 2000\n\n"
            async for part in self._missed(listener, late, after):
                yield part
            async for part in self._follow_page(listener, late, after):
                yield part
        finally:
            for opening in late.values():
                if opening is not None:
                    opening.cancel()
            self.listeners.discard(listener)
            self.figures.listeners.dec()

    async def _missed(
        self, listener: Listener, late: Late, after: Mapping[str, int | None]
    ) -> AsyncIterator[bytes]:
        """Yields what the page missed in the channels ``late``; those that can't be read stay.

        One that takes long wakes the page when it is done: until then the page hears of the others,
        and of a database that hangs.
        """
        for channel in tuple(late):
            opening = late[channel]
            if opening is None:
                opened = channel.opened(listener, after.get(channel.counted_as))
                late[channel] = opening = asyncio.shield(opened)
            await asyncio.wait({opening}, timeout=OPENED_S)
            if not opening.done():
                opening.remove_done_callback(listener.wake)
                opening.add_done_callback(listener.wake)
                return
            late[channel] = None
            try:
                event = opening.result()
            except ServiceDown:
                continue
            del late[channel]
            if event is not None:
                yield event.encoded()

    async def _follow_page(
        self, listener: Listener, late: Late, after: Mapping[str, int | None]
    ) -> AsyncIterator[bytes]:
        checked, was_lost = time.monotonic(), False
        while True:
            if self.is_lost != was_lost:
                was_lost = self.is_lost
                yield Event("lost" if was_lost else "live", None).encoded()
            event = await next_event(listener)
            is_due = time.monotonic() - checked >= CHECK_SESSION_S and not self.is_lost
            if listener.is_in_doubt or is_due:
                checked = time.monotonic()
                anew, is_over = await self._look_again(listener)
                if anew:
                    yield anew
                if is_over:
                    return
            if event is None:
                yield b": heartbeat\n\n"
            elif event.kind != "doubt":
                yield event.encoded()
            async for part in self._missed(listener, late, after):
                yield part

    async def _look_again(self, listener: Listener) -> tuple[bytes, bool]:
        """Looks up the page's session; returns events as bytes, and whether the stream ends.

        One in doubt that can't be looked up ends: the page comes again, and waits at the door.
        """
        doubted, listener.is_in_doubt = listener.is_in_doubt, False
        try:
            anew = await self._looked_up(listener, DOUBTED_S if doubted else LOOK_UP_S)
        except ServiceDown:
            return b"", doubted
        return (SIGNED_OUT, True) if anew is None else (anew, False)

    async def _looked_up(self, listener: Listener, patience_s: float) -> bytes | None:
        """Looks up the page's user; returns the events that a new scope asks for, as bytes.

        None where the session has ended. Raises ServiceDown where the database doesn't tell.
        """
        try:
            async with asyncio.timeout(patience_s), self.looking:
                user = await self.door.look_up(listener.token)
        except TimeoutError:
            raise busy() from None
        if user is None or not may(user, Action.READ_WATERS):
            return None
        seen, listener.user = listener.scope, user
        if listener.scope == seen:
            return b""
        events = [await channel.anew() for channel in self.channels]
        return b"".join(event.encoded() for event in events if event is not None)


async def next_event(listener: Listener) -> Event | None:
    """Returns the page's next event; None if there was none for a while."""
    try:
        return await asyncio.wait_for(listener.queue.get(), HEARTBEAT_S)
    except TimeoutError:
        return None


def router(deps: Deps, live: Live) -> APIRouter:
    """Returns the route ``/events``."""
    routes = APIRouter(tags=["live"])
    cookie = session_cookie(secure=deps.dashboard.secure_cookie)

    @routes.get("/events")
    async def events(
        request: Request,
        since: Annotated[int | None, Query(ge=0, description="change number the map has")] = None,
        ledger: Annotated[int | None, Query(ge=0, description="change number of problems")] = None,
        last_event_id: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        """Server-sent events: hello, change, resync, ledger, notice, lost, live, signed_out.

        The id is the change number of readings; ``ledger`` events carry their own in the data.
        From ``lost`` on changes may be missing; after ``live`` they have come or come at once.
        """
        user = require(Action.READ_WATERS)
        live.check_room(user)
        is_number = last_event_id.isdecimal() and len(last_event_id) <= MOST_DIGITS
        after = int(last_event_id) if is_number else since
        return StreamingResponse(
            live.stream(
                request.cookies.get(cookie, ""), user, {"readings": after, "ledger": ledger}
            ),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes
