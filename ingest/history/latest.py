"""Updates the newest values of stations after the import of a history, where it is newer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import psycopg

from data.archives.layout import COLUMNS
from data.clock import Clock
from data.records import StationId
from data.vocabulary import COLUMN_PARAMETERS, Flag, Parameter
from ingest.history.rows import Rows
from ingest.screening.assessment import Assessor
from ingest.stations import Cursor, find_by_id
from ingest.storage import current

LOOKED_BACK: Final = 50
"""Readings of a station, the newest of the history first, in which its newest values are sought."""

AT_ONCE: Final = 500
_NEWEST: Final = f"""
SELECT asked.id, r.observed_at, r.received_at, r.extra, r.flags, r.below,
    {", ".join(f"r.{column}" for column in COLUMNS)}
FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked (id, newest_at)
CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE station_id = asked.id AND observed_at <= asked.newest_at
    ORDER BY observed_at DESC LIMIT {LOOKED_BACK}
) r ORDER BY r.observed_at
"""


def carry_forward(
    driver: psycopg.Connection[tuple[Any, ...]],
    newest: Mapping[int, datetime],
    assessor: Assessor,
    clock: Clock,
) -> int:
    """Updates and assesses the stations whose newest values an import changed; returns how many.

    ``newest`` holds the time of each station's newest imported reading.
    """
    changed = 0
    for group in _groups(sorted(newest)):
        with driver.transaction(), driver.cursor() as cursor:
            changed += _carry(cursor, {each: newest[each] for each in group}, assessor, clock)
    return changed


def _groups(stations: list[int]) -> list[list[int]]:
    return [stations[at : at + AT_ONCE] for at in range(0, len(stations), AT_ONCE)]


def _carry(cursor: Cursor, newest: Mapping[int, datetime], assessor: Assessor, clock: Clock) -> int:
    stations = [StationId(each) for each in newest]
    rows = current.lock(cursor, stations)
    cursor.execute(_NEWEST, (stations, list(newest.values())))
    changed: set[StationId] = set()
    for station, observed_at, received_at, extra, flags, below, *columns in cursor.fetchall():
        values = {p: v for p, v in zip(COLUMN_PARAMETERS, columns, strict=True) if v is not None}
        values |= {Parameter(key): float(value) for key, value in (extra or {}).items()}
        raw_flags = {Parameter(key): Flag(flag) for key, flag in (flags or {}).items()}
        limits = {Parameter(key): float(limit) for key, limit in (below or {}).items()}
        if rows[station].take(observed_at, received_at, values, raw_flags, limits):
            changed.add(station)
    facts = find_by_id(cursor, changed)
    now = clock()
    if changed:
        current.put(
            cursor,
            [
                (each, rows[each], assessor.assess(facts[each], rows[each].latest, now))
                for each in sorted(changed)
            ],
        )
    return len(changed)


def note_newest(newest: dict[int, datetime], rows: Rows) -> None:
    """Updates ``newest``, each station's latest time, with the times of these readings."""
    grouped = rows.table.group_by("station_id").aggregate([("observed_at", "max")])
    for station, at in zip(*(column.to_pylist() for column in grouped.columns), strict=True):
        newest[station] = max(at, newest.get(station, at))
