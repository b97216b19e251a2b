"""Evaluates a section now, from its newest values: its state, and its class if determined."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from data.clock import UtcDatetime, business_date
from data.quality.classes import EVALUATED, Grade, Oxygen, grade
from data.quality.exceedances import Exceedance, largest_multiple
from data.quality.freshness import FRESH_HOURS, FRESH_INTERVALS, freshness_of, max_age
from data.quality.limits import limits_on
from data.records import LatestValue
from data.vocabulary import BodyKind, EvaluationState, Parameter, WaterClass


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The state of a section's evaluation and, if it could be graded, its class.

    ``grade`` is set when the state is graded; ``last_grade`` when it is stale and the last normal
    values held the required set. ``have`` of ``required_count`` required parameters count now,
    ``missing`` names the others. At ``fresh_until`` the evaluation can first change by ageing alone
    (None: it can't).
    """

    state: EvaluationState
    grade: Grade | None
    last_grade: Grade | None
    have: int
    required_count: int
    missing: tuple[Parameter, ...]
    fresh_until: UtcDatetime | None

    @property
    def water_class(self) -> WaterClass | None:
        """The section's water-quality class, None unless graded."""
        return self.grade.water_class if self.grade else None

    @property
    def deciding(self) -> tuple[Parameter, ...]:
        """The parameters with the worst class, () unless graded."""
        return self.grade.deciding if self.grade else ()

    @property
    def meets_target(self) -> bool | None:
        """Whether the section meets its target (达标), None unless graded."""
        return self.grade.meets_target if self.grade else None

    @property
    def exceedances(self) -> tuple[Exceedance, ...]:
        """The values beyond the target class's limits, the worst first; () unless graded."""
        return self.grade.over_target if self.grade else ()

    @property
    def multiple(self) -> float | None:
        """The largest multiple by which a value exceeds the target's limit, else None."""
        return largest_multiple(self.exceedances)


def evaluate(
    latest: Mapping[Parameter, LatestValue],
    *,
    body: BodyKind,
    target: WaterClass | None,
    required: Collection[Parameter],
    now: UtcDatetime,
    interval: timedelta,
    fresh_hours: float = FRESH_HOURS,
    fresh_intervals: int = FRESH_INTERVALS,
    evaluated: Collection[Parameter] = EVALUATED,
    rounding: bool = False,
    oxygen: Oxygen = Oxygen.CONCENTRATION,
) -> Evaluation:
    """Evaluates a section by its newest values at ``now``; returns its state and class.

    Only values flagged normal and younger than the interval allows (``max_age``) count. All
    required ones there: graded by every evaluated parameter that counts. Some young values, but not
    all required ones count: partial. None young: stale. None known: none. Without a target it is Ⅲ.
    """
    age = max_age(interval, fresh_hours=fresh_hours, fresh_intervals=fresh_intervals)
    fresh = freshness_of(latest, dict.fromkeys((*required, *evaluated)), now=now, age=age)
    temperature = freshness_of(latest, (Parameter.WATER_TEMPERATURE,), now=now, age=age)

    def graded(
        values: Mapping[Parameter, float], temperatures: Mapping[Parameter, float]
    ) -> Grade | None:
        return grade(
            {**temperatures, **values},
            body,
            target=target,
            evaluated=evaluated,
            rounding=rounding,
            oxygen=oxygen,
            limits=limits_on(business_date(now)),
        )

    missing = tuple(parameter for parameter in required if parameter not in fresh.counted)
    now_grade = last_grade = None
    if not fresh.known:
        state = EvaluationState.NONE
    elif not fresh.young:
        state = EvaluationState.STALE
        if all(parameter in fresh.normal for parameter in required):
            last_grade = graded(fresh.normal, temperature.normal)
    else:
        now_grade = None if missing else graded(fresh.counted, temperature.counted)
        state = EvaluationState.GRADED if now_grade else EvaluationState.PARTIAL
    return Evaluation(
        state=state,
        grade=now_grade,
        last_grade=last_grade,
        have=len(required) - len(missing),
        required_count=len(required),
        missing=missing,
        fresh_until=fresh.until,
    )
