"""Grades values and sections into classes: the worst single parameter decides."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from data.quality.exceedances import Exceedance, exceedance_of
from data.quality.limits import ClassLimits, Limits, newest_limits
from data.quality.rounding import round_for_grading
from data.vocabulary import BodyKind, Parameter, WaterClass

EVALUATED: tuple[Parameter, ...] = (
    Parameter.PH,
    Parameter.DISSOLVED_OXYGEN,
    Parameter.PERMANGANATE_INDEX,
    Parameter.COD,
    Parameter.BOD5,
    Parameter.AMMONIA_NITROGEN,
    Parameter.TOTAL_PHOSPHORUS,
    Parameter.COPPER,
    Parameter.ZINC,
    Parameter.FLUORIDE,
    Parameter.SELENIUM,
    Parameter.ARSENIC,
    Parameter.MERCURY,
    Parameter.CADMIUM,
    Parameter.CHROMIUM_VI,
    Parameter.LEAD,
    Parameter.CYANIDE,
    Parameter.VOLATILE_PHENOL,
    Parameter.PETROLEUM,
    Parameter.ANIONIC_SURFACTANT,
    Parameter.SULFIDE,
)
"""The 21 that decide a section's class: table 1 without temperature, total nitrogen and faecal
coliforms, in the table's order. Source: 环办〔2011〕22号."""

_ORDER = MappingProxyType({parameter: rank for rank, parameter in enumerate(Parameter)})


class Oxygen(StrEnum):
    """The rule for class Ⅰ of dissolved oxygen: 7.5 mg/L, 90 % saturation, or either."""

    CONCENTRATION = "concentration"
    SATURATION = "saturation"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Grade:
    """The water-quality class of a section by one set of values.

    ``per_parameter`` holds every graded parameter, also those that never decide (total nitrogen of
    lakes, faecal coliforms). ``over_iii`` and ``over_target`` hold evaluated parameters only, the
    worst first. ``target`` is the class asked for, Ⅲ where none was given.
    """

    water_class: WaterClass
    deciding: tuple[Parameter, ...]
    per_parameter: Mapping[Parameter, WaterClass]
    over_iii: tuple[Exceedance, ...]
    over_target: tuple[Exceedance, ...]
    target: WaterClass

    @property
    def meets_target(self) -> bool:
        """Whether the class is the target class or better (达标)."""
        return self.water_class <= self.target


def oxygen_saturation_mgl(temperature_c: float) -> float:
    """Returns the oxygen saturation of river water, mg/L. Source: HJ 2.3 (未核实)."""
    return 468.0 / (31.6 + temperature_c)


def class_of(
    parameter: Parameter,
    value: float,
    body: BodyKind,
    *,
    limits: Limits | None = None,
    oxygen: Oxygen = Oxygen.CONCENTRATION,
    temperature_c: float | None = None,
) -> WaterClass | None:
    """Returns the water-quality class of one value, None if the standard doesn't grade it.

    ``temperature_c`` serves class Ⅰ oxygen by saturation; unknown, 7.5 mg/L is required. Raises
    ValueError for a value that isn't finite. Source: GB 3838-2002 table 1; pH outside its range is
    worse than Ⅴ.
    """
    held = (limits or newest_limits()).surface[body].get(parameter)
    if held is None:
        return None
    if not math.isfinite(value):
        raise ValueError(f"{parameter} can't be graded: {value}")
    return _asked(held, oxygen, temperature_c).class_of(value)


def grade(
    values: Mapping[Parameter, float],
    body: BodyKind,
    *,
    target: WaterClass | None = None,
    evaluated: Collection[Parameter] = EVALUATED,
    rounding: bool = False,
    oxygen: Oxygen = Oxygen.CONCENTRATION,
    limits: Limits | None = None,
) -> Grade | None:
    """Returns the class of a set of values; None if no parameter to be evaluated is among them.

    ``rounding`` rounds to the grading decimals first: for means, not for single readings. Raises
    ValueError for a value that isn't finite.
    """
    held = limits or newest_limits()
    temperature_c = values.get(Parameter.WATER_TEMPERATURE)
    tables = {
        parameter: _asked(held.surface[body][parameter], oxygen, temperature_c)
        for parameter in values
        if parameter in held.surface[body]
    }
    graded = {
        parameter: round_for_grading(parameter, values[parameter])
        if rounding
        else values[parameter]
        for parameter in sorted(tables, key=_ORDER.__getitem__)
    }
    if not all(map(math.isfinite, graded.values())):
        raise ValueError(f"values that can't be graded: {graded}")
    classes = {parameter: tables[parameter].class_of(value) for parameter, value in graded.items()}
    deciders = {parameter: classes[parameter] for parameter in classes if parameter in evaluated}
    if not deciders:
        return None
    worst = max(deciders.values())
    aim = target or WaterClass.III
    source = held.surface_source.title

    def beyond(asked: WaterClass) -> tuple[Exceedance, ...]:
        found = (
            exceedance_of(p, graded[p], *tables[p].limit_of(asked), f"{source} {asked.numeral}")
            for p in deciders
        )
        return tuple(
            sorted(
                (each for each in found if each is not None),
                key=lambda each: (-classes[each.parameter], -(each.multiple or 0.0)),
            )
        )

    over_iii = beyond(WaterClass.III)
    return Grade(
        water_class=worst,
        deciding=tuple(p for p, water_class in deciders.items() if water_class == worst),
        per_parameter=MappingProxyType(classes),
        over_iii=over_iii,
        over_target=over_iii if aim is WaterClass.III else beyond(aim),
        target=aim,
    )


def _asked(limits: ClassLimits, oxygen: Oxygen, temperature_c: float | None) -> ClassLimits:
    """Returns the oxygen limits with class Ⅰ by the chosen rule, never below those of class Ⅱ."""
    if (
        limits.parameter is not Parameter.DISSOLVED_OXYGEN
        or oxygen is Oxygen.CONCENTRATION
        or temperature_c is None
        or temperature_c <= -5  # no water: the reading is a fault, 7.5 mg/L is asked
    ):
        return limits
    first, second, *rest = limits.limits
    saturated = 0.9 * oxygen_saturation_mgl(temperature_c)
    asked = saturated if oxygen is Oxygen.SATURATION else min(first, saturated)
    return replace(limits, limits=(max(second, asked), second, *rest))
