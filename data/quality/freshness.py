"""Freshness: which of a station's newest values are young enough to count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from data.clock import UtcDatetime
from data.records import LatestValue
from data.vocabulary import Flag, Parameter

FRESH_HOURS = 24.0
FRESH_INTERVALS = 3


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest values of some parameters, grouped by whether they are fresh enough to count.

    ``counted`` are young and flagged normal, ``young`` also the flagged ones, ``normal`` all that
    are flagged normal whatever their age. ``until`` is when the first young one grows too old.
    """

    known: Mapping[Parameter, LatestValue]
    young: Mapping[Parameter, LatestValue]
    normal: Mapping[Parameter, float]
    counted: Mapping[Parameter, float]
    until: UtcDatetime | None


@lru_cache(maxsize=4096)
def max_age(
    interval: timedelta,
    *,
    fresh_hours: float = FRESH_HOURS,
    fresh_intervals: int = FRESH_INTERVALS,
) -> timedelta:
    """Returns the age at which a value of a station with that interval stops counting.

    It is ``fresh_hours`` or ``fresh_intervals`` times the interval, whichever is longer.
    """
    return max(timedelta(hours=fresh_hours), fresh_intervals * interval)


def freshness_of(
    latest: Mapping[Parameter, LatestValue],
    parameters: Iterable[Parameter],
    *,
    now: UtcDatetime,
    age: timedelta,
) -> Freshness:
    """Groups the newest values of the parameters by whether they count at ``now``."""
    known = {parameter: latest[parameter] for parameter in parameters if parameter in latest}
    young = {p: each for p, each in known.items() if now < each.observed_at + age}
    ends = [each.observed_at + age for each in young.values()]
    return Freshness(
        known=known,
        young=young,
        normal={p: each.value for p, each in known.items() if each.flag is Flag.NORMAL},
        counted={p: each.value for p, each in young.items() if each.flag is Flag.NORMAL},
        until=UtcDatetime(min(ends)) if ends else None,
    )
