"""What a station's values say by its own limits: the class of a section, 达标 of an outfall."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.clock import UtcDatetime, business_date
from data.errors import BadInput
from data.quality.classes import grade
from data.quality.exceedances import Exceedance
from data.quality.freshness import freshness_of
from data.quality.limits import limits_on
from data.quality.rules import Rules
from data.records import LatestValue
from data.settings import QualitySettings
from data.vocabulary import Compliance, EvaluationState, Flag, Parameter, StationKind, WaterClass
from ingest.stations import StationFacts


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judged columns of ``latest_reading``.

    ``state`` of an outfall: graded when its compliance can be told, partial when only flagged
    values are young, stale when none is; its ``deciding`` are the parameters beyond their limits.
    An intake is never graded: partial while its values are young.
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
    """Assesses stations by one set of quality settings."""

    def __init__(self, settings: QualitySettings | None = None) -> None:
        self._settings = settings or QualitySettings()
        self._rules = Rules(self._settings)

    def assess(
        self, station: StationFacts, latest: Mapping[Parameter, LatestValue], now: UtcDatetime
    ) -> Assessment:
        """How the station stands at ``now`` by its newest values."""
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
        told = self._rules.section(
            latest,
            body=station.body,
            target=station.target,
            required=station.required,
            now=now,
            interval=station.interval,
        )
        return Assessment(
            state=told.state,
            water_class=told.water_class,
            deciding=told.deciding,
            have_count=told.have,
            required_count=told.required_count,
            meets_target=told.meets_target,
            multiple=told.multiple,
            fresh_until=told.fresh_until,
        )

    def _outfall(
        self, station: StationFacts, latest: Mapping[Parameter, LatestValue], now: UtcDatetime
    ) -> Assessment:
        limits = station.limits_on(business_date(now))
        told = self._rules.outfall(latest, limits, now=now, interval=station.interval)
        if told.state is not None:
            state = EvaluationState.GRADED
        elif told.fresh_until is not None:
            state = EvaluationState.PARTIAL
        else:
            state = EvaluationState.STALE if latest else EvaluationState.NONE
        return Assessment(
            state=state,
            deciding=told.exceeding,
            have_count=len(told.judged),
            required_count=len(limits),
            compliance=told.state,
            multiple=told.multiple,
            fresh_until=told.fresh_until,
        )

    def exceedances(
        self,
        station: StationFacts,
        observed_at: UtcDatetime,
        values: Mapping[Parameter, float],
        flags: Mapping[Parameter, Flag],
        latest: Mapping[Parameter, LatestValue],
    ) -> tuple[Exceedance, ...]:
        """What of one reading lies beyond its station's target or limits of that day.

        Only values flagged normal count. ``latest`` tells whether an outfall discharges at all
        where the reading doesn't.
        """
        if station.kind is StationKind.SECTION:
            return self._over_target(station, observed_at, values, flags)
        if station.kind is not StationKind.OUTFALL:
            return ()
        own = {
            p: LatestValue(value, observed_at, flags.get(p, Flag.NORMAL))
            for p, value in values.items()
        }
        known = {p: each for p, each in latest.items() if each.observed_at <= observed_at} | own
        limits = station.limits_on(business_date(observed_at))
        told = self._rules.outfall(known, limits, now=observed_at, interval=station.interval)
        return tuple(each for each in told.exceedances if each.parameter in own)

    def _over_target(
        self,
        station: StationFacts,
        observed_at: UtcDatetime,
        values: Mapping[Parameter, float],
        flags: Mapping[Parameter, Flag],
    ) -> tuple[Exceedance, ...]:
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
