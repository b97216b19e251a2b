"""Works on items one by one, so that an error with one doesn't stop the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

import psycopg
import sqlalchemy.exc

from data.background import note_fault
from data.database_errors import OUTAGES, is_busy
from data.errors import OneMapError
from data.logs import first_line

LOG = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")


def one_by_one(
    work: str, items: Iterable[Item], do: Callable[[Item], Result | None]
) -> list[Result]:
    """Calls ``do`` on each item; logs failures and goes on. Returns all results that aren't None.

    A failed item is left for the next turn, also where it met a busy table or a fault of ours.
    Raises OUTAGES: the database is away.
    """
    done = []
    for item in items:
        try:
            result = do(item)
        except (OneMapError, sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
            if isinstance(error, OUTAGES) and not is_busy(error):
                raise
            LOG.error("%s, %s: %s", work, item, first_line(error))
            continue
        except Exception as error:  # noqa: BLE001  the other items can't help it
            note_fault(f"{work}, {item}", error)
            continue
        if result is not None:
            done.append(result)
    return done
