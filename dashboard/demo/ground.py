"""Draws the made county: its waters, towns and borders, the same at every start."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import cos, pi, radians
from typing import TypeVar

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring, unary_union

from dashboard.demo import terrain
from dashboard.demo.terrain import Course

S = TypeVar("S", bound=BaseGeometry)

SEED = 20260301
ORIGIN = (112.78, 32.08)
"""Longitude and latitude of the plane's origin, in degrees."""

RIVERS = {
    "清川河": ("Qingchuan River", Course((-23_000, 19_000), -0.62, 104_000, 0.95, 5_200)),
}
TRIBUTARIES = {
    "青石河": ("Qingshi River", 0.20, Course((0, 0), 1.15, 27_000, 0.75, 3_100)),
    "白杨溪": ("Baiyang Brook", 0.33, Course((0, 0), -2.35, 21_000, 0.7, 2_600)),
    "柳林河": ("Liulin River", 0.47, Course((0, 0), 1.0, 30_000, 0.8, 3_400)),
    "石桥沟": ("Shiqiao Stream", 0.58, Course((0, 0), -2.2, 16_000, 0.65, 2_200)),
    "沙埠河": ("Shabu River", 0.71, Course((0, 0), 0.9, 24_000, 0.8, 3_000)),
}
TOWNS = {
    "城关镇": ("Chengguan", 0.44, 900, True),
    "青石镇": ("Qingshi", 0.17, -1_100, False),
    "白杨镇": ("Baiyang", 0.31, 1_300, False),
    "双河镇": ("Shuanghe", 0.57, -1_000, False),
    "石桥镇": ("Shiqiao", 0.66, 1_200, False),
    "沙埠镇": ("Shabu", 0.76, -900, False),
}
"""Name: English name, share of the main river's length, metres to its left, county seat."""
HILL_TOWNS = {
    "柳林镇": ("Liulin", "柳林河", 0.35),
    "高岭乡": ("Gaoling", "青石河", 0.30),
    "南坪乡": ("Nanping", "白杨溪", 0.30),
}
VILLAGE_HEADS = "李王张陈杨赵周吴徐孙马胡郭何林罗郑梁宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏"
VILLAGE_TAILS = ("家湾", "庄", "家岗", "家沟", "家桥", "家营", "集", "家坪", "楼", "家渡")


@dataclass(frozen=True, slots=True)
class Ground:
    """The invented county: divisions, waters and towns in longitude and latitude (CGCS2000)."""

    county: Polygon
    neighbour: Polygon
    towns: dict[str, Polygon]
    seats: dict[str, Point]
    villages: dict[str, tuple[str, Point]]
    rivers: dict[str, LineString]
    canal: LineString
    reservoir: Polygon
    lake: Polygon


def to_degrees(shape: S) -> S:
    """Returns the shape, given in metres on a plane, in degrees round the county's origin."""
    east_m, north_m = 111_320 * cos(radians(ORIGIN[1])), 110_890

    def laid(plane: np.ndarray) -> np.ndarray:
        degrees: np.ndarray = np.array(ORIGIN) + plane / np.array([east_m, north_m])
        return degrees.round(6)

    return shapely.transform(shape, laid)


def make_ground() -> Ground:
    """Returns the invented county's divisions and waters, the same each time (fixed seed)."""
    rng = np.random.default_rng(SEED)
    main = terrain.meander(RIVERS["清川河"][1], rng)
    rivers = {"清川河": main}
    for name, (_, at, course) in TRIBUTARIES.items():
        rivers[name] = _clear_of(
            list(rivers.values()),
            partial(terrain.tributary, main, at, course, rng),
        )
    reservoir = terrain.reservoir(rivers["青石河"], 0.30, 0.52, 520, rng)
    end = main.interpolate(0.86, normalized=True)
    lake = terrain.pond((end.x - 6_500, end.y - 5_200), 1_150, rng)
    canal = _canal(rivers["青石河"], main, rng)
    county, neighbour = _counties(main, [*rivers.values(), reservoir, lake, canal], rng)
    seats = _seats(main, rivers)
    areas = terrain.townships(county, list(seats.values()), rng)
    towns = dict(zip(seats, areas, strict=True))
    villages = _villages(towns, list(rivers.values()), [reservoir, lake], rng)
    place = to_degrees
    return Ground(
        county=place(county),
        neighbour=place(neighbour),
        towns={name: place(area) for name, area in towns.items()},
        seats={name: place(point) for name, point in seats.items()},
        villages={name: (town, place(point)) for name, (town, point) in villages.items()},
        rivers={name: place(line) for name, line in rivers.items()},
        canal=place(canal),
        reservoir=place(reservoir),
        lake=place(lake),
    )


def _canal(dammed: LineString, main: LineString, rng: np.random.Generator) -> LineString:
    """Returns a canal from below the dam, along the slope, past the county seat into the fields."""
    dam = dammed.interpolate(0.525, normalized=True)
    seat = main.interpolate(TOWNS["城关镇"][1], normalized=True)
    bends = [
        (dam.x, dam.y),
        ((dam.x + seat.x) / 2 + 3_500, (dam.y + seat.y) / 2 + 2_500),
        (seat.x + 2_500, seat.y + 2_600),
        (seat.x + 9_000, seat.y - 2_000),
    ]
    return terrain.rough(LineString(bends), rng, share=0.05, finest_m=500)


def _clear_of(others: list[LineString], draw: Callable[[], LineString]) -> LineString:
    """Draws streams until one keeps clear of the others; returns that stream."""
    for _attempt in range(60):
        line = draw()
        if all(line.distance(other) > 900 for other in others[1:]):
            return line
    raise RuntimeError("no course clear of the other streams was found")


def _counties(
    main: LineString, waters: list[BaseGeometry], rng: np.random.Generator
) -> tuple[Polygon, Polygon]:
    """Returns the county round the waters, cut where the main river leaves, and its neighbour."""
    inside = substring(main, 0, 0.88, normalized=True)
    core = terrain.largest(unary_union([inside, *waters[1:]]).buffer(4_500))
    dense = terrain.largest(core.segmentize(2_000))
    shore = MultiPoint(list(dense.exterior.coords))
    hull = terrain.largest(shapely.concave_hull(shore, ratio=0.35).simplify(2_500))
    ring = LineString(hull.exterior.coords)
    county = terrain.largest(Polygon(terrain.rough(ring, rng, share=0.1)).buffer(0))
    mouth = main.interpolate(1, normalized=True)
    beyond = terrain.largest(substring(main, 0.84, 1, normalized=True).buffer(9_000))
    outer = terrain.rough(
        LineString(terrain.largest(beyond.simplify(3_000)).exterior.coords), rng, share=0.1
    )
    rest = Polygon(outer).buffer(0).difference(county)
    parts = getattr(rest, "geoms", [rest])
    return county, terrain.largest(min(parts, key=lambda part: part.distance(mouth)))


def _seats(main: LineString, rivers: dict[str, LineString]) -> dict[str, Point]:
    """Returns the towns' locations: beside the main river, and in the hills on tributaries."""
    seats = {}
    for name, (_, at, left_m, _seat) in TOWNS.items():
        here, ahead = (
            main.interpolate(at, normalized=True),
            main.interpolate(at + 0.01, normalized=True),
        )
        bearing = np.arctan2(ahead.y - here.y, ahead.x - here.x) + pi / 2
        seats[name] = Point(here.x + left_m * np.cos(bearing), here.y + left_m * np.sin(bearing))
    for name, (_, river, at) in HILL_TOWNS.items():
        on = rivers[river].interpolate(at, normalized=True)
        seats[name] = Point(on.x + 900, on.y + 1_400)
    return seats


def _villages(
    towns: dict[str, Polygon],
    rivers: list[LineString],
    lakes: list[Polygon],
    rng: np.random.Generator,
) -> dict[str, tuple[str, Point]]:
    """Returns four villages for each town, most of them near water, none close to another."""
    villages: dict[str, tuple[str, Point]] = {}
    placed: list[Point] = []
    heads = iter(VILLAGE_HEADS)
    water, open_water = unary_union(rivers), unary_union(lakes)
    for town, area in towns.items():
        found = 0
        while found < 4:
            west, south, east, north = area.bounds
            point = Point(rng.uniform(west, east), rng.uniform(south, north))
            near = 250 < water.distance(point) < (1_600 if found < 3 else 6_000)
            dry = open_water.distance(point) > 250
            if (
                near
                and dry
                and area.contains(point)
                and all(point.distance(p) > 2_200 for p in placed)
            ):
                villages[next(heads) + VILLAGE_TAILS[int(rng.integers(len(VILLAGE_TAILS)))]] = (
                    town,
                    point,
                )
                placed.append(point)
                found += 1
    return villages
