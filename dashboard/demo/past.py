"""What happened to the waters of the made county before its last four weeks: by rule, in seasons.

Seasons, one flood a summer, and the events of ``made/events.csv`` change what a device measures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from math import cos, exp, pi

from dashboard.demo.watch import made_rows
from data.clock import BUSINESS_ZONE, UtcDatetime, business_date, start_of_day, to_utc
from data.vocabulary import PARAMETERS, Parameter
from ingest.simulator.devices import Device
from ingest.simulator.values import SimulatedSection, chance

MONTH = timedelta(days=365.25 / 12)
SEASON = 0.22
"""How much worse a section's grade is in its worst season than in the middle of the year."""
CLEANER = 0.5
"""How much better than in the last four weeks a section's grade was before."""
FADING = timedelta(days=45)
"""Both fade out over so long before the last four weeks, so that these join without a step."""
FLOODED = 0.9
"""How much worse a river's grade is at the height of a flood."""
FLOOD_TURBIDITY, FLOOD_DILUTION = 420.0, 0.35
FALLING_DAYS = 2.5
"""In so many days a flood falls to a third."""
COLD_PARAMETERS = frozenset({Parameter.AMMONIA_NITROGEN})
"""What is worst in winter, as cold water breaks it down slowly; everything else in summer."""


class EventKind(StrEnum):
    """When an event of the past is: months ago, each winter or summer; or a device was silent."""

    AGO = "ago"
    WINTER = "winter"
    SUMMER = "summer"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a station's pollution from ``began`` to ``ended``, that comes over ``ramp``.

    ``amount`` is in grades of all parameters at a section, a share of the limits at an outfall. The
    two times are months before the history's end, or month and day of each year's season.
    """

    station: str
    kind: EventKind
    amount: float
    began: str
    ended: str
    ramp: timedelta

    def spells(self, end: UtcDatetime, years: int) -> Iterator[tuple[UtcDatetime, UtcDatetime]]:
        """Yields beginning and end of each time that the event holds, the newest first."""
        if self.kind in (EventKind.AGO, EventKind.SILENT):
            yield to_utc(end - float(self.began) * MONTH), to_utc(end - float(self.ended) * MONTH)
            return
        this_year = business_date(end).year
        for year in range(this_year, this_year - years, -1):
            last = start_of_day(date.fromisoformat(f"{year}-{self.ended}"))
            over_new_year = self.began > self.ended
            first = start_of_day(date.fromisoformat(f"{year - over_new_year}-{self.began}"))
            yield first, last


@cache
def made_events() -> tuple[Event, ...]:
    """Returns the events of stations before the last four weeks of the made history."""
    return tuple(
        Event(
            station=row["station"],
            kind=EventKind(row["kind"]),
            amount=float(row["amount"] or 0),
            began=row["began"],
            ended=row["ended"],
            ramp=timedelta(days=float(row["ramp_days"])),
        )
        for row in made_rows("events")
    )


@dataclass(frozen=True)
class Past:
    """A simulated device before ``until``, where the last four weeks begin, up to ``end``."""

    device: Device
    until: UtcDatetime
    end: UtcDatetime

    @property
    def code(self) -> str:
        """The station's code."""
        return self.device.code

    def measure(self, at: datetime, pollution: float = 0.0) -> Mapping[Parameter, float]:
        """Returns the device's values at an instant of the past, seasons and events included."""
        amount = sum(_share(at, *spell) for spell in self._spells)
        if not isinstance(self.device, SimulatedSection):
            return self.device.measure(at, pollution + amount)
        water = flood(at)
        grade = self.device.grade + amount + FLOODED * water + self._season(at)
        values = dict(replace(self.device, grade=grade).measure(at, pollution))
        if water > 0.01:
            _raise(values, Parameter.TURBIDITY, FLOOD_TURBIDITY * water)
            conductivity = values.get(Parameter.CONDUCTIVITY, 0.0)
            _raise(values, Parameter.CONDUCTIVITY, -FLOOD_DILUTION * water * conductivity)
        return values

    def is_silent(self, at: datetime) -> bool:
        """Returns whether the device was off at that instant."""
        return any(began <= at < ended for began, ended in self._silences)

    @cached_property
    def _spells(self) -> tuple[tuple[float, UtcDatetime, UtcDatetime, timedelta], ...]:
        return tuple(
            (event.amount, *spell, event.ramp)
            for event in made_events()
            if event.station == self.code and event.kind is not EventKind.SILENT
            for spell in event.spells(self.end, years=4)
        )

    @cached_property
    def _silences(self) -> tuple[tuple[UtcDatetime, UtcDatetime], ...]:
        return tuple(
            spell
            for event in made_events()
            if event.station == self.code and event.kind is EventKind.SILENT
            for spell in event.spells(self.end, years=1)
        )

    def _season(self, at: datetime) -> float:
        worst = getattr(self.device, "worst", None)
        sign = 1 if worst in COLD_PARAMETERS else -1
        fade = min(1.0, max(0.0, (self.until - to_utc(at)) / FADING))
        return (SEASON * sign * winter(at) - CLEANER) * fade


def winter(at: datetime) -> float:
    """Returns how much winter it is: 1 in late January, -1 in late July."""
    day = at.astimezone(BUSINESS_ZONE).timetuple().tm_yday
    return cos(2 * pi * (day - 25) / 365.25)


def flood(at: datetime) -> float:
    """Returns how high the year's flood stands: 1 at its height, 0 before; one each summer."""
    days = (at - flood_of(at.year)).total_seconds() / 86400
    if days < -0.5 or days > 30:
        return 0.0
    return 1 + days / 0.5 if days < 0 else exp(-days / FALLING_DAYS)


@lru_cache(maxsize=16)
def flood_of(year: int) -> UtcDatetime:
    """Returns the height of that year's flood, a day from late June to early August."""
    first = start_of_day(date(year, 6, 24))
    return to_utc(first + timedelta(days=44 * chance("flood", year)))


def _share(at: datetime, amount: float, began: datetime, ended: datetime, ramp: timedelta) -> float:
    """Returns how much of the event's amount holds at ``at``: it comes and goes over ``ramp``."""
    if not began <= at < ended:
        return 0.0
    if not ramp:
        return amount
    return amount * min(1.0, (at - began) / ramp, (ended - at) / ramp)


def _raise(values: dict[Parameter, float], parameter: Parameter, by: float) -> None:
    if parameter in values:
        decimals = PARAMETERS[parameter].shown_decimals
        values[parameter] = round(values[parameter] + by, decimals)
