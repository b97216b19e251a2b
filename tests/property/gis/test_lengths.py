"""Joining and cutting rivers: nothing is lost, nothing is counted twice."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

from gis.chainage import Measured
from gis.ellipsoid import GEOD, length_m
from gis.network import join_lines, split_at_polygons

Place = tuple[float, float]


@st.composite
def rivers(draw: st.DrawFn) -> list[Place]:
    """Vertices of a river that runs roughly south-east, 200 m to 5 km apart."""
    places = [(draw(st.floats(80, 130)), draw(st.floats(20, 52)))]
    for _ in range(draw(st.integers(2, 10))):
        lon, lat, _ = GEOD.fwd(*places[-1], draw(st.floats(95, 175)), draw(st.floats(200, 5_000)))
        places.append((lon, lat))
    return places


@st.composite
def scattered_ways(draw: st.DrawFn) -> list[LineString]:
    """Any ways whatever between a few nodes: forks, circles, backward and double ones."""
    node = st.tuples(st.integers(0, 4), st.integers(0, 4))
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), max_size=12))
    return [
        LineString([(112 + a / 50, 32 + b / 50), (112 + c / 50, 32 + d / 50)])
        for (a, b), (c, d) in ends
    ]


@settings(max_examples=150, deadline=None)
@given(places=rivers(), data=st.data())
def test_a_river_cut_into_ways_and_shuffled_comes_back(
    places: list[Place], data: st.DataObject
) -> None:
    whole = LineString(places)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(places) - 2), max_size=5)))
    edges = [0, *cuts, len(places) - 1]
    pieces = [LineString(places[start : end + 1]) for start, end in pairwise(edges)]
    order = data.draw(st.permutations(range(len(pieces))))
    joined = join_lines([pieces[index] for index in order])
    assert [order[way.index] for way in joined.course[0].ways] == list(range(len(pieces)))
    assert joined.course[0].line.equals_exact(whole, 0)
    assert len(joined.gaps) == len(joined.branches) == 0


@settings(max_examples=200, deadline=None)
@given(lines=scattered_ways())
def test_every_way_is_in_one_part_and_no_metre_is_lost(lines: list[LineString]) -> None:
    joined = join_lines(lines)
    used = sorted(way.index for part in joined.parts for way in part.ways)
    assert used == list(range(len(lines)))
    given_m = sum(length_m(line) for line in lines)
    joined_m = sum(length_m(part.line) for part in joined.parts)
    assert joined_m == pytest.approx(given_m + sum(join.distance_m for join in joined.joins))
    assert len(joined.gaps) == max(0, len(joined.course) - 1)


@settings(max_examples=200, deadline=None)
@given(
    places=rivers(),
    boxes=st.lists(
        st.tuples(*[st.floats(-0.1, 0.3)] * 2, st.floats(0.001, 0.2), st.floats(0.001, 0.2)),
        max_size=4,
    ),
    sliver_m=st.sampled_from([0.0, 20.0, 500.0]),
)
def test_stretches_add_up_to_the_river(
    places: list[Place], boxes: list[tuple[float, float, float, float]], sliver_m: float
) -> None:
    line = LineString(places)
    lon, lat = places[0]
    surfaces: list[tuple[int, Polygon]] = [
        (key, box(lon + x, lat - y, lon + x + width, lat - y + height))
        for key, (x, y, width, height) in enumerate(boxes)
    ]
    stretches = split_at_polygons(line, surfaces, sliver_m)
    whole_m = Measured(line).length_m
    assert stretches[0].from_m == 0
    assert stretches[-1].to_m == whole_m
    for one, other in pairwise(stretches):
        assert one.to_m == other.from_m
        assert one.key != other.key
    assert sum(length_m(stretch.line) for stretch in stretches) == pytest.approx(whole_m, abs=0.1)
    if len(stretches) > 1:
        assert min(stretch.to_m - stretch.from_m for stretch in stretches) >= sliver_m
