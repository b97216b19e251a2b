"""One thing of the map with where it lies: to mark what is selected, to find a reach of a river."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.english import reach_en
from data.queries.scope import (
    LAKE_VISIBLE,
    PATROL_VISIBLE,
    REACH_VISIBLE,
    RIVER_VISIBLE,
    Scope,
)
from data.queries.stations.month_classes import graded_by_month, month_means, month_shown
from data.queries.stations.standing import boards, stations
from data.settings import QualitySettings
from data.vocabulary import StationKind

FINEST_M: Final = 2
"""A line is simplified by so many metres of Web Mercator, …"""

SHARE: Final = 50_000
"""… a long one by this part of its length: no river is sent with more than some thousand points."""

_SHAPE: Final = (
    "ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology({of}.geom_web,"
    f" GREATEST({FINEST_M}, {{size}} / {SHARE})), 4490), 6)"
)

_LINES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reach": f"""
            SELECT reach.name, {reach_en("reach")} AS name_en,
            {_SHAPE.format(of="reach", size="ST_Length(reach.geom_web)")} AS shape
            FROM reach WHERE reach.id = :id AND {REACH_VISIBLE}""",
        "river": f"""
            SELECT river.name, river.name_en,
            {_SHAPE.format(of="river", size="ST_Length(river.geom_web)")} AS shape
            FROM river WHERE river.id = :id AND {RIVER_VISIBLE}""",
        "lake": f"""
            SELECT lake.name, lake.name_en,
            {_SHAPE.format(of="lake", size="ST_Perimeter(lake.geom_web)")} AS shape
            FROM lake WHERE lake.id = :id AND {LAKE_VISIBLE}""",
        "patrol": f"""
            SELECT NULL AS name, NULL AS name_en,
            {_SHAPE.format(of="patrol", size="ST_Length(patrol.geom_web)")} AS shape
            FROM patrol WHERE patrol.id = :id AND patrol.geom IS NOT NULL AND {PATROL_VISIBLE}""",
    }
)

_REACH_AT: Final = f"""
    SELECT reach.id FROM reach WHERE reach.river_id = :river AND {REACH_VISIBLE}
    ORDER BY reach.geom_web <-> ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4490), 3857),
    reach.id LIMIT 1"""


def line_of(connection: Connection, scope: Scope, kind: str, number: int) -> dict[str, Any]:
    """Returns a reach, river, lake or patrol as a GeoJSON feature, its shape simplified.

    Raises NotFound where there is none within the scope.
    """
    row = connection.execute(text(_LINES[kind]), {**scope.bound, "id": number}).one_or_none()
    if row is None or row.shape is None:
        raise NotFound("There is nothing of this kind and number.")
    names = {"name": row.name, "name_en": row.name_en}
    return {
        "type": "Feature",
        "id": number,
        "geometry": orjson.loads(row.shape),
        "properties": {
            "kind": kind,
            **{key: value for key, value in names.items() if value is not None},
        },
    }


def station_of(
    connection: Connection,
    scope: Scope,
    number: int,
    *,
    now: UtcDatetime,
    quality: QualitySettings,
    basis: str = "now",
) -> dict[str, Any]:
    """Returns a station in service as a GeoJSON feature, graded as of now or by its month's means.

    Raises NotFound where there is none within the scope.
    """
    found = stations(connection, scope, now=now, quality=quality, only=[number])
    if basis == "month" and any(each.kind is StationKind.SECTION for each in found):
        month = month_shown(now)
        found = graded_by_month(found, month_means(connection, [number], month), month, quality)
    for each in found:
        return each.feature()
    raise NotFound("There is nothing of this kind and number.")


def board_of(connection: Connection, scope: Scope, number: int) -> dict[str, Any]:
    """Returns a notice board as a GeoJSON feature; raises NotFound where none is in the scope."""
    for each in boards(connection, scope, only=[number]):
        return each
    raise NotFound("There is nothing of this kind and number.")


def reach_at(connection: Connection, scope: Scope, river: int, lon: float, lat: float) -> int:
    """Returns the id of the visible reach of a river that lies nearest to a place in degrees.

    Raises NotFound where the scope sees no reach of the river.
    """
    bound = {**scope.bound, "river": river, "lon": lon, "lat": lat}
    found = connection.execute(text(_REACH_AT), bound).scalar_one_or_none()
    if found is None:
        raise NotFound("There is nothing of this kind and number.")
    return int(found)
