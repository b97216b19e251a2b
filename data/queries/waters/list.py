"""Rivers, canals, lakes and reservoirs with their state now: searched, filtered, sorted."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text

from data.clock import UtcDatetime, business_date
from data.queries.english import basin_en
from data.queries.levels import LEVELS
from data.queries.phrases import literal
from data.queries.rows import rows_as
from data.queries.scope import (
    LAKE_VISIBLE,
    REACH_VISIBLE,
    RIVER_VISIBLE,
    STATION_VISIBLE,
    Scope,
)
from data.queries.stations.standing import IN_SERVICE, STATE_NOW, freshness
from data.queries.waters.colours import STANDS_FOR
from data.settings import QualitySettings
from data.vocabulary import ChiefLevel

Kind = Literal["river", "canal", "lake", "reservoir"]
Standing = Literal["below", "met", "unsure", "exceeding"]
Sort = Literal["worst", "name", "size", "met"]

_WATERS = f"""
    SELECT 'river' AS water, river.id, river.kind, river.name, river.name_en, river.code,
        river.basin, headed.basin_en, river.length_m, NULL::float8 AS area_m2
    FROM river LEFT JOIN (SELECT named.basin, {basin_en("named")} AS basin_en
        FROM (SELECT DISTINCT basin FROM river) named) headed ON headed.basin = river.basin
    WHERE {RIVER_VISIBLE}
    UNION ALL SELECT 'lake', lake.id, lake.kind, lake.name, lake.name_en, lake.code,
        NULL, NULL, NULL, lake.area_m2 FROM lake WHERE {LAKE_VISIBLE}"""

_OWNED = f"""
    SELECT 'river' AS water, reach.river_id AS id, stands.station_id
    FROM ({STANDS_FOR}) stands JOIN reach ON reach.id = stands.water_id
    WHERE stands.water = 'reach' AND {REACH_VISIBLE}
    UNION SELECT 'lake', stands.water_id, stands.station_id FROM ({STANDS_FOR}) stands
    WHERE stands.water = 'lake'
    UNION SELECT 'river', reach.river_id, station.id FROM station
    JOIN reach ON reach.id = station.reach_id
    WHERE station.kind = 'outfall' AND {REACH_VISIBLE}
    UNION SELECT 'lake', station.lake_id, station.id FROM station
    WHERE station.kind = 'outfall' AND station.lake_id IS NOT NULL"""
"""Sections that stand for a water and outfalls that discharge into it."""

_STANDING = f"""
    SELECT owned.water, owned.id,
        count(*) FILTER (WHERE station.kind = 'section') AS section_count,
        max(latest.water_class) FILTER (WHERE {STATE_NOW} = 'graded') AS worst_class,
        count(*) FILTER (WHERE station.kind = 'section' AND {STATE_NOW} = 'graded'
            AND latest.meets_target) AS met_count,
        count(*) FILTER (WHERE station.kind = 'section' AND {STATE_NOW} = 'graded'
            AND NOT latest.meets_target) AS below_count,
        count(*) FILTER (WHERE station.kind = 'outfall') AS outfall_count,
        count(*) FILTER (WHERE station.kind = 'outfall' AND latest.fresh_until >= :now
            AND latest.compliance = 'exceeding') AS exceeding_count,
        max(latest.observed_at) FILTER (WHERE station.kind = 'section') AS observed_at
    FROM owned JOIN station ON station.id = owned.station_id
    LEFT JOIN latest_reading latest ON latest.station_id = station.id
    WHERE {IN_SERVICE} AND {STATION_VISIBLE} GROUP BY owned.water, owned.id"""

_CHIEF = f"""
    SELECT person.name, held.level FROM (
        SELECT own.*, NULL::smallint AS position FROM responsibility own
        WHERE water.water = 'river' AND own.river_id = water.id
        UNION ALL SELECT own.*, reach.position
        FROM reach JOIN responsibility own ON own.reach_id = reach.id
        WHERE water.water = 'river' AND reach.river_id = water.id
        UNION ALL SELECT own.*, NULL FROM responsibility own
        WHERE water.water = 'lake' AND own.lake_id = water.id) held
    JOIN person ON person.id = held.person_id
    WHERE NOT held.is_general AND held.valid_from <= :today
        AND (held.valid_to IS NULL OR held.valid_to > :today)
    ORDER BY array_position({LEVELS}, held.level), held.position NULLS FIRST, person.id LIMIT 1"""
"""Each way of answering for a water is read by an index of its own."""

_ROWS = f"""
    WITH water AS ({_WATERS}), owned AS ({_OWNED}), standing AS ({_STANDING}),
    row AS (SELECT water.*, COALESCE(section_count, 0) AS section_count, worst_class,
        COALESCE(met_count, 0) AS met_count, COALESCE(below_count, 0) AS below_count,
        COALESCE(section_count, 0) - COALESCE(met_count, 0) - COALESCE(below_count, 0)
            AS unsure_count,
        COALESCE(outfall_count, 0) AS outfall_count,
        COALESCE(exceeding_count, 0) AS exceeding_count, observed_at
        FROM water LEFT JOIN standing USING (water, id)),
    found AS (SELECT * FROM row
        WHERE (:phrase = '' OR name ILIKE :like OR name_en ILIKE :like OR code ILIKE :like
            OR basin ILIKE :like OR basin_en ILIKE :like)
        AND (:kind = '' OR kind = :kind)
        AND CASE :standing WHEN 'below' THEN below_count > 0
            WHEN 'met' THEN section_count > 0 AND met_count = section_count
            WHEN 'unsure' THEN unsure_count > 0 OR section_count = 0
            WHEN 'exceeding' THEN exceeding_count > 0 ELSE true END)"""

_SORTS = {
    "worst": "worst_class DESC NULLS LAST, below_count DESC, exceeding_count DESC",
    "name": "water.name",
    "size": "length_m DESC NULLS LAST, area_m2 DESC",
    "met": "met_count::float8 / NULLIF(section_count, 0) NULLS LAST",
}


@dataclass(frozen=True, slots=True)
class RiverRow:
    """A river or lake with its counts now; ``worst_class`` is None if no class is determined.

    ``reach_count`` counts all its reaches; sections are those that represent its visible ones.
    """

    water: str
    id: int
    kind: Kind
    name: str
    name_en: str | None
    code: str | None
    basin: str | None
    basin_en: str | None
    length_m: float | None
    area_m2: float | None
    reach_count: int
    section_count: int
    met_count: int
    below_count: int
    unsure_count: int
    worst_class: int | None
    outfall_count: int
    exceeding_count: int
    observed_at: UtcDatetime | None
    chief: str | None
    chief_level: ChiefLevel | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of waters, the number that match the filter, and the number of all."""

    rows: tuple[RiverRow, ...]
    found_count: int
    all_count: int
    as_of: UtcDatetime


def river_list(
    connection: Connection,
    scope: Scope,
    *,
    now: UtcDatetime,
    quality: QualitySettings,
    phrase: str = "",
    kind: Kind | None = None,
    standing: Standing | None = None,
    sort: Sort = "worst",
    start: int = 0,
    limit: int = 50,
) -> Listing:
    """Returns one page of the rivers and lakes that match and are visible in the scope."""
    phrase = phrase.strip()[:64]
    bound = {
        **scope.bound,
        **freshness(now, quality),
        "today": business_date(now),
        "phrase": phrase,
        "like": f"%{literal(phrase)}%",
        "kind": kind or "",
        "standing": standing or "",
        "start": start,
        "limit": limit,
    }
    rows = connection.execute(
        text(
            f"""
            {_ROWS}, page AS (SELECT * FROM found water ORDER BY {_SORTS[sort]},
            water.name, water.id OFFSET :start LIMIT :limit)
            SELECT counted.found_count, counted.all_count, water.*, chief.name AS chief,
            chief.level AS chief_level,
            CASE WHEN water.water = 'river' THEN (SELECT count(*) FROM reach
            WHERE reach.river_id = water.id) ELSE 0 END AS reach_count
            FROM (SELECT (SELECT count(*) FROM found) AS found_count,
            (SELECT count(*) FROM water) AS all_count) counted
            LEFT JOIN page water ON true LEFT JOIN LATERAL ({_CHIEF}) chief ON true
            ORDER BY {_SORTS[sort]}, water.name, water.id
            """
        ),
        bound,
    ).all()
    counted = rows[0]
    listed = tuple(rows_as(RiverRow, [row for row in rows if row.id is not None]))
    return Listing(listed, counted.found_count, counted.all_count, now)
