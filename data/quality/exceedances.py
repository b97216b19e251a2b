"""Exceedances (超标): how far a value lies beyond a limit."""

from dataclasses import dataclass

from data.vocabulary import Parameter

WITHOUT_MULTIPLE = frozenset(
    {Parameter.PH, Parameter.DISSOLVED_OXYGEN, Parameter.WATER_TEMPERATURE}
)
"""For these the multiple has no meaning: say below or above the limit instead."""


LEAST_MULTIPLE = 0.05
"""A multiple below this would be shown as 0.0: it is said to be less than 0.1."""


@dataclass(frozen=True, slots=True)
class Exceedance:
    """A value beyond its limit (超标).

    ``multiple`` is (C - S) / S to ten decimals, None where it has no meaning; ``below`` says that
    the value is under a lower limit (低于限值); ``basis`` names what set the limit.
    """

    parameter: Parameter
    value: float
    limit: float
    multiple: float | None
    below: bool
    basis: str


def exceedance_of(
    parameter: Parameter, value: float, low: float | None, high: float | None, basis: str
) -> Exceedance | None:
    """Returns the exceedance of a value; None if the value is within the limits or at one."""
    if low is not None and value < low:
        return Exceedance(parameter, value, low, None, True, basis)
    if high is not None and value > high:
        meant = parameter not in WITHOUT_MULTIPLE and high > 0
        multiple = round((value - high) / high, 10) if meant else None  # without binary dust
        return Exceedance(parameter, value, high, multiple, False, basis)
    return None


def largest_multiple(exceedances: tuple[Exceedance, ...]) -> float | None:
    """Returns the largest of the exceedances' multiples, None if none has a multiple."""
    return max((e.multiple for e in exceedances if e.multiple is not None), default=None)
