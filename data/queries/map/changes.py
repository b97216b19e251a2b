"""What changed on the map: stations read once for all scopes, and the waters they stand for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.rows import rows_as
from data.queries.scope_index import Keys, lake_keys, reach_keys
from data.queries.stations.standing import (
    IN_SERVICE,
    STATION_FACTS,
    STATION_SOURCE,
    StationRecord,
    freshness,
)
from data.queries.waters.colours import Water, WaterColour, colour_of
from data.settings import QualitySettings

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees of CGCS2000."""

_OWN_REACH: Final = """station.kind = 'section' AND NOT EXISTS
    (SELECT 1 FROM section_represents own WHERE own.station_id = station.id)"""
_SECTIONS: Final = text(
    f"""
    WITH touched AS (
        SELECT 'reach' AS water, reach_id AS water_id FROM section_represents
        WHERE station_id = ANY(:stations)
        UNION SELECT 'reach', reach_id FROM station
        WHERE id = ANY(:stations) AND reach_id IS NOT NULL AND {_OWN_REACH}
        UNION SELECT 'lake', lake_id FROM station
        WHERE id = ANY(:stations) AND lake_id IS NOT NULL AND kind = 'section'
        UNION SELECT 'reach', unnest(CAST(:reaches AS bigint[]))
        UNION SELECT 'lake', unnest(CAST(:lakes AS bigint[]))
    ), stands AS (
        SELECT touched.*, represents.station_id FROM touched
        JOIN section_represents represents ON represents.reach_id = touched.water_id
        WHERE touched.water = 'reach'
        UNION ALL SELECT touched.*, station.id FROM touched
        JOIN station ON station.reach_id = touched.water_id AND {_OWN_REACH}
        WHERE touched.water = 'reach'
        UNION ALL SELECT touched.*, station.id FROM touched
        JOIN station ON station.lake_id = touched.water_id AND station.kind = 'section'
        WHERE touched.water = 'lake'
    )
    SELECT stands.water, stands.water_id, {STATION_FACTS} {STATION_SOURCE}
    JOIN stands ON stands.station_id = station.id WHERE {IN_SERVICE}
    """
)
_PLACE: Final = """id, division_id, river_id, ST_XMin(geom) AS west, ST_YMin(geom) AS south,
    ST_XMax(geom) AS east, ST_YMax(geom) AS north"""
_WATERS: Final = text(
    f"""
    SELECT 'reach' AS water, {_PLACE} FROM reach WHERE id = ANY(:reaches)
    UNION ALL SELECT 'lake', {_PLACE} FROM lake WHERE id = ANY(:lakes)
    """
)


@dataclass(frozen=True, slots=True)
class TouchedWater:
    """A water with the colour that its sections give it, its box, and the keys of who sees it."""

    water: Water
    colour: WaterColour
    keys: Keys
    box: Box


def last_change_no(connection: Connection) -> int:
    """Returns the highest committed change number of newest values; 0 if there is none."""
    found = connection.execute(text("SELECT COALESCE(max(change_no), 0) FROM latest_reading"))
    return int(found.scalar_one())


def numbered_after(connection: Connection, after: int, until: int) -> dict[int, int]:
    """Returns the stations with a change number above ``after``, up to ``until``, by number."""
    rows = connection.execute(
        text(
            "SELECT change_no, station_id FROM latest_reading"
            " WHERE change_no > :after AND change_no <= :until"
        ),
        {"after": after, "until": until},
    )
    return {row.change_no: row.station_id for row in rows}


def touched_waters(
    connection: Connection,
    stations: Collection[int],
    now: UtcDatetime,
    quality: QualitySettings | None = None,
    left: Collection[Water] = (),
) -> list[TouchedWater]:
    """Returns the waters that these stations stand for, coloured by all sections of each.

    Also those in ``left``, for which one of the stations stood before: without any section they
    are grey. Of the others one without a section in service is left out.
    """
    bound = {
        **freshness(now, quality),
        "stations": sorted(stations),
        "reaches": _ids(left, "reach"),
        "lakes": _ids(left, "lake"),
    }
    rows = connection.execute(_SECTIONS, bound).all()
    sections: dict[Water, list[StationRecord]] = defaultdict(list, {each: [] for each in left})
    for row, record in zip(rows, rows_as(StationRecord, rows), strict=True):
        sections[row.water, row.water_id].append(record)
    return _placed(connection, {water: colour_of(each) for water, each in sections.items()})


def _placed(connection: Connection, colours: dict[Water, WaterColour]) -> list[TouchedWater]:
    """Returns each water with its keys and its box."""
    if not colours:
        return []
    bound = {"reaches": _ids(colours, "reach"), "lakes": _ids(colours, "lake")}
    return [
        TouchedWater(
            (row.water, row.id),
            colours[row.water, row.id],
            (reach_keys if row.water == "reach" else lake_keys)(
                row.id, row.division_id, row.river_id
            ),
            (row.west, row.south, row.east, row.north),
        )
        for row in connection.execute(_WATERS, bound)
    ]


def _ids(waters: Iterable[Water], kind: str) -> list[int]:
    return [number for of, number in waters if of == kind]
