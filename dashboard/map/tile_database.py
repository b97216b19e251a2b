"""Reads tiles on a few connections of their own, set for many small reads of few statements."""

import asyncio
import re
from functools import lru_cache
from time import monotonic
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from data.database import Limits
from data.database_errors import OUTAGES, busy, is_busy
from data.errors import ServiceDown
from data.settings import DatabaseSettings

SET: Final = " -c TimeZone=UTC -c jit=off -c plan_cache_mode=force_generic_plan"
"""A plan made once for each statement: planning a tile takes longer than reading a small one."""

MOST_PREPARED: Final = 400
"""Statements that a connection keeps prepared: layers by zooms."""

DOWN_S: Final = 0.5
"""For so long after a connection failed nobody tries again: all are told at once."""

GRACE_S: Final = 2.0
"""How much longer than its own limit a statement is waited for: beyond, the network is dead."""


class TileDatabase:
    """Up to ``most`` connections; an unused one is lent to one reader at a time.

    A connection that ended while nobody used it is replaced without an error.
    """

    def __init__(self, settings: DatabaseSettings, most: int, *, wait_s: float) -> None:
        limits = Limits(settings.statement_seconds, settings.lock_seconds, settings.idle_seconds)
        url = make_url(settings.url.get_secret_value()).set(drivername="postgresql")
        self.url = url.render_as_string(hide_password=False)
        self.options = SET + limits.options()
        self.statement_s = settings.statement_seconds + GRACE_S
        self.connect_s = max(2, round(settings.lock_seconds))
        self.wait_s = wait_s
        self._turns = asyncio.Semaphore(most)
        self._unused: list[psycopg.AsyncConnection[Any]] = []
        self._down_until_s = 0.0

    async def read(self, statement: str, values: dict[str, object]) -> bytes:
        """Returns the only value of the statement's only row, as bytes.

        Raises Busy where no connection was free in time or the statement took too long, and
        ServiceDown where the database is away.
        """
        try:
            async with asyncio.timeout(self.wait_s):
                await self._turns.acquire()
        except TimeoutError:
            raise busy() from None
        try:
            return await self._read(statement, values)
        except OUTAGES as error:
            raise (busy() if is_busy(error) else away()) from error
        except TimeoutError:
            raise away() from None
        finally:
            self._turns.release()

    async def _read(self, statement: str, values: dict[str, object]) -> bytes:
        while self._unused:
            connection = self._unused.pop()
            try:
                return await self._ask(connection, statement, values)
            except OUTAGES as error:
                if is_busy(error) or not connection.closed:
                    raise
        return await self._ask(await self._connect(), statement, values)

    async def _ask(
        self, connection: psycopg.AsyncConnection[Any], statement: str, values: dict[str, object]
    ) -> bytes:
        """Reads on the connection, which is kept for the next reader unless it is at fault."""
        is_kept = False
        query, names = numbered(statement)
        try:
            async with asyncio.timeout(self.statement_s):
                async with psycopg.AsyncRawCursor(connection) as cursor:
                    await cursor.execute(query, [values[name] for name in names], binary=True)
                    row = await cursor.fetchone()
            is_kept = True
        except psycopg.Error:
            is_kept = not connection.closed
            raise
        finally:
            if is_kept:
                self._unused.append(connection)
            else:
                await connection.close()
        return bytes(row[0]) if row and row[0] is not None else b""

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        if monotonic() < self._down_until_s:
            raise away()
        try:
            connection = await psycopg.AsyncConnection.connect(
                self.url,
                autocommit=True,
                prepare_threshold=0,
                connect_timeout=self.connect_s,
                application_name="onemap-tiles",
                options=self.options,
            )
        except OUTAGES:
            self._down_until_s = monotonic() + DOWN_S
            raise
        connection.prepared_max = MOST_PREPARED
        return connection

    async def close(self) -> None:
        """Closes the connections that nobody uses."""
        while self._unused:
            await self._unused.pop().close()


@lru_cache(maxsize=1_000)
def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Returns the statement with numbers for its named values, and the names in that order.

    The driver keeps no statement of this length, and would read all of it anew for each tile.
    """
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    text = _VALUE.sub(number, statement)
    return text.encode(), tuple(names)


_VALUE: Final = re.compile(r"%\((\w+)\)s|%%")


def away() -> ServiceDown:
    """Returns the error of a database that doesn't answer."""
    return ServiceDown("The database doesn't answer.")
