"""The shift of consumer maps, there and back over all of China."""

from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from gis.crs import gcj02_to_wgs84, wgs84_to_gcj02
from gis.ellipsoid import distance_m

# The box of the shift, less 0.02 degrees: nearer to its edge the way back is ambiguous.
LONGITUDES = st.floats(72.03, 137.81)
LATITUDES = st.floats(0.85, 55.80)


@settings(max_examples=500)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_there_and_back_is_the_same_place(lon: float, lat: float) -> None:
    back = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert distance_m(Point(back), Point(lon, lat)) < 0.001


@settings(max_examples=300)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_the_shift_is_never_nothing_and_never_kilometres(lon: float, lat: float) -> None:
    assert distance_m(Point(wgs84_to_gcj02(lon, lat)), Point(lon, lat)) < 1_500


def test_one_step_back_would_not_do() -> None:
    """Why the way back iterates: subtracting the shift once misses by metres somewhere."""
    worst = 0.0
    for lon in range(80, 125, 3):
        for lat in range(20, 50, 3):
            shown = wgs84_to_gcj02(float(lon), float(lat))
            again = wgs84_to_gcj02(*shown)
            once = Point(2 * shown[0] - again[0], 2 * shown[1] - again[1])
            worst = max(worst, distance_m(once, Point(lon, lat)))
    assert worst > 1.0
