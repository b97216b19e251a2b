"""Datums by name, the shift of consumer maps, and coordinates that can't be right."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from gis import crs
from gis.chainage import LineIndex
from gis.ellipsoid import distance_m

# Source: the test vectors that eviltransform publishes; rounded there to six decimals or better.
VECTORS = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171774808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]


@pytest.mark.parametrize(
    ("name", "srid"),
    [
        ("EPSG:4490", 4490),
        ("epsg:4326", 4326),
        ("4326", 4326),
        ("EPSG:4547", 4547),
        ("EPSG:32649", 32649),
        ("urn:ogc:def:crs:EPSG:9.9.1:32649", 32649),
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        (" WGS 84 ", 4326),
        ("CGCS2000", 4490),
        ("3857", 3857),
        (CRS.from_epsg(4547).to_wkt("WKT1_ESRI"), 4547),
    ],
)
def test_a_name_is_understood(name: str, srid: int) -> None:
    assert crs.declared(name) == crs.Datum(f"EPSG:{srid}", srid)


@pytest.mark.parametrize("name", ["gcj02", "GCJ-02", "GCJ_02", "火星坐标"])
def test_the_shifted_datum_has_names(name: str) -> None:
    assert crs.declared(name) is crs.GCJ02


@pytest.mark.parametrize("name", ["", "bd09", "EPSG:99999", "EPSG:4214", "EPSG:4610", "EPSG:4479"])
def test_what_has_no_exact_way_is_refused_by_name(name: str) -> None:
    with pytest.raises(crs.UnknownCrs) as refused:
        crs.declared(name)
    assert refused.value.name == name


@pytest.mark.parametrize(("lon", "lat", "shifted_lon", "shifted_lat"), VECTORS)
def test_known_shifts(lon: float, lat: float, shifted_lon: float, shifted_lat: float) -> None:
    assert crs.wgs84_to_gcj02(lon, lat) == pytest.approx((shifted_lon, shifted_lat), abs=2e-6)
    assert crs.gcj02_to_wgs84(shifted_lon, shifted_lat) == pytest.approx((lon, lat), abs=2e-6)


@pytest.mark.parametrize(("lon", "lat"), [(71.9, 35.0), (138.0, 35.0), (100.0, 0.5), (100.0, 56.0)])
def test_abroad_nothing_is_shifted(lon: float, lat: float) -> None:
    assert crs.wgs84_to_gcj02(lon, lat) == (lon, lat)
    assert crs.gcj02_to_wgs84(lon, lat) == (lon, lat)


def test_many_places_shift_like_each_one() -> None:
    lon, lat = np.array([v[0] for v in VECTORS]), np.array([v[1] for v in VECTORS])
    many = np.column_stack(crs.wgs84_to_gcj02(lon, lat))
    assert many.tolist() == [list(crs.wgs84_to_gcj02(v[0], v[1])) for v in VECTORS]


def test_gauss_krueger_metres_become_degrees_east_first() -> None:
    point = crs.to_cgcs2000(Point(500_000.0, 3_600_000.0), crs.declared("EPSG:4547"))
    lon, lat = point.x, point.y
    # On the central meridian northing is the meridian's arc, which GEOD measures another way.
    assert lon == pytest.approx(114.0, abs=1e-9)
    assert distance_m(Point(114.0, 0.0), Point(lon, lat)) == pytest.approx(3_600_000.0, abs=0.01)


def test_a_line_keeps_its_kind_and_loses_its_heights() -> None:
    line = LineString([(116.384, 39.913, 40.0), (116.39, 39.92, 41.0)])
    moved = crs.to_cgcs2000(line, crs.GCJ02)
    assert isinstance(moved, LineString)
    assert not moved.has_z
    assert moved.coords[0] == pytest.approx(crs.gcj02_to_wgs84(116.384, 39.913), abs=1e-12)
    kept = crs.to_cgcs2000(line, crs.declared("4326"))
    assert list(kept.coords) == [(116.384, 39.913), (116.39, 39.92)]


def test_metres_that_no_projection_reaches_are_refused() -> None:
    with pytest.raises(crs.OutsideCrs):
        crs.to_cgcs2000(Point(1e12, 1e12), crs.declared("EPSG:4547"))


@pytest.mark.parametrize(
    ("x", "y", "fault"),
    [
        (112.3, 32.6, None),
        (15.5, 46.0, None),
        (32.6, 112.3, crs.AxisFault.SWAPPED),
        (39.9, 70.0, None),
        (500_000.0, 3_600_000.0, crs.AxisFault.OUT_OF_RANGE),
        (float("nan"), 32.6, crs.AxisFault.NOT_FINITE),
    ],
)
def test_impossible_degrees_are_told_apart(x: float, y: float, fault: str | None) -> None:
    assert crs.axis_fault(Point(x, y)) == fault


def test_published_vectors(real_data: Path) -> None:
    with (real_data / "coordinates/wgs84_to_gcj02.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        given = (float(row["wgs_lon"]), float(row["wgs_lat"]))
        shown = (float(row["gcj_lon"]), float(row["gcj_lat"]))
        assert crs.wgs84_to_gcj02(*given) == pytest.approx(shown, abs=2e-6)
        back = crs.gcj02_to_wgs84(*shown)
        assert distance_m(Point(back), Point(given)) < 0.5


def test_a_consumer_map_agrees_with_the_national_one_once_unshifted(real_data: Path) -> None:
    """The corners of the national map's districts lie on the other map's borders, unshifted.

    The national file is the coarser one, so its corners are asked, not the other's. The island
    district's coast is drawn differently in the two and says nothing.
    """
    truth = _districts(real_data / "boundaries/putian_districts_tianditu.geojson")
    shown = _districts(real_data / "boundaries/putian_districts_amap_gcj02.geojson")
    for name in ("仙游县", "城厢区", "涵江区", "荔城区"):
        before = _median_off_m(truth[name], shown[name])
        after = _median_off_m(truth[name], crs.to_cgcs2000(shown[name], crs.GCJ02))
        assert before > 250, name
        assert after < before / 3, name


def _districts(file: Path) -> dict[str, MultiPolygon]:
    text = file.read_text(encoding="utf-8")
    features = json.loads(text)["features"]
    return {
        f["properties"]["name"]: MultiPolygon(
            [Polygon(p[0], p[1:]) for p in f["geometry"]["coordinates"]]
        )
        for f in features
    }


def _median_off_m(corners_of: MultiPolygon, borders_of: MultiPolygon) -> float:
    borders = LineIndex([LineString(part.exterior.coords) for part in borders_of.geoms])
    corners = [Point(pair) for pair in shapely.get_coordinates(corners_of)]
    snaps = [borders.nearest(corner, 5_000) for corner in corners]
    return float(np.median([snap[1].offset_m for snap in snaps if snap]))
