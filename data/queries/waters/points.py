"""Rivers to choose from, and the point on one of them at a chainage."""

from typing import Final

from shapely.geometry import LineString
from sqlalchemy import Connection, text

from data.errors import NotFound
from data.queries.scope import REACH_VISIBLE, RIVER_VISIBLE, Scope
from data.queries.waters.registry import geometry_of
from gis.chainage import Measured

_RIVERS: Final = text(
    f"SELECT id, name, name_en FROM river WHERE {RIVER_VISIBLE} ORDER BY name, id LIMIT 1000"
)
_REACH: Final = text(
    f"""
    SELECT ST_AsBinary(ST_LineMerge(reach.geom)) AS line, chainage_from_m FROM reach
    WHERE river_id = :river AND :at BETWEEN chainage_from_m AND chainage_to_m
    AND {REACH_VISIBLE} ORDER BY position LIMIT 1
    """
)


def visible_rivers(connection: Connection, scope: Scope) -> tuple[tuple[int, str, str | None], ...]:
    """Returns (id, name, English name) of the rivers visible in the scope."""
    rows = connection.execute(_RIVERS, scope.bound)
    return tuple((row.id, row.name, row.name_en) for row in rows)


def point_at(
    connection: Connection, scope: Scope, river_id: int, chainage_m: float
) -> tuple[float, float]:
    """Returns (longitude, latitude) in CGCS2000 at a distance along the river's line.

    Raises NotFound where the river has no visible reach there.
    """
    row = connection.execute(
        _REACH, {"river": river_id, "at": chainage_m, **scope.bound}
    ).one_or_none()
    if row is None:
        raise NotFound("The river has no reach at this chainage within your area.")
    line = geometry_of(row.line)
    if not isinstance(line, LineString):
        raise NotFound("The river has no reach at this chainage within your area.")
    point = Measured(line).point_at(chainage_m - row.chainage_from_m)
    return point.x, point.y
