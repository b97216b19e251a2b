"""What the map's list shows beside it: the most concerning first, and how many there are in all."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.english import reach_en
from data.queries.map.problems import Pin, open_count, pins
from data.queries.scope import (
    LAKE_VISIBLE,
    NOTICE_BOARD_VISIBLE,
    REACH_VISIBLE,
    STATION_VISIBLE,
    Scope,
)
from data.queries.stations.month_classes import graded_by_month, month_means, month_shown
from data.queries.stations.standing import boards, stations
from data.settings import QualitySettings
from data.vocabulary import StationKind

MOST: Final = 500
"""So many are listed at most."""

Narrowed = Literal["meets", "below", "unsure", "exceeding", "offline"]
_FILTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "meets": "shown.kind = 'section' AND shown.{month}meets",
        "below": "shown.kind = 'section' AND shown.{month}meets IS FALSE",
        "unsure": "shown.kind = 'section' AND shown.{month}state IN ('partial', 'stale')",
        "exceeding": "shown.kind = 'outfall' AND shown.compliance = 'exceeding'",
        "offline": "shown.is_offline",
    }
)
"""What each filter of the strip lets through, of the row ``shown`` of map_station."""

_CONCERN: Final = """
    CASE WHEN shown.{month}meets IS FALSE THEN 100 ELSE 0 END
    + CASE WHEN shown.compliance = 'exceeding' THEN 100 ELSE 0 END
    + GREATEST(shown.{month}cls, 0) * 10
    + CASE WHEN shown.{month}state IN ('stale', 'partial') THEN 5 ELSE 0 END"""
"""Not met comes first, then worse classes, then what can't be told."""

_STATIONS: Final = f"""
    SELECT shown.id, count(*) OVER () AS total
    FROM map_station shown JOIN station ON station.id = shown.id
    WHERE shown.kind = :kind AND {STATION_VISIBLE} AND {{through}}
    ORDER BY {_CONCERN} DESC, station.code LIMIT {MOST}"""

_WATERS: Final = f"""
    SELECT found.*, count(*) OVER () AS total FROM (
        SELECT 'reach' AS kind, reach.id, reach.code, reach.name, {reach_en("reach")} AS name_en,
        river.name AS beside, reach.position, shown.{{month}}cls AS cls
        FROM map_reach shown JOIN reach ON reach.id = shown.id
        JOIN river ON river.id = reach.river_id WHERE {REACH_VISIBLE}
        UNION ALL
        SELECT 'lake', lake.id, lake.code, lake.name, lake.name_en, lake.name, 0,
        shown.{{month}}cls
        FROM (SELECT DISTINCT id, cls, month_cls FROM map_lake) shown
        JOIN lake ON lake.id = shown.id WHERE {LAKE_VISIBLE}) found
    ORDER BY cls DESC, beside, position, id LIMIT {MOST}"""

_BOARDS: Final = text(f"""
SELECT notice_board.id, count(*) OVER () AS total FROM notice_board
WHERE {NOTICE_BOARD_VISIBLE} ORDER BY notice_board.code LIMIT {MOST}
""")


@dataclass(frozen=True, slots=True)
class Listing:
    """GeoJSON features in the order of the list, and how many would stand in it in all."""

    total: int
    things: list[dict[str, Any]]


def _by_basis(sql: str, basis: str) -> str:
    return sql.format(month="month_" if basis == "month" else "")


def listed_stations(
    connection: Connection,
    scope: Scope,
    kind: StationKind,
    *,
    now: UtcDatetime,
    quality: QualitySettings,
    narrowed: Narrowed | None = None,
    basis: str = "now",
) -> Listing:
    """Returns the stations of a kind that a filter of the strip lets through."""
    through = _FILTERS[narrowed] if narrowed else "true"
    sql = _by_basis(_STATIONS.replace("{through}", through), basis)
    rows = connection.execute(text(sql), {**scope.bound, "kind": kind.value}).all()
    wanted = [row.id for row in rows]
    found = stations(connection, scope, (kind,), now=now, quality=quality, only=wanted)
    if basis == "month" and kind is StationKind.SECTION:
        month = month_shown(now)
        found = graded_by_month(found, month_means(connection, wanted, month), month, quality)
    records = {each.id: each for each in found}
    things = [records[number].feature() for number in wanted if number in records]
    return Listing(rows[0].total if rows else 0, things)


def listed_waters(connection: Connection, scope: Scope, basis: str = "now") -> Listing:
    """Returns reaches and lakes with their class, without a shape: the worst first."""
    rows = connection.execute(text(_by_basis(_WATERS, basis)), scope.bound).all()
    things = [
        {
            "type": "Feature",
            "id": row.id,
            "geometry": None,
            "properties": {
                key: value
                for key in ("kind", "code", "name", "name_en", "cls")
                if (value := row._mapping[key]) is not None
            },
        }
        for row in rows
    ]
    return Listing(rows[0].total if rows else 0, things)


def listed_boards(connection: Connection, scope: Scope) -> Listing:
    """Returns the notice boards by code."""
    rows = connection.execute(_BOARDS, scope.bound).all()
    things = boards(connection, scope, only=[row.id for row in rows])
    return Listing(rows[0].total if rows else 0, things)


def listed_problems(
    connection: Connection, scope: Scope, now: UtcDatetime
) -> tuple[int, tuple[Pin, ...]]:
    """Returns how many problems are open, and the first of them by their deadline."""
    return open_count(connection, scope), pins(connection, scope, now, most=MOST)
