"""Makes the engines (nothing else does) and opens transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext

from data.errors import ServiceDown
from data.settings import DatabaseSettings

LONG = "onemap_long_seconds"
"""The name under which an engine's connections keep the limit of long statements."""

DEAD_PEER = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""A server that is gone without a word ends our connections after 25 s, where TCP takes hours."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long PostgreSQL lets a session's statements run, in seconds; 0 is no limit.

    ``statement_s`` is for a statement, ``lock_s`` for its wait for a lock, ``idle_s`` for a
    transaction that does nothing; ``long_s`` takes the place of the first in long_transaction.
    """

    statement_s: float = 0
    lock_s: float = 0
    idle_s: float = 0
    long_s: float = 0

    def options(self) -> str:
        """Returns the limits as options of a connection."""
        limits = (
            ("statement_timeout", self.statement_s),
            ("lock_timeout", self.lock_s),
            ("idle_in_transaction_session_timeout", self.idle_s),
        )
        return "".join(f" -c {name}={_milliseconds(limit)}" for name, limit in limits if limit)


WRONG_TIME = "OM001"
"""The SQLSTATE by which the database refuses what is stamped with another time than the present."""


WORK_MEMORY = "16MB"
"""Of each sort or hash table: with PostgreSQL's own 4 MB a nation's list of rivers went by disk."""


def engine(
    url: str,
    *,
    pool_size: int = 5,
    application: str = "onemap",
    max_overflow: int = 2,
    pool_wait_s: float = 30,
    limits: Limits | None = None,
    clock_seconds: float = 60,
) -> Engine:
    """Creates an engine with sessions in UTC, which replaces dead connections of its pool.

    An error says the statement, never its values, which may be personal.
    JIT is off: compiling took 70 of 110 ms of the ledger's list, and no query runs for long.
    Without ``limits`` a statement may run for ever, as migrations and imports must.
    What is stamped more than ``clock_seconds`` from the database's clock raises ServiceDown.
    """
    limits = limits or Limits()
    made = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=pool_wait_s,
        pool_pre_ping=True,
        hide_parameters=True,
        execution_options={LONG: limits.long_s},
        connect_args={
            "application_name": application,
            "options": f"-c TimeZone=UTC -c jit=off -c work_mem={WORK_MEMORY}"
            f" -c onemap.clock_seconds={clock_seconds}"
            f"{limits.options()}",
            "connect_timeout": 10,
            **DEAD_PEER,
        },
    )
    event.listen(made, "handle_error", _raise_wrong_time)
    return made


def _raise_wrong_time(context: ExceptionContext) -> None:
    """Raises ServiceDown in place of the database's refusal of a time that is not the present."""
    error = context.original_exception
    if isinstance(error, psycopg.Error) and error.sqlstate == WRONG_TIME:
        raise clock_differs(float(error.diag.message_detail or 0)) from error


def clock_differs(seconds: float) -> ServiceDown:
    """Returns the error for a clock so many seconds ahead of the database's (< 0: behind)."""
    return ServiceDown(
        "This server's clock and the database's differ by {seconds} s; nothing was written.",
        mend="Let the administrator set both clocks by NTP.",
        seconds=round(abs(seconds)),
    )


def app_engine(settings: DatabaseSettings | None = None) -> Engine:
    """Creates an engine that connects as the app role, for commands: nothing limits a statement."""
    settings = settings or DatabaseSettings()
    return engine(
        settings.url.get_secret_value(),
        pool_size=settings.pool_size,
        clock_seconds=settings.clock_seconds,
    )


def serving_engine(settings: DatabaseSettings | None = None) -> Engine:
    """Creates the engine of a server that people wait for: the app role, every wait limited.

    As many connections again as the pool keeps may be open for a while, for statements that hang.
    """
    settings = settings or DatabaseSettings()
    return engine(
        settings.url.get_secret_value(),
        pool_size=settings.pool_size,
        max_overflow=settings.pool_size,
        pool_wait_s=settings.lock_seconds,
        limits=Limits(
            settings.statement_seconds,
            settings.lock_seconds,
            settings.idle_seconds,
            settings.long_seconds,
        ),
        clock_seconds=settings.clock_seconds,
    )


def door_engine(settings: DatabaseSettings | None = None, *, pool_size: int = 4) -> Engine:
    """Creates a small engine for what each request needs first: whose session it is.

    Its connections are its own, so that slow work never keeps one from it, and its statements are
    small, so that the limit of a lock bounds the whole statement.
    """
    settings = settings or DatabaseSettings()
    short_s = min(settings.lock_seconds, settings.statement_seconds)
    return engine(
        settings.url.get_secret_value(),
        pool_size=pool_size,
        max_overflow=0,
        pool_wait_s=short_s,
        application="onemap-door",
        limits=Limits(short_s, short_s, settings.idle_seconds, short_s),
    )


def ingest_engine(settings: DatabaseSettings | None = None) -> Engine:
    """Creates an engine that connects as the ingest role, or by ``url`` where no own URL is set."""
    settings = settings or DatabaseSettings()
    url = settings.ingest_url or settings.url
    return engine(url.get_secret_value(), pool_size=2, application="onemap-ingest")


@contextmanager
def transaction(on: Engine) -> Iterator[Connection]:
    """Opens a connection in one transaction: commits at the end, rolls back on an exception."""
    with on.begin() as connection:
        yield connection


@contextmanager
def long_transaction(on: Engine) -> Iterator[Connection]:
    """Opens a transaction whose statements may run for the engine's long limit, as exports do."""
    with on.begin() as connection:
        allow_long(connection)
        yield connection


def allow_long(connection: Connection) -> None:
    """Lets the statements of the running transaction run for the long limit of its engine.

    Does nothing on an engine without limits.
    """
    long_s = connection.get_execution_options().get(LONG)
    if long_s:
        limit = text("SELECT set_config('statement_timeout', :limit, true)")
        connection.execute(limit, {"limit": _milliseconds(long_s)})


def _milliseconds(seconds: float) -> str:
    """Returns the seconds as PostgreSQL's settings take them; never 0, which would be no limit."""
    return str(max(1, round(seconds * 1000)))
