"""Finds the neighbouring station to draw beside a value under review."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from data.people.reviews import ValueKey
from data.queries.scope import STATION_VISIBLE, Scope

_NEAREST = text(
    f"""
    SELECT station.id FROM station JOIN reach ON reach.id = station.reach_id
    JOIN latest_reading latest ON latest.station_id = station.id
    JOIN (SELECT s.id, s.kind, s.chainage_m, r.river_id FROM station s
        JOIN reach r ON r.id = s.reach_id WHERE s.id = :id) AS own
        ON own.id <> station.id AND (station.code = ANY(:named)
            OR own.river_id = reach.river_id AND own.kind = station.kind)
    WHERE {STATION_VISIBLE} AND latest.latest -> CAST(:parameter AS text) IS NOT NULL
        AND (station.ended_at IS NULL OR station.ended_at > :at)
    ORDER BY station.code = ANY(:named) DESC,
        abs(station.chainage_m - own.chainage_m) NULLS LAST, station.id LIMIT 1"""
)


def neighbour_of(
    connection: Connection, scope: Scope, key: ValueKey, named: Sequence[str] = ()
) -> int | None:
    """Returns the id of a station whose code is named, else of the nearest comparable, else None.

    Comparable: of the same kind on the same river; either one measures the parameter too.
    """
    bound: Mapping[str, Any] = {
        **scope.bound,
        "id": key.station_id,
        "parameter": key.parameter.value,
        "at": key.observed_at,
        "named": list(named),
    }
    found = connection.execute(_NEAREST, bound).scalar_one_or_none()
    return None if found is None else int(found)
