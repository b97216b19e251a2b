"""Values of simulated devices: one for every instant, the same whenever it is computed.

A made history and the simulator use the same functions, so the present continues the past.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from math import exp, pi, sin

import numpy as np

from data.clock import BUSINESS_ZONE, business_date
from data.quality.compliance import limits_from_grade
from data.quality.limits import DischargeGrade, newest_limits
from data.vocabulary import PARAMETERS, BodyKind, Parameter, StationKind, WaterClass

GRADED = (
    Parameter.DISSOLVED_OXYGEN,
    Parameter.PERMANGANATE_INDEX,
    Parameter.AMMONIA_NITROGEN,
    Parameter.TOTAL_PHOSPHORUS,
)
MEASURED_AT_OUTFALLS = frozenset(
    {
        Parameter.COD,
        Parameter.AMMONIA_NITROGEN,
        Parameter.TOTAL_PHOSPHORUS,
        Parameter.TOTAL_NITROGEN,
    }
)
HOUR_S = 3600.0


def chance(*key: object) -> float:
    """Returns a pseudorandom number in [0, 1) determined by the key."""
    digest = blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def wander(key: str, at: datetime) -> float:
    """Returns slow noise of about unit size: waves of 9 hours to 11 days, phases from the key."""
    hours = at.timestamp() / HOUR_S
    return sum([sin(2 * pi * (hours / p + phase)) for p, phase in _phases(key)]) / 1.6


@lru_cache(maxsize=4096)
def _phases(key: str) -> tuple[tuple[float, float], ...]:
    """Returns each period of slow noise in hours with the phase that the key gives that wave."""
    return tuple((p, chance(key, p)) for p in (9.1, 21.7, 57.0, 131.0, 263.0))


def rain(at: datetime) -> float:
    """Returns the share (0 to 1) of a rainfall still running off: about one rain in eight days."""
    seconds = at.timestamp()
    day = int(seconds // 86400)
    runoff = 0.0
    for d in range(day - 3, day + 1):
        if (fallen := _rainfall(d)) is not None and seconds >= fallen[0]:
            began, depth = fallen
            runoff += depth * exp(-(seconds - began) / (20 * HOUR_S))
    return min(runoff, 1.0)


@lru_cache(maxsize=512)
def _rainfall(day: int) -> tuple[float, float] | None:
    """Returns a rain's start (seconds since 1970) and amount for that day, None if no rain."""
    if chance("rain", day) >= 0.12:
        return None
    return day * 86400 + chance("hour", day) * 86400, 0.4 + 0.6 * chance("depth", day)


def water_temperature(at: datetime) -> float:
    """Returns the temperature of a stream at 32° north, in ℃.

    Coldest in late January, warmest in the afternoon.
    """
    local = at.astimezone(BUSINESS_ZONE)
    season = -sin(2 * pi * (local.timetuple().tm_yday + 66) / 365.25)
    afternoon = sin(2 * pi * (local.hour + local.minute / 60 - 9.5) / 24)
    return 16.2 + 10.4 * season + 0.9 * afternoon


@dataclass(frozen=True, slots=True)
class SimulatedSection:
    """The simulated device of a section.

    ``grade`` lies on a scale where 2.5 is half-way between the limits of Ⅱ and Ⅲ; ``worst`` is the
    parameter that decides; ``lacks`` one that the device doesn't have.
    """

    code: str
    body: BodyKind
    grade: float
    worst: Parameter
    lacks: Parameter | None = None

    def measure(self, at: datetime, pollution: float = 0.0) -> Mapping[Parameter, float]:
        """Returns the values at an instant; ``pollution`` worsens the worst parameter's grade."""
        return measure_section(self, at, pollution)


@dataclass(frozen=True, slots=True)
class SimulatedOutfall:
    """The simulated device of an outfall, discharging at a share of its limits (0: stopped)."""

    code: str
    grade: DischargeGrade
    load: float
    flow_m3s: float

    def measure(self, at: datetime, pollution: float = 0.0) -> Mapping[Parameter, float]:
        """Returns the values at an instant; ``pollution`` raises them, as a share of the limits."""
        return measure_outfall(self, at, pollution)


def device_of(code: str, kind: StationKind, body: BodyKind) -> SimulatedSection | SimulatedOutfall:
    """Returns a simulated device for any station, with traits determined by the station's code."""
    if kind is StationKind.OUTFALL:
        load = 0.45 + 0.5 * chance(code, "load")
        return SimulatedOutfall(
            code, DischargeGrade.FIRST_B, load, 0.02 + 0.2 * chance(code, "flow")
        )
    worst = GRADED[1 + int(3 * chance(code, "worst"))]
    return SimulatedSection(code, body, 1.2 + 2.2 * chance(code, "grade"), worst)


def measure_section(
    section: SimulatedSection, at: datetime, pollution: float = 0.0
) -> Mapping[Parameter, float]:
    """Returns a section's simulated values in our units, rounded as devices round them."""
    wash = rain(at)
    temperature = water_temperature(at) + 0.5 * wander(section.code + "t", at)
    daylight = sin(2 * pi * (at.astimezone(BUSINESS_ZONE).hour - 9) / 24)
    values = {
        Parameter.WATER_TEMPERATURE: temperature,
        Parameter.PH: 7.6 + 0.15 * daylight + 0.12 * wander(section.code + "ph", at) - 0.1 * wash,
        Parameter.CONDUCTIVITY: 330
        + 45 * section.grade
        + 18 * wander(section.code + "ec", at)
        - 60 * wash,
        Parameter.TURBIDITY: 8
        + 4 * section.grade
        + abs(5 * wander(section.code + "tu", at))
        + 90 * wash,
        Parameter.TOTAL_NITROGEN: 1.1
        + 0.9 * section.grade
        + 0.15 * wander(section.code + "tn", at),
    }
    for parameter in GRADED:
        below = 0.0 if parameter is section.worst else 0.45 + 0.5 * chance(section.code, parameter)
        grade = section.grade - below + 0.24 * wander(section.code + parameter, at) + 0.3 * wash
        if parameter is section.worst:
            grade += pollution
        if parameter is Parameter.DISSOLVED_OXYGEN:
            grade -= 0.25 * daylight
        values[parameter] = value_at_grade(parameter, section.body, max(grade, 0.15))
    if section.lacks:
        del values[section.lacks]
    return {p: round(v, PARAMETERS[p].shown_decimals) for p, v in values.items()}


@lru_cache(maxsize=64)
def _scale(parameter: Parameter, body: BodyKind) -> tuple[float, ...]:
    """Returns a clean value, the limits of the five water-quality classes, and a foul value."""
    limits = newest_limits().surface[body][parameter]
    bounds = [limits.limit_of(WaterClass(k)) for k in range(1, 6)]
    if parameter is Parameter.DISSOLVED_OXYGEN:
        return (11.0, *(float(low or 0) for low, _ in bounds), 0.5)
    upper = [float(high or 0) for _, high in bounds]
    return (upper[0] / 3, *upper, upper[-1] * 1.8)


def value_at_grade(parameter: Parameter, body: BodyKind, grade: float) -> float:
    """Returns the concentration at a point of the scale of water-quality classes."""
    return float(np.interp(grade, range(7), _scale(parameter, body)))


def measure_outfall(
    outfall: SimulatedOutfall, at: datetime, pollution: float = 0.0
) -> Mapping[Parameter, float]:
    """Returns an outfall's simulated values in our units, rounded as devices round them."""
    if outfall.load == 0:
        return {Parameter.FLOW: 0.0}
    local = at.astimezone(BUSINESS_ZONE)
    use = 1 + 0.22 * sin(2 * pi * (local.hour + local.minute / 60 - 8.5) / 12)
    values = {
        Parameter.PH: 7.3 + 0.1 * wander(outfall.code + "ph", at),
        Parameter.FLOW: max(
            outfall.flow_m3s * use * (1 + 0.06 * wander(outfall.code + "q", at)), 0.001
        ),
    }
    for limit in limits_from_grade(outfall.grade, business_date(at)):
        if limit.high is None or limit.parameter not in MEASURED_AT_OUTFALLS:
            continue
        own = (
            0.0
            if limit.parameter is Parameter.COD
            else -0.25 * chance(outfall.code, limit.parameter)
        )
        share = outfall.load + own + pollution + 0.05 * wander(outfall.code + limit.parameter, at)
        values[limit.parameter] = limit.high * max(share, 0.05)
    return {p: round(v, PARAMETERS[p].shown_decimals) for p, v in values.items()}
