"""The scope of a reader: what they may see, as an SQL condition that every read carries."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.records import DivisionId, LakeId, ReachId, RiverId, StationId


@dataclass(frozen=True, slots=True)
class Scope:
    """The divisions, waters and stations an account may read; ``everything`` needs no list.

    Divisions are whole subtrees already. It is hashable and part of cache keys.
    """

    everything: bool = False
    divisions: frozenset[DivisionId] = frozenset()
    rivers: frozenset[RiverId] = frozenset()
    reaches: frozenset[ReachId] = frozenset()
    lakes: frozenset[LakeId] = frozenset()
    stations: frozenset[StationId] = frozenset()

    @property
    def bound(self) -> Mapping[str, object]:
        """The values of the SQL parameters in the conditions on visibility."""
        return {
            "scope_all": self.everything,
            "scope_divisions": sorted(self.divisions),
            "scope_rivers": sorted(self.rivers),
            "scope_reaches": sorted(self.reaches),
            "scope_lakes": sorted(self.lakes),
            "scope_stations": sorted(self.stations),
        }


Divisions = frozenset[DivisionId] | None
"""Divisions of which something may be seen; None for all, an empty set for none."""

EVERYTHING = Scope(everything=True)
NOTHING = Scope()

DIVISION_VISIBLE = "(:scope_all OR division.id = ANY(:scope_divisions))"
REACH_VISIBLE = (
    "(:scope_all OR reach.division_id = ANY(:scope_divisions)"
    " OR reach.river_id = ANY(:scope_rivers) OR reach.id = ANY(:scope_reaches))"
)
RIVER_VISIBLE = (
    "(:scope_all OR river.id = ANY(:scope_rivers) OR EXISTS (SELECT 1 FROM reach"
    f" WHERE reach.river_id = river.id AND {REACH_VISIBLE}))"
)
LAKE_VISIBLE = (
    "(:scope_all OR lake.division_id = ANY(:scope_divisions)"
    " OR lake.river_id = ANY(:scope_rivers) OR lake.id = ANY(:scope_lakes))"
)
STATION_VISIBLE = (
    "(:scope_all OR station.division_id = ANY(:scope_divisions)"
    " OR station.id = ANY(:scope_stations) OR station.lake_id = ANY(:scope_lakes)"
    " OR EXISTS (SELECT 1 FROM reach WHERE reach.id = station.reach_id"
    " AND (reach.river_id = ANY(:scope_rivers) OR reach.id = ANY(:scope_reaches))))"
)
NOTICE_BOARD_VISIBLE = (
    "(:scope_all OR notice_board.division_id = ANY(:scope_divisions)"
    " OR notice_board.lake_id = ANY(:scope_lakes)"
    " OR EXISTS (SELECT 1 FROM reach WHERE reach.id = notice_board.reach_id"
    " AND (reach.river_id = ANY(:scope_rivers) OR reach.id = ANY(:scope_reaches))))"
)
PROBLEM_VISIBLE = (
    "(:scope_all OR problem.division_id = ANY(:scope_divisions)"
    " OR problem.lake_id = ANY(:scope_lakes)"
    " OR problem.reach_id IN (SELECT reach.id FROM reach"
    " WHERE reach.river_id = ANY(:scope_rivers) OR reach.id = ANY(:scope_reaches))"
    " OR problem.lake_id IN (SELECT lake.id FROM lake WHERE lake.river_id = ANY(:scope_rivers)))"
)
"""Neighbours read border sections, no problems: the condition knows no stations."""
PATROL_VISIBLE = (
    "(:scope_all OR patrol.division_id = ANY(:scope_divisions)"
    " OR EXISTS (SELECT 1 FROM patrol_reach JOIN reach ON reach.id = patrol_reach.reach_id"
    " WHERE patrol_reach.patrol_id = patrol.id AND (reach.division_id = ANY(:scope_divisions)"
    " OR reach.river_id = ANY(:scope_rivers) OR reach.id = ANY(:scope_reaches))))"
)
