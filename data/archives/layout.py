"""Where what lies in an archive folder: months by UTC, as the database keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

import pyarrow as pa

from data.clock import Span, UtcDatetime
from data.errors import BadInput
from data.vocabulary import COLUMN_PARAMETERS, PARAMETERS

STATIONS_FILE: Final = "stations.parquet"
COLUMNS: Final = tuple(str(PARAMETERS[p].column) for p in COLUMN_PARAMETERS)
MOMENT: Final = pa.timestamp("us", "UTC")

_KEY: Final = (
    ("station_id", pa.int64()), ("station", pa.string()), ("observed_at", MOMENT),
    ("period", pa.string()),
)  # fmt: skip


class Kind(StrEnum):
    """What a month's file holds."""

    READINGS = "readings"
    REVIEWS = "reviews"
    FINDINGS = "findings"


SCHEMAS: Final = {
    Kind.READINGS: pa.schema(
        [
            *_KEY, ("received_at", MOMENT), ("message_id", pa.string()),
            *((column, pa.float64()) for column in COLUMNS),
            ("extra", pa.string()), ("flags", pa.string()), ("below", pa.string()),
            ("longitude", pa.float64()), ("latitude", pa.float64()),
        ]
    ),
    Kind.REVIEWS: pa.schema(
        [
            *_KEY, ("parameter", pa.string()), ("id", pa.int64()), ("verdict", pa.string()),
            ("value", pa.float64()), ("reason", pa.string()), ("account", pa.string()),
            ("known_from", MOMENT),
        ]
    ),
    Kind.FINDINGS: pa.schema(
        [
            *_KEY, ("parameter", pa.string()), ("test", pa.string()), ("finding", pa.string()),
            ("value", pa.float64()), ("expected_low", pa.float64()),
            ("expected_high", pa.float64()), ("detail", pa.string()), ("found_at", MOMENT),
        ]
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC: the unit of archive files and of partitions of the database."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def span(self) -> Span:
        """The month as a span of time: from its first instant to the next month's first."""
        return Span(self._start(), self.following._start())

    @property
    def following(self) -> "Month":
        """The next month."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def first_day(self) -> date:
        """The month's first day."""
        return date(self.year, self.month, 1)

    @property
    def partition(self) -> str:
        """The name of the month's partition in the database."""
        return f"reading_{self.year:04d}{self.month:02d}"

    def file_of(self, kind: Kind) -> str:
        """Returns the path, within an archive folder, of the month's file of that kind."""
        return f"{kind.value}/year={self.year:04d}/month={self.month:02d}/part-0.parquet"

    def _start(self) -> UtcDatetime:
        return UtcDatetime(datetime(self.year, self.month, 1, tzinfo=UTC))


def month_of(moment: datetime) -> Month:
    """Returns the UTC month that contains the instant."""
    utc = moment.astimezone(UTC)
    return Month(utc.year, utc.month)


def months_in(span: Span) -> Iterator[Month]:
    """Yields the UTC months that a span touches, in order."""
    month = month_of(span.start)
    while month.span.start < span.end:
        yield month
        month = month.following


def month_named(text: str) -> Month:
    """Parses a month written as YYYY-MM. Raises BadInput for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadInput("{text} is no month.", mend="Write YYYY-MM.", text=text) from None
    return Month(first.year, first.month)
