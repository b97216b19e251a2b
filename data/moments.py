"""Whether a moment can be true for its purpose, and why not: clocks never set, rolled over, old."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from data.clock import UtcDatetime

AHEAD: Final = timedelta(minutes=10)
"""A clock of a device may run ahead by this."""

EARLIEST: Final = UtcDatetime(datetime(1990, 1, 1, tzinfo=UTC))
"""No automatic station reported before; and every month with a reading makes a partition."""

ROLLOVER_WEEKS: Final = 1024
"""A receiver knows the week by ten bits. Source: IS-GPS-200N, 20.3.3.3.1.1 (WN)."""

MOST_ROLLOVERS: Final = 3
RECENT: Final = timedelta(days=400)
"""A moment put right by whole rollovers must lie so near its arrival to be believed."""

ZERO_DATES: Final = (date(1980, 1, 6), date(1999, 11, 30), date(1899, 12, 30))
"""Days from which clocks count besides 1 January: GPS, a date of zeros, spreadsheets.

1 January is that of 1601, 1900, 1904, 1970, 1980, 2000, 2001, 2010, 2016 and of every year in which
a firmware was built.
"""

UNSET_FOR: Final = timedelta(days=3)
"""So long a clock that began at nothing may have run; any offset from UTC is within it."""

_HOUR_24: Final = re.compile(r"(\d{4})([-/:.]?)(\d\d)\2(\d\d)([T ]?)24(:?00(?::?00(?:\.0+)?)?)")


class Doubt(StrEnum):
    """Why a moment can't be true: in the future, before its thing was there, too old, no clock."""

    AHEAD = "ahead"
    BEFORE = "before"
    OLD = "old"
    UNSET = "unset"
    ROLLED = "rolled"


@dataclass(frozen=True, slots=True)
class Window:
    """When that which came at ``arrived_at`` can have been observed.

    Not before ``start``, when the station, person or account began to be there; not more than
    ``oldest`` before it arrived (None: a history that somebody declared to be one).
    """

    arrived_at: UtcDatetime
    start: UtcDatetime | None = None
    oldest: timedelta | None = None
    ahead: timedelta = AHEAD


@dataclass(frozen=True, slots=True)
class Implausible:
    """A moment that can't be true; ``corrected`` is what it would be without the rollover.

    ``weeks`` is by how many weeks the clock is behind (below 0: ahead); 0 without a rollover.
    """

    doubt: Doubt
    moment: UtcDatetime
    corrected: UtcDatetime | None = None
    weeks: int = 0


def implausible(moment: UtcDatetime, window: Window) -> Implausible | None:
    """Returns why a moment can't lie in its window, None where it can."""
    doubt = _outside(moment, window)
    if doubt is None:
        return None
    if doubt is not Doubt.AHEAD and was_never_set(moment):
        return Implausible(Doubt.UNSET, moment)
    weeks = rollover_weeks(moment, window)
    if weeks:
        corrected = UtcDatetime(moment + timedelta(weeks=weeks))
        return Implausible(Doubt.ROLLED, moment, corrected, weeks)
    return Implausible(doubt, moment)


class DayOf(StrEnum):
    """What a day in a file is for: something begins, a term ends, a calendar lists it."""

    BEGIN = "begin"
    END = "end"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class DayBounds:
    """Between which days a day of people's own files can lie, by what it is for.

    Something begins not before ``earliest_year`` and at most ``ahead_days`` after today, and ends
    at most ``end_years`` after today; a calendar is of a year at most ``calendar_years`` ahead.
    """

    today: date
    earliest_year: int
    ahead_days: int
    end_years: int
    calendar_years: int

    def window(self, purpose: DayOf) -> tuple[date, date]:
        """Returns the first and the last day that can be meant."""
        first, this_year = date(self.earliest_year, 1, 1), self.today.year
        if purpose is DayOf.CALENDAR:
            return first, date(min(9999, this_year + self.calendar_years), 12, 31)
        if purpose is DayOf.END:
            return first, date(min(9999, this_year + self.end_years), 12, 31)
        return first, self.today + timedelta(days=self.ahead_days)


def implausible_day(day: date, purpose: DayOf, bounds: DayBounds) -> Doubt | None:
    """Returns why a day can't be meant for its purpose, None where it can."""
    first, last = bounds.window(purpose)
    if day < first:
        return Doubt.OLD
    return Doubt.AHEAD if day > last else None


def _outside(moment: UtcDatetime, window: Window) -> Doubt | None:
    if moment > window.arrived_at + window.ahead:
        return Doubt.AHEAD
    if window.oldest is not None and window.arrived_at - moment > window.oldest:
        return Doubt.OLD
    if window.start is not None and moment < window.start:
        return Doubt.BEFORE
    return None


def was_never_set(written: datetime) -> bool:
    """Returns whether a clock that says so counts from nothing: within days of a zero date."""
    day = written.date()
    years = range(max(1, day.year), min(9999, day.year + 1) + 1)
    zeros = (*ZERO_DATES, *(date(year, 1, 1) for year in years))
    return any(timedelta(days=-1) <= day - zero < UNSET_FOR for zero in zeros)


def rollover_weeks(moment: UtcDatetime, window: Window) -> int:
    """Returns the multiple of 1,024 weeks by which a moment is behind its window, 0 for none.

    Below 0 for a clock that is ahead: a receiver whose maker corrected the week twice.
    """
    longest = RECENT if window.oldest is None else min(window.oldest, RECENT)
    counts = range(1, MOST_ROLLOVERS + 1)
    for weeks in [sign * ROLLOVER_WEEKS * count for sign in (1, -1) for count in counts]:
        try:
            corrected = UtcDatetime(moment + timedelta(weeks=weeks))
        except OverflowError:
            continue
        asked = Window(window.arrived_at, window.start, longest, window.ahead)
        if _outside(corrected, asked) is None:
            return weeks
    return 0


def hour_24_as_next_day(text: str) -> str:
    """Returns the text with each time 24:00 written as 0:00 of the day after.

    Source: ISO 8601:2004, 4.2.3 (midnight); devices and forms write it.
    """
    return _HOUR_24.sub(_next_day, text)


def _next_day(found: re.Match[str]) -> str:
    year, between, month, day, joint, rest = found.groups()
    try:
        day_after = date(int(year), int(month), int(day)) + timedelta(days=1)
    except (ValueError, OverflowError):
        return found[0]
    year, month, day = day_after.isoformat().split("-")
    return f"{year}{between}{month}{between}{day}{joint}00{rest}"
