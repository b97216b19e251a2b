"""The made nation's ground holds together: borders that meet, rivers that run on to the sea."""

import numpy as np
import pytest
import shapely
from shapely import Polygon

from dashboard.demo.national.divisions import Kept
from dashboard.demo.national.ground import Ground, make_ground
from dashboard.demo.national.names import names
from dashboard.demo.national.rules import Plan
from gis.ellipsoid import length_m

PLAN = Plan(
    provinces=2,
    cities=4,
    counties=18,
    across=190,
    reaches=300,
    lakes=6,
    sections=40,
    outfalls=20,
    intakes=8,
    problems=120,
    open_problems=80,
    overdue=12,
    patrols=10,
    watched_long=2,
)
KEPT = Kept(
    1, 2, {3: shapely.box(103.6, 35.2, 104.0, 35.6), 4: shapely.box(104.0, 35.2, 104.2, 35.6)}
)


@pytest.fixture(scope="module")
def ground() -> Ground:
    """A small nation around two counties that were there before."""
    return make_ground(PLAN, KEPT)


def test_the_ground_is_the_same_each_time(ground: Ground) -> None:
    again = make_ground(PLAN, KEPT)
    assert all(np.array_equal(a, b) for a, b in zip(again.waters.lines, ground.waters.lines,
                                                    strict=True))  # fmt: skip
    assert again.country.divisions == ground.country.divisions
    assert again.lakes == ground.lakes


def test_there_are_as_many_divisions_as_planned(ground: Ground) -> None:
    counts = [len(ground.country.of_level(level)) for level in ("province", "city", "county")]
    assert counts == [2, 4, 18 - len(KEPT.counties)]
    codes = {each.code for each in ground.country.divisions}
    assert len(codes) == len(ground.country.divisions)


def test_borders_are_valid_and_meet_without_overlap(ground: Ground) -> None:
    divisions = ground.country.divisions
    assert all(each.shape.is_valid and not each.shape.is_empty for each in divisions)
    counties = [divisions[at].shape for at in ground.country.of_level("county")]
    together = shapely.union_all([*counties, *KEPT.counties.values()])
    assert sum(each.area for each in counties) + 0.24 == pytest.approx(together.area, rel=1e-6)
    provinces = [divisions[at].shape for at in ground.country.of_level("province")]
    assert shapely.union_all(provinces).area == pytest.approx(together.area, rel=1e-6)


def test_each_division_lies_in_the_one_above(ground: Ground) -> None:
    for each in ground.country.divisions:
        if each.parent is not None:
            above = ground.country.divisions[each.parent]
            assert above.level != each.level
            assert each.code.startswith(above.code.rstrip("0")[:2])
            assert each.shape.difference(above.shape).area < each.shape.area * 1e-6


def test_no_river_touches_what_was_there_before(ground: Ground) -> None:
    before = shapely.union_all(list(KEPT.counties.values()))
    assert not any(shapely.LineString(line).intersects(before) for line in ground.waters.lines)


def test_chainages_grow_downstream_and_are_those_of_the_line(ground: Ground) -> None:
    waters = ground.waters
    for river, line in enumerate(waters.lines):
        low, high = waters.first[river], waters.first[river + 1]
        assert high > low
        assert waters.from_m[low] == 0
        assert (waters.to_m[low:high] > waters.from_m[low:high]).all()
        assert (waters.to_m[low : high - 1] == waters.from_m[low + 1 : high]).all()
        whole = length_m(shapely.LineString(line))
        assert waters.to_m[high - 1] == pytest.approx(whole, rel=1e-6)
        assert list(waters.position[low:high]) == list(range(1, high - low + 1))


def test_reaches_follow_each_other_to_where_their_river_ends(ground: Ground) -> None:
    waters = ground.waters
    for reach, below in enumerate(waters.down.tolist()):
        river = int(waters.river[reach])
        is_last = reach + 1 == waters.first[river + 1]
        if not is_last:
            assert below == reach + 1
            assert (waters.pieces[reach][-1] == waters.pieces[below][0]).all()
        elif waters.into[river] < 0:
            assert below == -1
        else:
            assert waters.river[below] == waters.into[river]
            end = waters.pieces[reach][-1]
            assert (waters.lines[waters.into[river]] == end).all(axis=1).any()
            assert waters.from_m[below] <= waters.into_m[river] <= waters.to_m[below]


def test_all_water_reaches_the_sea(ground: Ground) -> None:
    waters = ground.waters
    for reach in range(len(waters.pieces)):
        seen, at = 0, reach
        while at >= 0:
            at, seen = int(waters.down[at]), seen + 1
            assert seen <= len(waters.pieces), "a river flows round in a circle"


def test_rivers_wind(ground: Ground) -> None:
    lines = [shapely.LineString(line) for line in ground.waters.lines]
    straight = sum(length_m(shapely.LineString([line.coords[0], line.coords[-1]]))
                   for line in lines)  # fmt: skip
    assert 1.15 < sum(map(length_m, lines)) / straight < 2.5


def test_lakes_are_valid_areas(ground: Ground) -> None:
    assert len(ground.lakes) == PLAN.lakes
    assert all(isinstance(lake.shape, Polygon) and lake.shape.is_valid for lake in ground.lakes)
    assert all(lake.area_m2 > 10_000 for lake in ground.lakes)


def test_no_name_comes_twice() -> None:
    drawn = [name for name, _number in zip(names(turn=5), range(9_000), strict=False)]
    assert len({chinese for chinese, _said in drawn}) == 9_000
