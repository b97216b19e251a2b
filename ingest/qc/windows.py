"""Reads which stations are due for a look, and their readings as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson

from data.clock import UtcDatetime
from data.columns import (
    microseconds,
    real_number_sql,
    real_numbers,
    sent_columns,
    whole_numbers,
)
from data.errors import NotFound
from data.records import StationId
from data.vocabulary import PARAMETERS, Flag, Parameter, StationKind
from ingest.qc.rules import Look
from ingest.qc.series import PERIODS, Rows
from ingest.stations import Cursor

_DUE = """
SELECT s.id, s.kind, s.interval_s, l.change_no, p.checked_until, late.since,
    ARRAY(SELECT json_object_keys(l.latest::json))
FROM latest_reading l
JOIN station s ON s.id = l.station_id
LEFT JOIN reach r ON r.id = s.reach_id
LEFT JOIN quality_progress p ON p.station_id = s.id
LEFT JOIN LATERAL (
    SELECT min(reading.observed_at) AS since FROM reading
    WHERE p.looked_at < %(rested)s AND EXISTS (
        SELECT FROM hour_account a WHERE a.station_id = p.station_id
        AND a.hour >= date_trunc('hour', p.looked_at, 'UTC') AND a.late > 0)
    AND reading.station_id = p.station_id AND reading.observed_at >= %(late)s
    AND reading.observed_at < p.checked_until
    AND reading.received_at >= date_trunc('hour', p.looked_at, 'UTC')
) late ON true
WHERE p.station_id IS NULL OR late.since IS NOT NULL OR (l.change_no > p.change_no AND (
    l.observed_at >= p.checked_until + %(every)s OR p.looked_at < %(rested)s))
ORDER BY r.river_id, s.chainage_m, s.id
"""
_NAMED = """
SELECT s.id, s.kind, s.interval_s, coalesce(p.change_no, 0), p.checked_until, NULL,
    ARRAY(SELECT json_object_keys(l.latest::json))
FROM latest_reading l
JOIN station s ON s.id = l.station_id
LEFT JOIN reach r ON r.id = s.reach_id
LEFT JOIN quality_progress p ON p.station_id = s.id
WHERE %(codes)s::text[] IS NULL OR s.code = ANY(%(codes)s)
ORDER BY r.river_id, s.chainage_m, s.id
"""
_UNKNOWN = """
SELECT code FROM unnest(%s::text[]) AS code
WHERE NOT EXISTS (SELECT FROM station WHERE station.code = code.code) LIMIT 1
"""
_WINDOW = """
FROM unnest(%s::bigint[], %s::timestamptz[]) AS due(id, since)
JOIN reading r ON r.station_id = due.id AND r.observed_at >= due.since
WHERE r.observed_at >= %s AND r.observed_at < %s
"""
_PERIOD = f"array_position(ARRAY[{', '.join(repr(each.value) for each in PERIODS)}], r.period)"
_FLAGGED = f"SELECT r.station_id, r.observed_at, {_PERIOD}, r.flags::text, r.below::text"
_PARAMETERS = MappingProxyType({parameter.value: parameter for parameter in Parameter})


@dataclass(frozen=True, slots=True)
class Due:
    """A station to examine: reads from ``read_from`` on, writes findings from ``since`` on.

    ``change_no`` is that of its newest values when the look began.
    """

    id: StationId
    kind: StationKind
    interval: timedelta
    change_no: int
    since: UtcDatetime
    read_from: UtcDatetime
    parameters: tuple[Parameter, ...]


def context(look: Look, interval: timedelta) -> timedelta:
    """Returns how long before the new values to read a station of that interval, for context."""
    return max(look.context, look.context_intervals * interval)


def due_stations(cursor: Cursor, look: Look, now: UtcDatetime) -> list[Due]:
    """Returns the stations with new or late readings or never examined, along their rivers."""
    facts = {"every": look.every, "rested": now - look.every, "late": now - look.late}
    cursor.execute(_DUE, facts)
    return [_due(row, look, now) for row in cursor.fetchall()]


def named_stations(
    cursor: Cursor, look: Look, since: UtcDatetime, codes: Sequence[str] | None
) -> list[Due]:
    """Returns these stations (None: all) to be examined from ``since``, even if already examined.

    Stations that never sent anything are left out. Raises NotFound for an unknown code.
    """
    cursor.execute(_UNKNOWN, (list(codes or ()),))
    for (code,) in cursor.fetchall():
        raise NotFound("There is no station {code}.", code=code)
    cursor.execute(_NAMED, {"codes": list(codes) if codes is not None else None})
    return [_due(row, look, since, anew=True) for row in cursor.fetchall()]


def _due(row: tuple[Any, ...], look: Look, moment: UtcDatetime, *, anew: bool = False) -> Due:
    number, kind, interval_s, change_no, checked_until, late, keys = row
    interval = timedelta(seconds=interval_s)
    since: datetime = moment if anew else moment - look.first
    if checked_until is not None and not anew:
        since = checked_until - interval if late is None else min(checked_until - interval, late)
    return Due(
        StationId(number),
        StationKind(kind),
        interval,
        change_no,
        UtcDatetime(since),
        UtcDatetime(since - context(look, interval)),
        tuple(sorted(_PARAMETERS[key] for key in keys if key in _PARAMETERS)),
    )


def read_rows(
    cursor: Cursor,
    since: Mapping[StationId, UtcDatetime],
    until: UtcDatetime,
    parameters: Sequence[Parameter],
) -> Rows:
    """Reads the readings of each station from its own start time on, before ``until``.

    NaN stands for what was not measured.
    """
    stations = list(since)
    facts = (stations, [since[each] for each in stations], min(since.values()), until)
    columns = ["r.station_id", "r.observed_at", f"{_PERIOD}::int8"]
    columns += [real_number_sql(_value(each)) for each in parameters]
    gathered = ", ".join(f"array_agg({each})" for each in columns)
    cursor.execute(f"SELECT {gathered} {_WINDOW}".encode(), facts, binary=True)
    stations_sent, at_sent, period_sent, *values_sent = sent_columns(cursor)
    unsorted = (microseconds(at_sent), whole_numbers(period_sent), whole_numbers(stations_sent))
    order = np.lexsort(unsorted)
    at_us, period, station = (each[order] for each in unsorted)
    period -= 1
    values = {
        each: real_numbers(sent)[order] for each, sent in zip(parameters, values_sent, strict=True)
    }
    noted = f"{_FLAGGED} {_WINDOW} AND (r.flags IS NOT NULL OR r.below IS NOT NULL)"
    cursor.execute(noted.encode(), facts)
    flags: dict[Parameter, list[tuple[int, Flag]]] = {}
    below: dict[Parameter, list[int]] = {}
    for of_station, moment, number, text, limits in cursor.fetchall():
        first, last = np.searchsorted(station, (of_station, of_station + 1))
        of_period = slice(*(first + np.searchsorted(period[first:last], (number - 1, number))))
        wanted = _microseconds(moment)
        place = of_period.start + int(np.searchsorted(at_us[of_period], wanted))
        if place == of_period.stop or at_us[place] != wanted:  # it has come since
            continue
        for key, flag in orjson.loads(text or "{}").items():
            flags.setdefault(Parameter(key), []).append((place, Flag(flag)))
        for key in orjson.loads(limits or "{}"):
            below.setdefault(Parameter(key), []).append(place)
    return Rows(
        station,
        period,
        at_us,
        values,
        {p: tuple(each) for p, each in flags.items()},
        {p: tuple(each) for p, each in below.items()},
    )


def _value(parameter: Parameter) -> str:
    column = PARAMETERS[parameter].column
    return f"r.{column}" if column else f"(r.extra ->> '{parameter.value}')::float8"


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
