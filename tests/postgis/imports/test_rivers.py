"""Rivers joined, split and told apart in a real archive."""

from pathlib import Path

import pytest
from shapely.geometry import LineString, MultiLineString, Polygon, box
from sqlalchemy import Engine, text

from data.imports.options import Options
from data.placing.stations import StationPlacement, place_station
from data.vocabulary import StationKind
from gis.chainage import Measured
from gis.ellipsoid import GEOD
from tests.made.database import Database
from tests.made.imports.files import refusals, row_versions, run_import, told, write_features

UP, MID, DOWN = (112.2, 32.8), (112.2, 32.6), (112.2, 32.4)
BORDER = 32.65


def _north(place: tuple[float, float], metres: float) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(*place, 0.0, metres)
    return lon, lat


def _counties(folder: Path) -> Path:
    rows: list[tuple[dict[str, object], Polygon]] = [
        ({"name": "上县", "code": "411301"}, box(112, BORDER, 112.4, 32.9)),
        ({"name": "下县", "code": "411302"}, box(112, 32.3, 112.4, BORDER)),
    ]
    return write_features(folder / "counties.gpkg", rows)


def _rivers(folder: Path, *lines: tuple[str, LineString | MultiLineString]) -> Path:
    return write_features(folder / "rivers.gpkg", [({"name": name}, line) for name, line in lines])


def _reaches(engine: Engine) -> list[tuple[str, int, int, str | None, str | None]]:
    """Name, chainages in metres, division and the reach downstream."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT reach.name, round(reach.chainage_from_m), round(reach.chainage_to_m),"
                " division.name, below.name FROM reach"
                " LEFT JOIN division ON division.id = reach.division_id"
                " LEFT JOIN reach AS below ON below.id = reach.downstream_id"
                " ORDER BY reach.river_id, reach.position"
            )
        )
        return [(name, int(a), int(b), division, below) for name, a, b, division, below in rows]


def test_ends_within_50_metres_join_and_wider_gaps_stay(database: Database, tmp_path: Path) -> None:
    path = _rivers(
        tmp_path,
        ("近河", LineString([_north(MID, -49), DOWN])),
        ("近河", LineString([UP, MID])),
        ("远河", LineString([_north((112.3, 32.6), -60), (112.3, 32.4)])),
        ("远河", LineString([(112.3, 32.8), (112.3, 32.6)])),
    )
    report = run_import(database.app, "rivers", path)
    assert (report.created, report.refused) == (4, [])
    said = told(report)
    assert "近河: 2 lines became 1 by 1 joins, the widest 49.0 m." in said
    assert "远河: 2 lines became 2 by 0 joins, the widest 0.0 m." in said
    first_m = Measured(LineString([(112.3, 32.8), (112.3, 32.6)])).length_m
    assert first_m == pytest.approx(22_180, abs=5)
    assert "远河: a gap of 60 m after K22+180 stays a gap." in said
    reaches = _reaches(database.app)
    assert [each[0] for each in reaches] == ["近河", "远河·第1段", "远河·第2段"]
    assert reaches[2][1] - reaches[1][2] == 60
    assert reaches[1][4] == "远河·第2段"


def test_rivers_are_split_at_borders_and_flow_into_what_their_ends_meet(
    database: Database, tmp_path: Path
) -> None:
    run_import(database.app, "divisions", _counties(tmp_path))
    path = _rivers(
        tmp_path,
        ("支河", LineString([(112.3, 32.7), _north(MID, 20)])),
        ("干河", LineString([UP, MID, DOWN])),
        ("孤河", LineString([(112.05, 32.8), (112.05, 32.7)])),
    )
    report = run_import(database.app, "rivers", path)
    assert {
        "What 干河 flows into is unknown: its end meets no river.",
        "What 孤河 flows into is unknown: its end meets no river.",
    } <= set(told(report))
    assert not any("支河 flows" in each for each in told(report))
    branch, branch_low, upper, lower, alone = _reaches(database.app)
    assert (branch[0], branch[3], branch[4]) == ("支河·上县段", "上县", "支河·下县段")
    assert branch_low[4] == "干河·下县段"
    assert upper == ("干河·上县段", 0, lower[1], "上县", "干河·下县段")
    assert lower[3:] == ("下县", None)
    assert alone[0] == "孤河·上县段"
    with database.app.connect() as connection:
        met = connection.execute(
            text("SELECT flows_into_chainage_m FROM river WHERE name = '支河'")
        ).scalar_one()
        low = connection.execute(
            text("SELECT ST_SRID(geom_low), min_zoom FROM reach WHERE name = '干河·下县段'")
        ).one()
    assert met == pytest.approx(22_160, abs=30)
    assert low == (3857, 4)


def test_an_end_that_meets_within_60_metres_only_is_unknown(
    database: Database, tmp_path: Path
) -> None:
    east = GEOD.fwd(*MID, 90.0, 60)[:2]
    path = _rivers(
        tmp_path,
        ("支河", LineString([(112.3, 32.7), east])),
        ("干河", LineString([UP, MID, DOWN])),
    )
    report = run_import(database.app, "rivers", path)
    assert "What 支河 flows into is unknown: its end meets no river." in told(report)


def test_the_same_file_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    counties = _counties(tmp_path)
    path = _rivers(tmp_path, ("干河", LineString([MID, DOWN])), ("干河", LineString([UP, MID])))
    run_import(database.app, "divisions", counties)
    run_import(database.app, "rivers", path)
    with database.app.connect() as connection:
        before = row_versions(connection)
    again = [
        run_import(database.app, "divisions", counties),
        run_import(database.app, "rivers", path),
    ]
    with database.app.connect() as connection:
        assert row_versions(connection) == before
    assert [(each.created, each.updated, each.unchanged) for each in again] == [(0, 0, 2)] * 2


def test_a_line_given_twice_counts_once(database: Database, tmp_path: Path) -> None:
    line = LineString([UP, MID])
    report = run_import(database.app, "rivers", _rivers(tmp_path, ("干河", line), ("干河", line)))
    assert report.created == 1
    assert refusals(report) == {2: "It repeats the line of row 1."}


def test_a_changed_line_keeps_reaches_by_name_and_snaps_its_stations_again(
    database: Database, tmp_path: Path
) -> None:
    run_import(database.app, "divisions", _counties(tmp_path))
    run_import(database.app, "rivers", _rivers(tmp_path, ("干河", LineString([UP, MID, DOWN]))))
    with database.app.begin() as connection:
        placed = place_station(
            connection, StationPlacement(StationKind.SECTION, "A-1", "甲断面", 112.201, 32.5)
        )
        before = dict(connection.execute(text("SELECT name, id FROM reach")).all())
    longer = LineString([_north(UP, 1000), UP, MID, DOWN])
    report = run_import(database.app, "rivers", _rivers(tmp_path, ("干河", longer)))
    assert report.updated == 1
    assert "The line of 干河 changed: 44.4 km became 45.4 km." in told(report)
    assert "Snapped to 干河 again: 甲断面." in told(report)
    with database.app.connect() as connection:
        after = dict(connection.execute(text("SELECT name, id FROM reach")).all())
        chainage, version = connection.execute(
            text("SELECT chainage_m, version FROM station WHERE code = 'A-1'")
        ).one()
    assert after == before
    assert placed.spot.chainage_m is not None
    assert chainage == pytest.approx(placed.spot.chainage_m + 1000, abs=0.01)
    assert version == 2


def test_borders_that_came_later_are_told_and_split_on_request(
    database: Database, tmp_path: Path
) -> None:
    path = _rivers(tmp_path, ("干河", LineString([UP, MID, DOWN])))
    run_import(database.app, "rivers", path)
    run_import(database.app, "divisions", _counties(tmp_path))
    report = run_import(database.app, "rivers", path)
    assert "The reaches of 干河 aren't those of a split at today's borders." in told(report)
    assert [each[0] for each in _reaches(database.app)] == ["干河"]
    run_import(database.app, "rivers", path, options=Options(resplit=True))
    assert [each[0] for each in _reaches(database.app)] == ["干河·上县段", "干河·下县段"]


def test_a_reach_somebody_answers_for_does_not_go(database: Database, tmp_path: Path) -> None:
    path = _rivers(tmp_path, ("干河", LineString([UP, MID, DOWN])))
    run_import(database.app, "rivers", path)
    chiefs = tmp_path / "chiefs.csv"
    chiefs.write_text("姓名,级别,河段,任职日期\n张三,县级,干河,2026-01-01\n")
    assert run_import(database.app, "chiefs", chiefs).created == 1
    run_import(database.app, "divisions", _counties(tmp_path))
    with database.app.connect() as connection:
        before = row_versions(connection)
    report = run_import(database.app, "rivers", path, options=Options(resplit=True))
    assert refusals(report) == {1: "The reach 干河 would go, but 张三 answers for it."}
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_arms_beside_the_course_become_reaches_that_come_back(
    database: Database, tmp_path: Path
) -> None:
    island = LineString([(112.2, 32.7), (112.21, 32.65), MID])
    path = _rivers(tmp_path, ("干河", LineString([UP, (112.2, 32.7), MID, DOWN])), ("干河", island))
    report = run_import(database.app, "rivers", path)
    assert report.created == 2
    assert "干河: 1 arms lie beside its course." in told(report)
    course, arm = _reaches(database.app)
    assert arm[0] == "干河·汊1"
    assert (arm[1], arm[2]) == (pytest.approx(11_090, abs=5), pytest.approx(22_180, abs=5))
    assert arm[4] == course[0] == "干河"
