"""Server-sent events (``/events``): one listener at the database sends news to every open page."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

import psycopg
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import OperationalError

from dashboard.frame.auth import Action, User, may, require
from dashboard.frame.channel import Channel, Event, Listener
from dashboard.frame.deps import Deps
from dashboard.frame.door import Door
from dashboard.frame.health import Figures
from dashboard.frame.identify import session_cookie
from dashboard.frame.offload import Workers, kind_of_work
from data.background import note_fault, watched_task
from data.errors import Busy, ServiceDown
from data.logs import OutageLog
from data.people.sessions import ANNOUNCED
from data.records import AccountId

COALESCE_S = 0.25
HEARTBEAT_S = 15.0
CHECK_SESSION_S = 60.0
MOST_DIGITS = 18
"""The digits of the longest change number; a longer event id is no number of ours."""

LOGGER = logging.getLogger(__name__)


class Live:
    """Listens on one database connection for news, and sends the news to the open pages."""

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
        self.sending: asyncio.Task[None] | None = None
        self.is_rung_again = False

    async def run(self) -> None:
        """Sends news until cancelled; after a lost database or a fault begins anew, catching up."""
        wait_s, outage = COALESCE_S, OutageLog(LOGGER)
        while True:
            try:
                async with await self._connect() as connection:
                    for name in (ANNOUNCED, *(channel.rung_by for channel in self.channels)):
                        await connection.execute(f"LISTEN {name}")
                    self._doubt(None)
                    self._ring()
                    outage.over()
                    wait_s = COALESCE_S
                    await self._follow(connection)
            except (psycopg.OperationalError, OperationalError) as error:
                outage.met(error)
            except Exception as error:  # noqa: BLE001  pages without news are better than none
                note_fault("live news", error)
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
        """Sends news at each notification, and now and then without; a change of account at once.

        Reading news never keeps the line from being listened to: where a table is locked, the end
        of a session is heard all the same.
        """
        while True:
            rung = False
            async for notify in connection.notifies(timeout=HEARTBEAT_S, stop_after=1):
                rung = not self._heard(notify)
            if rung:
                await asyncio.sleep(COALESCE_S)
            async for notify in connection.notifies(timeout=0):
                self._heard(notify)
            self._ring()

    def _ring(self) -> None:
        """Has the news read and sent, once more where that goes on just now."""
        self.is_rung_again = True
        if self.sending is None or self.sending.done():
            self.sending = watched_task(self._send_all(), "sending of live news")

    async def _send_all(self) -> None:
        while self.is_rung_again:
            self.is_rung_again = False
            await self._send_news()

    def _heard(self, notify: psycopg.Notify) -> bool:
        """Looks at the account's pages if the notification names one; returns whether it does."""
        if notify.channel != ANNOUNCED:
            return False
        self._doubt(AccountId(int(notify.payload)) if notify.payload.isdecimal() else None)
        return True

    def _doubt(self, account_id: AccountId | None) -> None:
        """Has the sessions of the account's pages looked up anew; of all pages if None."""
        self.door.memory.forget(account_id)
        for listener in self.listeners:
            if account_id is None or listener.user.account_id == account_id:
                listener.doubt()

    async def _send_news(self) -> None:
        """Lets each channel send what is new; one that can't read it doesn't hold up the others."""

        async def send(channel: Channel) -> None:
            kind_of_work.set(f"news of {channel.counted_as}")
            try:
                await channel.send_news(self.listeners)
            except ServiceDown as error:
                LOGGER.warning("live: no news of %s (%s)", channel.counted_as, error.code)

        await asyncio.gather(*map(send, self.channels))

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
        self.listeners.add(listener)
        self.figures.listeners.inc()
        try:
            yield b"retry: 2000\n\n"
            late: list[Channel] = list(self.channels)
            async for part in self._missed(listener, late, after):
                yield part
            async for part in self._follow_page(listener, late, after):
                yield part
        finally:
            self.listeners.discard(listener)
            self.figures.listeners.dec()

    async def _missed(
        self, listener: Listener, late: list[Channel], after: Mapping[str, int | None]
    ) -> AsyncIterator[bytes]:
        """Yields what the page missed in the channels ``late``; those that can't be read stay."""
        for channel in tuple(late):
            try:
                event = await channel.opened(listener, after.get(channel.counted_as))
            except ServiceDown:
                continue
            late.remove(channel)
            if event is not None:
                yield event.encoded()

    async def _follow_page(
        self, listener: Listener, late: list[Channel], after: Mapping[str, int | None]
    ) -> AsyncIterator[bytes]:
        checked = time.monotonic()
        while True:
            event = await next_event(listener)
            if listener.is_in_doubt or time.monotonic() - checked >= CHECK_SESSION_S:
                checked = time.monotonic()
                doubted, listener.is_in_doubt = listener.is_in_doubt, False
                try:
                    anew = await self._looked_up(listener)
                except ServiceDown:
                    if doubted:
                        return  # the page comes again, and waits at the door
                    anew = b""
                if anew is None:
                    yield b"event: signed_out\ndata: {}\n\n"
                    return
                if anew:
                    yield anew
            if event is None:
                yield b": heartbeat\n\n"
            elif event.kind != "doubt":
                yield event.encoded()
            async for part in self._missed(listener, late, after):
                yield part

    async def _looked_up(self, listener: Listener) -> bytes | None:
        """Looks up the page's user; returns the events that a new scope asks for, as bytes.

        None where the session has ended. Raises ServiceDown where the database doesn't tell.
        """
        user = await self.door.look_up(listener.token)
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
        """Server-sent events: hello, change, resync, ledger, notice, signed_out.

        The id is the change number of readings; ``ledger`` events carry their own in the data.
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
