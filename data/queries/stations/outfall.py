"""An outfall for its drawer: compliance with its limits, value by value, and its loads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from data.clock import Span, UtcDatetime, business_date
from data.quality.compliance import OutfallJudgement, OutfallLimit
from data.quality.exceedances import Exceedance, exceedance_of
from data.quality.loads import Sample, SpanLoad, span_load
from data.quality.rules import Rules
from data.queries.readings.counting import KNOWN, RULED_READINGS, bound, counted
from data.queries.readings.course import GAP_INTERVALS
from data.queries.stations.facts import KeptLimit, StationFacts
from data.records import LatestValue
from data.settings import QualitySettings
from data.vocabulary import Flag, Parameter

LOADED: Final = (
    Parameter.COD,
    Parameter.AMMONIA_NITROGEN,
    Parameter.TOTAL_PHOSPHORUS,
    Parameter.TOTAL_NITROGEN,
)
"""The parameters whose mass is told (总量指标)."""

DAY, MONTH = timedelta(hours=24), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limited parameter of an outfall: the limit in force today and the newest value."""

    limit: KeptLimit
    latest: LatestValue | None
    counts: bool
    exceedance: Exceedance | None


@dataclass(frozen=True, slots=True)
class Load:
    """The discharged mass of one parameter over the last day and the last 30 days."""

    parameter: Parameter
    day: SpanLoad
    month: SpanLoad


@dataclass(frozen=True, slots=True)
class OutfallFacts:
    """An outfall's judgement with a row per limit; ``others``: parameters without a limit."""

    station: StationFacts
    judgement: OutfallJudgement
    rows: tuple[LimitRow, ...]
    others: tuple[tuple[Parameter, LatestValue], ...]
    loads: tuple[Load, ...]

    @property
    def first_parameter(self) -> Parameter:
        """The parameter to chart first: the worst exceeding, else a measured one."""
        for parameter in self.judgement.exceeding:
            return parameter
        measured = [row.limit.parameter for row in self.rows if row.latest]
        for parameter in LOADED:
            if parameter in measured:
                return parameter
        return measured[0] if measured else Parameter.FLOW


def outfall_facts(
    connection: Connection,
    station: StationFacts,
    limits: Sequence[KeptLimit],
    now: UtcDatetime,
    quality: QualitySettings,
) -> OutfallFacts:
    """Returns the outfall's judgement at ``now``, by the rules of ingest, with its rows."""
    today = [limit for limit in limits if limit.holds_on(business_date(now))]
    rules = Rules(quality)
    judgement = rules.outfall(
        station.latest,
        [OutfallLimit(each.parameter, each.low, each.high, each.basis) for each in today],
        now=now,
        interval=station.interval,
    )
    since = UtcDatetime(now - rules.max_age(station.interval))
    rows = [_row(each, station.latest.get(each.parameter), since) for each in today]
    limited = {each.parameter for each in today}
    return OutfallFacts(
        station,
        judgement,
        tuple(sorted(rows, key=lambda row: row.latest is None)),
        tuple(
            (p, station.latest[p]) for p in Parameter if p in station.latest and p not in limited
        ),
        loads(connection, station, now),
    )


def _row(limit: KeptLimit, latest: LatestValue | None, since: UtcDatetime) -> LimitRow:
    counts = latest is not None and latest.flag is Flag.NORMAL and latest.observed_at > since
    beyond = None
    if latest is not None and counts:
        beyond = exceedance_of(limit.parameter, latest.value, limit.low, limit.high, limit.basis)
    return LimitRow(limit, latest, counts, beyond)


def loads(connection: Connection, station: StationFacts, now: UtcDatetime) -> tuple[Load, ...]:
    """Returns the loads of parameters measured together with flow or volume; () if none is."""
    measured = [each for each in LOADED if each in station.latest]
    if not measured or not {Parameter.FLOW, Parameter.VOLUME} & station.latest.keys():
        return ()
    wanted = [*measured, Parameter.FLOW, Parameter.VOLUME]
    columns = ", ".join(counted(each) for each in wanted)
    month = Span(UtcDatetime(now - MONTH), now)
    rows = connection.execute(
        text(
            f"""
            SELECT reading.observed_at, {columns} FROM {RULED_READINGS} WHERE {KNOWN}
            AND reading.period IN ('instant', 'hour') ORDER BY reading.observed_at
            """
        ),
        bound([station.id], month.start, month.end),
    ).all()
    hold = GAP_INTERVALS * station.interval
    day = Span(UtcDatetime(now - DAY), now)
    listed = []
    for place, parameter in enumerate(measured, start=1):
        samples = [Sample(UtcDatetime(row[0]), row[place], row[-2], row[-1]) for row in rows]
        listed.append(
            Load(
                parameter,
                span_load(samples, day, hold=hold),
                span_load(samples, month, hold=hold),
            )
        )
    return tuple(listed)
