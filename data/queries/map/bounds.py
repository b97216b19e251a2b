"""Where what a reader may see of the map lies."""

from sqlalchemy import Connection, text

from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    REACH_VISIBLE,
    STATION_VISIBLE,
    Scope,
)

SURROUNDINGS_DEG = 0.15
"""What is shown around stations that stand alone, about 15 km to each side."""


def bounds(connection: Connection, scope: Scope) -> tuple[float, float, float, float] | None:
    """Returns (west, south, east, north) in degrees of what is visible; None if nothing is.

    Where neither division nor water may be seen, these are the stations with their surroundings.
    """
    row = connection.execute(
        text(
            f"""
            SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM (SELECT COALESCE(
            (SELECT ST_Extent(extent) FROM division WHERE {DIVISION_VISIBLE}),
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
