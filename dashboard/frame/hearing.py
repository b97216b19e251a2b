"""Hears NOTIFY on a connection of its own, so that what was announced is known before an answer."""

import asyncio
import logging
from collections.abc import Callable, Mapping

import psycopg

from data.background import note_fault
from data.database_errors import OUTAGES
from data.logs import OutageLog

BEGIN_S = 0.1
"""The first wait before a lost connection is opened anew; it doubles up to ``LONGEST_S``."""

LONGEST_S = 5.0
CONNECT_S = 5
PROVE_EVERY_S = 5.0
"""How often a quiet connection is asked whether it is still one."""

PROVE_S = 2.0
"""A connection that doesn't answer within this is lost."""

LOGGER = logging.getLogger(__name__)


class Hearing:
    """Listens on one connection to some channels; each has a function that gets the payload.

    ``drain`` hears what has arrived by now: it costs one look at the socket and asks nobody.
    ``prove`` asks the connection itself, so that all that was committed before is heard.
    ``lost`` is called when the connection is gone and again when it is there anew: whatever was
    announced in between went unheard. Used from one event loop.
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
        self._connection: psycopg.AsyncConnection | None = None
        self._socket = -1
        self._ended = asyncio.Event()
        self._asked = 0
        self._answered = 0
        self._answer: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Listens until cancelled; opens a lost connection anew."""
        wait_s, outage = BEGIN_S, OutageLog(LOGGER)
        while True:
            try:
                await self._begin()
                outage.over()
                wait_s = BEGIN_S
                await self._watch()
            except OUTAGES as error:
                outage.met(error)
            except Exception as error:  # noqa: BLE001  tiles from fresh reads are better than none
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
        self._socket = self._connection.fileno()
        asyncio.get_running_loop().add_reader(self._socket, self.drain)

    async def _watch(self) -> None:
        """Returns once the connection is lost."""
        while self.is_live:
            try:
                async with asyncio.timeout(PROVE_EVERY_S):
                    await self._ended.wait()
            except TimeoutError:
                await self.prove()

    async def _close(self) -> None:
        self._lose()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _lose(self) -> None:
        """Counts the connection as lost, and lets nobody wait for its answer."""
        was_live, self.is_live = self.is_live, False
        if was_live:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._ended.set()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
        if was_live:
            self.lost()

    def drain(self) -> None:
        """Hears all that has arrived at the socket by now."""
        if not self.is_live or self._connection is None:
            return
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            while (notify := pgconn.notifies()) is not None:
                self._pass_on(notify.relname.decode(), notify.extra.decode())
            if self._answer is not None and not pgconn.is_busy():
                while pgconn.get_result() is not None:
                    pass
                if not self._answer.done():
                    self._answer.set_result(None)
        except psycopg.Error:
            self._lose()

    def _heard(self, notify: psycopg.Notify) -> None:
        self._pass_on(notify.channel, notify.payload)

    def _pass_on(self, channel: str, payload: str) -> None:
        hear = self.channels.get(channel)
        if hear is not None:
            hear(payload)

    async def prove(self) -> None:
        """Returns once all that was committed before the call is heard, or the connection lost.

        The server sends what it has to announce before it says that it waits for the next command.
        Source: PostgreSQL 15, src/backend/tcop/postgres.c, PostgresMain.
        """
        needed = self._asked + 1
        while self.is_live and self._answered < needed:
            if self._answer is None:
                await self._ask()
            else:
                await asyncio.wait({self._answer})

    async def _ask(self) -> None:
        assert self._connection is not None  # noqa: S101 - is_live says so
        self._asked += 1
        number, self._answer = self._asked, asyncio.get_running_loop().create_future()
        answer = self._answer
        try:
            self._connection.pgconn.send_query(b"")
            self._connection.pgconn.flush()
            async with asyncio.timeout(PROVE_S):
                await asyncio.wait({answer})
        except (psycopg.Error, TimeoutError):
            self._lose()
        finally:
            self._answered, self._answer = number, None
            if not answer.done():
                answer.set_result(None)
