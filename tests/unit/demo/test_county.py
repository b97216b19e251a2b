"""The made county holds together: it must pass for a real one."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from shapely import Point
from shapely.ops import unary_union

from dashboard.demo import watch
from dashboard.demo.ground import Ground, make_ground
from data.clock import to_utc
from data.quality.classes import grade
from data.vocabulary import Parameter, WaterClass
from gis.chainage import Measured
from gis.ellipsoid import length_m

MAIN = "清川河"


@pytest.fixture(scope="module")
def ground() -> Ground:
    """Drawn once: it is the same each time."""
    return make_ground()


def test_the_ground_is_the_same_at_every_start(ground: Ground) -> None:
    assert make_ground().rivers == ground.rivers


def test_tributaries_end_on_the_main_river_and_cross_nothing(ground: Ground) -> None:
    main = Measured(ground.rivers[MAIN])
    for name, line in ground.rivers.items():
        assert line.is_simple
        if name != MAIN:
            assert main.locate(Point(line.coords[-1])).offset_m < 1
    streams = [line for name, line in ground.rivers.items() if name != MAIN]
    assert not any(one.intersects(other) for one, other in combinations(streams, 2))


def test_the_main_river_winds(ground: Ground) -> None:
    line = ground.rivers[MAIN]
    straight = length_m(type(line)([line.coords[0], line.coords[-1]]))
    assert 1.2 < length_m(line) / straight < 3


def test_towns_fill_the_county_without_overlap(ground: Ground) -> None:
    together = unary_union(list(ground.towns.values()))
    assert together.symmetric_difference(ground.county).area / ground.county.area < 0.002
    assert sum(area.area for area in ground.towns.values()) == pytest.approx(
        together.area, rel=1e-3
    )
    assert all(ground.towns[name].contains(seat) for name, seat in ground.seats.items())


def test_the_main_river_leaves_for_the_neighbour(ground: Ground) -> None:
    assert ground.neighbour.contains(Point(ground.rivers[MAIN].coords[-1]))


def test_what_is_watched_is_what_was_asked_for() -> None:
    assert len(watch.sections()) == 24
    assert sum(row.is_border for row in watch.sections()) == 1
    assert len(watch.outfalls()) == 15
    codes = [row.code for row in watch.sections()]
    codes += [row.code for row in watch.outfalls()] + [row.code for row in watch.intakes()]
    assert len(set(codes)) == len(codes)


def test_four_weeks_hold_every_class_and_days_and_seasons() -> None:
    end = datetime(2026, 3, 1, tzinfo=UTC)
    seen = set()
    for row in watch.sections():
        for step in range(0, 28 * 24, 12):
            told = grade(row.device.measure(end - timedelta(hours=step)), row.device.body)
            assert told is not None
            seen.add(told.water_class)
    assert seen == set(WaterClass)
    device = watch.sections()[0].device
    noon, night = to_utc(datetime(2026, 7, 1, 7, tzinfo=UTC)), datetime(2026, 7, 1, 21, tzinfo=UTC)
    winter = datetime(2026, 1, 25, 7, tzinfo=UTC)
    temperature = Parameter.WATER_TEMPERATURE
    assert device.measure(noon)[temperature] > device.measure(night)[temperature]
    assert device.measure(noon)[temperature] > device.measure(winter)[temperature] + 12
