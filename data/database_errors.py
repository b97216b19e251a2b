"""Tells what a database's error means to a person: busy, disk full, away, or unfit input."""

import psycopg
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from data.errors import BadInput, Busy, DiskFull, OneMapError, ServiceDown

BUSY = frozenset({"57014", "55P03", "25P03", "25P04", "40P01", "40001", "53300", "53200"})
"""SQLSTATEs of statements and transactions ended because others were in the way or too slow:
cancelled, lock not available, idle, deadlock, serialization, too many connections, out of memory.
Source: PostgreSQL documentation, appendix A."""


OUTAGES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    OperationalError,
    InterfaceError,
)
"""The database is away, restarting, full, busy or in a deadlock: the same again may succeed."""


def is_busy(error: BaseException) -> bool:
    """Returns whether the database answered, and others were in the way or too slow (``BUSY``)."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) in BUSY


def busy() -> Busy:
    """Returns the error of a request that could not be finished in the time it has."""
    return Busy(
        "The server is busy and could not finish this in time.", mend="Try again in a moment."
    )


def disk_full() -> DiskFull:
    """Returns the error of a database that can't write because its disk is full."""
    return DiskFull(
        "The database's disk is full: nothing can be saved.", mend="Tell the administrator."
    )


def read_only() -> ServiceDown:
    """Returns the error of a database that takes no writes, as one that follows another."""
    return ServiceDown("The database can only be read at the moment: nothing can be saved.")


WITHOUT_WRITES = {"53100": disk_full, "25006": read_only}
"""The errors of a database that can't write, by SQLSTATE."""


def database_error(error: Exception) -> OneMapError | None:
    """Returns our error for one that came from the database or its driver; None for any other.

    Text that can't be encoded for it (half of a surrogate pair) is unfit input as well.
    """
    if isinstance(error, DataError | UnicodeEncodeError):
        return BadInput("The request can't be read.")
    if not isinstance(error, DBAPIError):
        return busy() if isinstance(error, NoConnection) else None
    state = getattr(error.orig, "sqlstate", None)
    if state in BUSY:
        return busy()
    if state in WITHOUT_WRITES:
        return WITHOUT_WRITES[state]()
    is_away = isinstance(error, OperationalError | InterfaceError)
    return ServiceDown("The database doesn't answer.") if is_away else None
