"""What the map's search looks through, in which order it tells it, and what it tells of it."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text

from data.queries.english import basin_en, reach_en
from data.queries.map.place_names import PLACE_VISIBLE
from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    NOTICE_BOARD_VISIBLE,
    PROBLEM_VISIBLE,
    REACH_VISIBLE,
    RIVER_VISIBLE,
    STATION_VISIBLE,
)

MANY: Final = 6_000
"""Up to so many candidates of a kind are sorted; more are looked through in the order found."""

NONE: Final = "NULL::text"


@dataclass(frozen=True, slots=True)
class Searched:
    """A table that is searched; ``grams`` are the texts its index is made of."""

    table: str
    rank: int
    visible: str
    grams: str
    kind: str
    name: str = "name"
    english: str = "name_en"
    code: str = "code"


TABLES: Final = (
    Searched("river", 0, RIVER_VISIBLE, "name, name_en, code", "'river'"),
    Searched("lake", 0, LAKE_VISIBLE, "name, name_en, code", "'lake'"),
    Searched("station", 1, STATION_VISIBLE, "name, name_en, code", "station.kind"),
    Searched("reach", 2, REACH_VISIBLE, "name, code", "'reach'", english=NONE),
    Searched("division", 3, DIVISION_VISIBLE, "name, name_en, code", "'division'"),
    Searched("notice_board", 4, NOTICE_BOARD_VISIBLE, "name, code", "'notice_board'",
              english=NONE),
    Searched("place", 5, PLACE_VISIBLE, "name, name_en", "'place'", code=NONE),
    Searched("problem", 6, PROBLEM_VISIBLE, "number", "'problem'", "number",
              english=NONE, code=NONE),
)  # fmt: skip


ORDER: Final = "ORDER BY is_code DESC, is_name DESC, begins DESC, rank, length(name), name, id"

_DETAILS: Final = f"""
    SELECT station.name_en, station.code, COALESCE(lake.name, river.name) AS beside,
        COALESCE(lake.name_en, river.name_en) AS beside_en, station.geom
    FROM station LEFT JOIN reach on_reach ON on_reach.id = station.reach_id
    LEFT JOIN river ON river.id = on_reach.river_id LEFT JOIN lake ON lake.id = station.lake_id
    WHERE best.source = 'station' AND station.id = best.id
    UNION ALL SELECT name_en, code, basin, {basin_en("river")}, geom FROM river
    WHERE best.source = 'river' AND id = best.id
    UNION ALL SELECT name_en, code, NULL, NULL, geom FROM lake
    WHERE best.source = 'lake' AND id = best.id
    UNION ALL SELECT {reach_en("reach")}, reach.code, of.name, of.name_en, reach.geom
    FROM reach JOIN river of ON of.id = reach.river_id
    WHERE best.source = 'reach' AND reach.id = best.id
    UNION ALL SELECT name_en, code, NULL, NULL, geom FROM division
    WHERE best.source = 'division' AND id = best.id
    UNION ALL SELECT NULL, code, NULL, NULL, geom FROM notice_board
    WHERE best.source = 'notice_board' AND id = best.id
    UNION ALL SELECT name_en, NULL, NULL, NULL, geom FROM place
    WHERE best.source = 'place' AND id = best.id
    UNION ALL SELECT NULL, NULL, COALESCE(flows.name, lies.name, pool.name),
        COALESCE(flows.name_en, pool.name_en), problem.geom
    FROM problem LEFT JOIN reach lies ON lies.id = problem.reach_id
    LEFT JOIN river flows ON flows.id = lies.river_id
    LEFT JOIN lake pool ON pool.id = problem.lake_id
    WHERE best.source = 'problem' AND problem.id = best.id"""

BEST: Final = f"""
    SELECT best.kind, best.id, best.name, thing.name_en, thing.code, thing.beside, thing.beside_en,
        best.source, ST_XMin(geom) AS west, ST_YMin(geom) AS south, ST_XMax(geom) AS east,
        ST_YMax(geom) AS north
    FROM best JOIN LATERAL ({_DETAILS}) thing ON true ORDER BY best.place"""

BY_INDEX: Final = text(
    "SELECT set_config('enable_seqscan', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true)"
)
"""Grams are never worked out row by row; other processes take longer to start than to search."""

AS_USUAL: Final = text("SELECT set_config('enable_seqscan', 'on', true)")


def hit(row: Row[Any]) -> dict[str, Any]:
    """Returns a row of ``BEST`` as what is found: its facts, and its bounds in degrees."""
    facts = dict(row._mapping)
    del facts["source"]
    edges = [facts.pop(edge) for edge in ("west", "south", "east", "north")]
    return {**facts, "bounds": None if edges[0] is None else edges}
