"""Tries an action again through outages that pass, with growing pauses."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import psycopg
import sqlalchemy.exc

LOG = logging.getLogger(__name__)
T = TypeVar("T")

OUTAGES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
)
"""The database is away, restarting, full or in a deadlock: the same again may succeed."""

FAULTS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.InternalError,
    psycopg.NotSupportedError,
)
"""The database refuses what it was given: the same again fails again."""

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


def persist(action: Callable[[], T], stopping: threading.Event) -> T | None:
    """Calls the action, again after each database outage; returns its result, None if stopped."""
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return action()
        except OUTAGES as error:
            if pause_s == FIRST_PAUSE_S:
                LOG.warning("the database doesn't answer: %s", first_line(error))
        if stopping.wait(pause_s):
            return None
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's text, without the values quoted on later lines."""
    return (str(error).splitlines() or [type(error).__name__])[0]
