"""The share of a reach is that which was walked: each metre once, on either bank, no more."""

import numpy as np
import pytest
from shapely.geometry import LineString

from gis.coverage import Reach, length_of, united
from gis.ellipsoid import GEOD, Numbers, length_m

BUFFER_M = 100


def straight(metres: float, bearing: float, *, lat: float = 32.7) -> LineString:
    """A reach of so many metres; bearing from north."""
    lon, north, _ = GEOD.fwd(112.0, lat, bearing, metres)
    return LineString([(112.0, lat), (lon, north)])


def beside(bearing: float, from_m: float, to_m: float, off_m: float) -> Numbers:
    """A walk along that reach, so far to the right of it (left below zero), every 12 m."""
    count = max(2, int(abs(to_m - from_m) / 12) + 1)
    rows = []
    for at in np.linspace(from_m, to_m, count):
        lon, lat, back = GEOD.fwd(112.0, 32.7, bearing, at)
        rows.append(GEOD.fwd(lon, lat, back + 180 + 90, off_m)[:2])
    return np.array(rows)


@pytest.mark.parametrize("bearing", [0, 37, 90, 135])
@pytest.mark.parametrize("off_m", [-90, -15, 0, 15, 90])
def test_the_stretch_walked_is_told_in_metres_whatever_the_bearing_and_the_bank(
    bearing: float, off_m: float
) -> None:
    reach = Reach(straight(10_000, bearing))
    covered = reach.covered([beside(bearing, 2_000, 4_500, off_m)], BUFFER_M)
    assert reach.length_m == pytest.approx(10_000, abs=2)
    assert covered.share == pytest.approx(0.25, abs=0.002)
    ((start, end),) = covered.stretches
    assert (start, end) == (pytest.approx(2_000, abs=8), pytest.approx(4_500, abs=8))
    assert covered.walked_m == pytest.approx(2_500, abs=10)


def test_walking_back_and_forth_and_on_both_banks_counts_once() -> None:
    reach = Reach(straight(10_000, 37))
    there, back = beside(37, 1_000, 3_000, 20), beside(37, 3_000, 1_000, -30)
    once = reach.covered([there], BUFFER_M)
    often = reach.covered([np.vstack([there, back, there]), back, there], BUFFER_M)
    assert often.walked_m == pytest.approx(once.walked_m, abs=10)


def test_two_walks_apart_are_two_stretches() -> None:
    reach = Reach(straight(10_000, 37))
    parts = [beside(37, 6_000, 7_000, 10), beside(37, 500, 1_500, -10)]
    covered = reach.covered(parts, BUFFER_M)
    assert [round(start, -2) for start, _ in covered.stretches] == [500, 6_000]
    assert covered.share == pytest.approx(0.2, abs=0.003)


def test_a_walk_beyond_the_buffer_covers_nothing() -> None:
    reach = Reach(straight(10_000, 37))
    assert reach.covered([beside(37, 0, 10_000, 110)], BUFFER_M).share == 0
    assert reach.covered([beside(37, 0, 10_000, 110)], 120).share == 1


def test_a_bridge_crossed_is_no_reach_walked() -> None:
    reach = Reach(straight(10_000, 90))
    lon, lat, _ = GEOD.fwd(112.0, 32.7, 90, 5_000)
    crossing = np.array([GEOD.fwd(lon, lat, 0, metres)[:2] for metres in range(-900, 901, 10)])
    assert reach.covered([crossing], BUFFER_M).walked_m <= 20


def test_a_meander_cut_across_at_its_neck_is_not_walked_round() -> None:
    """Two limbs 160 m apart, joined by a loop of 2 km: whoever crosses between saw the limbs."""

    def place(east: float, north: float) -> tuple[float, float]:
        lon, lat, _ = GEOD.fwd(112.0, 32.7, 90, east)
        return tuple(GEOD.fwd(lon, lat, 0, north)[:2])

    corners = ((-3_000, 0), (0, 0), (0, 1_000), (160, 1_000), (160, 0), (3_000, 0))
    loop = LineString([place(*corner) for corner in corners])
    assert length_m(loop) == pytest.approx(8_000, rel=0.01)
    walk = np.array([place(east, -5) for east in range(-1_000, 1_001, 10)])
    covered = Reach(loop).covered([walk], BUFFER_M)
    assert covered.walked_m == pytest.approx(2_000 + 2 * 100 - 160, abs=60)


def test_a_reach_walked_from_end_to_end_is_covered_whole() -> None:
    line = LineString([(112, 32), (112.02, 32.01), (112.03, 32.03), (112.06, 32.04)])
    covered = Reach(line).covered([np.array(line.coords)], BUFFER_M)
    assert (covered.share, len(covered.stretches)) == (1.0, 1)
    assert covered.walked_m == pytest.approx(length_m(line), abs=0.1)


def test_stretches_unite() -> None:
    several = [(5.0, 9.0), (0.0, 2.0), (8.0, 12.0), (2.0, 3.0), (6.0, 7.0)]
    assert united(several) == ((0.0, 3.0), (5.0, 12.0))
    assert length_of(united(several)) == 10
    assert united([]) == ()
