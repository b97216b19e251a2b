"""Vector tiles straight from the database: one named SQL fragment a layer."""

from types import MappingProxyType

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.map.patrols import TRACK_ENDS, TRACKS
from data.queries.map.place_names import PLACE_VISIBLE
from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    REACH_VISIBLE,
    RIVER_VISIBLE,
    STATION_VISIBLE,
    Scope,
)

MAX_ZOOM = 16
"""Tiles end here; the map enlarges the last ones beyond."""

SURROUNDINGS_DEG = 0.15
"""What is shown around stations that stand alone, about 15 km to each side."""

BORDER_DEG = 0.05
"""How near a station a county lies whose outline is drawn around it, about 5 km."""

EXTENT = 4096
BUFFER = 256
"""Half of the widest line drawn, a valley's: 30 of a tile's 512 pixels, rounded up."""
LOW_ZOOM = 10
"""Under this zoom the pre-generalised line is served."""

_OWN_DIVISION = "(:scope_all OR cardinality(CAST(:scope_divisions AS bigint[])) = 0"
_ALONE = "station.id = ANY(:scope_stations)"
_COUNTIES_AROUND = f"""division.id = ANY(ARRAY(SELECT county.id FROM station
    JOIN division county ON county.level = 'county'
        AND ST_DWithin(county.geom, station.geom, {BORDER_DEG}) WHERE {_ALONE}))"""
_RIVERS_AROUND = f"""ANY(ARRAY(SELECT shared.river_id FROM station
    JOIN reach shared ON shared.id = station.reach_id WHERE {_ALONE}))"""
"""The ground around single stations that a neighbour may see: their river and the counties there.

It is drawn without any class: what stands on it stays invisible.
"""

_RESOLUTION = "(40075016.68557849 / (:extent * pow(2, :z)))"
"""Metres of Web Mercator in one unit of the tile."""

_LEVEL_ZOOM = (
    "CASE {level} WHEN 'province' THEN 0 WHEN 'city' THEN 0 WHEN 'county' THEN 0"
    " WHEN 'township' THEN 9 ELSE 12 END"
)

_DIVISIONS = f"""
    SELECT division.id, division.name, division.name_en, division.level,
        NOT EXISTS (SELECT 1 FROM division parent WHERE parent.id = division.parent_id
            AND parent.geom IS NOT NULL AND (:scope_all OR parent.id = ANY(:scope_divisions)))
            AS own,
        ST_Simplify(division.geom_web, {_RESOLUTION} * 4, true) AS geom
    FROM division, bounds
    WHERE division.geom_web && bounds.wide AND ({DIVISION_VISIBLE} OR {_COUNTIES_AROUND})
        AND :z >= {_LEVEL_ZOOM.format(level="division.level")}"""

_LAKES = f"""
    SELECT lake.id, lake.name, lake.name_en, lake.kind,
        {_OWN_DIVISION} OR lake.division_id IS NULL OR lake.division_id = ANY(:scope_divisions))
            AS own,
        ST_Simplify(lake.geom_web, {_RESOLUTION} * 2, true) AS geom
    FROM lake, bounds
    WHERE lake.geom_web && bounds.wide AND {LAKE_VISIBLE}
        AND lake.area_m2 > pow({_RESOLUTION} * 24, 2)"""

_REACHES = f"""
    SELECT reach.id, reach.name, reach.river_id, river.name AS river,
        river.name_en AS river_en, river.kind,
        river.kind = 'river' AND (river.flows_into_id IS NULL OR river.length_m > 80000) AS main,
        {_OWN_DIVISION} OR reach.division_id IS NULL OR reach.division_id = ANY(:scope_divisions))
            AS own,
        CASE WHEN :z < {LOW_ZOOM} THEN COALESCE(reach.geom_low, reach.geom_web)
            ELSE reach.geom_web END AS geom
    FROM reach JOIN river ON river.id = reach.river_id, bounds
    WHERE CASE WHEN :z < {LOW_ZOOM} THEN COALESCE(reach.geom_low, reach.geom_web)
            ELSE reach.geom_web END && bounds.wide
        AND reach.min_zoom <= :z
        AND ({REACH_VISIBLE} OR reach.river_id = {_RIVERS_AROUND})"""

_RIVERS = f"""
    SELECT river.id, river.name, river.name_en, river.kind,
        ST_Simplify(river.geom_web, {_RESOLUTION} * 48, true) AS geom
    FROM river, bounds
    WHERE river.geom_web && bounds.wide AND :z >= 8
        AND ({RIVER_VISIBLE} OR river.id = {_RIVERS_AROUND})"""

_PLACES = f"""
    SELECT place.id, place.name, place.name_en, place.level, place.is_seat > 0 AS seat,
        place.geom_web AS geom
    FROM place, bounds
    WHERE place.geom_web && bounds.wide
        AND {PLACE_VISIBLE}
        AND :z >= CASE WHEN place.is_seat > 0 THEN 0
            ELSE {_LEVEL_ZOOM.format(level="place.level")} END"""

LAYERS = MappingProxyType(
    {
        "divisions": _DIVISIONS,
        "lakes": _LAKES,
        "reaches": _REACHES,
        "rivers": _RIVERS,
        "places": _PLACES,
        "patrols": TRACKS,
        "patrol_ends": TRACK_ENDS,
    }
)
COLUMNS = MappingProxyType(
    {
        "divisions": "id, name, name_en, level, own",
        "lakes": "id, name, name_en, kind, own",
        "reaches": "id, name, river_id, river, river_en, kind, main, own",
        "rivers": "id, name, name_en, kind",
        "places": "id, name, name_en, level, seat",
        "patrols": "id, valid, level, day",
        "patrol_ends": "id, day, which",
    }
)

ALL, PATROLS = "all", "patrols"
TOGETHER = MappingProxyType(
    {
        ALL: ("divisions", "lakes", "reaches", "rivers", "places"),
        PATROLS: ("patrols", "patrol_ends"),
    }
)
"""Layers that come in one tile: one request instead of several."""


def _layer_tile(layer: str) -> str:
    return f"""(
    WITH bounds AS (SELECT ST_TileEnvelope(:z, :x, :y) AS tile,
        ST_TileEnvelope(:z, :x, :y, margin => {BUFFER / EXTENT}) AS wide),
    drawn AS (SELECT {COLUMNS[layer]},
        ST_AsMVTGeom(shown.geom, bounds.tile, {EXTENT}, {BUFFER}, true) AS mvt
        FROM ({LAYERS[layer]}) shown, bounds)
    SELECT COALESCE(ST_AsMVT(drawn, '{layer}', {EXTENT}, 'mvt', 'id'), '')
    FROM drawn WHERE mvt IS NOT NULL)"""


def tile(
    connection: Connection,
    layer: str,
    z: int,
    x: int,
    y: int,
    scope: Scope,
    since: UtcDatetime | None = None,
) -> bytes:
    """Returns the Mapbox vector tile of the layer's features visible in the scope, b"" without any.

    ``since`` is the oldest patrol drawn. Raises NotFound for an unknown layer or tile.
    """
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("There is no tile {z}/{x}/{y}.", z=z, x=x, y=y)
    if layer not in LAYERS and layer not in TOGETHER:
        raise NotFound("There is no layer {layer}.", layer=layer)
    parts = [_layer_tile(each) for each in TOGETHER.get(layer, (layer,))]
    values = {**scope.bound, "z": z, "x": x, "y": y, "extent": EXTENT, "tracks_since": since}
    return bytes(connection.execute(text(f"SELECT {' || '.join(parts)}"), values).scalar_one())


def bounds(connection: Connection, scope: Scope) -> tuple[float, float, float, float] | None:
    """Returns (west, south, east, north) in degrees of what is visible; None if nothing is.

    Where neither division nor water may be seen, these are the stations with their surroundings.
    """
    row = connection.execute(
        text(
            f"""
            SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM (SELECT COALESCE(
            (SELECT ST_Extent(geom) FROM division WHERE {DIVISION_VISIBLE}),
            (SELECT ST_Extent(geom) FROM (SELECT geom FROM reach
            WHERE {REACH_VISIBLE} UNION ALL SELECT geom FROM lake WHERE {LAKE_VISIBLE}) water),
            (SELECT ST_Expand(ST_Extent(geom), {SURROUNDINGS_DEG}) FROM station
            WHERE {STATION_VISIBLE})
            ) AS box) extent WHERE box IS NOT NULL
            """
        ),
        scope.bound,
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])
