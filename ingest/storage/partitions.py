"""Makes the monthly partitions of ``reading`` that readings need."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from data.clock import UtcDatetime
from data.records import RawReading
from ingest.stations import Cursor

Month = tuple[int, int]
"""Year and month in UTC."""


class Partitions:
    """Remembers which months have a partition of ``reading``, to save asking the database."""

    def __init__(self) -> None:
        self._known: set[Month] = set()

    def missing(self, readings: Iterable[RawReading]) -> set[Month]:
        """Returns the months of these readings that aren't known to have a partition."""
        return months_of(readings) - self._known

    def remember(self, months: Iterable[Month]) -> None:
        """Remembers months whose partition is committed, so that none is made again."""
        self._known.update(months)


def months_of(readings: Iterable[RawReading]) -> set[Month]:
    """Returns the months in which the readings were observed."""
    return {month_of(raw.observed_at) for raw in readings}


def month_of(moment: UtcDatetime) -> Month:
    """Returns the month that contains the moment."""
    return moment.year, moment.month


def outside(cursor: Cursor, months: Iterable[Month]) -> set[Month]:
    """Returns those of the months whose readings were moved out of the database."""
    first_days = [date(year, month, 1) for year, month in sorted(months)]
    if not first_days:
        return set()
    cursor.execute("SELECT month FROM detached_month WHERE month = ANY(%s)", (first_days,))
    return {(first.year, first.month) for (first,) in cursor.fetchall()}


def make_partitions(cursor: Cursor, months: Iterable[Month]) -> None:
    """Creates the partition of ``reading`` for every month that has none.

    Making one locks the whole table until the transaction ends: do it ahead, in one of its own.
    """
    if months:
        cursor.execute(
            "SELECT ensure_reading_partition(month) FROM unnest(%s::timestamptz[]) AS month",
            ([datetime(year, month, 1, tzinfo=UTC) for year, month in sorted(months)],),
        )
