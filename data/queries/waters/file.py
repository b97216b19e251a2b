"""The file of a river or lake (一河一档): its facts, and its state now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text

from data.clock import UtcDatetime, business_date
from data.errors import NotFound
from data.queries.english import basin_en, reach_en
from data.queries.rows import row_as, rows_as
from data.queries.scope import LAKE_VISIBLE, REACH_VISIBLE, RIVER_VISIBLE, Divisions, Scope
from data.queries.waters.colours import (
    WaterColour,
    colour_of,
    deciding,
    representatives,
    stations_about,
)
from data.queries.waters.file_people import Board, Chief, boards_of, chiefs_of
from data.queries.waters.file_stations import StationFile, station_files
from data.settings import QualitySettings
from data.vocabulary import StationKind

Water = Literal["river", "lake"]

_MOUTH = "ST_EndPoint(ST_GeometryN(river.geom, ST_NumGeometries(river.geom)))"

RIVER = text(
    f"""
    SELECT river.id, river.kind, river.code, river.code_scheme, river.name, river.name_en,
    river.basin, {basin_en("river")} AS basin_en, river.length_m, river.source, river.remark,
    river.flows_into_chainage_m, receiver.name AS flows_into,
    receiver.name_en AS flows_into_en,
    ST_X(ST_StartPoint(ST_GeometryN(river.geom, 1))) AS source_lon,
    ST_Y(ST_StartPoint(ST_GeometryN(river.geom, 1))) AS source_lat,
    ST_X({_MOUTH}) AS mouth_lon, ST_Y({_MOUTH}) AS mouth_lat,
    (SELECT river.id FROM river WHERE river.id = receiver.id
    AND {RIVER_VISIBLE}) AS flows_into_id
    FROM river LEFT JOIN river receiver ON receiver.id = river.flows_into_id
    WHERE river.id = :id AND {RIVER_VISIBLE}
    """
)
LAKE = text(
    f"""
    SELECT lake.id, lake.kind, lake.code, lake.code_scheme, lake.name, lake.name_en,
    lake.area_m2, lake.source, on_river.name AS flows_into,
    on_river.name_en AS flows_into_en,
    (SELECT river.id FROM river WHERE river.id = on_river.id
    AND {RIVER_VISIBLE}) AS flows_into_id,
    ST_X(ST_PointOnSurface(lake.geom)) AS source_lon,
    ST_Y(ST_PointOnSurface(lake.geom)) AS source_lat,
    division.id AS division_id, division.name AS division,
    division.name_en AS division_en FROM lake
    LEFT JOIN division ON division.id = lake.division_id
    LEFT JOIN river on_river ON on_river.id = lake.river_id
    WHERE lake.id = :id AND {LAKE_VISIBLE}
    """
)
REACHES = text(
    f"""
    SELECT reach.id, reach.code, reach.name, {reach_en("reach")} AS name_en, reach.position,
    reach.division_id, reach.chainage_from_m, reach.chainage_to_m, division.name AS division,
    division.name_en AS division_en,
    {REACH_VISIBLE} AS is_visible FROM reach
    LEFT JOIN division ON division.id = reach.division_id
    WHERE reach.river_id = :id ORDER BY reach.position
    """
)
TRIBUTARIES = text(
    f"""
    SELECT river.id, river.name, river.name_en, river.flows_into_chainage_m AS chainage_m
    FROM river
    WHERE river.flows_into_id = :id AND {RIVER_VISIBLE} ORDER BY chainage_m, river.name
    """
)


@dataclass(frozen=True, slots=True)
class Tributary:
    """A river that flows into the water, and where."""

    id: int
    name: str
    name_en: str | None
    chainage_m: float | None


@dataclass(frozen=True, slots=True)
class WaterFacts:
    """Basic facts of a river or lake that rarely change (基础信息), in degrees of CGCS2000.

    ``source_at`` of a lake is a point on it and ``mouth_at`` None; ``flows_into_id`` is None when
    the receiving water is unknown or not visible.
    """

    water: Water
    id: int
    kind: str
    name: str
    name_en: str | None
    code: str | None
    code_scheme: str | None
    basin: str | None
    length_m: float | None
    area_m2: float | None
    flows_into: str | None
    flows_into_id: int | None
    flows_into_chainage_m: float | None
    source_at: tuple[float, float]
    mouth_at: tuple[float, float] | None
    divisions: tuple[str, ...]
    source: str
    remark: str
    flows_into_en: str | None = None
    basin_en: str | None = None
    divisions_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachFile:
    """A visible reach of a river, its colour now and the section that decided that colour."""

    id: int
    code: str | None
    name: str
    name_en: str | None
    chainage_from_m: float
    chainage_to_m: float
    division: str | None
    division_en: str | None
    colour: WaterColour
    decided_by: StationFile | None


@dataclass(frozen=True, slots=True)
class WaterFile:
    """The whole file of a river or lake at an instant; ``hidden_count`` reaches aren't visible."""

    facts: WaterFacts
    colour: WaterColour
    reaches: tuple[ReachFile, ...]
    hidden_count: int
    tributaries: tuple[Tributary, ...]
    stations: tuple[StationFile, ...]
    chiefs: tuple[Chief, ...]
    boards: tuple[Board, ...]
    as_of: UtcDatetime

    def of_kind(self, kind: StationKind) -> list[StationFile]:
        """Returns the file's stations of one kind, in order downstream."""
        return [each for each in self.stations if each.record.kind is kind]


def read_river_file(
    connection: Connection,
    river_id: int,
    scope: Scope,
    *,
    now: UtcDatetime,
    quality: QualitySettings,
    phones_in: Divisions = frozenset(),
) -> WaterFile:
    """Returns the whole file of a river. Raises NotFound if there is none or not visible.

    Chiefs' telephone numbers are shown for waters of the divisions ``phones_in``.
    """
    row = connection.execute(RIVER, {**scope.bound, "id": river_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such river, or your account may not see it.")
    reaches = connection.execute(REACHES, {**scope.bound, "id": river_id}).all()
    shown = [each for each in reaches if each.is_visible]
    ids = [each.id for each in shown]
    files = _stations(connection, scope, ids, None, now, quality)
    divisions = [each.division_id for each in shown if each.division_id]
    filed = _reaches(connection, scope, shown, files, now, quality)
    return WaterFile(
        facts=_facts(
            "river", row, {each.division: each.division_en for each in reaches if each.division}
        ),
        colour=colour_of([each.record for each in files if each.record.kind == "section"]),
        reaches=filed,
        hidden_count=len(reaches) - len(shown),
        tributaries=tuple(
            rows_as(Tributary, connection.execute(TRIBUTARIES, {**scope.bound, "id": river_id}))
        ),
        stations=tuple(files),
        chiefs=tuple(
            chiefs_of(
                connection,
                today=business_date(now),
                river=river_id,
                reaches=ids,
                divisions=divisions,
                phones_in=phones_in,
            )
        ),
        boards=tuple(boards_of(connection, scope, reaches=ids)),
        as_of=now,
    )


def read_lake_file(
    connection: Connection,
    lake_id: int,
    scope: Scope,
    *,
    now: UtcDatetime,
    quality: QualitySettings,
    phones_in: Divisions = frozenset(),
) -> WaterFile:
    """Returns the whole file of a lake. Raises NotFound if there is none or not visible.

    Chiefs' telephone numbers are shown for waters of the divisions ``phones_in``.
    """
    row = connection.execute(LAKE, {**scope.bound, "id": lake_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such lake, or your account may not see it.")
    files = _stations(connection, scope, [], lake_id, now, quality)
    divisions = [row["division_id"]] if row["division_id"] else []
    today = business_date(now)
    return WaterFile(
        facts=_facts("lake", row, {row["division"]: row["division_en"]} if row["division"] else {}),
        colour=colour_of([each.record for each in files if each.record.kind == "section"]),
        reaches=(),
        hidden_count=0,
        tributaries=(),
        stations=tuple(files),
        chiefs=tuple(
            chiefs_of(
                connection, today=today, lake=lake_id, divisions=divisions, phones_in=phones_in
            )
        ),
        boards=tuple(boards_of(connection, scope, lake=lake_id)),
        as_of=now,
    )


def _stations(
    connection: Connection,
    scope: Scope,
    reaches: Collection[int],
    lake: int | None,
    now: UtcDatetime,
    quality: QualitySettings,
) -> list[StationFile]:
    found = stations_about(connection, reaches, lake)
    return station_files(connection, scope, found, now=now, quality=quality)


def _facts(water: Water, row: Any, divisions: Mapping[str, str | None]) -> WaterFacts:
    return WaterFacts(
        water=water,
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        name_en=row["name_en"],
        code=row["code"],
        code_scheme=row["code_scheme"],
        basin=row.get("basin"),
        basin_en=row.get("basin_en"),
        length_m=row.get("length_m"),
        area_m2=row.get("area_m2"),
        flows_into=row["flows_into"],
        flows_into_en=row["flows_into_en"],
        flows_into_id=row["flows_into_id"],
        flows_into_chainage_m=row.get("flows_into_chainage_m"),
        source_at=(row["source_lon"], row["source_lat"]),
        mouth_at=(row["mouth_lon"], row["mouth_lat"]) if "mouth_lon" in row else None,
        divisions=tuple(divisions),
        divisions_en=tuple(english or name for name, english in divisions.items()),
        source=row["source"],
        remark=row.get("remark", ""),
    )


def _reaches(
    connection: Connection,
    scope: Scope,
    shown: Collection[Any],
    files: Collection[StationFile],
    now: UtcDatetime,
    quality: QualitySettings,
) -> tuple[ReachFile, ...]:
    sections = [each.record.id for each in files if each.record.kind is StationKind.SECTION]
    standing = representatives(connection, scope, now=now, quality=quality, touched=sections)
    by_id = {each.record.id: each for each in files}
    made = []
    for row in shown:
        records = standing.get(("reach", row.id), [])
        colour = colour_of(records)
        decided = deciding(colour, records)
        decided_by = by_id.get(decided.id) if decided else None
        made.append(row_as(ReachFile, row, colour=colour, decided_by=decided_by))
    return tuple(made)
