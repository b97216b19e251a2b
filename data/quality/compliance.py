"""Judges an outfall by its own limits: 达标, 超标, 停排. An outfall has no water class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.clock import UtcDatetime
from data.quality.exceedances import Exceedance, exceedance_of, largest_multiple
from data.quality.freshness import FRESH_HOURS, FRESH_INTERVALS, freshness_of, max_age
from data.quality.limits import UNCHECKED, DischargeGrade, limits_on
from data.records import LatestValue
from data.vocabulary import Compliance, Flag, Parameter


@dataclass(frozen=True, slots=True)
class OutfallLimit:
    """The limits of one parameter at an outfall; ``basis`` names the permit or grade."""

    parameter: Parameter
    low: float | None
    high: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class OutfallJudgement:
    """Whether an outfall complies with its limits, and the values beyond them.

    ``state`` is None where no fresh normal value can be judged. ``exceedances`` come with the
    largest multiple first; ``judged`` and ``missing`` partition the limited parameters, but none is
    judged while the outfall is stopped. At ``fresh_until`` the judgement can first change by ageing
    alone (None: it can't).
    """

    state: Compliance | None
    exceedances: tuple[Exceedance, ...]
    judged: tuple[Parameter, ...]
    missing: tuple[Parameter, ...]
    fresh_until: UtcDatetime | None

    @property
    def exceeding(self) -> tuple[Parameter, ...]:
        """The parameters whose values are beyond their limits."""
        return tuple(each.parameter for each in self.exceedances)

    @property
    def multiple(self) -> float | None:
        """The largest multiple beyond a limit; None if nothing is beyond one or pH alone is."""
        return largest_multiple(self.exceedances)


def limits_from_grade(
    grade: DischargeGrade,
    on: date,
    *,
    temperature_c: float | None = None,
    built_on: date | None = None,
) -> tuple[OutfallLimit, ...]:
    """Returns limits by a discharge grade on a day, as a template for an outfall's.

    At 12 ℃ and below, ammonia nitrogen has its limit in brackets; a plant built before 2006 has its
    own for total phosphorus. Where neither is known the stricter limit is taken. Source: GB
    18918-2002 table 1, daily means, mg/L; a basis marked 未核实 needs checking.
    """
    held = limits_on(on)
    basis = f"{held.discharge_source.standard} {held.discharge_source.clause} {grade}"
    rows = {
        parameter: (low, high, held.discharge_source.verified)
        for parameter, (low, high) in held.discharge[grade].items()
    }
    for variant in held.discharge_variants:
        cold = (
            variant.at_most_c is not None
            and temperature_c is not None
            and temperature_c <= variant.at_most_c
        )
        old = (
            variant.built_before is not None
            and built_on is not None
            and built_on < variant.built_before
        )
        if cold or old:
            for parameter, high in variant.limits.get(grade, {}).items():
                verified = variant.verified and held.discharge_source.verified
                rows[parameter] = (None, high, verified)
    return tuple(
        OutfallLimit(parameter, low, high, basis if verified else basis + UNCHECKED)
        for parameter, (low, high, verified) in rows.items()
    )


def judge(
    latest: Mapping[Parameter, LatestValue],
    limits: Iterable[OutfallLimit],
    *,
    now: UtcDatetime,
    interval: timedelta,
    fresh_hours: float = FRESH_HOURS,
    fresh_intervals: int = FRESH_INTERVALS,
) -> OutfallJudgement:
    """Judges an outfall against its limits at ``now``, by fresh values flagged normal.

    It is stopped when its flow is 0 and flagged normal. HJ 212's flag F says that an instrument is
    out of service: what that one measures is unknown then, and a probe switched off hides nothing.
    A value at its limit complies.
    """
    held = {limit.parameter: limit for limit in limits}
    age = max_age(interval, fresh_hours=fresh_hours, fresh_intervals=fresh_intervals)
    fresh = freshness_of(latest, held, now=now, age=age)
    flow = freshness_of(latest, (Parameter.FLOW,), now=now, age=age)
    found = (
        exceedance_of(p, value, held[p].low, held[p].high, held[p].basis)
        for p, value in fresh.counted.items()
    )
    exceedances = sorted(
        (each for each in found if each is not None), key=lambda each: -(each.multiple or 0.0)
    )
    if _is_stopped(flow.young):
        state, exceedances = Compliance.STOPPED, []
    elif not fresh.counted:
        state = None
    else:
        state = Compliance.EXCEEDING if exceedances else Compliance.COMPLIANT
    ends = [each for each in (fresh.until, flow.until) if each is not None]
    return OutfallJudgement(
        state=state,
        exceedances=tuple(exceedances),
        judged=tuple(fresh.counted) if state is not Compliance.STOPPED else (),
        missing=tuple(p for p in held if p not in fresh.counted),
        fresh_until=min(ends) if ends else None,
    )


def _is_stopped(flow: Mapping[Parameter, LatestValue]) -> bool:
    return any(each.flag is Flag.NORMAL and each.value <= 0 for each in flow.values())
