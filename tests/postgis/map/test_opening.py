"""The picture in the map's document: an area is filled whole, however many points its edge has."""

import re
from math import cos, pi, sin

import pytest
from shapely import Polygon
from sqlalchemy import text

from data.queries.map.opening import opening_shape
from data.queries.scope import EVERYTHING, Scope
from data.records import DivisionId, ReachId
from tests.made.basin import build_small_basin
from tests.made.database import Database

POINTS = 3000
RING = re.compile(r"M ([^Mz]*)z")


def star() -> str:
    """A ring with many deep bends, whose edge the map's tables hold in pieces."""
    places = []
    for at in range(POINTS):
        angle, far = 2 * pi * at / POINTS, 1 + 0.4 * sin(40 * pi * at / POINTS)
        places.append(f"{112 + far * cos(angle)} {32 + far * sin(angle)}")
    return f"MULTIPOLYGON((({', '.join([*places, places[0]])})))"


def filled(path: str) -> float:
    """The area that a path of one or more rings fills, in units."""
    area = 0.0
    for ring in RING.findall(path):
        x, y, *steps = (int(each) for each in re.findall(r"-?\d+", ring))
        places = [(x, y)]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            places.append((places[-1][0] + dx, places[-1][1] + dy))
        area += Polygon(places).area
    return area


@pytest.mark.parametrize("everything", [False, True])
def test_an_area_whose_outline_lies_in_pieces_is_filled_whole(
    database: Database, everything: bool
) -> None:
    with database.owner.begin() as connection:
        county = build_small_basin(connection).county
        connection.execute(
            text("UPDATE division SET geom = ST_GeomFromText(:star, 4490) WHERE id = :id"),
            {"star": star(), "id": county},
        )
        pieces = connection.execute(
            text("SELECT count(*) FROM map_division WHERE id = :id AND lv = 10"), {"id": county}
        ).scalar_one()
        assert pieces > 1
        scope = EVERYTHING if everything else Scope(divisions=frozenset({DivisionId(county)}))
        shape = opening_shape(connection, scope)
        metres = connection.execute(
            text("SELECT ST_Area(geom_web) FROM division WHERE id = :id"), {"id": county}
        ).scalar_one()
    assert shape is not None
    assert filled(shape.land) == pytest.approx(metres / shape.metres**2, rel=0.02)
    assert len(shape.outline) > 100


def test_one_who_answers_for_a_reach_alone_gets_its_line(database: Database) -> None:
    with database.owner.begin() as connection:
        basin = build_small_basin(connection)
        scope = Scope(reaches=frozenset({ReachId(basin.reach_down)}))
        shape = opening_shape(connection, scope)
    assert shape is not None
    assert shape.water.startswith("M ")
    assert (shape.land, shape.outline) == ("", "")
