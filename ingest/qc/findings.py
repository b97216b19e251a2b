"""Writes findings: added or made worse, withdrawn only where nobody reviewed them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from data.clock import UtcDatetime
from data.records import StationId
from data.vocabulary import Parameter, Period
from data.words.review import Finding, QualityTest
from ingest.qc.series import PERIODS, Bools, Rows
from ingest.qc.tests import Findings
from ingest.stations import Cursor

_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_finding (
    station_id bigint, observed_at timestamptz, period text, parameter text, test text,
    finding text, value float8, expected_low float8, expected_high float8, detail text
) ON COMMIT DELETE ROWS
"""
_TYPES = (
    "int8", "timestamptz", "text", "text", "text",
    "text", "float8", "float8", "float8", "text",
)  # fmt: skip
_PUT = """
INSERT INTO reading_finding AS held (station_id, observed_at, period, parameter, test, finding,
    value, expected_low, expected_high, detail)
SELECT station_id, observed_at, period, parameter, test, finding, value, expected_low,
    expected_high, detail
FROM staged_finding ORDER BY station_id, observed_at, period, parameter, test
ON CONFLICT (station_id, observed_at, period, parameter, test) DO UPDATE SET
    finding = excluded.finding, expected_low = excluded.expected_low,
    expected_high = excluded.expected_high, detail = excluded.detail, found_at = now()
WHERE held.finding = 'suspect' AND excluded.finding = 'failed'
"""
_TAKE_BACK = """
DELETE FROM reading_finding f USING unnest(%s::bigint[]) AS looked(id)
WHERE f.station_id = looked.id AND f.observed_at >= %s AND f.observed_at < %s
AND NOT EXISTS (SELECT FROM staged_finding s WHERE (s.station_id, s.observed_at, s.period,
    s.parameter, s.test) = (f.station_id, f.observed_at, f.period, f.parameter, f.test))
AND NOT EXISTS (SELECT FROM reading_review v WHERE (v.station_id, v.observed_at, v.period,
    v.parameter) = (f.station_id, f.observed_at, f.period, f.parameter))
"""
_PROGRESS = """
INSERT INTO quality_progress AS held (station_id, change_no, checked_until, looked_at)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (station_id) DO UPDATE SET
    change_no = greatest(held.change_no, excluded.change_no),
    checked_until = greatest(held.checked_until, excluded.checked_until),
    looked_at = excluded.looked_at
"""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding of one test about one value; ``low`` or ``high`` None: no bound on that side."""

    station: StationId
    observed_at: UtcDatetime
    period: Period
    parameter: Parameter
    test: QualityTest
    finding: Finding
    value: float
    low: float | None
    high: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a station was examined: its change number then, and its last reading's time."""

    station: StationId
    change_no: int
    until: UtcDatetime | None


def rows_of(
    rows: Rows, findings: Iterable[tuple[Parameter, Findings]], is_due: Bools
) -> Mapping[tuple[int, Parameter, QualityTest], FindingRow]:
    """Returns the findings about rows in ``is_due``; the worst for each value and test."""
    listed: dict[tuple[int, Parameter, QualityTest], FindingRow] = {}
    for parameter, each in findings:
        for at in np.flatnonzero(is_due[each.row]):
            row = int(each.row[at])
            key = (row, parameter, each.test)
            failed = bool(each.failed[at])
            if key in listed and not failed:
                continue
            listed[key] = FindingRow(
                StationId(int(rows.station[row])),
                moment_of(int(rows.at_us[row])),
                PERIODS[int(rows.period[row])],
                parameter,
                each.test,
                Finding.FAILED if failed else Finding.SUSPECT,
                float(rows.values[parameter][row]),
                _bound(each.low[at]),
                _bound(each.high[at]),
                each.detail[at],
            )
    return listed


def write(cursor: Cursor, findings: Iterable[FindingRow]) -> int:
    """Writes the findings; returns how many are new or worse than the stored ones."""
    cursor.execute(_STAGING)
    with cursor.copy("COPY staged_finding FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(_TYPES)
        for each in findings:
            copy.write_row(
                (
                    each.station, each.observed_at, each.period.value, each.parameter.value,
                    each.test.value, each.finding.value, each.value, each.low, each.high,
                    each.detail,
                )
            )  # fmt: skip
    cursor.execute(_PUT)
    return cursor.rowcount


def withdraw(
    cursor: Cursor, stations: Iterable[StationId], start: UtcDatetime, end: UtcDatetime
) -> int:
    """Deletes findings in ``[start, end)`` neither reviewed nor written in this transaction.

    Returns how many.
    """
    cursor.execute(_TAKE_BACK, (list(stations), start, end))
    return cursor.rowcount


def note_looked(cursor: Cursor, looked: Iterable[Looked], now: UtcDatetime) -> None:
    """Records how far each station has been examined."""
    listed = sorted(looked, key=lambda each: each.station)
    cursor.execute(
        _PROGRESS,
        (
            [each.station for each in listed],
            [each.change_no for each in listed],
            [each.until for each in listed],
            [now] * len(listed),
        ),
    )


def moment_of(at_us: int) -> UtcDatetime:
    """Converts microseconds since 1970 to an instant."""
    return UtcDatetime(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us))


def _bound(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
