"""Rivers, reaches, lakes, divisions and notice boards for their drawers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.english import basin_en, reach_en
from data.queries.rows import row_as
from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    NOTICE_BOARD_VISIBLE,
    REACH_VISIBLE,
    RIVER_VISIBLE,
    Scope,
)
from data.queries.stations.standing import StationRecord, stations
from data.queries.waters.colours import (
    Water,
    WaterColour,
    colour_of,
    deciding,
    representatives,
    stations_about,
)
from data.queries.whereabouts import WHERE_FACTS, WHERE_JOINS, Where, where_of
from data.settings import QualitySettings


@dataclass(frozen=True, slots=True)
class Board:
    """A notice board (公示牌)."""

    id: int
    code: str
    name: str
    where: Where
    phone: str
    content_version: str
    set_on: date | None


@dataclass(frozen=True, slots=True)
class ReachFacts:
    """A reach of a river, its map colour now (set by ``deciding_section``) and its stations."""

    id: int
    code: str | None
    name: str
    name_en: str | None
    river_id: int
    river: str
    river_en: str | None
    division: str | None
    division_en: str | None
    from_m: float
    to_m: float
    downstream_id: int | None
    downstream: str | None
    downstream_en: str | None
    colour: WaterColour
    sections: tuple[StationRecord, ...]
    deciding_section: StationRecord | None
    stations: tuple[StationRecord, ...]
    board_count: int


@dataclass(frozen=True, slots=True)
class LakeFacts:
    """A lake or reservoir, its water-quality class now and its stations; area in square metres."""

    id: int
    code: str | None
    name: str
    name_en: str | None
    kind: str
    area_m2: float
    division: str | None
    division_en: str | None
    river_id: int | None
    river: str | None
    river_en: str | None
    colour: WaterColour
    sections: tuple[StationRecord, ...]
    deciding_section: StationRecord | None
    stations: tuple[StationRecord, ...]
    board_count: int


def _found(rows: Sequence[Row[Any]], sentence: str) -> Any:
    if not rows:
        raise NotFound(sentence)
    return rows[0]


def board_facts(connection: Connection, scope: Scope, board_id: int) -> Board:
    """Returns the notice board. Raises NotFound if none or outside the scope."""
    rows = connection.execute(
        text(f"""
            SELECT notice_board.id, notice_board.code, notice_board.name, notice_board.phone,
                notice_board.content_version, notice_board.set_on,
                {WHERE_FACTS.format(of="notice_board")}
            FROM notice_board {WHERE_JOINS.format(of="notice_board")}
            WHERE notice_board.id = :id AND {NOTICE_BOARD_VISIBLE}
            """),
        {**scope.bound, "id": board_id},
    ).all()
    row = _found(rows, "There is no such notice board.")
    return row_as(Board, row, where=where_of(row._mapping))


def _standing(
    connection: Connection, scope: Scope, water: Water, now: UtcDatetime, quality: QualitySettings
) -> dict[str, Any]:
    """Returns a water's colour now, sections, deciding_section and stations (downstream)."""
    kind, number = water
    reaches, lake = ([number], None) if kind == "reach" else ([], number)
    ids = stations_about(connection, reaches, lake)
    standing = representatives(connection, scope, now=now, quality=quality, touched=ids)
    sections = tuple(standing.get(water, ()))
    colour = colour_of(sections)
    here = [
        each
        for each in stations(connection, scope, now=now, quality=quality, only=ids)
        if number == (each.reach_id if kind == "reach" else each.lake_id)
    ]
    return {
        "colour": colour,
        "sections": sections,
        "deciding_section": deciding(colour, sections) if colour.water_class else None,
        "stations": tuple(sorted(here, key=lambda each: each.chainage_m or 0.0)),
    }


def reach_facts(
    connection: Connection, scope: Scope, reach_id: int, now: UtcDatetime, quality: QualitySettings
) -> ReachFacts:
    """Returns the facts of a reach of a river. Raises NotFound if none or outside the scope."""
    rows = connection.execute(
        text(f"""
            SELECT reach.id, reach.code, reach.name, {reach_en("reach")} AS name_en,
                reach.river_id, river.name AS river,
                river.name_en AS river_en, division.name AS division,
                division.name_en AS division_en, reach.chainage_from_m AS from_m,
                reach.chainage_to_m AS to_m, reach.downstream_id, below.name AS downstream,
                {reach_en("below")} AS downstream_en,
            (SELECT count(*) FROM notice_board
            WHERE notice_board.reach_id = reach.id) AS board_count
            FROM reach JOIN river ON river.id = reach.river_id
            LEFT JOIN division ON division.id = reach.division_id
            LEFT JOIN reach below ON below.id = reach.downstream_id
            WHERE reach.id = :id AND {REACH_VISIBLE}
            """),
        {**scope.bound, "id": reach_id},
    ).all()
    row = _found(rows, "There is no such reach.")
    standing = _standing(connection, scope, ("reach", reach_id), now, quality)
    return row_as(ReachFacts, row, **standing)


def lake_facts(
    connection: Connection, scope: Scope, lake_id: int, now: UtcDatetime, quality: QualitySettings
) -> LakeFacts:
    """Returns the facts of a lake. Raises NotFound if none or outside the scope."""
    rows = connection.execute(
        text(f"""
            SELECT lake.id, lake.code, lake.name, lake.name_en, lake.kind, lake.area_m2,
                division.name AS division, division.name_en AS division_en, lake.river_id,
                river.name AS river, river.name_en AS river_en,
                (SELECT count(*) FROM notice_board
            WHERE notice_board.lake_id = lake.id) AS board_count
            FROM lake LEFT JOIN division ON division.id = lake.division_id
            LEFT JOIN river ON river.id = lake.river_id
            WHERE lake.id = :id AND {LAKE_VISIBLE}
            """),
        {**scope.bound, "id": lake_id},
    ).all()
    row = _found(rows, "There is no such lake.")
    standing = _standing(connection, scope, ("lake", lake_id), now, quality)
    return row_as(LakeFacts, row, **standing)


def river_facts(connection: Connection, scope: Scope, river_id: int) -> dict[str, Any]:
    """Returns the river's main facts and visible reaches. Raises NotFound if not visible."""
    rows = connection.execute(
        text(f"""
            SELECT river.id, river.code, river.name, river.name_en, river.kind, river.basin,
                {basin_en("river")} AS basin_en,
                river.length_m, into_.id AS into_id, into_.name AS into_name,
                into_.name_en AS into_name_en
            FROM river LEFT JOIN river into_ ON into_.id = river.flows_into_id
            WHERE river.id = :id AND {RIVER_VISIBLE}
            """),
        {**scope.bound, "id": river_id},
    ).all()
    row = _found(rows, "There is no such river.")
    reaches = connection.execute(
        text(f"""
            SELECT reach.id, reach.name, {reach_en("reach")} AS name_en, reach.chainage_from_m,
                reach.chainage_to_m FROM reach
            WHERE reach.river_id = :id AND {REACH_VISIBLE} ORDER BY reach.position
            """),
        {**scope.bound, "id": river_id},
    )
    return {**row._mapping, "reaches": [dict(each._mapping) for each in reaches]}


def division_facts(connection: Connection, scope: Scope, division_id: int) -> dict[str, Any]:
    """Returns the division's main facts and how many reaches, lakes and stations it holds.

    Raises NotFound if there is none or outside the scope.
    """
    rows = connection.execute(
        text(f"""
            WITH below AS MATERIALIZED (
                SELECT id FROM divisions_below(ARRAY[CAST(:id AS bigint)])
            )
            SELECT division.id, division.code, division.name, division.name_en, division.level,
                upper_.name AS parent, upper_.name_en AS parent_en,
                (SELECT count(*) FROM reach WHERE division_id IN (SELECT id FROM below))
                    AS reach_count,
                (SELECT count(*) FROM lake WHERE division_id IN (SELECT id FROM below))
                    AS lake_count,
                (SELECT count(*) FROM station WHERE division_id IN (SELECT id FROM below))
                    AS station_count
            FROM division LEFT JOIN division upper_ ON upper_.id = division.parent_id
            WHERE division.id = :id AND {DIVISION_VISIBLE}
            """),
        {**scope.bound, "id": division_id},
    ).all()
    return dict(_found(rows, "There is no such division.")._mapping)
