"""Patrol tracks for the map, and one patrol in short; never who walked it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime, business_date, start_of_day
from data.errors import NotFound
from data.queries.rows import row_as
from data.queries.scope import PATROL_VISIBLE, Scope
from data.vocabulary import ChiefLevel

SHOWN_DAYS: Final = 30
"""Tracks older than so many days are not drawn."""

TRACK_DAY: Final = (
    "CAST(patrol.started_at AT TIME ZONE 'Asia/Shanghai' AS date) - DATE '1970-01-01'"
)


@dataclass(frozen=True, slots=True)
class Walk:
    """A patrol in short: length (m), duration (s), speed (km/h), its chief's level and division."""

    id: int
    level: ChiefLevel
    division: str | None
    division_en: str | None
    started_at: UtcDatetime
    ended_at: UtcDatetime
    length_m: float
    duration_s: float
    moving_s: float
    is_valid: bool
    judgements: tuple[Any, ...]
    reason: str
    waters: tuple[str, ...]
    waters_en: tuple[str, ...]
    bounds: tuple[float, float, float, float] | None


_WALKS: Final = f"""
    SELECT patrol.id, patrol.level, division.name AS division, division.name_en AS division_en,
        patrol.started_at, patrol.ended_at, patrol.length_m, patrol.duration_s, patrol.moving_s,
        patrol.is_valid, patrol.judgements, patrol.reason,
        coalesce(walked.names, '{{}}') AS waters, coalesce(walked.names_en, '{{}}') AS waters_en,
        CASE WHEN patrol.geom IS NOT NULL THEN ARRAY[ST_XMin(patrol.geom),
            ST_YMin(patrol.geom), ST_XMax(patrol.geom), ST_YMax(patrol.geom)] END AS bounds
    FROM patrol LEFT JOIN division ON division.id = patrol.division_id
    LEFT JOIN LATERAL (SELECT array_agg(one.name ORDER BY one.walked DESC) AS names,
        array_agg(COALESCE(one.name_en, one.name) ORDER BY one.walked DESC) AS names_en
        FROM (SELECT river.name, river.name_en, sum(patrol_reach.walked_m) AS walked
        FROM patrol_reach JOIN reach lies ON lies.id = patrol_reach.reach_id
        JOIN river ON river.id = lies.river_id WHERE patrol_reach.patrol_id = patrol.id
        GROUP BY river.id) one) walked ON true
    WHERE {PATROL_VISIBLE}"""
_TODAY: Final = text(f"SELECT count(*) FROM patrol WHERE started_at >= :since AND {PATROL_VISIBLE}")


def tracks_since(now: UtcDatetime) -> UtcDatetime:
    """Returns the start of the first day whose patrol tracks are drawn on the map."""
    return start_of_day(business_date(now) - timedelta(days=SHOWN_DAYS))


def patrols_today(connection: Connection, scope: Scope, now: UtcDatetime) -> int:
    """Returns how many patrols visible in the scope began on this business day."""
    bound = {**scope.bound, "since": start_of_day(business_date(now))}
    return int(connection.execute(_TODAY, bound).scalar_one())


def walk(connection: Connection, scope: Scope, patrol_id: int) -> Walk:
    """Returns one patrol in short. Raises NotFound if there is none or outside the scope."""
    row = connection.execute(
        text(f"{_WALKS} AND patrol.id = :id"), {**scope.bound, "id": patrol_id}
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such patrol.")
    return row_as(Walk, row)


def last_walk(connection: Connection, scope: Scope, reaches: Collection[int]) -> Walk | None:
    """Returns the newest visible patrol along any of these reaches, None if there is none."""
    row = connection.execute(
        text(
            f"""
            {_WALKS} AND patrol.id IN (SELECT patrol_id FROM patrol_reach
            WHERE reach_id = ANY(:reaches)) ORDER BY patrol.started_at DESC, patrol.id DESC
            LIMIT 1
            """
        ),
        {**scope.bound, "reaches": sorted(reaches)},
    ).one_or_none()
    return None if row is None else row_as(Walk, row)
