"""Climatology: the span of a parameter's values at a station, by month of the year.

A span is made of the values that count, by the rule of ``data.queries.readings.counting``; months
are those of the business zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from sqlalchemy import Connection, text

from data.queries.readings.counting import KNOWN, RULED_READINGS, counted
from data.records import StationId
from data.vocabulary import Parameter
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
_SPANS = """
SELECT station_id, key, extract(month FROM local)::int AS month,
    percentile_cont(:quantile) WITHIN GROUP (ORDER BY value) AS low,
    percentile_cont(1 - :quantile) WITHIN GROUP (ORDER BY value) AS high,
    count(*) AS samples, count(DISTINCT extract(year FROM local)) AS years
FROM (
    SELECT reading.station_id, key, value,
        reading.observed_at AT TIME ZONE 'Asia/Shanghai' AS local
    FROM {readings} CROSS JOIN LATERAL (VALUES {values}) AS counted(key, value)
    WHERE {known} AND reading.period IN ('instant', 'hour') AND value IS NOT NULL
) AS each GROUP BY 1, 2, 3
"""
_ALL_TIME = MappingProxyType({"start": "-infinity", "end": "infinity", "as_of": "infinity"})
_MEASURED = (
    "SELECT DISTINCT json_object_keys(CAST(latest AS json)) FROM latest_reading"
    " WHERE station_id = ANY(:ids)"
)
_FORGET = "DELETE FROM climatology WHERE station_id = ANY(:ids)"
_KEEP = """
INSERT INTO climatology (station_id, parameter, month, suspect_low, suspect_high, fail_low,
    fail_high, sample_count, year_count)
VALUES (:station, :parameter, :month, :low, :high, :fail_low, :fail_high, :samples, :years)
"""
_LEAST_WIDTH = 0.1
"""A span is at least so wide, as a share of its upper end: a month of equal values is one."""

_ZONE_US = 8 * 3600 * SECOND_US
"""Months are those of the business zone, which has kept one offset since 1992."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Counts of usual spans of values computed, and of months with too few samples."""

    known: int = 0
    lacking: int = 0

    def __add__(self, other: "Computed") -> "Computed":
        return Computed(self.known + other.known, self.lacking + other.lacking)


@dataclass(frozen=True, slots=True)
class Spans:
    """The usual span of values by station and month: ``low[place, month - 1]``, NaN if unknown."""

    stations: Ints
    of: Mapping[Parameter, tuple[Floats, Floats, Ints]]

    def at(self, rows: Rows, course: Course, parameter: Parameter) -> tuple[Floats, Floats, Ints]:
        """Returns the usual low, high and sample count of the month of each value in a course."""
        low, high, count = self.of[parameter]
        place = np.searchsorted(self.stations, rows.station[course.row])
        month = months(course.at_us) - 1
        return low[place, month], high[place, month], count[place, month]


def months(at_us: Ints) -> Ints:
    """Returns the month (1 to 12, business time zone) of each instant."""
    local = (at_us + _ZONE_US).astype("datetime64[us]").astype("datetime64[M]")
    month: Ints = local.astype(np.int64) % 12 + 1
    return month


def read_spans(cursor: Cursor, stations: Sequence[StationId]) -> Spans:
    """Reads the usual spans of values of these stations."""
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
    """Returns the stations with these codes (None: all) that ever sent a reading.

    Unknown codes are left out.
    """
    cursor.execute(_WITH_HISTORY, {"codes": list(codes) if codes is not None else None})
    return [StationId(row[0]) for row in cursor.fetchall()]


def compute(connection: Connection, stations: Sequence[StationId], rules: Rules) -> Computed:
    """Recomputes and stores the stations' usual spans of values from all readings; returns counts.

    A parameter gets a span for each month of the year that has enough samples and years.
    """
    held = rules.climatology
    facts = {**_ALL_TIME, "ids": list(stations), "quantile": held.quantile}
    keys = set(connection.scalars(text(_MEASURED), {"ids": list(stations)}))
    values = ", ".join(f"('{each}', {counted(each)})" for each in Parameter if each in keys)
    if not values:
        return Computed()
    query = _SPANS.format(readings=RULED_READINGS, known=KNOWN, values=values)
    kept, lacking = [], 0
    for row in connection.execute(text(query), facts):
        if row.samples < held.least_samples or row.years < held.least_years:
            lacking += 1
            continue
        sensor = rules.waters[Parameter(row.key)]
        margin = held.margin * max(row.high - row.low, _LEAST_WIDTH * abs(row.high))
        kept.append(
            {
                "station": row.station_id,
                "parameter": row.key,
                "month": row.month,
                "low": max(row.low - margin, sensor.low),
                "high": min(row.high + margin, sensor.high),
                "fail_low": sensor.low,
                "fail_high": sensor.high,
                "samples": row.samples,
                "years": row.years,
            }
        )
    connection.execute(text(_FORGET), {"ids": list(stations)})
    if kept:
        connection.execute(text(_KEEP), kept)
    return Computed(len(kept), lacking)
