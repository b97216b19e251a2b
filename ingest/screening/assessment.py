"""Assesses a station by its newest values: the class of a section, compliance of an outfall."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from data.clock import UtcDatetime, business_date, business_day
from data.errors import BadInput
from data.quality.classes import Oxygen, grade
from data.quality.exceedances import Exceedance, exceedance_of
from data.quality.freshness import freshness_of
from data.quality.ladders import Ladder
from data.quality.limits import limits_on
from data.quality.rules import Rules
from data.records import LatestValue
from data.settings import QualitySettings
from data.vocabulary import Compliance, EvaluationState, Flag, Parameter, StationKind, WaterClass
from ingest.stations import StationFacts

MOST_LADDERS = 4096


class Assessment(NamedTuple):
    """A station's assessment: the columns of ``latest_reading`` computed from newest values.

    ``state`` of an outfall: graded when its compliance can be determined, partial when only flagged
    values are young, stale when none is, none without any; its ``deciding`` are the parameters
    beyond their limits. An intake is never graded: partial while a value is young, else stale.
    """

    state: EvaluationState
    water_class: WaterClass | None = None
    deciding: tuple[Parameter, ...] = ()
    have_count: int = 0
    required_count: int = 0
    meets_target: bool | None = None
    compliance: Compliance | None = None
    multiple: float | None = None
    fresh_until: UtcDatetime | None = None


class Assessor:
    """Assesses stations: their state, water-quality class and compliance."""

    def __init__(self, settings: QualitySettings | None = None) -> None:
        self._settings = settings or QualitySettings()
        self._rules = Rules(self._settings)
        self._is_ordinary = (
            not self._settings.round_readings and self._rules.oxygen is Oxygen.CONCENTRATION
        )
        self._ladders: dict[object, Ladder | None] = {}
        self._days = _Days()

    def assess(
        self, station: StationFacts, latest: Mapping[Parameter, LatestValue], now: UtcDatetime
    ) -> Assessment:
        """Returns the station's assessment at ``now`` by its newest values."""
        if station.kind is StationKind.SECTION:
            return self._section(station, latest, now)
        if station.kind is StationKind.OUTFALL:
            return self._outfall(station, latest, now)
        fresh = freshness_of(
            latest,
            latest,
            now=now,
            age=self._rules.max_age(station.interval),
        )
        state = EvaluationState.PARTIAL if fresh.young else EvaluationState.STALE
        return Assessment(state, fresh_until=fresh.until)

    def _section(
        self, station: StationFacts, latest: Mapping[Parameter, LatestValue], now: UtcDatetime
    ) -> Assessment:
        age = self._rules.max_age(station.interval)
        ladder = self._ladder(station, now)
        stands = ladder.stand(latest, now, age) if ladder else None
        if stands is not None:
            required_count = len(self._rules.required(station.required))
            return Assessment(
                state=EvaluationState.GRADED,
                water_class=stands.water_class,
                deciding=stands.deciding,
                have_count=required_count,
                required_count=required_count,
                meets_target=stands.meets_target,
                multiple=stands.multiple,
                fresh_until=stands.fresh_until,
            )
        return self.evaluate_section(station, latest, now)

    def evaluate_section(
        self, station: StationFacts, latest: Mapping[Parameter, LatestValue], now: UtcDatetime
    ) -> Assessment:
        """Returns a section's assessment by ``evaluate``, slower but valid in every case."""
        evaluation = self._rules.section(
            latest,
            body=station.body,
            target=station.target,
            required=station.required,
            now=now,
            interval=station.interval,
        )
        return Assessment(
            state=evaluation.state,
            water_class=evaluation.water_class,
            deciding=evaluation.deciding,
            have_count=evaluation.have,
            required_count=evaluation.required_count,
            meets_target=evaluation.meets_target,
            multiple=evaluation.multiple,
            fresh_until=evaluation.fresh_until,
        )

    def _outfall(
        self, station: StationFacts, latest: Mapping[Parameter, LatestValue], now: UtcDatetime
    ) -> Assessment:
        limits = station.limits_on(business_date(now))
        judgement = self._rules.outfall(latest, limits, now=now, interval=station.interval)
        if judgement.state is not None:
            state = EvaluationState.GRADED
        elif judgement.fresh_until is not None:
            state = EvaluationState.PARTIAL
        else:
            state = EvaluationState.STALE if latest else EvaluationState.NONE
        return Assessment(
            state=state,
            deciding=judgement.exceeding,
            have_count=len(judgement.judged),
            required_count=len(limits),
            compliance=judgement.state,
            multiple=judgement.multiple,
            fresh_until=judgement.fresh_until,
        )

    def exceedances(
        self,
        station: StationFacts,
        observed_at: UtcDatetime,
        values: Mapping[Parameter, float],
        flags: Mapping[Parameter, Flag],
        latest: Mapping[Parameter, LatestValue],
    ) -> tuple[Exceedance, ...]:
        """Returns where one reading exceeds its station's target or limits valid on that day.

        Only values flagged normal count. ``latest`` tells whether an outfall discharges at all
        where the reading doesn't.
        """
        if station.kind is StationKind.SECTION:
            ladder = self._ladder(station, observed_at)
            if ladder is not None:
                return ladder.beyond(values, flags)
            return self.grade_section(station, observed_at, values, flags)
        if station.kind is not StationKind.OUTFALL or not _is_any_beyond(station, values):
            return ()
        return self.judge_outfall(station, observed_at, values, flags, latest)

    def judge_outfall(
        self,
        station: StationFacts,
        observed_at: UtcDatetime,
        values: Mapping[Parameter, float],
        flags: Mapping[Parameter, Flag],
        latest: Mapping[Parameter, LatestValue],
    ) -> tuple[Exceedance, ...]:
        """Returns the exceedances in an outfall's reading, found by ``judge``."""
        own = {
            p: LatestValue(value, observed_at, flags.get(p, Flag.NORMAL))
            for p, value in values.items()
        }
        known = {p: each for p, each in latest.items() if each.observed_at <= observed_at} | own
        limits = station.limits_on(business_date(observed_at))
        judgement = self._rules.outfall(known, limits, now=observed_at, interval=station.interval)
        return tuple(each for each in judgement.exceedances if each.parameter in own)

    def grade_section(
        self,
        station: StationFacts,
        observed_at: UtcDatetime,
        values: Mapping[Parameter, float],
        flags: Mapping[Parameter, Flag],
    ) -> tuple[Exceedance, ...]:
        """Returns the exceedances in a section's reading, found by ``grade``."""
        try:
            limits = limits_on(business_date(observed_at))
        except BadInput:  # no edition of the standard held for that day
            return ()
        graded = grade(
            {p: value for p, value in values.items() if p not in flags},
            station.body,
            target=station.target,
            rounding=self._settings.round_readings,
            oxygen=self._rules.oxygen,
            limits=limits,
        )
        return graded.over_target if graded else ()

    def _ladder(self, station: StationFacts, moment: UtcDatetime) -> Ladder | None:
        """Returns limits prepared for that day's fast grading; None where that doesn't apply."""
        if not self._is_ordinary:
            return None
        key = (self._days.of(moment), station.body, station.target, station.required)
        try:
            return self._ladders[key]
        except KeyError:
            if len(self._ladders) >= MOST_LADDERS:
                self._ladders.clear()
            made = self._ladders[key] = self._made_ladder(station, key[0])
            return made

    def _made_ladder(self, station: StationFacts, day: date) -> Ladder | None:
        if station.target is WaterClass.WORSE_THAN_V:  # has no limits to lie beyond
            return None
        try:
            limits = limits_on(day)
        except BadInput:  # no edition of the standard held for that day
            return None
        required = self._rules.required(station.required)
        return Ladder(limits, station.body, station.target, required)


class _Days:
    """Caches the business day of a moment, as most moments fall on the same day."""

    def __init__(self) -> None:
        self._day = date.min
        self._start = self._end = datetime.max.replace(tzinfo=UTC)

    def of(self, moment: UtcDatetime) -> date:
        """Returns the business day (a date in the business time zone) of the moment."""
        if not self._start <= moment < self._end:
            self._day = business_date(moment)
            span = business_day(self._day)
            self._start, self._end = span.start, span.end
        return self._day


def _is_any_beyond(station: StationFacts, values: Mapping[Parameter, float]) -> bool:
    """Returns whether a value exceeds any limit of the outfall, whatever day that holds on."""
    for dated in station.limits:
        limit = dated.limit
        value = values.get(limit.parameter)
        if value is not None and exceedance_of(limit.parameter, value, limit.low, limit.high, ""):
            return True
    return False
