"""Divisions, lakes and place names."""

from pathlib import Path

import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from data.placing.stations import StationPlacement, place_station
from data.vocabulary import StationKind
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.imports.files import refusals, row_versions, run_import, told, write_features


def _tree(database: Database) -> dict[str, tuple[str, str | None, str | None]]:
    """Level, code and parent by name."""
    with database.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT one.name, one.level, one.code, parent.name FROM division AS one"
                " LEFT JOIN division AS parent ON parent.id = one.parent_id"
            )
        )
        return {name: (level, code, parent) for name, level, code, parent in rows}


def test_a_list_of_codes_is_a_tree_whatever_its_order(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(
        "code,name\n411381001,花洲街道\n411381,邓州市\n411303,卧龙区\n411303100,石桥镇\n"
        "411381100,石桥镇\n41,河南省\n4113,南阳市\n411381001002,某社区\n",
        encoding="gbk",
    )
    assert run_import(database.app, "divisions", path).created == 8
    tree = _tree(database)
    assert tree["邓州市"] == ("county", "411381000000", "南阳市")
    assert tree["花洲街道"] == ("township", "411381001000", "邓州市")
    assert tree["某社区"][::2] == ("village", "花洲街道")
    assert tree["南阳市"][2] == "河南省"
    with database.app.connect() as connection:
        before = row_versions(connection)
    assert run_import(database.app, "divisions", path).unchanged == 8
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_namesakes_without_a_known_parent_are_refused(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("code,name\n411303100,石桥镇\n411381100,石桥镇\n411381100,石桥镇\n")
    report = run_import(database.app, "divisions", path)
    assert report.created == 1
    assert refusals(report) == {
        3: "There is another division 石桥镇 of that level, and what it belongs to is unknown.",
        4: "It repeats row 3.",
    }


def test_an_unverified_county_gets_its_code_later(database: Database, tmp_path: Path) -> None:
    surface = box(112, 32, 113, 33)
    bare = write_features(tmp_path / "bare.gpkg", [({"name": "邓州市"}, surface)])
    assert "level is unknown" in refusals(run_import(database.app, "divisions", bare))[1]
    assert run_import(database.app, "divisions", bare, constants={"level": "county"}).created == 1
    assert _tree(database)["邓州市"] == ("county", None, None)
    coded = write_features(
        tmp_path / "coded.gpkg", [({"name": "邓州市", "adcode": "411381"}, surface)]
    )
    assert run_import(database.app, "divisions", coded).updated == 1
    assert _tree(database) == {"邓州市": ("county", "411381000000", None)}


def test_a_town_lies_in_the_county_that_holds_it_and_takes_its_points(
    database: Database, tmp_path: Path
) -> None:
    with database.app.begin() as connection:
        build_small_basin(connection)
        place_station(connection, StationPlacement(StationKind.SECTION, "N-1", "新", 112.201, 32.7))
    village = write_features(
        tmp_path / "v.gpkg", [({"name": "桥头村"}, box(112.15, 32.69, 112.25, 32.71))]
    )
    report = run_import(database.app, "divisions", village)
    assert _tree(database)["桥头村"] == ("village", None, "上游镇")
    assert "2 stations now lie in another division." in told(report)
    with database.app.connect() as connection:
        name = connection.execute(
            text(
                "SELECT division.name FROM station JOIN division ON division.id = division_id"
                " WHERE station.code = 'N-1'"
            )
        ).scalar_one()
    assert name == "桥头村"


def test_lakes_have_true_areas_and_their_river(database: Database, tmp_path: Path) -> None:
    with database.app.begin() as connection:
        build_small_basin(connection)
    island = Polygon(
        box(112.19, 32.45, 112.21, 32.47).exterior, [box(112.195, 32.455, 112.205, 32.465).exterior]
    )
    rows: list[tuple[dict[str, object], BaseGeometry]] = [
        ({"name": "上水库"}, island),
        ({"name": "东湖"}, box(112.05, 32.45, 112.06, 32.46)),
        ({"name": "东湖"}, box(112.06, 32.45, 112.07, 32.46)),
        ({"name": "东湖"}, box(112.06, 32.45, 112.07, 32.46)),
        ({"name": "东湖"}, box(112.35, 32.75, 112.36, 32.76)),
    ]
    path = write_features(tmp_path / "lakes.gpkg", rows)
    report = run_import(database.app, "lakes", path)
    assert report.created == 3
    assert "东湖: 2 surfaces became one lake." in told(report)
    assert refusals(report) == {
        4: "It repeats row 3.",
        5: "It lies 42 km from the lake of the same name in row 3.",
    }
    with database.app.connect() as connection:
        rows_kept = connection.execute(
            text(
                "SELECT lake.name, lake.kind, area_m2, ST_Area(lake.geom::geography),"
                " division.name, river.name FROM lake JOIN division ON division.id = division_id"
                " LEFT JOIN river ON river.id = river_id WHERE lake.name <> '镜湖' ORDER BY 2"
            )
        ).all()
        before = row_versions(connection)
    east, reservoir = rows_kept
    assert tuple(reservoir)[:2] == ("上水库", "reservoir")
    assert tuple(reservoir)[4:] == ("下游镇", "清河")
    assert tuple(east)[:2] == ("东湖", "lake")
    for each in rows_kept:
        assert each[2] == pytest.approx(each[3], rel=1e-4)
    assert run_import(database.app, "lakes", path).unchanged == 3
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_place_names_are_taken_once(database: Database, tmp_path: Path) -> None:
    rows: list[tuple[dict[str, object], BaseGeometry]] = [
        ({"name": "花洲", "level": "town"}, Point(112.08, 32.68)),
        ({"name": "某村", "level": "village"}, Point(112.09, 32.69)),
        ({"name": "某村", "level": "village"}, Point(112.09, 32.69)),
        ({"name": "怪地", "level": "planet"}, Point(112.09, 32.69)),
        ({"name": "面地", "level": "village"}, MultiPolygon([box(112, 32, 112.1, 32.1)])),
    ]
    path = write_features(tmp_path / "places.gpkg", rows)
    report = run_import(database.app, "places", path)
    assert report.created == 2
    assert list(refusals(report)) == [3, 4, 5]
    assert run_import(database.app, "places", path).unchanged == 2
