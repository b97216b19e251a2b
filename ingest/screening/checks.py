"""Automatic checks: impossible values, gross range, rate of change, persistence.

They set flags and drop nothing.

Values missing altogether are found by the sweep, not here.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from math import inf, nextafter
from types import MappingProxyType

from data.clock import UtcDatetime
from data.records import RawReading, StationId
from data.vocabulary import Flag, Parameter, Period
from ingest.screening.impossible import DeadSensors, impossible_values

LONGEST_GAP = timedelta(days=1)
"""Readings further apart than this say nothing about each other."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of one parameter's checks; None where a check doesn't apply.

    ``never`` are exact values that a living sensor can't give.
    """

    low: float
    high: float
    never: frozenset[float] = frozenset()
    step: float | None = None
    flat_count: int | None = None
    flat_span: timedelta = timedelta(hours=24)

    @property
    def remembers(self) -> bool:
        """Whether one of the parameter's checks needs earlier values."""
        return self.step is not None or self.flat_count is not None

    def spans(self, value: float) -> bool:
        """Returns whether a value, or a detection limit, lies within the gross range."""
        return self.low <= value <= self.high

    @property
    def ordinary(self) -> tuple[float, float]:
        """The ends of the span above 0, or of the whole one, in which nothing is impossible."""
        held = sorted(each for each in self.never if self.low <= each <= self.high)
        low = max((each for each in held if each <= 0), default=None)
        high = min((each for each in held if each > 0), default=None)
        return (
            self.low if low is None else nextafter(low, inf),
            self.high if high is None else nextafter(high, -inf),
        )


@dataclass(slots=True)
class Past:
    """A parameter's last good value, and since when the value has been the same."""

    value: float
    observed_at: UtcDatetime
    equal_since: UtcDatetime
    equal_count: int = 1


def read_thresholds(text: str) -> Mapping[Parameter, Thresholds]:
    """Parses each parameter's thresholds from the text of a file like ``checks.toml``.

    Raises ValueError (a table that is no parameter, a field that is none, not TOML), KeyError (no
    table ``others``).
    """
    tables = tomllib.loads(text)
    tables.pop("patterns", None)
    defaults = tables.pop("defaults", {})
    others = tables.pop("others")
    unknown = tables.keys() - {p.value for p in Parameter}
    if unknown:
        raise ValueError(f"no parameters: {', '.join(sorted(unknown))}")
    found: dict[Parameter, Thresholds] = {}
    for parameter in Parameter:
        fields = {**defaults, **tables.get(parameter.value, others)}
        span = timedelta(hours=fields.pop("flat_hours", 24.0))
        never = frozenset(map(float, fields.pop("never", ())))
        try:
            found[parameter] = Thresholds(**fields, never=never, flat_span=span)
        except TypeError as error:
            raise ValueError(f"{parameter.value}: {error}") from None
    return MappingProxyType(found)


def read_patterns(text: str, thresholds: Mapping[Parameter, Thresholds]) -> DeadSensors:
    """Parses the rules of what a dead sensor sends from the same text.

    Raises ValueError (not TOML, an unknown parameter), KeyError (a field is missing).
    """
    table = tomllib.loads(text)["patterns"]
    return DeadSensors(
        never={p: held.never for p, held in thresholds.items()},
        least=int(table["least"]),
        least_zeros=int(table["least_zeros"]),
        alike=frozenset(map(Parameter, table["alike"])),
        never_with_zeros=frozenset(map(Parameter, table["never_with_zeros"])),
        free=frozenset(map(Parameter, table["free"])),
    )


@cache
def shipped_thresholds() -> Mapping[Parameter, Thresholds]:
    """Returns the thresholds of the checks that are part of the package."""
    return read_thresholds(_shipped_text())


@cache
def shipped_patterns() -> DeadSensors:
    """Returns the rules of what a dead sensor sends that are part of the package."""
    return read_patterns(_shipped_text(), shipped_thresholds())


def _shipped_text() -> str:
    return files("ingest.screening").joinpath("checks.toml").read_text("utf-8")


class Checks:
    """The checks of incoming values, remembering each station's last values by period.

    The memory follows observation time: a late reading is checked for its range only, and the same
    reading again changes nothing.
    """

    def __init__(
        self,
        thresholds: Mapping[Parameter, Thresholds] | None = None,
        patterns: DeadSensors | None = None,
    ) -> None:
        self._thresholds = thresholds or shipped_thresholds()
        self._patterns = patterns or shipped_patterns()
        self._past: dict[StationId, dict[Period, dict[Parameter, Past]]] = {}
        self._held = {
            p: (*held.ordinary, held if held.remembers else None)
            for p, held in self._thresholds.items()
        }
        self.depth = max((t.flat_count or 1 for t in self._thresholds.values()), default=1)
        """How many readings of a station warm its memory fully."""

    @property
    def remembered(self) -> tuple[Parameter, ...]:
        """The parameters whose checks need earlier values in memory."""
        return tuple(p for p, held in self._thresholds.items() if held.remembers)

    def strangers(self, stations: Iterable[StationId]) -> set[StationId]:
        """Returns those of the stations whose earlier values aren't in memory yet."""
        return {station for station in stations if station not in self._past}

    def warm(self, station: StationId, readings: Iterable[RawReading]) -> None:
        """Remembers a station's earlier readings, oldest first, with their devices' flags."""
        self._past.setdefault(station, {})
        for reading in readings:
            self.check(station, reading)

    def check(self, station: StationId, raw: RawReading) -> dict[Parameter, Flag]:
        """Returns flags for values that aren't normal, and remembers the good ones.

        A device's own flag takes precedence over the checks'.
        """
        memory = self._past.setdefault(station, {}).setdefault(raw.period, {})
        flags = _device_flags(raw) if raw.flags else {}
        observed_at, held, values, below = raw.observed_at, self._held, raw.values, raw.below
        equal_count = len(values) - len(set(values.values()))
        if equal_count > 1 or (equal_count and 0.0 in values.values()):  # nearly never
            for parameter in impossible_values(values, below, self._patterns):
                flags.setdefault(parameter, Flag.IMPOSSIBLE)
        settled = self._settled(flags, below) if flags or below else None
        for parameter, value in values.items():
            low, high, remembering = held[parameter]
            if settled and parameter in settled:
                continue
            if not low <= value <= high and (flag := self._extraordinary(parameter, value)):
                flags[parameter] = flag
            elif remembering:
                past = memory.get(parameter)
                if past is None:
                    memory[parameter] = Past(value, observed_at, observed_at)
                elif observed_at > past.observed_at:
                    found = _follow(past, value, observed_at, remembering)
                    if found is not None:
                        flags[parameter] = found
        return flags

    def _settled(
        self, flags: dict[Parameter, Flag], below: Mapping[Parameter, float]
    ) -> set[Parameter]:
        """Flags the limits outside their gross range; returns all whose value isn't judged."""
        for parameter, limit in below.items():
            if not self._thresholds[parameter].spans(limit):
                flags.setdefault(parameter, Flag.OUT_OF_RANGE)
        return {*flags, *below}

    def _extraordinary(self, parameter: Parameter, value: float) -> Flag | None:
        """Returns the flag of a value outside the ordinary span; None if it is good."""
        held = self._thresholds[parameter]
        if value in held.never:
            return Flag.IMPOSSIBLE
        return None if held.spans(value) else Flag.OUT_OF_RANGE


def _device_flags(raw: RawReading) -> dict[Parameter, Flag]:
    """Returns the flags that the device itself set, without the normal ones."""
    return {p: f for p, f in raw.flags.items() if f is not Flag.NORMAL and p in raw.values}


def _follow(past: Past, value: float, observed_at: UtcDatetime, held: Thresholds) -> Flag | None:
    """Returns a value's flag, None if normal, judged by the past value, which it then replaces."""
    was, since, step = past.value, past.observed_at, held.step
    past.value, past.observed_at = value, observed_at
    change = abs(value - was)
    if change and (step is None or change <= step):  # nearly always: a change, and a small one
        past.equal_since, past.equal_count = observed_at, 1
        return None
    gap = observed_at - since
    if change or gap > LONGEST_GAP:
        past.equal_since, past.equal_count = observed_at, 1
    else:
        past.equal_count += 1
    return _judge(past, change, gap, held)


def _judge(past: Past, change: float, gap: timedelta, held: Thresholds) -> Flag | None:
    """Returns a flag for too fast a change or too long the same value, None if neither."""
    if held.step is not None and gap <= LONGEST_GAP:
        hours = max(1.0, gap / timedelta(hours=1))
        if change > held.step * hours:
            return Flag.JUMP
    if (
        held.flat_count is not None
        and past.equal_count >= held.flat_count
        and past.observed_at - past.equal_since >= held.flat_span
    ):
        return Flag.FLAT
    return None
