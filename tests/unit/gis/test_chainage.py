"""Chainage told in numbers that can be checked by hand, and on real rivers."""

import json
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box

from gis.chainage import (
    BadLine,
    LineIndex,
    Measured,
    UnreadableChainage,
    format_chainage,
    format_distance,
    length_m,
    nearest,
    parse_chainage,
)
from gis.ellipsoid import GEOD, area_m2, distance_m

# Source: GRS80: the arc of the meridian from the equator to 45 degrees; a degree of the equator.
MERIDIAN_0_TO_45_M = 4_984_944.378
EQUATOR_DEGREE_M = 111_319.4908


def test_lengths_known_from_the_ellipsoid() -> None:
    assert length_m(LineString([(112, 0), (112, 45)])) == pytest.approx(MERIDIAN_0_TO_45_M, abs=0.1)
    assert length_m(LineString([(112, 0), (113, 0)])) == pytest.approx(EQUATOR_DEGREE_M, abs=0.01)


def test_a_segment_follows_its_parallel_not_the_geodesic() -> None:
    """Straight in degrees: 5 degrees along 53 N are N(53) cos(53) times the angle."""
    parallel_m = 6378137.0 / np.sqrt(1 - GEOD.es * np.sin(np.radians(53)) ** 2)
    parallel_m *= np.cos(np.radians(53)) * np.radians(5)
    assert length_m(LineString([(120, 53), (125, 53)])) == pytest.approx(parallel_m, abs=0.05)
    assert distance_m(Point(120, 53), Point(125, 53)) < parallel_m - 50


def test_a_line_in_parts_counts_no_gap() -> None:
    one, other = [(112, 32), (112.1, 32)], [(112.3, 32), (112.4, 32)]
    both = length_m(MultiLineString([one, other]))
    assert both == pytest.approx(length_m(LineString(one)) + length_m(LineString(other)))


def test_area_does_not_ask_which_way_a_ring_runs() -> None:
    lake = box(112, 32, 112.01, 32.01)
    side_m = distance_m(Point(112, 32), Point(112, 32.01))
    assert area_m2(lake) == pytest.approx(
        side_m * distance_m(Point(112, 32.005), Point(112.01, 32.005)), rel=1e-6
    )
    assert area_m2(Polygon(list(lake.exterior.coords)[::-1])) == pytest.approx(area_m2(lake))


@pytest.mark.parametrize(
    ("lon", "lat", "bank"), [(112.05, 32.01, "left"), (112.05, 31.99, "right")]
)
def test_banks_look_downstream(lon: float, lat: float, bank: str) -> None:
    east = LineString([(112, 32), (112.1, 32)])
    snap = Measured(east).locate(Point(lon, lat))
    assert snap.bank == bank
    assert snap.offset_m == pytest.approx(distance_m(Point(lon, lat), Point(lon, 32)), abs=0.01)
    upstream = Measured(LineString(list(east.coords)[::-1])).locate(Point(lon, lat))
    assert upstream.bank != bank


def test_within_a_metre_is_the_middle() -> None:
    line = Measured(LineString([(112, 32), (112.1, 32)]))
    assert line.locate(Point(112.05, 32.000008)).bank == "middle"
    assert line.locate(Point(112.05, 32.00001)).bank == "left"


@pytest.mark.parametrize(
    ("bend_lat", "outside_lat", "bank"), [(32.0, 31.99, "right"), (32.0, 32.01, "left")]
)
def test_outside_of_a_sharp_bend_is_one_bank_only(
    bend_lat: float, outside_lat: float, bank: str
) -> None:
    """A hairpin eastwards and back: everything before its tip lies outside of the bend."""
    back_lat = 32.001 if bank == "right" else 31.999
    hairpin = Measured(LineString([(112, bend_lat), (112.1, bend_lat), (112, back_lat)]))
    for lon in (112.1001, 112.105):
        for lat in (31.9999, 32.0, 32.0001):
            assert hairpin.locate(Point(lon, lat)).bank == bank
    assert hairpin.locate(Point(112.05, outside_lat)).bank == bank


def test_beyond_the_ends_is_the_end() -> None:
    line = Measured(LineString([(112, 32), (112.1, 32)]))
    assert line.locate(Point(111.9, 32.001)).chainage_m == 0
    assert line.locate(Point(112.2, 32.001)).chainage_m == line.length_m
    assert line.point_at(-5).coords[0] == (112, 32)
    assert line.point_at(line.length_m + 5).coords[0] == (112.1, 32)


def test_a_stretch_keeps_the_vertices_between() -> None:
    line = Measured(LineString([(112, 32), (112.05, 32.02), (112.05, 32.02), (112.1, 32)]))
    stretch = line.between(1_000, line.length_m - 1_000)
    assert list(stretch.coords)[1:-1] == [(112.05, 32.02)]
    assert length_m(stretch) == pytest.approx(line.length_m - 2_000, abs=0.01)
    with pytest.raises(BadLine):
        line.between(3_000, 3_000)


@pytest.mark.parametrize("line", [LineString(), LineString([(112, 32), (112, 32)])])
def test_a_line_of_one_place_is_refused(line: LineString) -> None:
    with pytest.raises(BadLine):
        Measured(line)


def test_nearest_in_metres_is_not_nearest_in_degrees() -> None:
    """At 53 N 0.010 degrees of longitude are 671 m, 0.008 of latitude 890 m."""
    east = LineString([(120.010, 52.9), (120.010, 53.1)])
    north = LineString([(119.9, 53.008), (120.0, 53.008)])
    place = Point(120.0, 53.0)
    found = nearest(place, [north, east], within_m=1_000)
    assert found is not None
    assert found[0] == 1
    assert found[1].offset_m == pytest.approx(671, abs=1)
    assert [index for index, _ in LineIndex([north, east]).within(place, 1_000)] == [1, 0]
    assert nearest(place, [north, east], within_m=600) is None
    assert nearest(place, [], within_m=600) is None


@pytest.mark.parametrize(
    ("metres", "text"),
    [(0, "K0+000"), (12_350.4, "K12+350"), (12_999.6, "K13+000"), (150_007, "K150+007")],
)
def test_chainage_as_written(metres: float, text: str) -> None:
    assert format_chainage(metres) == text
    assert abs(parse_chainage(text) - metres) <= 0.5


def test_other_spellings_of_chainage() -> None:
    spellings = ("12+350", "k12+350.0", "桩号K12+350", " K12 + 350 ", "K12＋350")
    assert {parse_chainage(text) for text in spellings} == {12_350.0}


@pytest.mark.parametrize("text", ["", "K12", "12350", "K12+3500", "K-1+000", "K12+350m"])
def test_what_is_no_chainage_is_refused(text: str) -> None:
    with pytest.raises(UnreadableChainage):
        parse_chainage(text)
    with pytest.raises(ValueError, match="zero"):
        format_chainage(-1)


def test_degrees_of_a_plane_lose_their_way_on_real_rivers(real_data: Path) -> None:
    """Along each drawn way, ours comes back to a centimetre; the plane is 100s of metres off."""
    file = real_data / "dengzhou/rivers.geojson"
    ways = [
        LineString(f["geometry"]["coordinates"])
        for f in json.loads(file.read_text("utf-8"))["features"]
    ]
    worst_of_plane = 0.0
    for way in ways:
        measured = Measured(way)
        for chainage_m in np.linspace(0, measured.length_m, 41):
            place = measured.point_at(float(chainage_m))
            snap = measured.locate(place)
            assert snap.offset_m < 0.01
            assert distance_m(place, measured.point_at(snap.chainage_m)) < 0.01
            plane_m = way.project(place) / way.length * measured.length_m
            worst_of_plane = max(worst_of_plane, abs(plane_m - snap.chainage_m))
    assert worst_of_plane > 300


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0.0, "0.0 m"),
        (8.24, "8.2 m"),
        (303.4, "303 m"),
        (9_999.0, "9,999 m"),
        (10_000.0, "10 km"),
        (8_426_370.0, "8,426 km"),
    ],
)
def test_a_long_distance_is_said_in_kilometres(metres: float, text: str) -> None:
    assert format_distance(metres) == text
