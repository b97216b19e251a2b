"""Searches waters, stations, places and problems on the map by name, code or number."""

from typing import Any

from sqlalchemy import Connection, text

from data.queries.english import basin_en, reach_en
from data.queries.map.place_names import PLACE_VISIBLE
from data.queries.phrases import literal
from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    NOTICE_BOARD_VISIBLE,
    PROBLEM_VISIBLE,
    REACH_VISIBLE,
    RIVER_VISIBLE,
    STATION_VISIBLE,
    Scope,
)

LIMIT = 12

_KINDS = f"""
    SELECT station.kind, station.id, station.name, station.name_en, station.code,
        COALESCE(lake.name, river.name) AS beside,
        COALESCE(lake.name_en, river.name_en) AS beside_en, station.geom, 1 AS rank
    FROM station LEFT JOIN reach on_reach ON on_reach.id = station.reach_id
    LEFT JOIN river ON river.id = on_reach.river_id LEFT JOIN lake ON lake.id = station.lake_id
    WHERE {STATION_VISIBLE}
    UNION ALL SELECT 'river', river.id, river.name, river.name_en, river.code, river.basin,
        {basin_en("river")}, river.geom, 0 FROM river WHERE {RIVER_VISIBLE}
    UNION ALL SELECT 'lake', lake.id, lake.name, lake.name_en, lake.code, NULL, NULL,
        lake.geom, 0
    FROM lake WHERE {LAKE_VISIBLE}
    UNION ALL SELECT 'reach', reach.id, reach.name, {reach_en("reach")}, reach.code,
        of.name, of.name_en, reach.geom, 2
    FROM reach JOIN river of ON of.id = reach.river_id WHERE {REACH_VISIBLE}
    UNION ALL SELECT 'division', division.id, division.name, division.name_en, division.code,
        NULL, NULL, division.geom, 3 FROM division WHERE {DIVISION_VISIBLE}
    UNION ALL SELECT 'notice_board', notice_board.id, notice_board.name, NULL, notice_board.code,
        NULL, NULL, notice_board.geom, 4 FROM notice_board WHERE {NOTICE_BOARD_VISIBLE}
    UNION ALL SELECT 'place', place.id, place.name, place.name_en, NULL, NULL, NULL,
        place.geom, 5
    FROM place WHERE {PLACE_VISIBLE}
    UNION ALL SELECT 'problem', problem.id, problem.number, NULL, NULL,
        COALESCE(flows.name, lies.name, pool.name),
        COALESCE(flows.name_en, pool.name_en), problem.geom, 6
    FROM problem LEFT JOIN reach lies ON lies.id = problem.reach_id
    LEFT JOIN river flows ON flows.id = lies.river_id
    LEFT JOIN lake pool ON pool.id = problem.lake_id
    WHERE {PROBLEM_VISIBLE}"""


def search(
    connection: Connection, phrase: str, scope: Scope, *, limit: int = LIMIT
) -> list[dict[str, Any]]:
    """Returns visible things whose name or code contains the phrase, first those beginning so.

    Each has kind, id, name, name_en, code, beside and beside_en (the water it is at) and bounds in
    degrees.
    """
    wanted = phrase.strip()[:64]
    if not wanted:
        return []
    escaped = literal(wanted)
    rows = connection.execute(
        text(
            f"""
            SELECT kind, id, name, name_en, code, beside, beside_en, ST_XMin(geom) AS west,
            ST_YMin(geom) AS south, ST_XMax(geom) AS east, ST_YMax(geom) AS north
            FROM ({_KINDS}) thing
            WHERE name ILIKE :part OR name_en ILIKE :part OR code ILIKE :part
            ORDER BY lower(COALESCE(code, '')) = lower(:whole) DESC, name = :whole DESC,
            (name ILIKE :start OR name_en ILIKE :start OR code ILIKE :start) IS TRUE DESC,
            rank, length(name), name, id LIMIT :limit
            """
        ),
        {
            **scope.bound,
            "part": f"%{escaped}%",
            "start": f"{escaped}%",
            "whole": wanted,
            "limit": limit,
        },
    )
    found = []
    for row in rows:
        facts = dict(row._mapping)
        edges = [facts.pop(edge) for edge in ("west", "south", "east", "north")]
        found.append({**facts, "bounds": None if edges[0] is None else edges})
    return found
