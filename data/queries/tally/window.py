"""The window of time that a tally is read for, cut into hours or days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc
from data.errors import BadInput
from data.quality.rhythm import Seconds

GRACE = timedelta(minutes=15)
"""What is due may be under way for so long before it counts as missing."""


class Grain(StrEnum):
    """The steps in which a tally counts: hours or days."""

    HOUR = "hour"
    DAY = "day"


MOST = {Grain.HOUR: timedelta(days=8), Grain.DAY: timedelta(days=366)}
STEP = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Window:
    """Whole hours or days in Beijing time, ``[start, end)``; no reading is due after ``until``."""

    start: UtcDatetime
    end: UtcDatetime
    by: Grain
    until: UtcDatetime

    @property
    def buckets(self) -> list[UtcDatetime]:
        """The start of each hour or day of the window."""
        step = STEP[self.by]
        count = int((self.end - self.start) / step)
        return [UtcDatetime(self.start + n * step) for n in range(count)]

    @property
    def step_s(self) -> float:
        """The length of one hour or day of the window, in seconds."""
        return STEP[self.by].total_seconds()

    @property
    def edges_s(self) -> Seconds:
        """The start of each hour or day and the end of the last, in seconds since 1970."""
        ends = [*self.buckets, self.end]
        return np.array([each.timestamp() for each in ends])

    def after(self, seconds: float) -> UtcDatetime:
        """Returns the instant ``seconds`` after the end: a slot begun before may last so long."""
        return UtcDatetime(self.end + timedelta(seconds=seconds))

    @property
    def label(self) -> str:
        """The window's first and last day in Beijing, joined by "_", as for a file name."""
        first = self.start.astimezone(BUSINESS_ZONE)
        last = (self.end - timedelta(microseconds=1)).astimezone(BUSINESS_ZONE)
        return f"{first:%Y-%m-%d}_{last:%Y-%m-%d}"


def window_of(start: datetime, end: datetime, by: Grain, now: UtcDatetime) -> Window:
    """Returns the window of whole hours or days around a span, none of them in the future.

    Raises BadInput for a span that is empty, reversed or too long, and for times without an offset.
    """
    try:
        first, last = _floor(to_utc(start), by), _ceiling(to_utc(end), by)
        last = min(last, _ceiling(now, by))
    except (ValueError, OverflowError) as error:
        raise BadInput("Give times with an offset, the earlier one first.") from error
    if last <= first:
        raise BadInput("Give times with an offset, the earlier one first.")
    if last - first > MOST[by]:
        raise BadInput("A tally holds {most} days at most.", most=MOST[by].days)
    return Window(first, last, by, UtcDatetime(min(last, now - GRACE)))


def _floor(moment: UtcDatetime, by: Grain) -> UtcDatetime:
    local = moment.astimezone(BUSINESS_ZONE).replace(minute=0, second=0, microsecond=0)
    return to_utc(local.replace(hour=0) if by is Grain.DAY else local)


def _ceiling(moment: UtcDatetime, by: Grain) -> UtcDatetime:
    floor = _floor(moment, by)
    return floor if floor == moment else UtcDatetime(floor + STEP[by])
