"""Chainage against an answer found by trying every place on the line, without our geometry."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from gis.chainage import Measured, format_chainage, length_m, parse_chainage
from gis.ellipsoid import GEOD, distance_m

Locator = Callable[[LineString, Point], float]
LATITUDES = st.floats(18.0, 53.0)
LONGITUDES = st.floats(75.0, 134.0)


@st.composite
def oblique_lines(draw: st.DrawFn) -> LineString:
    """Two vertices some 50 km apart, neither along a meridian nor along a parallel."""
    lon, lat = draw(LONGITUDES), draw(LATITUDES)
    azimuth = 90 * draw(st.integers(0, 3)) + draw(st.floats(15, 75))
    end_lon, end_lat, _ = GEOD.fwd(lon, lat, azimuth, 50_000)
    return LineString([(lon, lat), (end_lon, end_lat)])


@st.composite
def rivers(draw: st.DrawFn) -> LineString:
    """Up to eight vertices, from 50 m to 30 km apart, in any direction."""
    places = [(draw(LONGITUDES), draw(LATITUDES))]
    for _ in range(draw(st.integers(1, 7))):
        run_m, azimuth = draw(st.floats(50, 30_000)), draw(st.floats(0, 360))
        lon, lat, _ = GEOD.fwd(*places[-1], azimuth, run_m)
        places.append((lon, lat))
    return LineString(places)


def true_chainage_m(line: LineString, point: Point) -> float:
    """Of a two-vertex line: a thousand places, then a thousand round the best, three times."""
    (west, south), (east, north) = line.coords
    low, high = 0.0, 1.0
    for _ in range(3):
        shares = np.linspace(low, high, 1_001)
        lon, lat = west + shares * (east - west), south + shares * (north - south)
        off = GEOD.inv(lon, lat, np.full_like(lon, point.x), np.full_like(lat, point.y))[2]
        best = int(np.argmin(off))
        low, high = shares[max(0, best - 1)], shares[min(1_000, best + 1)]
    steps = np.linspace(0.0, shares[best], 5_001)
    return float(GEOD.line_length(west + steps * (east - west), south + steps * (north - south)))


def by_ellipsoid(line: LineString, point: Point) -> float:
    return Measured(line).locate(point).chainage_m


def by_plane_of_degrees(line: LineString, point: Point) -> float:
    return float(line.project(point) / line.length * length_m(line))


def beside(line: LineString, share: float, bearing: float, off_m: float) -> Point:
    (west, south), (east, north) = line.coords
    lon, lat, _ = GEOD.fwd(
        west + share * (east - west), south + share * (north - south), bearing, off_m
    )
    return Point(lon, lat)


def check_within_a_metre(locator: Locator, line: LineString, point: Point) -> None:
    assert abs(locator(line, point) - true_chainage_m(line, point)) < 1.0


PLACES = {
    "line": oblique_lines(),
    "share": st.floats(0.0, 1.0),
    "bearing": st.floats(0.0, 360.0),
    "off_m": st.floats(0.0, 2_000.0),
}


@settings(max_examples=150, deadline=None)
@given(**PLACES)
@example(line=LineString([(120, 53), (120.7, 53.2)]), share=0.5, bearing=0.0, off_m=2_000.0)
def test_chainage_is_right_to_a_metre_beside_an_oblique_line(
    line: LineString, share: float, bearing: float, off_m: float
) -> None:
    check_within_a_metre(by_ellipsoid, line, beside(line, share, bearing, off_m))


def test_a_plane_of_degrees_fails_the_same_property() -> None:
    @settings(max_examples=150, deadline=None, database=None, phases=[Phase.generate])
    @given(**PLACES)
    def search(line: LineString, share: float, bearing: float, off_m: float) -> None:
        check_within_a_metre(by_plane_of_degrees, line, beside(line, share, bearing, off_m))

    with pytest.raises(AssertionError):
        search()


@pytest.mark.parametrize(("latitude", "least_m"), [(18.0, 50.0), (35.0, 200.0), (53.0, 400.0)])
def test_a_plane_of_degrees_is_hundreds_of_metres_off(latitude: float, least_m: float) -> None:
    """North-east for 50 km, a point 2 km to the side of its middle."""
    end_lon, end_lat, _ = GEOD.fwd(112.0, latitude, 45.0, 50_000)
    line = LineString([(112.0, latitude), (end_lon, end_lat)])
    point = beside(line, 0.5, 135.0, 2_000.0)
    truth = true_chainage_m(line, point)
    assert abs(by_plane_of_degrees(line, point) - truth) > least_m
    assert abs(by_ellipsoid(line, point) - truth) < 0.1


@settings(max_examples=200, deadline=None)
@given(line=rivers(), share=st.floats(0.0, 1.0))
def test_a_place_comes_back_from_its_chainage(line: LineString, share: float) -> None:
    """Where a river crosses itself two chainages are one place, so places are compared."""
    measured = Measured(line)
    place = measured.point_at(share * measured.length_m)
    snap = measured.locate(place)
    assert snap.offset_m < 0.05
    assert snap.bank == "middle"
    assert distance_m(measured.point_at(snap.chainage_m), place) < 0.05


@settings(max_examples=200, deadline=None)
@given(line=rivers(), east=st.floats(-0.1, 0.1), north=st.floats(-0.1, 0.1))
def test_no_place_on_the_line_is_nearer_than_the_snap(
    line: LineString, east: float, north: float
) -> None:
    point = Point(line.coords[0][0] + east, line.coords[0][1] + north)
    measured = Measured(line)
    snap = measured.locate(point)
    samples = [measured.point_at(m) for m in np.linspace(0, measured.length_m, 300)]
    nearest_m = min(distance_m(point, sample) for sample in samples)
    assert snap.offset_m <= nearest_m + 0.05
    assert snap.offset_m == pytest.approx(distance_m(point, Point(snap.lon, snap.lat)), abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(line=rivers(), one=st.floats(0.0, 1.0), other=st.floats(0.0, 1.0))
def test_a_stretch_is_as_long_as_its_chainages_say(
    line: LineString, one: float, other: float
) -> None:
    measured = Measured(line)
    start, end = sorted((one * measured.length_m, other * measured.length_m))
    if end - start > 1:
        assert abs(length_m(measured.between(start, end)) - (end - start)) < 0.1


@given(st.integers(0, 9_999_999))
def test_written_chainage_reads_back(metres: int) -> None:
    assert parse_chainage(format_chainage(metres)) == metres
