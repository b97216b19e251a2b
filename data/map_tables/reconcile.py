"""Brings the map up to a moment: what time alone changes, and the classes by the month's means."""

import time
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.scope import EVERYTHING
from data.queries.stations.month_classes import graded_by_month, month_means, month_shown
from data.queries.stations.standing import stations
from data.settings import QualitySettings
from data.vocabulary import StationKind

OFTEN_ENOUGH: Final = timedelta(seconds=20)
"""States on the map are at most so much older than the moment they are read at."""

_IS_BEHIND: Final = text("""
SELECT NOT (at BETWEEN :now - CAST(:enough AS interval) AND :now + CAST(:enough AS interval)
    AND fresh_hours = :hours AND fresh_intervals = :intervals) FROM map_clock
""")
_MAY_TAKE_LONG: Final = text("SET LOCAL statement_timeout = '120s'")
"""Where a nation's sections all change at once, every run is made anew."""
_RECONCILE: Final = text("SELECT map_reconcile(:now, :hours, :intervals)")


def reconcile(
    connection: Connection,
    now: UtcDatetime,
    quality: QualitySettings | None = None,
    *,
    enough: timedelta = OFTEN_ENOUGH,
) -> bool:
    """Marks what went stale or silent, or is overdue, by ``now``; returns whether it had to look.

    Within ``enough`` of the last time it does nothing, and while somebody else writes the map it
    leaves that to the next time.
    """
    quality = quality or QualitySettings()
    bound = {
        "now": now,
        "enough": enough,
        "hours": float(quality.fresh_hours),
        "intervals": quality.fresh_intervals,
    }
    if not connection.execute(_IS_BEHIND, bound).scalar_one():
        return False
    connection.execute(_MAY_TAKE_LONG)
    connection.execute(_RECONCILE, bound)
    return True


SHARE: Final = 20
"""Means are computed again after so many times as long as computing them took."""

_KNOWN: Final = text("SELECT month_at, month_seconds FROM map_clock")
_SET: Final = text("""
SELECT map_set_month(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:classes AS smallint[]),
    CAST(:met AS boolean[]), :now, :seconds)
""")


def refresh_month(
    connection: Connection, now: UtcDatetime, quality: QualitySettings | None = None
) -> bool:
    """Computes every section's class by its month's means, unless done just now; returns whether.

    "Just now" grows with what it costs, so that it takes a twentieth of a core at most.
    """
    month_at, seconds = connection.execute(_KNOWN).one()
    if month_at is not None and abs((now - month_at).total_seconds()) < SHARE * seconds:
        return False
    began = time.monotonic()
    month = month_shown(now)
    sections = stations(connection, EVERYTHING, (StationKind.SECTION,), now=now, quality=quality)
    means = month_means(connection, {each.id for each in sections}, month)
    graded = graded_by_month(sections, means, month, quality)
    connection.execute(
        _SET,
        {
            "ids": [each.id for each in graded],
            "states": [each.state.value for each in graded],
            "classes": [each.shown_class for each in graded],
            "met": [each.meets for each in graded],
            "now": now,
            "seconds": time.monotonic() - began,
        },
    )
    return True
