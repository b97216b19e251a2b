"""Makes the engines (nothing else does) and opens transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine

from data.settings import DatabaseSettings


def engine(url: str, *, pool_size: int = 5, application: str = "onemap") -> Engine:
    """Creates an engine with sessions in UTC, which replaces dead connections of its pool.

    JIT is off: compiling took 70 of 110 ms of the ledger's list, and no query runs for long.
    """
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_pre_ping=True,
        connect_args={
            "application_name": application,
            "options": "-c TimeZone=UTC -c jit=off",
            "connect_timeout": 10,
        },
    )


def app_engine(settings: DatabaseSettings | None = None) -> Engine:
    """Creates an engine that connects as the app role (the dashboard's)."""
    settings = settings or DatabaseSettings()
    return engine(settings.url.get_secret_value(), pool_size=settings.pool_size)


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
