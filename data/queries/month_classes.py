"""Sections by the means of a month (月均) instead of their newest values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from data.clock import Span, UtcDatetime, business_date, start_of_day
from data.quality.classes import EVALUATED, grade
from data.quality.limits import limits_on
from data.queries.map_stations import StationRecord
from data.settings import QualitySettings
from data.vocabulary import PARAMETERS, BodyKind, EvaluationState, Parameter, WaterClass

FIRST_DAYS = 3
"""In the first days of a month its mean says little: the month before is shown."""


def month_shown(now: UtcDatetime) -> Span:
    """The business month to date; in its first three days the whole month before."""
    today = business_date(now)
    first = today.replace(day=1)
    if today.day > FIRST_DAYS:
        return Span(start_of_day(first), now)
    before: date = (first - timedelta(days=1)).replace(day=1)
    return Span(start_of_day(before), start_of_day(first))


@dataclass(frozen=True, slots=True)
class MonthMeans:
    """The means of one section over a month, ``sample_count`` rows behind them."""

    values: Mapping[Parameter, float]
    required: tuple[Parameter, ...] | None
    sample_count: int


def _mean(parameter: Parameter) -> str:
    column = PARAMETERS[parameter].column
    normal = f"FILTER (WHERE reading.flags ->> '{parameter.value}' IS NULL)"
    if parameter is Parameter.PH:
        hydrogen = f"avg(power(10::float8, -{column})) {normal}"
        return f"(-log(({hydrogen})::numeric))::float8 AS {column}"
    return f"avg({column}) {normal} AS {column}"


_MEASURED = tuple(p for p in EVALUATED if PARAMETERS[p].column)
_MEANS = ", ".join(_mean(parameter) for parameter in _MEASURED)


def month_means(
    connection: Connection, section_ids: Iterable[int], month: Span
) -> dict[int, MonthMeans]:
    """The means of values flagged normal for each of these sections that has any reading.

    pH goes through the mean of H+, as in ``data.quality.means``.
    """
    rows = connection.execute(
        text(
            f"SELECT reading.station_id, section.required, count(*) AS n, {_MEANS} FROM reading"
            " JOIN section ON section.station_id = reading.station_id"
            " WHERE reading.station_id = ANY(:ids) AND reading.period IN ('instant', 'hour')"
            " AND reading.observed_at >= :start AND reading.observed_at < :end"
            " GROUP BY reading.station_id, section.required"
        ),
        {"ids": sorted(section_ids), "start": month.start, "end": month.end},
    )
    return {row.station_id: _means_of(row._mapping) for row in rows}


def _means_of(row: Any) -> MonthMeans:
    columns = {p: row[str(PARAMETERS[p].column)] for p in _MEASURED}
    return MonthMeans(
        values={p: value for p, value in columns.items() if value is not None},
        required=tuple(Parameter(key) for key in row["required"]) if row["required"] else None,
        sample_count=row["n"],
    )


def graded_by_month(
    records: Iterable[StationRecord],
    means: Mapping[int, MonthMeans],
    month: Span,
    quality: QualitySettings | None = None,
) -> list[StationRecord]:
    """The records with each section's class told from its means, rounded before grading."""
    settings = quality or QualitySettings()
    return [
        _graded(record, means.get(record.id), month, settings)
        if record.kind == "section"
        else record
        for record in records
    ]


def _graded(
    record: StationRecord, means: MonthMeans | None, month: Span, quality: QualitySettings
) -> StationRecord:
    if means is None:
        return record.graded_as(EvaluationState.NONE, None, sample_count=0)
    required = means.required or quality.required
    have = sum(parameter in means.values for parameter in required)
    told = None
    if have == len(required):
        told = grade(
            means.values,
            BodyKind(record.body),
            target=WaterClass(record.target_class),
            rounding=True,
            limits=limits_on(business_date(month.start)),
        )
    return record.graded_as(
        EvaluationState.GRADED if told else EvaluationState.PARTIAL,
        told.water_class if told else None,
        sample_count=means.sample_count,
        have_count=have,
        required_count=len(required),
    )
