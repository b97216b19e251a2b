"""Sections, outfalls, intakes and notice boards on their waters."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from data.errors import BadInput, Conflict
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.placing.stations import (
    OutfallFacts,
    PlacementOutcome,
    SectionFacts,
    StationPlacement,
    place_station,
    preview,
)
from data.quality.limits import DischargeGrade
from data.vocabulary import Bank, BodyKind, StationKind, WaterClass
from gis.crs import wgs84_to_gcj02
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.imports.files import refusals, row_versions, run_import, told

TODAY = date(2026, 3, 1)


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    """The river runs south along 112.2; the reservoir lies east of it."""
    with database.app.begin() as connection:
        return build_small_basin(connection)


def _placement(**more: object) -> StationPlacement:
    values: dict[str, object] = {
        "kind": StationKind.SECTION,
        "code": "N-1",
        "name": "新断面",
        "x": 112.201,
        "y": 32.7,
    }
    return StationPlacement(**{**values, **more})  # type: ignore[arg-type]  # fields by name


def test_a_place_is_told_before_it_is_taken(database: Database, basin: SmallBasin) -> None:
    with database.app.connect() as connection:
        east = preview(connection, 112.201, 32.7)
        west = preview(connection, 112.1995, 32.5)
        lake = preview(connection, 112.31, 32.51)
        shore = preview(connection, 112.2995, 32.51)
    assert (east.river_name, east.reach_name, east.division_name) == (
        "清河",
        "清河·上游镇段",
        "上游镇",
    )
    assert east.bank is Bank.LEFT
    assert (east.chainage_m, east.offset_m) == (
        pytest.approx(11_090, abs=5),
        pytest.approx(93.8, abs=0.1),
    )
    assert west.bank is Bank.RIGHT
    assert west.chainage_m == pytest.approx(33_270, abs=5)
    assert (lake.body, lake.lake_name, lake.reach_id) == (BodyKind.LAKE, "镜湖", None)
    assert (lake.chainage_m, lake.offset_m, lake.bank) == (None, None, None)
    assert shore.body is BodyKind.LAKE
    assert shore.offset_m == pytest.approx(46.9, abs=0.2)


def test_a_point_too_far_off_is_refused_with_its_distance(
    database: Database, basin: SmallBasin
) -> None:
    with database.app.connect() as connection:
        with pytest.raises(BadInput, match=r"清河·上游镇段, is 938 m away; at most 500 m") as far:
            preview(connection, 112.21, 32.7)
        assert far.value.mend == "Check the coordinates and what they were declared to be."
        with pytest.raises(BadInput) as far:
            preview(connection, 112.21, 32.7, may_allow_more=True)
        assert str(far.value.mend).endswith(", or allow more.")
        assert preview(connection, 112.21, 32.7, within_m=1000).reach_id == basin.reach_up
        with pytest.raises(BadInput, match="swapped"):
            preview(connection, 32.7, 112.21)
        with pytest.raises(BadInput, match="exactly"):
            preview(connection, 112.2, 32.7, "EPSG:2437")


def test_consumer_map_coordinates_are_undone_and_kept(
    database: Database, basin: SmallBasin
) -> None:
    lon, lat = wgs84_to_gcj02(112.201, 32.7)
    with database.app.begin() as connection:
        placed = place_station(connection, _placement(x=lon, y=lat, crs="gcj02"))
        kept = connection.execute(
            text("SELECT source_crs, source_x, source_y, ST_X(geom) FROM station WHERE code='N-1'")
        ).one()
    assert placed.spot.offset_m == pytest.approx(93.8, abs=0.1)
    assert tuple(kept)[:3] == ("GCJ-02", lon, lat)
    assert kept[3] == pytest.approx(112.201, abs=1e-7)


def test_a_station_is_added_moved_and_guarded(database: Database, basin: SmallBasin) -> None:
    facts = SectionFacts(target_class=WaterClass.II)
    with database.app.begin() as connection:
        first = place_station(connection, _placement(facts=facts))
        again = place_station(connection, _placement(facts=facts))
        assert (first.outcome, again.outcome) == (
            PlacementOutcome.CREATED,
            PlacementOutcome.UNCHANGED,
        )
        with pytest.raises(Conflict, match="already a station N-1"):
            place_station(connection, _placement(y=32.69))
        moved = place_station(connection, _placement(y=32.69, move=True, expected_version=1))
        assert (moved.outcome, moved.version) == (PlacementOutcome.MOVED, 2)
        assert moved.moved_m == pytest.approx(1109, abs=1)
        with pytest.raises(Conflict, match="in the meantime"):
            place_station(connection, _placement(y=32.68, move=True, expected_version=1))
        with pytest.raises(Conflict, match="kind section"):
            place_station(connection, _placement(kind=StationKind.INTAKE, move=True))
        with pytest.raises(BadInput, match="can't be a station's code"):
            place_station(connection, _placement(code="断面/1"))
        kept = connection.execute(
            text("SELECT target_class FROM section WHERE station_id = :id"),
            {"id": first.station_id},
        ).scalar_one()
    assert kept == 2


def test_limits_follow_one_another(database: Database, basin: SmallBasin) -> None:
    def place(grade: DischargeGrade, day: date) -> PlacementOutcome:
        facts = OutfallFacts(grade=grade)
        placement = _placement(kind=StationKind.OUTFALL, code="P-1", facts=facts, move=True)
        return place_station(connection, placement, today=day).outcome

    with database.app.begin() as connection:
        assert place(DischargeGrade.FIRST_B, date(2025, 1, 1)) is PlacementOutcome.CREATED
        assert place(DischargeGrade.FIRST_B, date(2025, 6, 1)) is PlacementOutcome.UNCHANGED
        assert place(DischargeGrade.FIRST_A, TODAY) is PlacementOutcome.UPDATED
        spans = connection.execute(
            text(
                "SELECT upper, valid_from, valid_to FROM outfall_limit JOIN station"
                " ON station.id = station_id WHERE code = 'P-1' AND parameter = 'cod' ORDER BY 2"
            )
        ).all()
    assert [tuple(each) for each in spans] == [
        (60, date(2025, 1, 1), TODAY),
        (50, TODAY, None),
    ]


FILES = {
    "sections": "断面名称,断面编码,经度,纬度,目标类别,考核指标,代表河段,监测频次\n"
    '甲,S-1,112.2005,32.75,Ⅱ,"ph,do",R1、R2,4h\n'
    "乙,S-2,112.2005,32.45,,,,\n"
    "丙,S-3,112.35,32.75,Ⅲ,,,\n"
    "丁,S-1,112.2005,32.74,Ⅲ,,,\n"
    "戊,S-5,112.2005,32.74,Ⅲ,,没有,\n"
    "己,S-6,112.2005,32.74,Ⅵ,,,\n",
    "outfalls": "name,code,lon,lat,grade,limit_cod,limit_ph,permit_no\n"
    "厂,O-1,112.2003,32.55,一级A,40,6-9,XK-1\n",
    "intakes": "name,code,lon,lat,许可水量\n水厂,I-1,112.2003,32.66,3650000\n",
    "notice-boards": "名称,编号,经度,纬度,监督电话\n一号牌,B-1,112.2003,32.66,0377-1\n",
}


def _take_all(database: Database, folder: Path, today: date) -> dict[str, Outcome]:
    reports = {}
    for kind, content in FILES.items():
        path = folder / f"{kind}.csv"
        path.write_text(content)
        reports[kind] = run_import(
            database.app, kind, path, crs="4490", options=Options(today=today)
        )
    return reports


def test_stations_on_one_spot_are_told_of(
    database: Database, basin: SmallBasin, tmp_path: Path
) -> None:
    path = tmp_path / "sections.csv"
    path.write_text(
        "name,code,lon,lat\n甲,N-1,112.2005,32.7500\n乙,N-2,112.2005,32.75005\n"
        "丙,N-3,112.2005,32.7400\n"
    )
    close = Options(today=TODAY, near_m=10)
    first = run_import(database.app, "sections", path, crs="4490", options=close)
    assert [each.facts for each in first.notes if "same station" in each.message] == [
        {"code": "N-1", "metres": 6, "other": "N-2"}, {"code": "N-2", "metres": 6, "other": "N-1"},
    ]  # fmt: skip
    again = run_import(database.app, "sections", path, crs="4490", options=close)
    assert not [each for each in again.notes if "same station" in each.message]
    path.write_text(
        "name,code,lon,lat\n"
        + "".join(f"站{number},M-{number},112.2005,32.73\n" for number in range(14))
    )
    many = run_import(database.app, "sections", path, crs="4490", options=close)
    assert many.created == 14
    assert sum("same station" in each.message for each in many.notes) == 10
    assert [each.facts for each in many.notes if "beside" in each.message] == [{"count": 4}]


def test_files_of_stations_are_taken_with_their_facts(
    database: Database, basin: SmallBasin, tmp_path: Path
) -> None:
    reports = _take_all(database, tmp_path, TODAY)
    assert [each.created for each in reports.values()] == [2, 1, 1, 1]
    refused = refusals(reports["sections"])
    assert "at most 500 m are allowed" in refused.pop(4)
    assert refused == {
        5: "It repeats the code of row 2.",
        6: "There is no reach 没有.",
        7: "'Ⅵ' isn't a water class from Ⅰ to Ⅴ.",
    }
    with database.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT parameter, (lower, upper, basis)::text FROM outfall_limit JOIN station"
                " ON station.id = station_id WHERE code = 'O-1'"
            )
        )
        limits = dict(rows.all())
        section = connection.execute(
            text(
                "SELECT target_class, required, interval_s, (SELECT count(*) FROM"
                " section_represents AS r WHERE r.station_id = station.id) FROM section"
                " JOIN station ON station.id = section.station_id WHERE code = 'S-1'"
            )
        ).one()
    assert limits["cod"] == "(,40,XK-1)"
    assert limits["ph"] == "(6,9,XK-1)"
    assert limits["tp"].startswith("(,0.5,")
    assert tuple(section) == (2, ["ph", "do"], 14400, 2)


def test_files_of_stations_taken_twice_change_nothing(
    database: Database, basin: SmallBasin, tmp_path: Path
) -> None:
    _take_all(database, tmp_path, TODAY)
    with database.app.connect() as connection:
        before = row_versions(connection)
    again = _take_all(database, tmp_path, date(2026, 6, 1))
    assert [(each.created, each.updated, each.unchanged) for each in again.values()] == [
        (0, 0, 2),
        (0, 0, 1),
        (0, 0, 1),
        (0, 0, 1),
    ]
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_a_file_moves_what_it_knows(database: Database, basin: SmallBasin, tmp_path: Path) -> None:
    path = tmp_path / "sections.csv"
    path.write_text("name,code,lon,lat\n甲,S-1,112.2005,32.75\n")
    run_import(database.app, "sections", path, crs="4490")
    path.write_text("name,code,lon,lat\n甲,S-1,112.2005,32.74\n")
    report = run_import(database.app, "sections", path, crs="4490")
    assert report.updated == 1
    assert told(report) == ["S-1 was moved by 1,109 m."]
