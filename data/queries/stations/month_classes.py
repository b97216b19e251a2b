"""Grades sections by the means of a month (月均) instead of their newest values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from data.clock import Span, UtcDatetime, business_date, start_of_day
from data.quality.classes import EVALUATED, grade
from data.quality.limits import limits_on
from data.quality.means import Mean, expected_count, share_of
from data.quality.sums import mean_of_whole, whole_sql
from data.queries.readings.counting import KNOWN, RULED_READINGS, bound, counted
from data.queries.stations.standing import StationRecord
from data.settings import QualitySettings
from data.vocabulary import PARAMETERS, BodyKind, EvaluationState, Parameter, WaterClass

FIRST_DAYS = 3
"""In the first days of a month its mean says little: the month before is shown."""


def month_shown(now: UtcDatetime) -> Span:
    """Returns the business month up to now; on its first three days the month before instead."""
    today = business_date(now)
    first = today.replace(day=1)
    if today.day > FIRST_DAYS:
        return Span(start_of_day(first), now)
    before: date = (first - timedelta(days=1)).replace(day=1)
    return Span(start_of_day(before), start_of_day(first))


@dataclass(frozen=True, slots=True)
class MonthMeans:
    """The mean of each parameter of one section over a month, from ``sample_count`` rows."""

    means: Mapping[Parameter, Mean]
    required: tuple[Parameter, ...] | None
    sample_count: int

    @property
    def values(self) -> dict[Parameter, float]:
        """The mean values alone, without their counts."""
        return {p: mean.value for p, mean in self.means.items() if mean.value is not None}


MEASURED = tuple(p for p in EVALUATED if PARAMETERS[p].column)
"""The evaluated parameters, all of which have a column of their own."""


def _sum(parameter: Parameter) -> str:
    column = str(PARAMETERS[parameter].column)
    there = f"FILTER (WHERE {column} IS NOT NULL)"
    return (
        f"sum({whole_sql(parameter, column)}) {there} AS sum_{column},"
        f" count({column}) AS n_{column}"
    )


_SUMS = ", ".join(_sum(parameter) for parameter in MEASURED)
_COUNTED = ", ".join(f"{counted(each)} AS {PARAMETERS[each].column}" for each in MEASURED)


def month_means(
    connection: Connection,
    section_ids: Iterable[int],
    month: Span,
    as_of: UtcDatetime | None = None,
) -> dict[int, MonthMeans]:
    """Returns the month's means of values that count, by id of each section with readings.

    By what was known ``as_of`` a moment, now by default; see ``data.queries.readings.counting``.

    They are exact, see ``data.quality.sums``: the months in files give the same to the last bit.
    """
    rows = connection.execute(
        text(
            f"""
            SELECT told.*, section.required, station.interval_s, station.started_at,
            station.ended_at FROM (SELECT reading.station_id, count(*) AS n,
            {_SUMS} FROM (SELECT reading.station_id, {_COUNTED} FROM {RULED_READINGS}
            WHERE {KNOWN} AND reading.period IN ('instant', 'hour')) AS reading
            GROUP BY reading.station_id) told
            JOIN section ON section.station_id = told.station_id
            JOIN station ON station.id = told.station_id
            """
        ),
        bound(sorted(section_ids), month.start, month.end, as_of),
    )
    return {row.station_id: _means_of(row._mapping, month) for row in rows}


def _means_of(row: Any, month: Span) -> MonthMeans:
    expected = expected_count(
        month, timedelta(seconds=row["interval_s"]), row["started_at"], row["ended_at"]
    )
    return MonthMeans(
        means={p: mean for p in MEASURED if (mean := _mean_in(row, p, expected)).count},
        required=tuple(Parameter(key) for key in row["required"]) if row["required"] else None,
        sample_count=row["n"],
    )


def _mean_in(row: Any, parameter: Parameter, expected: int) -> Mean:
    column = PARAMETERS[parameter].column
    count = row[f"n_{column}"]
    value = mean_of_whole(parameter, int(row[f"sum_{column}"] or 0), count)
    return Mean(value, count, share_of(count, expected))


def graded_by_month(
    records: Iterable[StationRecord],
    means: Mapping[int, MonthMeans],
    month: Span,
    quality: QualitySettings | None = None,
) -> list[StationRecord]:
    """Returns the records with each section's class by its month's means, rounded first."""
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
    told_by = [parameter for parameter in required if parameter in means.values]
    have = len(told_by)
    grade_of_month = None
    if have == len(required):
        grade_of_month = grade(
            means.values,
            BodyKind(record.body),
            target=WaterClass(record.target_class),
            rounding=True,
            limits=limits_on(business_date(month.start)),
        )
    return record.graded_as(
        EvaluationState.GRADED if grade_of_month else EvaluationState.PARTIAL,
        grade_of_month.water_class if grade_of_month else None,
        sample_count=min((means.means[p].count for p in told_by), default=0),
        valid_share=min(
            (share for p in told_by if (share := means.means[p].valid_share) is not None),
            default=None,
        ),
        have_count=have,
        required_count=len(required),
    )
