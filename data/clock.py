"""Time: the one ``now()``, UTC inside, and days and months of the business zone at the edges."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NewType
from zoneinfo import ZoneInfo

UtcDatetime = NewType("UtcDatetime", datetime)
Clock = Callable[[], UtcDatetime]

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
"""Days, months, deadlines, charts and exports are told in this zone."""


def now() -> UtcDatetime:
    """Returns the present instant in UTC; all other code takes the time from here."""
    return UtcDatetime(datetime.now(UTC))


def to_utc(moment: datetime) -> UtcDatetime:
    """Converts an instant to UTC. Raises ValueError if it has no offset or is after year 9999."""
    if moment.tzinfo is None:
        raise ValueError("a time without offset")
    try:
        return UtcDatetime(moment.astimezone(UTC))
    except OverflowError as error:
        raise ValueError("a time beyond all years") from error


def business_date(moment: datetime) -> date:
    """Returns the calendar day of an instant in the business zone."""
    return to_utc(moment).astimezone(BUSINESS_ZONE).date()


def start_of_day(day: date) -> UtcDatetime:
    """Returns the first instant of a day in the business zone."""
    return to_utc(datetime.combine(day, time(), tzinfo=BUSINESS_ZONE))


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of time ``[start, end)``."""

    start: UtcDatetime
    end: UtcDatetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span ends before it starts: {self.start} .. {self.end}")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def business_day(day: date) -> Span:
    """Returns one calendar day in the business zone as a span of time."""
    return Span(start_of_day(day), start_of_day(day + timedelta(days=1)))
