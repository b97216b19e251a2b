"""The months that readings fall into, each with a partition of its own."""

from collections.abc import Iterable
from datetime import UTC, datetime

from data.records import RawReading
from ingest.stations import Cursor

Month = tuple[int, int]
"""Year and month in UTC."""


class Partitions:
    """The months that are known to have their partition, so that the database isn't asked twice."""

    def __init__(self) -> None:
        self._known: set[Month] = set()

    def missing(self, readings: Iterable[RawReading]) -> set[Month]:
        """The months of these readings that may have none yet."""
        return {(raw.observed_at.year, raw.observed_at.month) for raw in readings} - self._known

    def remember(self, months: Iterable[Month]) -> None:
        """They have one, committed."""
        self._known.update(months)


def make_partitions(cursor: Cursor, months: Iterable[Month]) -> None:
    """Every month has its partition.

    Making one locks the whole table until the transaction ends: do it ahead, in one of its own.
    """
    if months:
        cursor.execute(
            "SELECT ensure_reading_partition(month) FROM unnest(%s::timestamptz[]) AS month",
            ([datetime(year, month, 1, tzinfo=UTC) for year, month in sorted(months)],),
        )
