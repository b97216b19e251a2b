"""Deadlines in working days, their lights, and what the official calendar can't say yet."""

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

import chinese_calendar

from data.clock import BUSINESS_ZONE, UtcDatetime, business_date, start_of_day, to_utc
from data.procedure.turns import OPEN
from data.words.ledger import CLOSED, Light, Status

CLOSE_OF_BUSINESS = time(18)
"""A deadline ends at this time of its last day, in the business zone."""

LAST_WEEKDAY = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """The official days off and make-up working days, for the years ``first`` to ``last``.

    Outside these years Monday to Friday are taken to be working days.
    Source: the State Council's yearly notices (国务院办公厅关于部分节假日安排的通知).
    """

    off: frozenset[date]
    worked: frozenset[date]
    first: int
    last: int

    def knows(self, day: date) -> bool:
        """Returns whether the official days off of the day's year are known."""
        return self.first <= day.year <= self.last

    def is_working(self, day: date) -> bool:
        """Returns whether the day is a working day."""
        return day in self.worked or (day.weekday() <= LAST_WEEKDAY and day not in self.off)

    def exceptions(self, since: date) -> tuple[list[date], list[date]]:
        """Returns the weekdays off and the weekend days worked from a day on, in order.

        With Monday to Friday they say everything of the working days since.
        """
        days = sorted(day for day in self.off | self.worked if day >= since)
        off = [day for day in days if day.weekday() <= LAST_WEEKDAY and not self.is_working(day)]
        return off, [day for day in days if day.weekday() > LAST_WEEKDAY and self.is_working(day)]


@cache
def official_calendar() -> Calendar:
    """Returns China's calendar of working days, from the package chinesecalendar."""
    off = frozenset(chinese_calendar.holidays)
    return Calendar(
        off=off,
        worked=frozenset(chinese_calendar.workdays),
        first=min(off).year,
        last=max(off).year,
    )


@dataclass(frozen=True, slots=True)
class AmberRule:
    """When a deadline's light turns amber: by working days left or by their share, the earlier."""

    working_days: int = 3
    share: float = 0.2

    def days(self, of: int) -> int:
        """Returns with how many working days left a deadline of ``of`` days turns amber."""
        return max(self.working_days, math.ceil(round(self.share * of, 6)))


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: its light is red from ``at`` on and amber from ``amber_at`` on.

    ``is_provisional``: it counts days of a year whose days off are not announced.
    """

    at: UtcDatetime
    amber_at: UtcDatetime
    is_provisional: bool = False


def due(
    start: UtcDatetime,
    days: int,
    amber: AmberRule | None = None,
    calendar: Calendar | None = None,
) -> Due:
    """Returns the deadline ``days`` working days after the day of ``start``, not counting that day.

    It ends at CLOSE_OF_BUSINESS. Raises ValueError for fewer than one day.
    """
    if days < 1:
        raise ValueError(f"a deadline of {days} days")
    known = calendar or official_calendar()
    day, counted = business_date(start), 0
    yellow = days - (amber or AmberRule()).days(days)
    amber_at = start
    while counted < days:
        day += timedelta(days=1)
        if known.is_working(day):
            counted += 1
            if counted == yellow:
                amber_at = start_of_day(day)
    return Due(_close_of(day), amber_at, not known.knows(day))


def due_on(
    start: UtcDatetime,
    day: date,
    amber: AmberRule | None = None,
    calendar: Calendar | None = None,
) -> Due:
    """Returns the deadline on a day that a person named; never provisional.

    Raises ValueError for a day whose close of business is not after ``start``.
    """
    known = calendar or official_calendar()
    at = _close_of(day)
    if at <= start:
        raise ValueError(f"a deadline on {day} for what began at {start}")
    total = working_days_between(start, at, known)
    left = (amber or AmberRule()).days(total)
    turning = day
    while turning > business_date(start) and _working_days(turning, day, known) < left:
        turning -= timedelta(days=1)
    return Due(at, UtcDatetime(min(max(start, start_of_day(turning)), at)))


def working_days_between(
    start: UtcDatetime, end: UtcDatetime, calendar: Calendar | None = None
) -> int:
    """Counts working days after ``start``'s day up to ``end``'s; negative if end is earlier."""
    known = calendar or official_calendar()
    first, last = business_date(start), business_date(end)
    if last < first:
        return -_working_days(last, first, known)
    return _working_days(first, last, known)


def days_left(
    due_at: UtcDatetime | None, shown: Light, now: UtcDatetime, calendar: Calendar | None = None
) -> int | None:
    """Returns the working days left, negative when overdue; None when no deadline runs."""
    if due_at is None or shown is Light.NONE:
        return None
    if shown is Light.RED:
        return -working_days_between(due_at, now, calendar)
    return working_days_between(now, due_at, calendar)


def light(
    due_at: UtcDatetime | None, amber_at: UtcDatetime | None, status: Status, now: UtcDatetime
) -> Light:
    """Returns the deadline light of a problem: NONE without a deadline or when it is closed.

    ``LIGHT`` says the same within the database.
    """
    if due_at is None or status in CLOSED:
        return Light.NONE
    if now >= due_at:
        return Light.RED
    return Light.AMBER if amber_at is not None and now >= amber_at else Light.GREEN


LIGHT: Final = f"""(CASE WHEN problem.due_at IS NULL OR NOT ({OPEN}) THEN '{Light.NONE}'
    WHEN problem.due_at <= :now THEN '{Light.RED}'
    WHEN problem.amber_at <= :now THEN '{Light.AMBER}' ELSE '{Light.GREEN}' END)"""
"""The light of the row ``problem`` as it is at ``:now``."""


def after_months(start: UtcDatetime, months: int) -> UtcDatetime:
    """Returns the same time in Beijing ``months`` months later, on the month's last day at most."""
    local = start.astimezone(BUSINESS_ZONE)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, monthrange(year, month)[1])
    return to_utc(local.replace(year=year, month=month, day=day))


def _close_of(day: date) -> UtcDatetime:
    return to_utc(datetime.combine(day, CLOSE_OF_BUSINESS, tzinfo=BUSINESS_ZONE))


def _working_days(first: date, last: date, calendar: Calendar) -> int:
    """Returns the working days after ``first`` up to and including ``last``."""
    return sum(
        calendar.is_working(first + timedelta(days=ahead))
        for ahead in range(1, (last - first).days + 1)
    )
