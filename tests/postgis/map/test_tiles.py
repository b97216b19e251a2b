"""What stands in a tile: each layer's rows before they are packed, by zoom, scope and basis."""

import math
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from data.clock import UtcDatetime, now
from data.queries.map.drawn import Drawn, drawn
from data.queries.map.tile_frame import Frame
from data.queries.map.tiles import LAYERS, TOGETHER, statement
from data.queries.scope import EVERYTHING, Scope
from data.records import DivisionId
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.newest import tell_class
from tests.made.map.problems import four_pins


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
    four_pins(database.owner, made)
    tell_class(database.ingest, made.section_up, 2)
    tell_class(database.ingest, made.section_down, 6)
    return made


def row_of(lat: float, z: int) -> int:
    """The row of the tiles of a zoom in which a latitude lies."""
    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)


def column_of(lon: float, z: int) -> int:
    """The column of the tiles of a zoom in which a longitude lies."""
    return int((lon + 180) / 360 * 2**z)


def places(z: int) -> list[tuple[int, int, int]]:
    """The tiles of a zoom over which the basin spreads."""
    (west, east), (south, north) = (112.0, 112.4), (32.4, 32.8)
    return [
        (z, x, y)
        for x in range(column_of(west, z), column_of(east, z) + 1)
        for y in range(row_of(north, z), row_of(south, z) + 1)
    ]


def rows(
    database: Database,
    layer: str,
    z: int,
    scope: Scope = EVERYTHING,
    *,
    basis: str = "now",
    at: UtcDatetime | None = None,
) -> list[dict[str, Any]]:
    """The rows of a layer in the basin's tiles; a property without a value is left out.

    What lies in several tiles comes once.
    """
    moment = at or now()
    found: dict[object, dict[str, Any]] = {}
    with database.app.connect() as connection:
        seen = drawn(connection, scope)
        for place in places(z):
            _, values = statement(layer, place, seen, moment, basis)
            frame = Frame(*place, seen, "month" if basis == "month" else "now")
            sql = f"SELECT * FROM ({LAYERS[layer](frame)}) one WHERE mvt IS NOT NULL"
            for row in connection.exec_driver_sql(sql, values).mappings():
                facts = {key: one for key, one in row.items() if one is not None and key != "mvt"}
                found[(facts["id"], facts.get("late"), facts.get("cls"))] = facts
    return list(found.values())


def of_upper_town(basin: SmallBasin) -> Scope:
    return Scope(divisions=frozenset({DivisionId(basin.town_up)}))


@pytest.mark.parametrize("z", [4, 6, 7, 8, 9, 10, 11, 12, 14])
@pytest.mark.parametrize("basis", ["now", "month"])
def test_every_tile_of_every_scope_can_be_made(
    database: Database, basin: SmallBasin, z: int, basis: str
) -> None:
    scopes = [
        EVERYTHING,
        of_upper_town(basin),
        Scope(rivers=frozenset({basin.river})),
        Scope(reaches=frozenset({basin.reach_up}), lakes=frozenset({basin.lake})),
        Scope(stations=frozenset({basin.section_down})),
    ]
    for scope in scopes:
        with database.app.connect() as connection:
            seen = drawn(connection, scope)
            for layers in TOGETHER:
                made = b""
                for lon, lat in ((112.2, 32.7), (112.2, 32.5), (112.31, 32.51)):
                    place = (z, column_of(lon, z), row_of(lat, z))
                    sql, values = statement(layers, place, seen, now(), basis)
                    made += bytes(connection.exec_driver_sql(sql, values).scalar_one())
                assert made


def test_runs_from_afar_and_reaches_close_by_carry_their_class(
    database: Database, basin: SmallBasin
) -> None:
    afar = rows(database, "reaches", 8)
    assert sorted(row["cls"] for row in afar) == [2, 6]
    assert {row["reach"] for row in afar} == {basin.reach_up, basin.reach_down}
    close = rows(database, "reaches", 12)
    assert {row["id"]: row["cls"] for row in close} == {basin.reach_up: 2, basin.reach_down: 6}
    tell_class(database.ingest, basin.section_down, 2)
    (whole,) = rows(database, "reaches", 8)
    assert (whole["cls"], whole["name"]) == (2, "清河")
    assert "reach" not in whole, "the run is more than one reach"


def test_a_reach_outside_ones_divisions_is_marked_or_not_there(
    database: Database, basin: SmallBasin
) -> None:
    for z in (8, 12):
        (own,) = rows(database, "reaches", z, of_upper_town(basin))
        assert "own" not in own
        both = Scope(
            divisions=frozenset({DivisionId(basin.town_up)}), rivers=frozenset({basin.river})
        )
        seen = sorted(rows(database, "reaches", z, both), key=lambda row: row["cls"])
        assert [row.get("own") for row in seen] == [None, False]


def test_a_single_reach_is_seen_from_afar_too(database: Database, basin: SmallBasin) -> None:
    scope = Scope(reaches=frozenset({basin.reach_down}))
    for z in (8, 12):
        (seen,) = rows(database, "reaches", z, scope)
        assert seen["cls"] == 6


def test_the_river_around_a_station_alone_has_no_class(
    database: Database, basin: SmallBasin
) -> None:
    border = Scope(stations=frozenset({basin.section_down}))
    for z in (8, 12):
        assert {row["cls"] for row in rows(database, "reaches", z, border)} == {-1}
    assert [row["id"] for row in rows(database, "sections", 9, border)] == [basin.section_down]
    assert not rows(database, "problems", 12, border)


def test_sections_close_together_are_counted_and_the_worst_shows(
    database: Database, basin: SmallBasin
) -> None:
    (cell,) = rows(database, "sections", 4)
    assert (cell["n"], cell["cls"], cell["n_meets"], cell["n_below"]) == (3, 6, 1, 1)
    assert cell["id"] == basin.section_down, "it stands where the worst one is"
    single = {row["id"]: row for row in rows(database, "sections", 9)}
    assert "n" not in single[basin.section_up]
    assert single[basin.section_up]["meets"] is True
    assert single[basin.section_down]["target"] == 3
    (alone,) = rows(database, "sections", 4, of_upper_town(basin))
    assert alone["code"] == "QH-01"
    assert "n" not in alone


def test_from_afar_only_problems_that_press_are_drawn_and_counted_by_cell(
    database: Database, basin: SmallBasin
) -> None:
    close = rows(database, "problems", 12)
    lights = [row["light"] for row in close]
    assert {"red", "amber", "green", "none"} == set(lights)
    late, soon = lights.count("red"), lights.count("amber")
    near = rows(database, "problems", 10)
    assert (sum(row["n_late"] for row in near), sum(row["n_soon"] for row in near)) == (late, soon)
    assert all(row.get("n", 1) == row["n_late"] + row["n_soon"] for row in near)
    afar = rows(database, "problems", 4)
    assert [(row["n_late"], row["n_soon"], row["light"]) for row in afar] == [(late, 0, "red")]
    assert all("n" in row or row["category"] for row in near + afar), "one alone says what it is"
    far_off = UtcDatetime(now() + timedelta(days=400))
    later = rows(database, "problems", 12, at=far_off)
    assert all(row["late"] for row in later if "due" in row)


def test_tracks_are_drawn_only_close_by(database: Database, basin: SmallBasin) -> None:
    with database.app.connect() as connection:
        seen = drawn(connection, EVERYTHING)
    for z, is_close in ((10, False), (11, True)):
        sql, _ = statement("all", places(z)[0], seen, now())
        assert ("FROM patrol" in sql) is is_close


def test_names_of_rivers_get_the_straight_parts_of_their_lines(
    database: Database, basin: SmallBasin
) -> None:
    bends = "LINESTRING(112.0 32.6, 112.1 32.6, 112.11 32.61, 112.12 32.6, 112.3 32.6)"
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE river SET geom = ST_Multi(ST_GeomFromText(:line, ST_SRID(geom)))"
                " WHERE id = :id"
            ),
            {"line": bends, "id": basin.river},
        )
        connection.execute(text("SELECT map_fill()"))
    parts = [row for row in rows(database, "rivers", 11) if row["id"] == basin.river]
    assert parts
    assert {row["nth"] for row in parts} <= {1, 2, 3, 4}
    assert all(row["name"] == "清河" for row in parts)


def test_a_tile_of_the_month_shows_the_month(database: Database, basin: SmallBasin) -> None:
    assert {row["cls"] for row in rows(database, "reaches", 8, basis="month")} == {-1}
    assert {row["state"] for row in rows(database, "sections", 9, basis="month")} == {"none"}


def test_only_ones_own_topmost_division_is_land(database: Database, basin: SmallBasin) -> None:
    (county,) = rows(database, "divisions", 4)
    assert (county["level"], county["own"]) == ("county", True)
    assert [row["id"] for row in rows(database, "land", 4)] == [0], "all that have no parent"
    close = rows(database, "divisions", 12)
    assert sorted(row["level"] for row in close if "own" not in row) == ["township"] * 2
    (town,) = rows(database, "divisions", 4, of_upper_town(basin))
    assert (town["level"], town["own"]) == ("township", True)
    assert [row["id"] for row in rows(database, "land", 4, of_upper_town(basin))] == [town["id"]]


def test_each_box_that_changes_is_named_to_those_who_listen(
    database: Database, basin: SmallBasin
) -> None:
    with database.app.connect() as listening:
        driver = listening.connection.driver_connection
        assert driver is not None
        listening.exec_driver_sql("LISTEN onemap_map")
        listening.commit()
        tell_class(database.ingest, basin.section_down, 6)
        assert not [each.payload for each in driver.notifies(timeout=0.2)], "nothing looks other"
        tell_class(database.ingest, basin.section_down, 3)
        boxes = [each.payload for each in driver.notifies(timeout=0.5)]
    assert boxes
    for box in boxes:
        west, south, east, north = (int(edge) for edge in box.split())
        assert 12_489_000 < west <= east < 12_492_000, "112.2° E and nothing else"
        assert 3_800_000 < south <= north < 3_900_000


def test_a_scope_without_a_division_sees_nothing() -> None:
    assert Drawn().holds("lo") == "false"


def test_numbers_of_a_subtree_are_one_range(database: Database, basin: SmallBasin) -> None:
    with database.app.connect() as connection:
        every = connection.execute(text("SELECT id FROM division")).scalars().all()
        whole = drawn(connection, Scope(divisions=frozenset(DivisionId(each) for each in every)))
        town = drawn(connection, of_upper_town(basin))
    assert whole.ranges == ((64, 128),)
    assert len(town.ranges) == 1
