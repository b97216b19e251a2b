"""Readings into the archive: binary COPY to staging, one insert, then the keys that were taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from data.records import RawReading
from data.vocabulary import COLUMN_PARAMETERS, PARAMETERS, Flag, Parameter, Period
from gis.crs import CGCS2000
from ingest.merge import Held, Key, filled, merge
from ingest.screen import Taken
from ingest.stations import Cursor

_COLUMNS: Mapping[Parameter, str] = {p: str(PARAMETERS[p].column) for p in COLUMN_PARAMETERS}
_LISTED = ", ".join(_COLUMNS.values())
_TYPES = (
    "int8", "timestamptz", "text", "timestamptz", "text",
    *(["float8"] * len(_COLUMNS)),
    "text", "text", "float8", "float8",
)  # fmt: skip

_STAGING = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged_reading (
    station_id bigint, observed_at timestamptz, period text, received_at timestamptz,
    message_id text, {", ".join(f"{column} float8" for column in _COLUMNS.values())},
    extra text, flags text, lon float8, lat float8
) ON COMMIT DELETE ROWS
"""
_POSITION = f"ST_SetSRID(ST_MakePoint({{lon}}, {{lat}}), {CGCS2000})"
_INSERT = f"""
INSERT INTO reading (station_id, observed_at, period, received_at, message_id, {_LISTED},
    extra, flags, position)
SELECT station_id, observed_at, period, received_at, message_id, {_LISTED},
    extra::jsonb, flags::jsonb, {_POSITION.format(lon="lon", lat="lat")}
FROM staged_reading ORDER BY station_id, observed_at, period
ON CONFLICT DO NOTHING
RETURNING station_id, observed_at, period
"""
_SELECT = f"""
SELECT r.station_id, r.observed_at, r.period, r.extra, r.flags, ST_X(r.position), ST_Y(r.position),
    {", ".join(f"r.{column}" for column in _COLUMNS.values())}
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS k(station_id, observed_at, period)
JOIN reading r USING (station_id, observed_at, period)
ORDER BY r.station_id, r.observed_at, r.period
FOR UPDATE OF r
"""


class Fate(StrEnum):
    """What became of a message."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    FILLED = "filled"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the archive took of one message: all of it, what was lacking, or nothing."""

    taken: Taken
    fate: Fate
    part: Held


def store(cursor: Cursor, batch: Sequence[Taken]) -> list[Accepted]:
    """The fate of every reading, in order; the archive holds each key once, as it first came.

    A key that is taken is filled where it was empty; what differs goes to ``reading_conflict``.
    """
    ensure_partitions(cursor, (each.reading.raw for each in batch))
    first: dict[Key, Taken] = {}
    for each in batch:
        first.setdefault(key_of(each), each)
    new = _insert(cursor, first)
    kept = _lock(cursor, first.keys() - new)
    added: dict[Key, Held] = {}
    conflicts: list[tuple[Any, ...]] = []
    accepted = []
    for each in batch:
        key, later = key_of(each), _held(each)
        if key in new and first[key] is each:
            kept[key] = later
            accepted.append(Accepted(each, Fate.STORED, later))
            continue
        found = merge(kept[key], later)
        kept[key] = filled(kept[key], found.added)
        if found.fills:
            added[key] = filled(added.get(key, Held({})), found.added)
        conflicts += [
            (*key, p, was, now, each.reading.received_at, each.reading.raw.message_id)
            for p, (was, now) in found.conflicts.items()
        ]
        fate = Fate.CONFLICT if found.conflicts else Fate.DUPLICATE
        accepted.append(Accepted(each, Fate.FILLED if found.fills else fate, found.added))
    _fill(cursor, added)
    _keep_conflicts(cursor, conflicts)
    _keep_statistics(cursor, batch)
    return accepted


def key_of(taken: Taken) -> Key:
    """What the reading is known by."""
    raw = taken.reading.raw
    return taken.reading.station_id, raw.observed_at, raw.period


def _held(taken: Taken) -> Held:
    return Held(taken.reading.raw.values, taken.reading.flags, taken.reading.raw.position)


def _insert(cursor: Cursor, first: Mapping[Key, Taken]) -> set[Key]:
    """The keys that were free; their readings are stored."""
    cursor.execute(_STAGING)
    with cursor.copy("COPY staged_reading FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(_TYPES)
        for each in first.values():
            copy.write_row(_row(each))
    cursor.execute(_INSERT)
    return {(station, at, Period(period)) for station, at, period in cursor.fetchall()}


def _row(taken: Taken) -> tuple[Any, ...]:
    reading = taken.reading
    raw = reading.raw
    get = raw.values.get
    lon, lat = raw.position or (None, None)
    return (
        reading.station_id, raw.observed_at, raw.period.value, reading.received_at, raw.message_id,
        *[get(parameter) for parameter in _COLUMNS],
        _rare(raw.values), _json(reading.flags), lon, lat,
    )  # fmt: skip


def _rare(values: Mapping[Parameter, float]) -> str | None:
    """The parameters without a column, as JSON."""
    return _json({p: value for p, value in values.items() if p not in _COLUMNS})


def _json(by_parameter: Mapping[Parameter, float] | Mapping[Parameter, Flag]) -> str | None:
    if not by_parameter:
        return None
    return orjson.dumps({p.value: each for p, each in by_parameter.items()}).decode()


def _lock(cursor: Cursor, keys: Iterable[Key]) -> dict[Key, Held]:
    """What is kept under keys that were taken, locked against another filler."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    cursor.execute(_SELECT, tuple(map(list, zip(*wanted, strict=True))))
    found: dict[Key, Held] = {}
    for station, at, period, extra, flags, lon, lat, *columns in cursor.fetchall():
        values = {p: v for p, v in zip(_COLUMNS, columns, strict=True) if v is not None}
        values |= {Parameter(key): float(v) for key, v in (extra or {}).items()}
        found[station, at, Period(period)] = Held(
            values,
            {Parameter(key): Flag(flag) for key, flag in (flags or {}).items()},
            (lon, lat) if lon is not None else None,
        )
    return found


def _fill(cursor: Cursor, added: Mapping[Key, Held]) -> None:
    """The kept readings hold what they lacked."""
    for key, part in added.items():
        assignments = [f"{_COLUMNS[p]} = %s" for p in part.values if p in _COLUMNS]
        values: list[Any] = [value for p, value in part.values.items() if p in _COLUMNS]
        for column, text in (("extra", _rare(part.values)), ("flags", _json(part.flags))):
            if text:
                assignments.append(f"{column} = coalesce({column}, '{{}}') || %s::jsonb")
                values.append(text)
        if part.position:
            assignments.append(f"position = {_POSITION.format(lon='%s', lat='%s')}")
            values += part.position
        cursor.execute(
            f"UPDATE reading SET {', '.join(assignments)}"
            " WHERE station_id = %s AND observed_at = %s AND period = %s",
            (*values, *key),
        )


def _keep_conflicts(cursor: Cursor, conflicts: Sequence[tuple[Any, ...]]) -> None:
    if conflicts:
        cursor.executemany(
            "INSERT INTO reading_conflict (station_id, observed_at, period, parameter, kept,"
            " refused, received_at, message_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            conflicts,
        )


def _keep_statistics(cursor: Cursor, batch: Iterable[Taken]) -> None:
    """Smallest, largest and cumulative values stand beside the readings; the first stay."""
    rows = [
        (*key_of(each), p, told.minimum, told.maximum, told.cumulative)
        for each in batch
        for p, told in each.reading.raw.statistics.items()
    ]
    if rows:
        cursor.executemany(
            "INSERT INTO reading_stat AS s (station_id, observed_at, period, parameter, minimum,"
            " maximum, cumulative) VALUES (%s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (station_id, observed_at, period, parameter) DO UPDATE SET"
            " minimum = coalesce(s.minimum, excluded.minimum),"
            " maximum = coalesce(s.maximum, excluded.maximum),"
            " cumulative = coalesce(s.cumulative, excluded.cumulative)",
            rows,
        )


def ensure_partitions(cursor: Cursor, readings: Iterable[RawReading]) -> None:
    """Every month has its partition.

    Making one locks the whole table until the transaction ends: do it ahead, in one of its own.
    """
    months = {
        raw.observed_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        for raw in readings
    }
    if months:
        cursor.execute(
            "SELECT ensure_reading_partition(month) FROM unnest(%s::timestamptz[]) AS month",
            (sorted(months),),
        )
