"""Tries an action again through outages that pass, with growing pauses."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import psycopg

from data.database_errors import OUTAGES
from data.logs import OutageLog

LOG = logging.getLogger(__name__)
T = TypeVar("T")

DATABASE = OutageLog(LOG)
"""The outages of the database as this process meets them, in whichever thread."""

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
            done = action()
        except OUTAGES as error:
            DATABASE.met(error)
        else:
            DATABASE.over()
            return done
        if stopping.wait(pause_s):
            return None
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
