"""Works on items one by one, so that an error with one doesn't stop the others."""

import logging
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import psycopg
import sqlalchemy.exc

from data.errors import OneMapError

LOG = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")

OUTAGES: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
)
"""What says that the database is away: then every one of them waits."""


def one_by_one(
    work: str, items: Iterable[Item], do: Callable[[Item], Result | None]
) -> list[Result]:
    """Calls ``do`` on each item; logs failures and goes on. Returns all results that aren't None.

    A failed item is left for the next turn. Raises OUTAGES: the database is away.
    """
    done = []
    for item in items:
        try:
            result = do(item)
        except OUTAGES:
            raise
        except (OneMapError, sqlalchemy.exc.SQLAlchemyError) as error:
            LOG.error("%s, %s: %s", work, item, first_line(error))
            continue
        if result is not None:
            done.append(result)
    return done


def first_line(error: BaseException) -> str:
    """Returns the error's text in one line, without the SQL statement and its values."""
    return (str(error).splitlines() or [type(error).__name__])[0]
