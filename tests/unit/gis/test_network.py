"""Ways of one river put together, and rivers that meet."""

import itertools
import json
from collections import defaultdict
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry import LineString, Point

from gis.ellipsoid import length_m
from gis.network import Joined, Way, confluence, confluences, join_lines, order_parts

# Near 32.6 N, 0.0001 degrees of longitude are 9.4 m, of latitude 11.1 m.
LAT = 32.6


def eastward(start: float, end: float, lat: float = LAT) -> LineString:
    return LineString([(start, lat), ((start + end) / 2, lat), (end, lat)])


def ways(joined: Joined) -> list[list[int]]:
    return [[way.index for way in part.ways] for part in joined.course]


def test_ways_in_any_order_join_end_to_start() -> None:
    joined = join_lines([eastward(112.2, 112.3), eastward(112.0, 112.1), eastward(112.1, 112.2)])
    assert ways(joined) == [[1, 2, 0]]
    assert list(joined.course[0].line.coords) == [
        pytest.approx((112 + step / 20, LAT)) for step in range(7)
    ]
    assert [(join.upstream, join.downstream) for join in joined.joins] == [(1, 2), (2, 0)]
    assert len(joined.gaps) == len(joined.branches) == len(joined.reversed_ways) == 0


@pytest.mark.parametrize(("apart", "parts"), [(0.0005, 1), (0.0006, 2)])
def test_fifty_metres_are_the_limit(apart: float, parts: int) -> None:
    """0.0005 degrees of longitude are 47 m here, 0.0006 are 56 m."""
    joined = join_lines([eastward(112.0, 112.1), eastward(112.1 + apart, 112.2)])
    assert len(joined.course) == parts
    told = joined.joins or joined.gaps
    assert told[0].distance_m == pytest.approx(apart * 93_860, abs=0.5)
    assert joined.branches == ()


def test_gaps_stay_and_are_told_downstream() -> None:
    joined = join_lines([eastward(112.5, 112.6), eastward(112.0, 112.1), eastward(112.2, 112.3)])
    assert ways(joined) == [[1], [2], [0]]
    assert [gap.after for gap in joined.gaps] == [0, 1]
    assert [round(gap.distance_m / 9_386, 1) for gap in joined.gaps] == [1.0, 2.0]
    lengths = [length_m(part.line) for part in joined.course]
    assert joined.starts_m[2] == pytest.approx(sum(lengths[:2]) + 3 * 9_386, rel=1e-3)


def test_a_run_drawn_upstream_between_two_others_is_turned_and_told() -> None:
    lines = [
        eastward(112.0, 112.1),
        eastward(112.2, 112.1),
        eastward(112.3, 112.2),
        eastward(112.3, 112.4),
    ]
    joined = join_lines(lines)
    assert joined.course[0].ways == (Way(0, False), Way(1, True), Way(2, True), Way(3, False))
    assert joined.reversed_ways == (1, 2)
    assert joined.course[0].line.coords[-1] == (112.4, LAT)


def test_two_ends_head_to_head_are_not_guessed_about() -> None:
    joined = join_lines([eastward(112.0, 112.2), eastward(112.3, 112.2)])
    assert ways(joined) == [[0]]
    assert [part.ways for part in joined.branches] == [(Way(1, False),)]
    assert joined.gaps == ()


def test_an_island_leaves_one_arm_aside() -> None:
    lines = [
        eastward(112.0, 112.1),
        LineString([(112.1, LAT), (112.15, LAT + 0.02), (112.2, LAT)]),
        LineString([(112.1, LAT), (112.15, LAT - 0.01), (112.2, LAT)]),
        eastward(112.2, 112.3),
    ]
    joined = join_lines(lines)
    assert ways(joined) == [[0, 1, 3]]
    assert [part.ways for part in joined.branches] == [(Way(2, False),)]


def test_two_forks_of_one_name_keep_the_longer_course() -> None:
    north = LineString([(112.0, LAT + 0.2), (112.1, LAT)])
    south = LineString([(112.0, LAT - 0.05), (112.1, LAT)])
    joined = join_lines([south, north, eastward(112.1, 112.3)])
    assert ways(joined) == [[1, 2]]
    assert [part.ways for part in joined.branches] == [(Way(0, False),)]


def test_a_circle_of_ways_is_cut_once_and_ends() -> None:
    ring = [(112.0, LAT), (112.1, LAT), (112.1, LAT + 0.1), (112.0, LAT + 0.1), (112.0, LAT)]
    lines = [LineString(pair) for pair in itertools.pairwise(ring)]
    joined = join_lines(lines)
    assert sorted(way.index for part in joined.parts for way in part.ways) == [0, 1, 2, 3]
    assert len(joined.course) == 1


def test_ways_shorter_than_the_limit_stay_in_order() -> None:
    """Culverts of 20 m: each end is near every start, only one order has no jump."""
    lines = [
        eastward(112.1002, 112.1004),
        eastward(112.1, 112.1002),
        eastward(112.0, 112.1),
        eastward(112.1004, 112.2),
    ]
    assert ways(join_lines(lines)) == [[2, 1, 0, 3]]


def test_no_ways_make_no_course() -> None:
    assert join_lines([]) == Joined((), (), (), ())
    assert order_parts([]) == []


def test_an_end_meets_the_river_beside_it() -> None:
    main = [eastward(112.0, 112.2), eastward(112.3, 112.5)]
    met = confluence(Point(112.4, LAT + 0.0002), [("far", [eastward(113, 114)]), ("main", main)])
    assert met is not None
    assert (met.key, met.part) == ("main", 1)
    assert met.snap.offset_m == pytest.approx(22.2, abs=0.1)
    assert met.chainage_m == pytest.approx(0.4 * 93_860, rel=1e-3)
    assert confluence(Point(112.4, LAT + 0.0006), [("main", main)]) is None


def test_two_rivers_with_one_mouth_flow_into_the_third() -> None:
    south = LineString([(112.0, LAT - 0.3), (112.2, LAT)])
    rivers = {"a": [eastward(112.0, 112.2)], "b": [south], "c": [eastward(112.2, 112.4)]}
    met = confluences(rivers)
    assert {key: found and found.key for key, found in met.items()} == {
        "a": "c",
        "b": "c",
        "c": None,
    }
    del rivers["c"]
    assert confluences(rivers) == {"a": None, "b": None}


def test_rivers_in_a_circle_flow_nowhere_known() -> None:
    rivers = {
        "a": [LineString([(112.0, LAT), (112.1, LAT), (112.2, LAT)])],
        "b": [LineString([(112.1, LAT + 0.2), (112.2, LAT), (112.2, LAT - 0.1), (112.1, LAT)])],
        "c": [LineString([(112.0, LAT + 0.2), (112.05, LAT)])],
    }
    met = confluences(rivers)
    assert met["a"] is None
    assert met["b"] is None
    assert met["c"] is not None
    assert met["c"].key == "a"


def test_a_river_that_ends_on_an_arm_flows_into_the_arm_s_river() -> None:
    """Its chainage is that of the course beside; exact on an arm comes before near a course."""
    arm = LineString([(112.0, LAT), (112.1, LAT + 0.02), (112.2, LAT)])
    rivers = {
        "main": [eastward(112.0, 112.2)],
        "side": [LineString([(112.1, LAT + 0.1), (112.1, LAT + 0.02)])],
        "near": [LineString([(112.1002, LAT + 0.2), (112.1002, LAT - 0.1)])],
    }
    without = confluences(rivers)["side"]
    assert without is not None
    assert without.key == "near"
    met = confluences(rivers, arms={"main": [arm]})["side"]
    assert met is not None
    assert (met.key, met.part) == ("main", 0)
    assert met.chainage_m == pytest.approx(0.1 * 93_860, rel=1e-3)


def test_a_real_basin(real_data: Path) -> None:
    """Nineteen ways: six rivers, one gap at a reservoir, no way lost, the known confluences."""
    drawn: dict[str, list[LineString]] = defaultdict(list)
    file = real_data / "dengzhou/rivers.geojson"
    for feature in json.loads(file.read_text("utf-8"))["features"]:
        drawn[feature["properties"]["name_zh"]].append(
            LineString(feature["geometry"]["coordinates"])
        )
    joined = {name: join_lines(lines) for name, lines in drawn.items()}
    assert sum(len(part.ways) for river in joined.values() for part in river.parts) == 19
    assert {name: len(river.course) for name, river in joined.items()} == {
        "唐白河": 1,
        "白河": 1,
        "赵河": 1,
        "湍河": 1,
        "刁河": 2,
        "严陵河": 1,
    }
    assert all(not river.branches and not river.reversed_ways for river in joined.values())
    assert [round(gap.distance_m) for gap in joined["刁河"].gaps] == [9_348]
    for name, river in joined.items():
        given_m = sum(length_m(line) for line in drawn[name])
        assert sum(length_m(part.line) for part in river.parts) == pytest.approx(given_m, abs=0.1)
    courses = {name: [part.line for part in river.course] for name, river in joined.items()}
    met = confluences(courses)
    assert {name: found and found.key for name, found in met.items()} == {
        "唐白河": None,
        "白河": "唐白河",
        "赵河": "唐白河",
        "湍河": "赵河",
        "刁河": None,
        "严陵河": "赵河",
    }


def test_exact_ends_win_over_near_ones_within_one_river() -> None:
    up = LineString([(112.5, 32.1), (112.5, 32.0)])
    down = LineString([(112.5, 32.0), (112.5, 31.99)])
    beside = LineString([(112.5003, 32.0), (112.6, 31.9)])
    joined = join_lines([up, down, beside])
    assert [[way.index for way in part.ways] for part in joined.parts] == [[2], [0, 1]] or [
        [way.index for way in part.ways] for part in joined.parts
    ] == [[0, 1], [2]]


def test_rings_and_folds_are_banks() -> None:
    ring = LineString([(112.5, 32), (112.6, 32.001), (112.6, 31.999), (112.5, 32)])
    fold = LineString([(113.5, 32), (113.6, 32), (113.6, 31.999), (113.5, 31.999)])
    bend = LineString([(114.5, 32), (114.6, 32), (114.6, 31.9)])
    assert join_lines([ring]).banks == ((0,),)
    assert join_lines([fold]).banks == ((0,),)
    assert join_lines([bend]).banks == ()


@pytest.mark.parametrize("is_back", [False, True])
@pytest.mark.parametrize("apart", [0.0008, 0.0027])
def test_two_banks_are_measured_once_however_wide(is_back: bool, apart: float) -> None:
    one = LineString([(112.5, 32), (112.55, 32.002), (112.6, 32)])
    other = LineString([(112.5, 32 + apart), (112.55, 32.002 + apart), (112.6, 32 + apart)])
    joined = join_lines([one, shapely.reverse(other) if is_back else other])
    assert joined.banks == ((0, 1),)
    assert sum(length_m(part.line) for part in joined.course) == pytest.approx(9450, rel=0.01)
    assert joined.gaps == ()


def test_parts_of_a_winding_river_and_parallel_waters_are_no_banks() -> None:
    down = LineString([(112.5, 32), (112.55, 32.002), (112.6, 32)])
    on = LineString([(112.601, 32.001), (112.55, 32.03), (112.5, 32.06)])
    wide = LineString([(112.5, 32.01), (112.6, 32.01)])
    short = LineString([(112.52, 32.004), (112.54, 32.004)])
    bend = LineString([(112.6, 32.003), (112.57, 32.005), (112.6, 32.05), (112.7, 32.1)])
    for other in (on, wide, short, bend):
        assert join_lines([down, other]).banks == ()


@pytest.mark.parametrize(
    ("name", "count"), [("walker", 62), ("coastal_example", 572)], ids=["walker", "coastal"]
)
def test_every_flowline_of_a_real_network_finds_what_follows(
    real_data: Path, name: str, count: int
) -> None:
    """NHD's own FromNode and ToNode say which line follows; here the lines alone are asked."""
    frame = geopandas.read_file(real_data / "flow_topology" / f"{name}.gpkg").to_crs(4326)
    lines = {
        int(comid): list(shapely.get_parts(shapely.force_2d(shape)))
        for comid, shape in zip(frame["COMID"], frame.geometry, strict=True)
    }
    begin: dict[float, set[int]] = defaultdict(set)
    for comid, node in zip(frame["COMID"], frame["FromNode"], strict=True):
        begin[node].add(int(comid))
    met = confluences(lines)
    right = 0
    for comid, node in zip(frame["COMID"], frame["ToNode"], strict=True):
        found, wanted = met[int(comid)], begin.get(node, set())
        right += found.key in wanted if found else not wanted
    assert (right, len(lines)) == (count, count)
