"""Fast grading of sections for the ordinary case; equal to ``evaluate`` and ``grade``.

Ordinary: single readings are graded unrounded, oxygen by concentration, and all newest values of a
section that matter are young and flagged normal. Every other case is left to ``evaluate`` and
``grade``, which define the result; tests hold both to the same answers.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import timedelta
from math import inf
from typing import NamedTuple

from data.clock import UtcDatetime
from data.quality.classes import EVALUATED
from data.quality.exceedances import Exceedance, exceedance_of, largest_multiple
from data.quality.limits import Bound, ClassLimits, Limits
from data.records import LatestValue
from data.vocabulary import BodyKind, Flag, Parameter, WaterClass

_RANK = {parameter: rank for rank, parameter in enumerate(Parameter)}


class Rung(NamedTuple):
    """The limits of one parameter for all water-quality classes, laid out for grading.

    ``steps`` ascend: the position of ``sign`` times a value among them is its class less one. A
    range has ``low`` and ``high`` and no steps.
    """

    steps: tuple[float, ...]
    sign: float
    low: float | None
    high: float | None


class Standing(NamedTuple):
    """A section's water-quality class and the parameters that decide it."""

    water_class: WaterClass
    deciding: tuple[Parameter, ...]
    meets_target: bool
    multiple: float | None
    fresh_until: UtcDatetime


class Ladder:
    """The limits of one day, prepared for one kind of water, one target and required parameters."""

    def __init__(
        self,
        limits: Limits,
        body: BodyKind,
        target: WaterClass | None,
        required: Collection[Parameter],
    ) -> None:
        surface = limits.surface[body]
        self._aim = target or WaterClass.III
        self._basis = f"{limits.surface_source.title} {self._aim.numeral}"
        self._required = frozenset(required)
        graded = {p: surface[p] for p in EVALUATED if p in surface}
        self._rungs = {p: _rung(held) for p, held in graded.items()}
        self._bounds = {p: _open_ended(*held.limit_of(self._aim)) for p, held in graded.items()}
        self._matter = self._required.union(EVALUATED)

    def beyond(
        self, values: Mapping[Parameter, float], flags: Mapping[Parameter, Flag]
    ) -> tuple[Exceedance, ...]:
        """Returns the exceedances of the target among the unflagged values, in their order."""
        found = []
        for parameter, value in values.items():
            bounds = self._bounds.get(parameter)
            if bounds is None or bounds[0] <= value <= bounds[1] or parameter in flags:
                continue
            each = exceedance_of(parameter, value, *bounds, self._basis)
            if each is not None:
                found.append(each)
        return tuple(found)

    def stand(
        self, latest: Mapping[Parameter, LatestValue], now: UtcDatetime, age: timedelta
    ) -> Standing | None:
        """Returns the class by the newest values; None if a needed one is missing, old or flagged.

        Needed are the required ones; an evaluated one that is there may be neither old nor flagged.
        """
        if not latest.keys() >= self._required:
            return None
        stale, worst, deciding, times = now - age, -1, [], []
        for parameter, (value, observed_at, flag, _below) in latest.items():
            if parameter not in self._matter:
                continue
            if flag is not Flag.NORMAL or observed_at <= stale:
                return None
            times.append(observed_at)
            rung = self._rungs.get(parameter)
            if rung is None:
                continue
            place = _place(rung, value)
            if place > worst:
                worst, deciding = place, [parameter]
            elif place == worst:
                deciding.append(parameter)
        if not deciding:
            return None
        return self._standing(
            WaterClass(worst + 1), deciding, latest, UtcDatetime(min(times) + age)
        )

    def _standing(
        self,
        water_class: WaterClass,
        deciding: list[Parameter],
        latest: Mapping[Parameter, LatestValue],
        fresh_until: UtcDatetime,
    ) -> Standing:
        meets, multiple = water_class <= self._aim, None
        if not meets:
            over = self.beyond({p: each.value for p, each in latest.items()}, {})
            multiple = largest_multiple(over)
        deciding.sort(key=_RANK.__getitem__)
        return Standing(water_class, tuple(deciding), meets, multiple, fresh_until)


def _open_ended(low: float | None, high: float | None) -> tuple[float, float]:
    """Returns the two bounds with -inf or inf in place of None."""
    return -inf if low is None else low, inf if high is None else high


def _rung(held: ClassLimits) -> Rung:
    if held.bound is Bound.RANGE:
        return Rung((), 1.0, held.limits[0], held.limits[1])
    if held.bound is Bound.LOWER:
        return Rung(tuple(-limit for limit in held.limits), -1.0, None, None)
    return Rung(held.limits, 1.0, None, None)


def _place(rung: Rung, value: float) -> int:
    """Returns the water-quality class of the value as an index: 0 for Ⅰ to 5 for 劣Ⅴ."""
    steps, sign, low, high = rung
    if low is not None and high is not None:
        return 0 if low <= value <= high else 5
    return bisect_left(steps, sign * value)
