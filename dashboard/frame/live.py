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
from dashboard.frame.channel import Channel, Listener
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.frame.identify import session_cookie, user_of_session
from dashboard.frame.offload import off

COALESCE_S = 0.25
HEARTBEAT_S = 15.0
CHECK_SESSION_S = 60.0
MOST_DIGITS = 18
"""The digits of the longest change number; a longer event id is no number of ours."""

LOGGER = logging.getLogger(__name__)


class Live:
    """Listens on one database connection for news, and sends the news to the open pages."""

    def __init__(self, deps: Deps, figures: Figures, channels: Sequence[Channel]) -> None:
        self.deps = deps
        self.figures = figures
        self.channels = tuple(channels)
        for names in ({each.rung_by for each in channels}, {each.counted_as for each in channels}):
            if len(names) < len(self.channels):
                raise ValueError("two channels share what rings for them, or their number's name")
        self.listeners: set[Listener] = set()

    async def run(self) -> None:
        """Sends news until cancelled; reconnects to a lost database and catches up."""
        wait_s = COALESCE_S
        while True:
            try:
                async with await self._connect() as connection:
                    for channel in self.channels:
                        await connection.execute(f"LISTEN {channel.rung_by}")
                    await self._send_news()
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
            await self._send_news()

    async def _send_news(self) -> None:
        for channel in self.channels:
            await channel.send_news(self.listeners)

    async def stream(
        self, token: str, user: User, after: Mapping[str, int | None]
    ) -> AsyncIterator[bytes]:
        """Yields the events of one page since its change numbers, until the page's session ends.

        ``after`` holds those numbers by the channel's ``counted_as``.
        """
        listener = Listener(token, user)
        self.listeners.add(listener)
        self.figures.listeners.inc()
        try:
            yield b"retry: 2000\n\n"
            for channel in self.channels:
                event = await channel.opened(listener, after.get(channel.counted_as))
                if event is not None:
                    yield event.encoded()
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
                    for channel in self.channels:
                        anew = await channel.anew()
                        if anew is not None:
                            yield anew.encoded()


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
