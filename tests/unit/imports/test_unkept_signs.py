"""Names with a NUL or half of a surrogate pair refuse their row, whatever format they come in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from shapely.geometry import LineString

from data.imports.fields import ImportKind
from data.imports.source import read
from tests.made.imports.files import write_features

LINE = LineString([(112.0, 32.5), (112.1, 32.4)])

UNKEPT = {
    "a.csv": "name,code,wkt\n甲河,R1,{line}\n乙\0河,R2,{line}\n",
    "b.geojson": '{{"type":"FeatureCollection","features":[{one},{two}]}}',
    "c.geojson": '{{"type":"FeatureCollection","features":[{one},{three}]}}',
    "d.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "<Placemark><name>甲河</name>{kml}</Placemark><Placemark><name>乙\0河</name>{kml}</Placemark>"
    "</Document></kml>",
}


@pytest.mark.parametrize("name", UNKEPT)
def test_a_name_that_cannot_be_kept_refuses_its_row_by_number_and_field(
    tmp_path: Path, name: str
) -> None:
    feature = (
        '{"type":"Feature","properties":{"name":"%s"},"geometry":'
        '{"type":"LineString","coordinates":[[112,32.5],[112.1,32.4]]}}'
    )
    text = UNKEPT[name].format(
        line='"LINESTRING(112 32.5, 112.1 32.4)"',
        one=feature % "\\\\u0000\\ud83c\\udf0a",  # a backslash, and a pair
        two=feature % "A\\u0000B",
        three=feature % "A\\ud83cB",
        kml="<LineString><coordinates>112,32.5 112.1,32.4</coordinates></LineString>",
    )
    path = tmp_path / name
    path.write_text(text, "utf-8")
    source = (
        read(path, ImportKind.RIVERS, crs="EPSG:4490")
        if name == "a.csv"
        else read(path, ImportKind.RIVERS)
    )
    kept = "\\u0000\U0001f30a" if name.endswith("json") else "甲河"
    assert [row.name for row in source.rows] == [kept]
    (refused,) = source.refused
    assert (refused.row, refused.why.facts["field"]) == (3 if name == "a.csv" else 2, "name")
    assert str(refused.why).startswith("Its text ")
    assert "\0" not in refused.name


def test_a_name_that_a_geopackage_holds_past_a_nul_is_not_cut_off(tmp_path: Path) -> None:
    path = write_features(
        tmp_path / "rivers.gpkg",
        [({"名称": "湍河", "编码": "R1"}, LINE), ({"名称": "乙河", "编码": "R2"}, LINE)],
    )
    with closing(sqlite3.connect(path)) as file, file:
        for (name,) in file.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute('UPDATE rivers SET "名称" = ? WHERE fid = 2', ("乙\0河",))
    source = read(path, ImportKind.RIVERS)
    assert [row.name for row in source.rows] == ["湍河"]
    assert [(each.row, each.why.facts["field"]) for each in source.refused] == [(2, "name")]


def test_half_of_a_pair_in_bytes_is_no_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    table = "name,code,lon,lat\n甲\ud83c,A1,112,32\nab,A2,112,32\n"
    for text in (table, table.replace("甲", "")):
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        source = read(path, ImportKind.SECTIONS, crs="EPSG:4490")
        assert [row.name for row in source.rows] == ["ab"]
        ((row, field),) = [(each.row, each.why.facts["field"]) for each in source.refused]
        assert (row, field) == (2, "name")
