"""A river cut at borders, with chainage that runs through."""

import itertools
import json
from pathlib import Path

import pytest
from shapely.geometry import LineString, Polygon, box

from gis.chainage import Measured
from gis.ellipsoid import length_m
from gis.network import Stretch, join_lines, split_at_polygons

WEST, EAST = box(112.0, 32.0, 112.1, 33.0), box(112.1, 32.0, 112.2, 33.0)
LINE = LineString([(111.95, 32.5), (112.12, 32.5), (112.25, 32.6)])


def test_stretches_follow_downstream_and_outside_has_no_key() -> None:
    stretches = split_at_polygons(LINE, [("east", EAST), ("west", WEST)])
    assert [stretch.key for stretch in stretches] == [None, "west", "east", None]
    measured = Measured(LINE)
    assert stretches[0].from_m == 0
    assert stretches[-1].to_m == measured.length_m
    for one, other in itertools.pairwise(stretches):
        assert one.to_m == other.from_m
        assert one.line.coords[-1] == other.line.coords[0]
    for stretch in stretches:
        assert length_m(stretch.line) == pytest.approx(stretch.to_m - stretch.from_m, abs=0.01)
    assert stretches[1].line.coords[-1] == pytest.approx((112.1, 32.5), abs=1e-7)


def test_without_polygons_the_river_is_one_stretch() -> None:
    stretches: list[Stretch[str]] = split_at_polygons(LINE, [])
    assert [(stretch.key, stretch.from_m) for stretch in stretches] == [(None, 0.0)]
    assert stretches[0].line.equals(LINE)


def test_where_polygons_overlap_the_first_wins() -> None:
    both = box(112.05, 32.0, 112.15, 33.0)
    stretches = split_at_polygons(LINE, [("west", WEST), ("both", both), ("east", EAST)])
    assert [stretch.key for stretch in stretches] == [None, "west", "both", "east", None]


def test_a_river_that_crosses_itself_on_the_border_is_cut_each_time() -> None:
    """An eight whose two strokes cross the border in one place."""
    eight = LineString([(112.08, 32.48), (112.12, 32.52), (112.12, 32.48), (112.08, 32.52)])
    stretches = split_at_polygons(eight, [("west", WEST), ("east", EAST)])
    assert [stretch.key for stretch in stretches] == ["west", "east", "west"]


@pytest.mark.parametrize(("dip", "keys"), [(0.0001, ["west"]), (0.001, ["west", "east", "west"])])
def test_a_sliver_goes_to_its_neighbour(dip: float, keys: list[str]) -> None:
    """A dip of 0.0001 degrees over the border and back is 19 m long."""
    line = LineString(
        [(112.05, 32.5), (112.1 + dip, 32.5), (112.1 + dip, 32.500001), (112.05, 32.500001)]
    )
    stretches = split_at_polygons(line, [("west", WEST), ("east", EAST)])
    assert [stretch.key for stretch in stretches] == keys
    assert stretches[-1].to_m == Measured(line).length_m


def test_a_line_along_the_border_is_one_stretch() -> None:
    along = LineString([(112.1, 32.2), (112.1, 32.4), (112.1, 32.8)])
    stretches = split_at_polygons(along, [("west", WEST), ("east", EAST)])
    assert [stretch.key for stretch in stretches] == ["west"]


def test_a_hole_is_outside() -> None:
    hole = box(112.0, 32.4, 112.1, 32.6).exterior
    ringed = Polygon(box(111.9, 32, 112.3, 33).exterior, [hole])
    stretches = split_at_polygons(LINE, [("ring", ringed)])
    assert [stretch.key for stretch in stretches] == ["ring", None, "ring"]


def test_real_counties(real_data: Path) -> None:
    """The Tuan river runs from Neixiang into Dengzhou; each stretch lies in its county."""
    folder = real_data / "dengzhou"
    rivers, counties = (
        json.loads((folder / name).read_text("utf-8"))["features"]
        for name in ("rivers.geojson", "admin-boundaries.geojson")
    )
    ways = [
        LineString(f["geometry"]["coordinates"])
        for f in rivers
        if f["properties"]["name_zh"] == "湍河"
    ]
    surfaces = [
        (f["properties"]["name_zh"], Polygon(*f["geometry"]["coordinates"])) for f in counties
    ]
    course = join_lines(ways).course[0].line
    stretches = split_at_polygons(course, surfaces)
    assert [stretch.key for stretch in stretches] == ["内乡县", "邓州市"]
    for stretch in stretches:
        county = dict(surfaces)[stretch.key or ""]
        assert stretch.line.intersection(county).length == pytest.approx(stretch.line.length)
