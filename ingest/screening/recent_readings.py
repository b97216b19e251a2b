"""Reads the recent readings of a station that fill the checks' memory."""

from collections.abc import Collection
from datetime import timedelta

from data.clock import UtcDatetime
from data.records import RawReading, StationCode, StationId
from data.vocabulary import PARAMETERS, Flag, Parameter, Period
from ingest.stations import Cursor

REACH_BACK = timedelta(days=20)


def recent_readings(
    cursor: Cursor,
    stations: Collection[StationId],
    parameters: Collection[Parameter],
    *,
    depth: int,
    before: UtcDatetime,
) -> dict[StationId, list[RawReading]]:
    """Reads the last ``depth`` readings of each station, oldest first, with their devices' flags.

    Those up to ``before``, none older than 20 days before that. Only parameters with a column of
    their own are read, and the readings' ``station`` is empty.
    """
    columns = {p: PARAMETERS[p].column for p in parameters if PARAMETERS[p].column}
    chosen = ", ".join(f"r.{column}" for column in columns.values())
    cursor.execute(
        f"""
        SELECT s.id, r.observed_at, r.period, r.flags, r.below, {chosen}
        FROM unnest(%s::bigint[]) AS s(id)
        CROSS JOIN LATERAL (
            SELECT * FROM reading
            WHERE station_id = s.id AND observed_at BETWEEN %s AND %s
            ORDER BY observed_at DESC LIMIT %s
        ) r
        ORDER BY s.id, r.observed_at
        """,
        (list(stations), before - REACH_BACK, before, depth),
    )
    found: dict[StationId, list[RawReading]] = {station: [] for station in stations}
    for station, observed_at, period, flags, below, *values in cursor.fetchall():
        found[station].append(
            RawReading(
                station=StationCode(""),
                observed_at=observed_at,
                period=Period(period),
                values={
                    p: value for p, value in zip(columns, values, strict=True) if value is not None
                },
                flags={Parameter(key): Flag(f) for key, f in (flags or {}).items() if len(f) == 1},
                below={Parameter(key): float(limit) for key, limit in (below or {}).items()},
            )
        )
    return found
