"""A section for its drawer: its class now with the reason, value by value."""

from dataclasses import dataclass
from typing import Final

from data.clock import UtcDatetime, business_date
from data.quality.classes import EVALUATED, class_of
from data.quality.evaluation import Evaluation
from data.quality.exceedances import Exceedance, exceedance_of
from data.quality.limits import limits_on
from data.quality.rules import Rules
from data.queries.stations.facts import StationFacts
from data.records import LatestValue
from data.settings import QualitySettings
from data.vocabulary import BodyKind, Flag, Parameter, WaterClass

LISTED: Final = (
    Parameter.DISSOLVED_OXYGEN,
    Parameter.PERMANGANATE_INDEX,
    Parameter.AMMONIA_NITROGEN,
    Parameter.TOTAL_PHOSPHORUS,
    Parameter.PH,
)
"""What is read first, in the order officials read it; the other evaluated ones follow."""


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One evaluated parameter of a section: newest value, target's limit, and the result.

    ``latest`` is None for a required parameter that was never measured. ``counts``: the value is
    young and flagged normal; ``low`` and ``high`` are the limit of the target class.
    ``is_separate`` marks a parameter with a class of its own that doesn't affect the section's.
    """

    parameter: Parameter
    latest: LatestValue | None
    counts: bool
    water_class: WaterClass | None
    low: float | None
    high: float | None
    exceedance: Exceedance | None
    is_deciding: bool
    is_required: bool
    is_separate: bool


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """A section's evaluation with a row per parameter; ``others`` aren't evaluated."""

    station: StationFacts
    evaluation: Evaluation
    target: WaterClass
    rows: tuple[ValueRow, ...]
    others: tuple[tuple[Parameter, LatestValue], ...]

    @property
    def shown_class(self) -> WaterClass | None:
        """The water-quality class now; for a stale section the last one determined."""
        grade = self.evaluation.grade or self.evaluation.last_grade
        return grade.water_class if grade else None

    @property
    def first_parameter(self) -> Parameter:
        """The parameter to chart first: the farthest beyond target, else a deciding one."""
        grade = self.evaluation.grade or self.evaluation.last_grade
        deciding = grade.deciding if grade else ()
        beyond = [each.parameter for each in self.evaluation.exceedances]
        measured = [row.parameter for row in self.rows if row.latest]
        for parameter in (*beyond, *self._ordered(deciding), *measured):
            return parameter
        return Parameter.AMMONIA_NITROGEN

    def _ordered(self, parameters: tuple[Parameter, ...]) -> list[Parameter]:
        """Returns the deciding parameters, those that tell most of pollution first."""
        first = (Parameter.AMMONIA_NITROGEN, Parameter.TOTAL_PHOSPHORUS)
        return sorted(parameters, key=lambda each: (each not in first, each is Parameter.PH))


def section_facts(
    station: StationFacts, now: UtcDatetime, quality: QualitySettings
) -> SectionFacts:
    """Returns the section's evaluation at ``now``, by the rules of ingest, with its rows."""
    rules = Rules(quality)
    required = rules.required(station.required)
    evaluation = rules.section(
        station.latest,
        body=station.body,
        target=station.target,
        required=required,
        now=now,
        interval=station.interval,
    )
    grade = evaluation.grade or evaluation.last_grade
    target = station.target or WaterClass.III
    separate = {Parameter.TOTAL_NITROGEN} if station.body is BodyKind.LAKE else set()
    shown = dict.fromkeys((*LISTED, *required, *EVALUATED, *separate))
    rows = tuple(
        _row(
            station,
            parameter,
            target,
            rules,
            now,
            is_deciding=grade is not None and parameter in grade.deciding,
            is_required=parameter in required,
        )
        for parameter in shown
        if parameter in station.latest or parameter in required
    )
    listed = {row.parameter for row in rows}
    others = tuple((p, station.latest[p]) for p in Parameter if p in station.latest)
    return SectionFacts(
        station, evaluation, target, rows, tuple(each for each in others if each[0] not in listed)
    )


def _row(
    station: StationFacts,
    parameter: Parameter,
    target: WaterClass,
    rules: Rules,
    now: UtcDatetime,
    *,
    is_deciding: bool,
    is_required: bool,
) -> ValueRow:
    latest = station.latest.get(parameter)
    limits = limits_on(business_date(now))
    asked = limits.surface[station.body].get(parameter)
    low, high = asked.limit_of(target) if asked else (None, None)
    water_class = exceedance = None
    if latest:
        temperature = station.latest.get(Parameter.WATER_TEMPERATURE)
        water_class = class_of(
            parameter,
            latest.value,
            station.body,
            limits=limits,
            oxygen=rules.oxygen,
            temperature_c=temperature.value if temperature else None,
        )
        if water_class and water_class > target:
            exceedance = exceedance_of(parameter, latest.value, low, high, target.numeral)
    young = latest is not None and now < latest.observed_at + rules.max_age(station.interval)
    return ValueRow(
        parameter,
        latest,
        latest is not None and young and latest.flag is Flag.NORMAL,
        water_class,
        low,
        high,
        exceedance,
        is_deciding,
        is_required,
        parameter not in EVALUATED,
    )
