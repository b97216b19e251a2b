"""What a month is like: the span of a parameter's values at a station, by month of the year.

A span is made of values flagged normal that no test failed and no review took out; months are
those of the business zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.records import StationId
from data.vocabulary import PARAMETERS, Parameter
from ingest.qc.rules import Rules
from ingest.qc.series import SECOND_US, Course, Floats, Ints, Rows
from ingest.stations import Cursor

_READ = """
SELECT station_id, parameter, month, suspect_low, suspect_high, sample_count FROM climatology
WHERE station_id = ANY(%s)
"""
_WITH_HISTORY = """
SELECT s.id FROM station s JOIN latest_reading l ON l.station_id = s.id
WHERE %(codes)s::text[] IS NULL OR s.code = ANY(%(codes)s) ORDER BY s.id
"""
_NORMAL = """
WITH without AS (
    SELECT station_id, observed_at, period, array_agg(parameter) AS parameters FROM (
        SELECT station_id, observed_at, period, parameter FROM reading_finding
        WHERE station_id = ANY(%(ids)s) AND finding = 'failed'
        UNION ALL SELECT station_id, observed_at, period, parameter FROM reading_review
        WHERE station_id = ANY(%(ids)s) AND verdict IN ('reject', 'correct')
    ) AS each GROUP BY 1, 2, 3
)
SELECT r.station_id, key, value, r.observed_at AT TIME ZONE 'Asia/Shanghai' AS local
FROM reading r LEFT JOIN without w USING (station_id, observed_at, period)
CROSS JOIN LATERAL (VALUES {values}) AS measured(key, value)
WHERE r.station_id = ANY(%(ids)s) AND r.period IN ('instant', 'hour') AND value IS NOT NULL
AND NOT coalesce(r.flags ? key, false) AND NOT coalesce(key = ANY(w.parameters), false)
"""
_SPANS = """
SELECT station_id, key, extract(month FROM local)::int AS month,
    percentile_cont(%(quantile)s) WITHIN GROUP (ORDER BY value) AS low,
    percentile_cont(1 - %(quantile)s) WITHIN GROUP (ORDER BY value) AS high,
    count(*) AS samples, count(DISTINCT extract(year FROM local)) AS years
FROM ({normal}) AS normal GROUP BY 1, 2, 3
"""
_FORGET = "DELETE FROM climatology WHERE station_id = ANY(%s)"
_KEEP = """
INSERT INTO climatology (station_id, parameter, month, suspect_low, suspect_high, fail_low,
    fail_high, sample_count, year_count)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_LEAST_WIDTH = 0.1
"""A span is at least so wide, as a share of its upper end: a month of equal values is one."""

_ZONE_US = 8 * 3600 * SECOND_US
"""Months are those of the business zone, which has kept one offset since 1992."""


@dataclass(frozen=True, slots=True)
class Computed:
    """How many spans are known now, and how many months have too little behind them."""

    known: int = 0
    lacking: int = 0

    def __add__(self, other: "Computed") -> "Computed":
        return Computed(self.known + other.known, self.lacking + other.lacking)


@dataclass(frozen=True, slots=True)
class Spans:
    """The known spans of some stations: ``low[place, month - 1]``, NaN where none is known."""

    stations: Ints
    of: Mapping[Parameter, tuple[Floats, Floats, Ints]]

    def at(self, rows: Rows, course: Course, parameter: Parameter) -> tuple[Floats, Floats, Ints]:
        """The span and its sample count for each value of a course."""
        low, high, count = self.of[parameter]
        place = np.searchsorted(self.stations, rows.station[course.row])
        month = months(course.at_us) - 1
        return low[place, month], high[place, month], count[place, month]


def months(at_us: Ints) -> Ints:
    """The month, 1 to 12, of each instant in the business zone."""
    local = (at_us + _ZONE_US).astype("datetime64[us]").astype("datetime64[M]")
    counted: Ints = local.astype(np.int64) % 12 + 1
    return counted


def read_spans(cursor: Cursor, stations: Sequence[StationId]) -> Spans:
    """What is known of these stations."""
    listed = np.unique(np.array(stations, dtype=np.int64))
    cursor.execute(_READ, (list(stations),))
    found: dict[Parameter, tuple[Floats, Floats, Ints]] = {}
    for station, key, month, low, high, count in cursor.fetchall():
        parameter = Parameter(key)
        if parameter not in found:
            shape = (len(listed), 12)
            found[parameter] = (
                np.full(shape, np.nan),
                np.full(shape, np.nan),
                np.zeros(shape, int),
            )
        place = (int(np.searchsorted(listed, station)), month - 1)
        for array, value in zip(found[parameter], (low, high, count), strict=True):
            array[place] = value
    return Spans(listed, found)


def stations_with_history(cursor: Cursor, codes: Sequence[str] | None) -> list[StationId]:
    """Those of the codes, all for None, that ever sent anything."""
    cursor.execute(_WITH_HISTORY, {"codes": list(codes) if codes is not None else None})
    return [StationId(row[0]) for row in cursor.fetchall()]


def compute(cursor: Cursor, stations: Sequence[StationId], rules: Rules) -> Computed:
    """The stations' spans are those of all their history now; what lacks samples has none."""
    values = ", ".join(
        f"('{each.value}', r.{facts.column})"
        if facts.column
        else f"('{each.value}', (r.extra ->> '{each.value}')::float8)"
        for each, facts in PARAMETERS.items()
    )
    held = rules.climatology
    query = _SPANS.format(normal=_NORMAL.format(values=values))
    cursor.execute(query.encode(), {"ids": list(stations), "quantile": held.quantile})
    kept, lacking = [], 0
    for station, key, month, low, high, samples, years in cursor.fetchall():
        if samples < held.least_samples or years < held.least_years:
            lacking += 1
            continue
        sensor = rules.waters[Parameter(key)]
        margin = held.margin * max(high - low, _LEAST_WIDTH * abs(high))
        span = (max(low - margin, sensor.low), min(high + margin, sensor.high))
        kept.append((station, key, month, *span, sensor.low, sensor.high, samples, years))
    cursor.execute(_FORGET, (list(stations),))
    cursor.executemany(_KEEP, kept)
    return Computed(len(kept), lacking)
