"""The line to the database on which news rings; a database that is lost is noticed in seconds."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import OperationalError

from data.background import note_fault
from data.logs import OutageLog

PULSE_S = 1.0
"""A line on which nothing was heard for so long is asked whether it stands."""

ANSWER_S = 1.3
"""A database that doesn't answer for so long counts as lost, also where its connection stands."""

LATE_S = 0.2
"""A timer that comes later than this was held up by this process: the database gets its time."""

CONNECT_S = 2
AGAIN_S = 0.5

LOGGER = logging.getLogger(__name__)


class Line:
    """Listens on one connection for as long as it runs, and comes back by itself.

    ``heard`` gets each notification; ``opened`` is called whenever the line stands anew, ``lost``
    when it broke or stays without an answer.
    """

    def __init__(
        self,
        url: URL,
        names: Sequence[str],
        *,
        heard: Callable[[psycopg.Notify], None],
        opened: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self.url = url.set(drivername="postgresql")
        self.names = tuple(names)
        self.heard, self.opened, self.lost = heard, opened, lost

    async def run(self) -> None:
        """Listens until cancelled."""
        outage = OutageLog(LOGGER)
        while True:
            try:
                async with await self._connect() as connection:
                    for name in self.names:
                        await self._ask(connection, f"LISTEN {name}")
                    outage.over()
                    self.opened()
                    await self._follow(connection)
            except (psycopg.OperationalError, OperationalError) as error:
                outage.met(error)
            except Exception as error:  # noqa: BLE001  pages without news are better than none
                note_fault("live news", error)
            self.lost()
            await asyncio.sleep(AGAIN_S)

    async def _connect(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(
            self.url.render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=CONNECT_S,
            application_name="onemap-live",
        )

    async def _follow(self, connection: psycopg.AsyncConnection) -> None:
        """Hands on each notification; asks for an answer wherever none came for a while."""
        while True:
            is_silent = True
            async for notify in connection.notifies(timeout=PULSE_S, stop_after=1):
                is_silent = False
                self.heard(notify)
            async for notify in connection.notifies(timeout=0):
                self.heard(notify)
            if is_silent:
                await self._ask(connection, "SELECT 1")

    async def _ask(self, connection: psycopg.AsyncConnection, statement: str) -> None:
        """Runs the statement; raises OperationalError without an answer in time."""
        async with cut_off_after(ANSWER_S, connection.fileno()):
            await connection.execute(statement.encode())


@asynccontextmanager
async def cut_off_after(seconds: float, descriptor: int) -> AsyncIterator[None]:
    """Ends the connection of that file descriptor where the block takes longer.

    Whoever waits on it then gets an error at once, whatever the other side does. Time in which
    this process itself was held up is not counted.
    """
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def await_end() -> None:
        due = loop.time() + seconds
        timers.append(loop.call_at(due, end, due))

    def end(due: float) -> None:
        if loop.time() - due > LATE_S:
            await_end()
            return
        with socket.socket(fileno=os.dup(descriptor)) as ours:
            ours.shutdown(socket.SHUT_RDWR)

    await_end()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
