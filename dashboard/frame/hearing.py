"""Hears NOTIFY on a connection of its own, so that what was announced is known before an answer."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from time import monotonic

import psycopg

from data.background import note_fault
from data.database_errors import OUTAGES
from data.logs import OutageLog

BEGIN_S = 0.1
"""The first wait before a lost connection is opened anew; it doubles up to ``LONGEST_S``."""

LONGEST_S = 5.0
CONNECT_S = 5
LOOK_S = 1.0
"""How often a connection is looked after: it must answer, even when nobody asks."""

PATIENCE_S = 2.0
"""A connection that doesn't answer within this is lost."""

LOGGER = logging.getLogger(__name__)


class Hearing:
    """Listens on one connection to some channels; each has a function that gets the payload.

    What was announced arrives a moment after its commit. ``after`` asks the connection itself, with
    an empty command that reads nothing, and goes on once all that was committed before is heard;
    all that ask meanwhile share the next one. ``lost`` is called when the connection is gone and
    again when it is there anew: whatever was announced in between went unheard. Used from one
    event loop.
    """

    def __init__(
        self,
        url: str,
        channels: Mapping[str, Callable[[str], None]],
        lost: Callable[[], None],
    ) -> None:
        self.url = url
        self.channels = dict(channels)
        self.lost = lost
        self.is_live = False
        self.ask = b""
        self._connection: psycopg.AsyncConnection | None = None
        self._socket = -1
        self._ended = asyncio.Event()
        self._asked: list[Callable[[], None]] = []
        self._asked_s = 0.0
        self._waiting: list[Callable[[], None]] = []

    async def run(self) -> None:
        """Listens until cancelled; opens a lost connection anew."""
        wait_s, outage = BEGIN_S, OutageLog(LOGGER)
        while True:
            try:
                await self._begin()
                outage.over()
                wait_s = BEGIN_S
                await self._look_after()
            except OUTAGES as error:
                outage.met(error)
            except Exception as error:  # noqa: BLE001  answers from fresh reads are better than none
                note_fault("hearing", error)
            finally:
                await self._close()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_S)

    async def _begin(self) -> None:
        """Connects and listens; what was kept before is dropped once nothing more is missed."""
        self._ended = asyncio.Event()
        self._connection = await psycopg.AsyncConnection.connect(
            self.url,
            autocommit=True,
            connect_timeout=CONNECT_S,
            application_name="onemap-hearing",
        )
        self._connection.add_notify_handler(self._heard)
        for name in self.channels:
            await self._connection.execute(f"LISTEN {name}")
        self.lost()
        self.is_live = True
        # a descriptor of our own: libpq closes its own as soon as the server is gone, and the
        # number goes to the next client while the loop still watches it
        self._socket = os.dup(self._connection.fileno())
        asyncio.get_running_loop().add_reader(self._socket, self.drain)

    async def _look_after(self) -> None:
        """Returns once the connection is lost, or answers no more."""
        while self.is_live:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._ended.wait()
            except TimeoutError:
                if not self._asked:
                    self.after(_nothing)
                elif monotonic() - self._asked_s > PATIENCE_S:
                    LOGGER.warning("hearing: the database doesn't answer on an open connection")
                    self._lose()

    async def _close(self) -> None:
        self._lose()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _lose(self) -> None:
        """Counts the connection as lost, and lets nobody wait for its answer."""
        was_live, self.is_live = self.is_live, False
        if self._socket >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            os.close(self._socket)
            self._socket = -1
        self._ended.set()
        if was_live:
            self.lost()
        waiting = [*self._asked, *self._waiting]
        self._asked, self._waiting = [], []
        for then in waiting:
            then()

    def after(self, then: Callable[[], None]) -> None:
        """Calls ``then`` once all that was committed before is heard, or the connection lost.

        The server sends what it has to announce before it says that it waits for the next command,
        and a commit is not told to its writer before those who listen are woken.
        Source: PostgreSQL 15, src/backend/tcop/postgres.c, commands/async.c.
        """
        if not self.is_live:
            then()
            return
        self._waiting.append(then)
        if not self._asked:
            self._ask()

    async def prove(self) -> None:
        """Returns once all that was committed before the call is heard, or the connection lost."""
        heard = asyncio.Event()
        self.after(heard.set)
        await heard.wait()

    def _ask(self) -> None:
        assert self._connection is not None  # noqa: S101 - is_live says so
        self._asked, self._waiting, self._asked_s = self._waiting, [], monotonic()
        try:
            self._connection.pgconn.send_query(self.ask)
        except psycopg.Error:
            self._lose()

    def drain(self) -> None:
        """Hears all that has arrived at the socket by now."""
        if not self.is_live or self._connection is None:
            return
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            while (notify := pgconn.notifies()) is not None:
                self._pass_on(notify.relname.decode(), notify.extra.decode())
            if not self._asked or pgconn.is_busy():
                return
            while pgconn.get_result() is not None:
                pass
        except psycopg.Error:
            self._lose()
            return
        answered, self._asked = self._asked, []
        if self._waiting:
            self._ask()
        for then in answered:
            then()

    def _heard(self, notify: psycopg.Notify) -> None:
        self._pass_on(notify.channel, notify.payload)

    def _pass_on(self, channel: str, payload: str) -> None:
        hear = self.channels.get(channel)
        if hear is not None:
            hear(payload)


def _nothing() -> None:
    """Does nothing: only the answer counts."""
