"""Stations for those who place them: a paged list, and one with the values of its form."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.quality.limits import DischargeGrade
from data.queries.phrases import literal
from data.queries.rows import row_as, rows_as
from data.queries.scope import STATION_VISIBLE, Scope
from data.records import DivisionId, StationId
from data.vocabulary import Bank, StationKind, WaterClass
from gis.crs import CGCS2000


@dataclass(frozen=True, slots=True)
class PlacedStation:
    """A station and where it was placed, as a row of the list of stations."""

    id: StationId
    code: str
    name: str
    name_en: str | None
    kind: StationKind
    river: str | None
    river_en: str | None
    lake: str | None
    lake_en: str | None
    chainage_m: float | None
    offset_m: float | None
    bank: Bank | None
    division_id: DivisionId | None
    division: str | None
    division_en: str | None
    interval: timedelta
    target_class: WaterClass | None
    grade: DischargeGrade | None
    observed_at: UtcDatetime | None


@dataclass(frozen=True, slots=True)
class NearStation:
    """Another station beside a point, ``metres`` away."""

    code: str
    name: str
    name_en: str | None
    metres: float


@dataclass(frozen=True, slots=True)
class StationForm:
    """One station with the values that its edit form shows, and their version.

    ``lon`` and ``lat`` are where it stands in CGCS2000 degrees, ``source_x`` and ``source_y`` the
    coordinates as entered, in ``source_crs``; texts that a kind doesn't have are empty.
    """

    station: PlacedStation
    version: int
    lon: float
    lat: float
    source_crs: str
    source_x: float
    source_y: float
    attribute: str
    is_border: bool
    category: str
    owner: str
    permit_no: str
    permitted_volume_m3a: float | None
    purpose: str


COLUMNS = """
    station.id, station.code, station.name, station.name_en, station.kind, station.chainage_m,
    station.offset_m, station.bank, station.division_id,
    station.interval_s * interval '1 second' AS interval,
    river.name AS river, river.name_en AS river_en, lake.name AS lake, lake.name_en AS lake_en,
    division.name AS division, division.name_en AS division_en,
    section.target_class, outfall.grade, latest_reading.observed_at
"""
JOINED = """
    FROM station
    LEFT JOIN reach ON reach.id = station.reach_id
    LEFT JOIN river ON river.id = reach.river_id
    LEFT JOIN lake ON lake.id = station.lake_id
    LEFT JOIN division ON division.id = station.division_id
    LEFT JOIN section ON section.station_id = station.id
    LEFT JOIN outfall ON outfall.station_id = station.id
    LEFT JOIN intake ON intake.station_id = station.id
    LEFT JOIN latest_reading ON latest_reading.station_id = station.id
"""
FITTING = """
    WHERE station.ended_at IS NULL
      AND (:everywhere OR station.division_id = ANY(:divisions))
      AND (:kind = '' OR station.kind = :kind)
      AND (:search = '' OR station.code ILIKE :like OR station.name ILIKE :like
           OR station.name_en ILIKE :like OR river.name ILIKE :like OR lake.name ILIKE :like
           OR river.name_en ILIKE :like OR lake.name_en ILIKE :like)
"""


def placed_stations(
    connection: Connection,
    divisions: Collection[DivisionId] | None,
    *,
    search: str = "",
    kind: StationKind | None = None,
    start: int = 0,
    rows: int = 20,
) -> tuple[int, list[PlacedStation]]:
    """Returns how many stations of the divisions match, and a page by water and position.

    Stations that have an end are left out. ``divisions=None`` means everywhere. ``search`` is
    looked for in code, name and water.
    """
    asked = {
        "everywhere": divisions is None,
        "divisions": sorted(divisions or ()),
        "kind": kind.value if kind else "",
        "search": search,
        "like": f"%{literal(search)}%",
        "start": start,
        "rows": rows,
    }
    count = connection.execute(text(f"SELECT count(*) {JOINED} {FITTING}"), asked).scalar_one()
    found = connection.execute(
        text(
            f"""
            SELECT {COLUMNS} {JOINED} {FITTING} ORDER BY river.name NULLS LAST, lake.name,
            station.chainage_m, station.code OFFSET :start LIMIT :rows
            """
        ),
        asked,
    )
    return int(count), rows_as(PlacedStation, found)


def station_form(connection: Connection, station_id: StationId) -> StationForm:
    """Returns one station with all that its edit form shows. Raises NotFound."""
    row = connection.execute(
        text(
            f"""
            SELECT {COLUMNS}, station.version, ST_X(station.geom) AS lon,
            ST_Y(station.geom) AS lat, station.source_crs, station.source_x,
            station.source_y, coalesce(section.attribute, '') AS attribute,
            coalesce(section.is_border, false) AS is_border,
            coalesce(outfall.category, '') AS category,
            coalesce(outfall.owner, intake.owner, '') AS owner,
            coalesce(outfall.permit_no, intake.permit_no, '') AS permit_no,
            intake.permitted_volume_m3a, coalesce(intake.purpose, '') AS purpose
            {JOINED} WHERE station.id = :id
            """
        ),
        {"id": station_id},
    ).first()
    if row is None:
        raise NotFound("There is no such station.")
    return row_as(StationForm, row, station=row_as(PlacedStation, row))


def division_of_code(connection: Connection, code: str) -> tuple[bool, DivisionId | None]:
    """Returns whether a station of that code exists, and the division it lies in."""
    row = connection.execute(
        text("SELECT division_id FROM station WHERE code = :code"), {"code": code}
    ).first()
    return row is not None, row[0] if row else None


_NEAR = text(f"""
SELECT code, name, name_en, metres FROM station, LATERAL (
    SELECT ST_Distance(geom::geography,
        ST_SetSRID(ST_MakePoint(:lon, :lat), {CGCS2000})::geography) AS metres
) AS apart
WHERE geom_web && ST_Expand(ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), {CGCS2000}), 3857),
        4 * CAST(:within_m AS float8))
    AND metres <= :within_m AND code <> :but AND {STATION_VISIBLE} ORDER BY metres, code
""")


def stations_near(
    connection: Connection, scope: Scope, lon: float, lat: float, within_m: float, but: str = ""
) -> tuple[NearStation, ...]:
    """Returns the scope's stations at most ``within_m`` from a point in degrees, the nearest first.

    ``but`` is the code of the station that stands there itself. Web metres grow with the latitude,
    to four times as many at 75 degrees.
    """
    if not within_m:
        return ()
    point = {"lon": lon, "lat": lat, "within_m": within_m, "but": but}
    return tuple(rows_as(NearStation, connection.execute(_NEAR, {**scope.bound, **point})))
