"""Files of every format and condition, read as rows."""

import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from data.errors import BadInput
from data.imports import formats
from data.imports.fields import ImportKind
from data.imports.formats import geometry_of_wkt
from data.imports.source import Source, read
from data.placing.shapes import refusing_geometry
from data.placing.spots import SourcePoint
from gis.crs import wgs84_to_gcj02
from tests.made.imports.files import write_features

LINE = LineString([(112.0, 32.5), (112.1, 32.4)])
RIVER = [({"名称": "湍河", "编码": "R1"}, LINE)]


def _rivers(path: Path, **more: object) -> Source:
    return read(path, ImportKind.RIVERS, **more)  # type: ignore[arg-type]  # keywords of read


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp"])
def test_each_format_gives_the_same_row(tmp_path: Path, name: str) -> None:
    crs = "EPSG:4326" if name.endswith("json") else "EPSG:4490"
    row = _rivers(write_features(tmp_path / name, RIVER, crs)).rows[0]
    assert (row.number, row.name, row.text("code")) == (1, "湍河", "R1")
    assert row.geometry is not None
    assert row.geometry.equals_exact(shapely.multilinestrings([LINE]), 1e-12)


@pytest.mark.parametrize("keeps_cpg", [True, False])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_is_read_in_its_encoding(
    tmp_path: Path, encoding: str, keeps_cpg: bool
) -> None:
    path = write_features(tmp_path / "rivers.shp", RIVER, encoding=encoding)
    if not keeps_cpg:
        path.with_suffix(".cpg").unlink()
    assert _rivers(path).rows[0].name == "湍河"


def test_a_zipped_shapefile_is_read_and_one_of_two_must_be_named(tmp_path: Path) -> None:
    for stem in ("upper", "lower"):
        write_features(tmp_path / f"{stem}.shp", [({"name": stem}, LINE)], encoding="GBK")
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in sorted(tmp_path.glob("*.[spdc]*")):
            if part != archive:
                packed.write(part, f"河道/{part.name}")
    assert _rivers(archive, layer="lower").rows[0].name == "lower"
    with pytest.raises(BadInput, match="2 Shapefiles to choose from"):
        _rivers(archive)


@pytest.mark.parametrize("other", ["b.geojson", "b.csv", "a.geojson"])
def test_a_zip_of_a_shapefile_and_other_data_asks_which(tmp_path: Path, other: str) -> None:
    write_features(tmp_path / "a.shp", [({"name": "shape"}, LINE)], encoding="UTF-8")
    write_features(tmp_path / "b.geojson", [({"name": "json"}, LINE)])
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in sorted(tmp_path.glob("a.*")):
            packed.write(part, part.name)
        packed.write(tmp_path / "b.geojson", other)
    with pytest.raises(BadInput, match="2 files of data to choose from") as asked:
        _rivers(archive)
    assert other in str(asked.value)
    assert "a.shp" in str(asked.value)
    assert _rivers(archive, layer="a.shp").rows[0].name == "shape"


def test_one_of_several_layers_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    write_features(path, RIVER, layer="rivers")
    write_features(path, [({"name": "渠"}, LINE)], layer="canals")
    assert _rivers(path, layer="canals").rows[0].name == "渠"
    with pytest.raises(BadInput, match="2 layers: rivers, canals"):
        _rivers(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_points_of_a_csv_keep_what_was_given(tmp_path: Path, encoding: str, sign: str) -> None:
    lines = ["断面名称,断面编码,经度,纬度,目标类别", "汲滩,JT-1,112.35,32.65,Ⅲ", ",,,,"]
    path = tmp_path / "sections.csv"
    path.write_text("\n".join(lines).replace(",", sign), encoding=encoding)
    found = read(path, ImportKind.SECTIONS, crs="gcj02")
    assert not found.refused
    row = found.rows[0]
    assert (row.number, row.name) == (2, "汲滩")
    assert row.source == SourcePoint("GCJ-02", 112.35, 32.65)
    assert isinstance(row.geometry, Point)
    shown = wgs84_to_gcj02(row.geometry.x, row.geometry.y)
    assert shown == pytest.approx((112.35, 32.65), abs=1e-8)
    assert abs(row.geometry.x - 112.35) > 0.004


def test_wkt_of_a_csv_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rivers.csv"
    path.write_text('name,wkt\n湍河,"LINESTRING(112 32.5,112.1 32.4)"\n坏,LINE(1\n')
    found = _rivers(path, crs="4490")
    assert [row.name for row in found.rows] == ["湍河"]
    assert "isn't WKT" in str(found.refused[0].why)


def test_without_a_coordinate_system_nothing_is_read(tmp_path: Path) -> None:
    table = tmp_path / "sections.csv"
    table.write_text("name,code,lon,lat\n甲,A,112,32\n")
    with pytest.raises(BadInput, match="which coordinate system"):
        read(table, ImportKind.SECTIONS)
    shape = write_features(tmp_path / "rivers.shp", RIVER, None)
    with pytest.raises(BadInput, match="--crs gcj02"):
        _rivers(shape)
    with pytest.raises(BadInput, match="can't be turned into CGCS2000"):
        _rivers(shape, crs="EPSG:2437")


def test_a_projected_file_lands_in_degrees_and_a_conflict_is_told(tmp_path: Path) -> None:
    path = write_features(tmp_path / "web.gpkg", RIVER, "EPSG:4490")
    moved = geopandas.read_file(path).to_crs("EPSG:4547")
    moved.to_file(tmp_path / "gauss.gpkg")
    row = _rivers(tmp_path / "gauss.gpkg").rows[0]
    assert row.geometry is not None
    assert row.geometry.hausdorff_distance(LINE) < 1e-8
    assert "taken as GCJ-02, as told" in str(_rivers(path, crs="gcj02").notes[-1])
    assert not any("as told" in str(note) for note in _rivers(path, crs="EPSG:4326").notes)


def test_swapped_axes_of_a_whole_file_are_named(tmp_path: Path) -> None:
    table = tmp_path / "sections.csv"
    table.write_text("name,code,lon,lat\n甲,A,32,112\n乙,B,33,113\n")
    with pytest.raises(BadInput, match="swapped"):
        read(table, ImportKind.SECTIONS, crs="4490")
    table.write_text("name,code,lon,lat\n甲,A,32,112\n乙,B,113,33\n丙,C,500,33\n丁,D,x,33\n")
    found = read(table, ImportKind.SECTIONS, crs="4490")
    assert [row.name for row in found.rows] == ["乙"]
    assert [each.row for each in found.refused] == [2, 4, 5]


def test_geometry_is_mended_or_refused(tmp_path: Path) -> None:
    bowtie = Polygon([(112, 32), (112.1, 32.1), (112.1, 32), (112, 32.1)])
    rows: list[tuple[dict[str, object], shapely.Geometry | None]] = [
        ({"name": "蝶湖"}, bowtie),
        ({"name": "高湖"}, shapely.force_3d(box(112, 32, 112.1, 32.1), 80)),
        ({"name": "无湖"}, None),
        ({"name": "空湖"}, Polygon()),
        ({"name": "点湖"}, Point(112, 32)),
        ({"name": ""}, box(112, 32, 112.1, 32.1)),
    ]
    found = read(write_features(tmp_path / "lakes.geojson", rows), ImportKind.LAKES)
    assert [row.name for row in found.rows] == ["蝶湖", "高湖"]
    assert all(isinstance(row.geometry, MultiPolygon) for row in found.rows)
    assert all(
        row.geometry and row.geometry.is_valid and not row.geometry.has_z for row in found.rows
    )
    assert {str(note) for note in found.notes} == {
        "Invalid geometry was repaired in rows 1.",
        "Heights of 1 rows are left out.",
    }
    assert [str(each.why) for each in found.refused] == [
        "It has no geometry.",
        "It has no geometry.",
        "It is a Point, a Polygon is wanted.",
        "name is empty.",
    ]


def test_fields_are_mapped_set_or_guessed(tmp_path: Path) -> None:
    path = write_features(tmp_path / "a.gpkg", [({"XM": "湍河", "LX": "河流"}, LINE)])
    row = _rivers(path, mapping={"name": "XM"}, constants={"basin": "唐白河"}).rows[0]
    assert row.values == {"name": "湍河", "basin": "唐白河"}
    with pytest.raises(BadInput, match=r"No column holds name.*--map name=COLUMN"):
        _rivers(path)
    with pytest.raises(BadInput, match="no column NAME"):
        _rivers(path, mapping={"name": "NAME"})
    with pytest.raises(BadInput, match="rivers have no field nam"):
        _rivers(path, mapping={"nam": "XM"})
    with pytest.raises(BadInput, match="isn't river or canal"):
        _rivers(path, mapping={"name": "XM"}, constants={"kind": "road"})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("rivers.geojson", b'{"type": "FeatureCollection", "features": [{"ty', "can't be read"),
        ("rivers.gpkg", b"not a database", "can't be read"),
        ("rivers.shp", b"\x00\x00\x27\x0a", "can't be read"),
        ("rivers.zip", b"PK no", "isn't a zip file"),
        ("rivers.csv", b'name,wkt\n"a,b\n', "isn't CSV"),
        ("rivers.csv", b"name,wkt\na,b,c\n", "Line 2"),
        ("rivers.csv", b"name,name\na,b\n", "every column once"),
        ("rivers.csv", b"name,wkt\n", "holds no rows"),
        ("rivers.csv", b"\xff\xfe\x80\x81name,wkt\n", "neither UTF-8 nor GBK"),
        ("rivers.csv", b"", "is empty"),
        ("rivers.docx", b"PK", "no known format"),
        ("rivers.json", b"<OGRVRTDataSource></OGRVRTDataSource>", "rivers.json"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        _rivers(path, crs="4490")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        _rivers(tmp_path / "none.gpkg")
    with pytest.raises(BadInput, match="There is no file"):
        _rivers(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_features(tmp_path / "a.geojson", RIVER * 3)
    monkeypatch.setattr(formats, "MAX_ROWS", 2)
    with pytest.raises(BadInput, match="3 features, at most 2"):
        _rivers(path)
    monkeypatch.setattr(formats, "MAX_BYTES", 100)
    with pytest.raises(BadInput, match="too large"):
        _rivers(path)
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\x00" * 10_000)
    assert packed.stat().st_size < 200
    monkeypatch.setattr(formats, "MAX_BYTES", 1000)
    with pytest.raises(BadInput, match="too large"):
        _rivers(packed)


@pytest.mark.parametrize(
    ("wkb", "words"),
    [
        ("010800000000000000", "it has curves, not only straight lines (Nonlinear"),
        ("0102000000010000000000000000000000" + "00" * 8, "has a single point (IllegalArg"),
        ("0102000000020000000000", "it is cut off (ParseException"),
        ("014d00000001000000", "a kind that isn't known here (ParseException"),
    ],
)
def test_a_geometry_that_cannot_be_used_is_refused_in_our_words_first(wkb: str, words: str) -> None:
    with pytest.raises(BadInput) as refused, refusing_geometry():
        shapely.from_wkb(bytes.fromhex(wkb))
    assert words in str(refused.value)


def test_a_curve_in_a_table_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="it has curves"):
        geometry_of_wkt("CIRCULARSTRING(112 32.9, 112.05 32.95, 112.1 32.9)")
