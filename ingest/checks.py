"""Automatic checks: gross range, rate of change, persistence. They set flags and drop nothing.

What is missing altogether shows in the sweep, not here.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from data.clock import UtcDatetime
from data.records import RawReading, StationId
from data.vocabulary import Flag, Parameter, Period

LONGEST_GAP = timedelta(days=1)
"""Readings further apart than this say nothing about each other."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What one parameter's values are held to; None where a check doesn't apply."""

    low: float
    high: float
    step: float | None = None
    flat_count: int | None = None
    flat_span: timedelta = timedelta(hours=24)


class Past(NamedTuple):
    """What is remembered of a parameter: its last good value and since when it has been equal."""

    value: float
    observed_at: UtcDatetime
    equal_since: UtcDatetime
    equal_count: int


def read_thresholds(text: str) -> Mapping[Parameter, Thresholds]:
    """The thresholds of every parameter, from the text of a file like ``checks.toml``.

    Raises ValueError (a table that is no parameter, a field that is none, not TOML).
    """
    tables = tomllib.loads(text)
    defaults = tables.pop("defaults", {})
    others = tables.pop("others")
    unknown = tables.keys() - {p.value for p in Parameter}
    if unknown:
        raise ValueError(f"no parameters: {', '.join(sorted(unknown))}")
    found: dict[Parameter, Thresholds] = {}
    for parameter in Parameter:
        fields = {**defaults, **tables.get(parameter.value, others)}
        span = timedelta(hours=fields.pop("flat_hours", 24.0))
        try:
            found[parameter] = Thresholds(**fields, flat_span=span)
        except TypeError as error:
            raise ValueError(f"{parameter.value}: {error}") from None
    return MappingProxyType(found)


@cache
def shipped_thresholds() -> Mapping[Parameter, Thresholds]:
    """The thresholds that come with the code."""
    return read_thresholds(files("ingest").joinpath("checks.toml").read_text("utf-8"))


class Checks:
    """The checks with their memory of each station, by period.

    The memory follows observation time: a late reading is held to its range only, and the same
    reading again changes nothing.
    """

    def __init__(self, thresholds: Mapping[Parameter, Thresholds] | None = None) -> None:
        self._thresholds = thresholds or shipped_thresholds()
        self._past: dict[StationId, dict[tuple[Period, Parameter], Past]] = {}
        self.depth = max((t.flat_count or 1 for t in self._thresholds.values()), default=1)
        """How many readings of a station warm its memory fully."""

    @property
    def remembered(self) -> tuple[Parameter, ...]:
        """The parameters whose earlier values matter."""
        return tuple(
            parameter
            for parameter, held in self._thresholds.items()
            if held.step is not None or held.flat_count is not None
        )

    def strangers(self, stations: Iterable[StationId]) -> set[StationId]:
        """Those of the stations of which nothing is remembered yet."""
        return {station for station in stations if station not in self._past}

    def warm(self, station: StationId, readings: Iterable[RawReading]) -> None:
        """The station's memory holds these readings, oldest first, with their devices' flags."""
        self._past.setdefault(station, {})
        for reading in readings:
            self.check(station, reading)

    def check(self, station: StationId, raw: RawReading) -> dict[Parameter, Flag]:
        """The flags of the values that are not normal; a device's own flag wins over ours."""
        memory = self._past.setdefault(station, {})
        flags: dict[Parameter, Flag] = {}
        for parameter, value in raw.values.items():
            given = raw.flags.get(parameter, Flag.NORMAL)
            if given is not Flag.NORMAL:
                flags[parameter] = given
                continue
            held = self._thresholds[parameter]
            if not held.low <= value <= held.high:
                flags[parameter] = Flag.OUT_OF_RANGE
                continue
            if held.step is None and held.flat_count is None:
                continue
            key = (raw.period, parameter)
            past = memory.get(key)
            if past is not None and raw.observed_at <= past.observed_at:
                continue
            now = _remember(past, value, raw.observed_at)
            memory[key] = now
            found = _compare(past, now, held)
            if found is not None:
                flags[parameter] = found
        return flags


def _remember(past: Past | None, value: float, observed_at: UtcDatetime) -> Past:
    if past is None or past.value != value or observed_at - past.observed_at > LONGEST_GAP:
        return Past(value, observed_at, observed_at, 1)
    return Past(value, observed_at, past.equal_since, past.equal_count + 1)


def _compare(past: Past | None, now: Past, held: Thresholds) -> Flag | None:
    """The flag that a value earns by what came before it."""
    if past is None:
        return None
    gap = now.observed_at - past.observed_at
    if held.step is not None and gap <= LONGEST_GAP:
        hours = max(1.0, gap / timedelta(hours=1))
        if abs(now.value - past.value) > held.step * hours:
            return Flag.JUMP
    if (
        held.flat_count is not None
        and now.equal_count >= held.flat_count
        and now.observed_at - now.equal_since >= held.flat_span
    ):
        return Flag.FLAT
    return None
