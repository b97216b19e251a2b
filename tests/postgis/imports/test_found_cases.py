"""Files as offices and phones handed them over (``tests/cases``), and what must come of each."""

from pathlib import Path

import pytest
from sqlalchemy import text

from data.imports.fields import ImportKind
from data.imports.source import Source, read
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.imports.files import refusals, run_import, told
from tests.running.folders import ROOT

CASES = ROOT / "tests" / "cases"


def _read(name: str, kind: str, crs: str | None = None) -> Source:
    return read(CASES / name, ImportKind(kind), crs=crs)


@pytest.mark.parametrize("name", ["in.csv", "in.geojson"])
def test_an_empty_hole_is_dropped_and_its_neighbour_lands(database: Database, name: str) -> None:
    crs = "4490" if name.endswith("csv") else None
    outcome = run_import(database.app, "lakes", CASES / "empty-hole" / name, crs=crs)
    assert (outcome.created, outcome.refused) == (2, [])
    with database.app.connect() as connection:
        rows = connection.execute(
            text("SELECT name, ST_NumInteriorRings(ST_GeometryN(geom, 1)) FROM lake ORDER BY 1")
        )
        assert [tuple(row) for row in rows] == [("丁湖", 0), ("甲湖", 0)]


def test_a_geometry_that_can_not_be_made_is_one_refusal(database: Database) -> None:
    path = CASES / "unmakeable-geometry" / "in.csv"
    outcome = run_import(database.app, "lakes", path, crs="4490")
    assert outcome.created == 1
    assert refusals(outcome) == {3: "It is a LineString, a Polygon is wanted."}


def test_a_name_that_no_index_can_hold_is_one_refusal(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "lakes.csv"
    ring = '"POLYGON ((112.5 32, 112.6 32, 112.6 32.1, 112.5 32))"'
    odd = "".join(chr(0x4E00 + place * 7 % 20_000) for place in range(5_000))
    path.write_text(f"name,wkt\n甲湖,{ring}\n{odd},{ring}\n乙湖,{ring}\n", encoding="utf-8")
    outcome = run_import(database.app, "lakes", path, crs="4490")
    assert outcome.created == 2
    assert list(refusals(outcome)) == [3]
    assert refusals(outcome)[3] == "The text has 5000 characters; 200 fit."


def test_one_cut_name_does_not_garble_the_others() -> None:
    found = _read("shp-utf8-cut-ascii-columns/in.shp", "rivers")
    assert [row.name for row in found.rows] == ["青龙河", "白马渠"]
    assert [row.text("remark") for row in found.rows] == ["一二三四五六七八九", "短"]
    said = [str(note) for note in found.notes]
    assert "The text is read as UTF-8 (4 fields that aren't ASCII; guessed)." in said
    assert "1 texts end inside a character: that character is left out." in said


def test_a_wrong_cpg_does_not_decide(tmp_path: Path) -> None:
    for part in (CASES / "shp-utf8-cut-ascii-columns").iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    (tmp_path / "in.cpg").write_text("GBK")
    found = read(tmp_path / "in.shp", ImportKind.RIVERS)
    assert [row.name for row in found.rows] == ["青龙河", "白马渠"]
    assert any("its bytes are UTF-8" in str(note) for note in found.notes)


def test_a_long_code_beside_an_empty_one_keeps_its_digits() -> None:
    found = _read("geojson-code-with-null/in.geojson", "rivers")
    assert [row.text("code") for row in found.rows] == ["12345678901234567", ""]


def test_a_shapefile_without_its_index_is_read() -> None:
    before = sorted(path.name for path in (CASES / "shp-no-shx").iterdir())
    found = _read("shp-no-shx/in.shp", "rivers")
    assert [row.name for row in found.rows] == ["青龙河", "白马渠"]
    assert "Its .shx is missing" in str(found.notes[0])
    assert sorted(path.name for path in (CASES / "shp-no-shx").iterdir()) == before


def test_what_a_mac_leaves_in_a_zip_is_no_data() -> None:
    found = _read("zip-mac/in.zip", "rivers")
    assert [row.name for row in found.rows] == ["青龙河", "白马渠"]


def test_dates_as_excel_writes_them() -> None:
    found = _read("csv-dates/in.csv", "sections", "4490")
    assert [str(row.day("started_on")) for row in found.rows] == ["2026-03-01"] * 3
    assert [each.row for each in found.refused] == [5]
    assert any("46082 = 2026-03-01" in str(note) for note in found.notes)


def test_target_classes_in_words() -> None:
    found = _read("csv-target-words/in.csv", "sections", "4490")
    assert not found.refused
    assert {row.values["target_class"] for row in found.rows} == {3}
    assert len(found.rows) == 4


def test_a_line_of_a_kml_is_taken(database: Database) -> None:
    found = read(CASES / "gpx-kml" / "in.kml", ImportKind.RIVERS, constants={"name": "青龙河"})
    assert [row.name for row in found.rows] == ["青龙河"]
    assert found.rows[0].geometry is not None
    assert found.rows[0].geometry.geom_type == "MultiLineString"


def test_a_total_below_the_table_stays_out(database: Database, tmp_path: Path) -> None:
    with database.app.begin() as connection:
        build_small_basin(connection)
    path = tmp_path / "in.csv"
    path.write_text(
        "某市监测断面一览表,,,,\n填报单位：河长办,,,,\n名称,编码,经度,纬度,水质目标\n"
        "甲断面,D1,112.2005,32.75,三类\n,,,,\n合计,,,,\n,,,,\n",
        encoding="gbk",
    )
    outcome = run_import(database.app, "sections", path, crs="4490")
    assert outcome.created == 1
    assert refusals(outcome) == {6: "code is empty."}
    assert "The header is line 3; what stands above it isn't read." in told(outcome)


def test_an_end_on_a_start_flows_there_and_not_to_what_is_near(database: Database) -> None:
    outcome = run_import(database.app, "rivers", CASES / "short-water" / "in.geojson")
    assert outcome.created == 3
    with database.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT river.name, below.name FROM river"
                " LEFT JOIN river AS below ON below.id = river.flows_into_id"
            )
        )
        assert {tuple(row) for row in rows} == {
            ("甲河", "乙闸河"),
            ("乙闸河", "丙河"),
            ("丙河", None),
        }


def test_two_banks_are_told_and_not_measured_as_one_course(database: Database) -> None:
    outcome = run_import(database.app, "rivers", CASES / "two-banks" / "in.geojson")
    assert any("look like banks or a ring" in said for said in told(outcome))
    with database.app.connect() as connection:
        length_m = connection.execute(text("SELECT length_m FROM river")).scalar_one()
    assert length_m == pytest.approx(18_880, abs=60)


def test_waters_without_a_name_come_in_by_code(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "rivers.csv"
    path.write_text(
        'name,code,wkt\n,FH0012,"LINESTRING (112 32, 112.1 32.1)"\n'
        ',,"LINESTRING (113 32, 113.1 32.1)"\n',
        encoding="utf-8",
    )
    outcome = run_import(database.app, "rivers", path, crs="4490")
    assert (outcome.created, refusals(outcome)) == (1, {3: "name is empty."})
    assert "1 rows without a name are called by their code." in told(outcome)
