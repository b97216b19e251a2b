"""Stores readings: binary COPY to staging, one insert, then merges those whose key exists."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any, NamedTuple

from data.clock import UtcDatetime
from data.vocabulary import Flag, Parameter, Period
from gis.crs import CGCS2000
from ingest.screening.screen import Screened
from ingest.stations import Cursor
from ingest.storage.merge import Held, Key, filled, merge
from ingest.storage.reading_rows import COLUMNS, STAGING, flags_json, limits_json, rare_json, stream

_LISTED = ", ".join(COLUMNS.values())
_POSITION = f"ST_SetSRID(ST_MakePoint({{lon}}, {{lat}}), {CGCS2000})"
_INSERT = f"""
WITH new AS (
    INSERT INTO reading (station_id, observed_at, period, received_at, message_id, {_LISTED},
        extra, flags, below, position)
    SELECT station_id, observed_at, period, received_at, message_id, {_LISTED},
        extra::jsonb, flags::jsonb, below::jsonb, {_POSITION.format(lon="lon", lat="lat")}
    FROM staged_reading ORDER BY station_id, observed_at, period
    ON CONFLICT DO NOTHING
    RETURNING station_id, observed_at, period
), counted AS (SELECT count(*) AS stored FROM new)
SELECT stored, NULL, NULL FROM counted
UNION ALL
SELECT new.* FROM new, counted WHERE stored < %s
"""
_SELECT = f"""
SELECT r.station_id, r.observed_at, r.period, r.extra, r.flags, r.below,
    ST_X(r.position), ST_Y(r.position), {", ".join(f"r.{column}" for column in COLUMNS.values())}
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS k(station_id, observed_at, period)
JOIN reading r USING (station_id, observed_at, period)
ORDER BY r.station_id, r.observed_at, r.period
FOR UPDATE OF r
"""


class Fate(StrEnum):
    """What became of a message: stored as new, a duplicate, a fill or a conflict."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    FILLED = "filled"
    CONFLICT = "conflict"


class Accepted(NamedTuple):
    """A message's fate, and what was stored of it: all values, the missing ones, or nothing."""

    screened: Screened
    fate: Fate
    part: Held


def store(cursor: Cursor, batch: Sequence[Screened]) -> list[Accepted]:
    """Stores the readings; returns each one's fate, in order. A key is stored only once.

    A reading whose key exists fills what was empty; what differs goes to ``reading_conflict``.
    """
    keys = [key_of(each) for each in batch]
    first: dict[Key, Screened] = {}
    for key, each in zip(keys, batch, strict=True):
        first.setdefault(key, each)
    new = _insert(cursor, first)
    _keep_statistics(cursor, batch)
    if len(new) == len(batch):
        return [Accepted(each, Fate.STORED, _held(each)) for each in batch]
    return _merge(cursor, batch, first, new)


def _merge(
    cursor: Cursor, batch: Sequence[Screened], first: Mapping[Key, Screened], new: AbstractSet[Key]
) -> list[Accepted]:
    """Returns the fates in a batch with keys that are stored already or occur twice."""
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
        was = kept[key]
        merged = merge(was, later)
        kept[key] = filled(was, merged.added)
        if merged.fills:
            added[key] = filled(added.get(key, Held({})), merged.added)
        conflicts += [
            (*key, p, *pair, was.below.get(p), later.below.get(p), *_origin(each))
            for p, pair in merged.conflicts.items()
        ]
        fate = Fate.CONFLICT if merged.conflicts else Fate.DUPLICATE
        accepted.append(Accepted(each, Fate.FILLED if merged.fills else fate, merged.added))
    _fill(cursor, added)
    _keep_conflicts(cursor, conflicts)
    return accepted


def key_of(screened: Screened) -> Key:
    """Returns the key that identifies a reading: station, time, period."""
    raw = screened.reading.raw
    return screened.reading.station_id, raw.observed_at, raw.period


def _origin(screened: Screened) -> tuple[UtcDatetime, str | None]:
    return screened.reading.received_at, screened.reading.raw.message_id


def _held(screened: Screened) -> Held:
    raw = screened.reading.raw
    return Held(raw.values, screened.reading.flags, raw.position, raw.below)


def _insert(cursor: Cursor, first: Mapping[Key, Screened]) -> AbstractSet[Key]:
    """Inserts the readings whose key isn't stored yet; returns those keys."""
    cursor.execute(STAGING)
    with cursor.copy("COPY staged_reading FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(stream(each.reading for each in first.values()))
    cursor.execute(_INSERT, (len(first),))
    [(stored, _, _), *free] = cursor.fetchall()
    if stored == len(first):
        return first.keys()
    return {(station, at, Period(period)) for station, at, period in free}


def _lock(cursor: Cursor, keys: Iterable[Key]) -> dict[Key, Held]:
    """Locks and returns the stored readings that have these keys."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    cursor.execute(_SELECT, tuple(map(list, zip(*wanted, strict=True))))
    found: dict[Key, Held] = {}
    for station, at, period, extra, flags, below, lon, lat, *columns in cursor.fetchall():
        values = {p: v for p, v in zip(COLUMNS, columns, strict=True) if v is not None}
        values |= {Parameter(key): float(v) for key, v in (extra or {}).items()}
        found[station, at, Period(period)] = Held(
            values,
            {Parameter(key): Flag(flag) for key, flag in (flags or {}).items()},
            (lon, lat) if lon is not None else None,
            {Parameter(key): float(limit) for key, limit in (below or {}).items()},
        )
    return found


def _fill(cursor: Cursor, added: Mapping[Key, Held]) -> None:
    """Writes to stored readings the values that later messages added."""
    for key, part in added.items():
        assignments = [f"{COLUMNS[p]} = %s" for p in part.values if p in COLUMNS]
        values: list[Any] = [value for p, value in part.values.items() if p in COLUMNS]
        for column, text in (
            ("extra", rare_json(part.values)),
            ("flags", flags_json(part.flags)),
            ("below", limits_json(part.below)),
        ):
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
            " refused, kept_below, refused_below, received_at, message_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            conflicts,
        )


def _keep_statistics(cursor: Cursor, batch: Iterable[Screened]) -> None:
    """Stores the readings' smallest, largest and cumulative values; existing ones stay."""
    rows = [
        (*key_of(each), p, span.minimum, span.maximum, span.cumulative)
        for each in batch
        if each.reading.raw.statistics
        for p, span in each.reading.raw.statistics.items()
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
