"""Brings the map up to a moment: what time alone changes, which no written row tells."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.settings import QualitySettings

OFTEN_ENOUGH: Final = timedelta(seconds=5)
"""States on the map are at most so much older than the moment they are read at."""

_IS_BEHIND: Final = text("""
SELECT NOT (at BETWEEN :now - CAST(:enough AS interval) AND :now + CAST(:enough AS interval)
    AND fresh_hours = :hours AND fresh_intervals = :intervals) FROM map_clock
""")
_RECONCILE: Final = text("SELECT map_reconcile(:now, :hours, :intervals)")


def reconcile(
    connection: Connection, now: UtcDatetime, quality: QualitySettings | None = None
) -> bool:
    """Marks what went stale or silent, or is overdue, by ``now``; returns whether it had to look.

    Within ``OFTEN_ENOUGH`` of the last time it does nothing.
    """
    quality = quality or QualitySettings()
    bound = {
        "now": now,
        "enough": OFTEN_ENOUGH,
        "hours": float(quality.fresh_hours),
        "intervals": quality.fresh_intervals,
    }
    if not connection.execute(_IS_BEHIND, bound).scalar_one():
        return False
    connection.execute(_RECONCILE, bound)
    return True
