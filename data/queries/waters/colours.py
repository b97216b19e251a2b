"""The colour of a reach or lake: the worst fresh class of the sections that represent it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.english import reach_en
from data.queries.rows import rows_as
from data.queries.scope import LAKE_VISIBLE, REACH_VISIBLE, Scope
from data.queries.stations.standing import (
    IN_SERVICE,
    STATION_FACTS,
    STATION_SOURCE,
    StationRecord,
    freshness,
)
from data.settings import QualitySettings
from data.vocabulary import EvaluationState

WaterKind = Literal["reach", "lake"]
Water = tuple[WaterKind, int]

STANDS_FOR = """
    SELECT 'reach' AS water, represents.reach_id AS water_id, represents.station_id
    FROM section_represents represents
    UNION ALL
    SELECT 'reach', station.reach_id, station.id FROM station
    WHERE station.kind = 'section' AND station.reach_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM section_represents own WHERE own.station_id = station.id)
    UNION ALL
    SELECT 'lake', station.lake_id, station.id FROM station
    WHERE station.kind = 'section' AND station.lake_id IS NOT NULL"""
"""Which sections stand for which water; without a row of its own, a section for its reach."""

STATIONS_ABOUT = text(
    f"""
    WITH stands AS ({STANDS_FOR}) SELECT id FROM station
    WHERE reach_id = ANY(:reaches) OR lake_id = :lake
    UNION SELECT station_id FROM stands WHERE water = 'reach' AND water_id = ANY(:reaches)
    """
)
WATER_VISIBLE = (
    "(stands.water = 'reach' AND EXISTS (SELECT 1 FROM reach WHERE reach.id = stands.water_id"
    f" AND {REACH_VISIBLE}) OR stands.water = 'lake' AND EXISTS"
    f" (SELECT 1 FROM lake WHERE lake.id = stands.water_id AND {LAKE_VISIBLE}))"
)


@dataclass(frozen=True, slots=True)
class WaterColour:
    """A water's map colour: ``water_class``, 0 for grey, when ``state`` says why."""

    water_class: int
    state: EvaluationState
    observed_at: UtcDatetime | None
    section_count: int

    def brief(self) -> dict[str, Any]:
        """Returns the colour as JSON for the map: class, state, time and number of sections."""
        at = self.observed_at.isoformat() if self.observed_at else None
        return {
            "cls": self.water_class,
            "state": self.state.value,
            "at": at,
            "n": self.section_count,
        }


def colour_of(sections: Iterable[StationRecord]) -> WaterColour:
    """Returns a water's colour by its sections' worst class now; grey if no section has one."""
    known = list(sections)
    graded = [each for each in known if each.shown_class]
    if graded:
        worst = max(graded, key=lambda each: (each.shown_class, each.multiple or 0.0))
        return WaterColour(worst.shown_class, EvaluationState.GRADED, worst.observed_at, len(known))
    for state in (EvaluationState.PARTIAL, EvaluationState.STALE):
        times = [each.observed_at for each in known if each.state is state and each.observed_at]
        if times:
            return WaterColour(0, state, max(times), len(known))
    return WaterColour(0, EvaluationState.NONE, None, len(known))


def deciding(colour: WaterColour, sections: Iterable[StationRecord]) -> StationRecord | None:
    """Returns the section of the colour's state and class that is farthest beyond its target.

    None without such a section.
    """
    same = [
        each
        for each in sections
        if each.state is colour.state and each.shown_class == colour.water_class
    ]
    return max(same, key=lambda each: each.multiple or 0.0, default=None)


def stations_about(
    connection: Connection, reaches: Collection[int] = (), lake: int | None = None
) -> list[int]:
    """Returns ids of the stations at the reaches or lake, and of those representing them."""
    bound = {"reaches": list(reaches), "lake": lake}
    return list(connection.execute(STATIONS_ABOUT, bound).scalars())


def representatives(
    connection: Connection,
    scope: Scope,
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
    touched: Collection[int] | None = None,
) -> dict[Water, list[StationRecord]]:
    """Returns, by water, the sections whose class sets the colour of that visible water.

    With ``touched`` only waters of those sections. A visible water keeps its colour even where its
    section lies in someone else's area.
    """
    rows = connection.execute(
        text(
            f"""
            WITH stands AS ({STANDS_FOR})
            SELECT stands.water, stands.water_id, {STATION_FACTS} {STATION_SOURCE}
            JOIN stands ON stands.station_id = station.id
            WHERE {IN_SERVICE} AND {WATER_VISIBLE} AND (CAST(:touched AS bigint[]) IS NULL OR
            (stands.water, stands.water_id) IN (SELECT other.water, other.water_id
            FROM stands other WHERE other.station_id = ANY(CAST(:touched AS bigint[]))))
            """
        ),
        {
            **scope.bound,
            **freshness(now, quality),
            "touched": None if touched is None else sorted(touched),
        },
    ).all()
    found: dict[Water, list[StationRecord]] = defaultdict(list)
    for row, record in zip(rows, rows_as(StationRecord, rows), strict=True):
        found[row.water, row.water_id].append(record)
    return dict(found)


def colours(
    sections: Mapping[Water, Iterable[StationRecord]],
) -> dict[str, dict[str, dict[str, Any]]]:
    """Returns the colour of each water with a section: ``{"reach": {"1": …}, "lake": {…}}``."""
    by_kind: dict[str, dict[str, dict[str, Any]]] = {"reach": {}, "lake": {}}
    for (kind, number), standing in sections.items():
        by_kind[kind][str(number)] = colour_of(standing).brief()
    return by_kind


def named_waters(connection: Connection, scope: Scope, limit: int = 1000) -> list[dict[str, Any]]:
    """Returns the visible reaches (with their river) and lakes by name, for the map's list."""
    rows = connection.execute(
        text(
            f"""
            SELECT 'reach' AS kind, reach.id, reach.name, reach.code, river.name AS of_river,
            {reach_en("reach")} AS name_en FROM reach JOIN river ON river.id = reach.river_id
            WHERE {REACH_VISIBLE}
            UNION ALL SELECT 'lake', lake.id, lake.name, lake.code, NULL, lake.name_en FROM lake
            WHERE {LAKE_VISIBLE} ORDER BY 1 DESC, 5, 3, 2 LIMIT :limit
            """
        ),
        {**scope.bound, "limit": limit},
    )
    return [dict(row._mapping) for row in rows]
