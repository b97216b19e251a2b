"""The second look's tests of one parameter, held to QARTOD and to what ioos_qc itself does."""

from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files

import numpy as np
import pytest
from ioos_qc import qartod

from data.vocabulary import Parameter, StationKind
from data.words.review import QualityTest
from ingest.qc import tests
from ingest.qc.rules import Thresholds, read_rules, shipped_rules
from ingest.qc.series import SECOND_US, Course, Rows, course_of, medians
from ingest.qc.tests import Findings

HOUR = 3600
ONE_HOUR = timedelta(hours=1)
SENSOR = {"low": -100.0, "high": 100.0}
NAN = float("nan")


def course(
    values: Sequence[float], times_s: Sequence[int] | None = None, stations: Sequence[int] = ()
) -> Course:
    """Hourly values of one station unless told otherwise; NaN is nothing measured."""
    count = len(values)
    at_us = np.array(times_s or range(0, count * HOUR, HOUR), dtype=np.int64) * SECOND_US
    rows = Rows(
        np.array(stations or [1] * count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        at_us,
        {Parameter.PH: np.array(values, dtype=np.float64)},
        {},
    )
    gap = np.full(count, 3 * HOUR * SECOND_US, dtype=np.int64)
    return course_of(rows, Parameter.PH, np.ones(count, dtype=bool), gap)


def marks(found: Findings, count: int) -> str:
    """A letter a value: ``.`` nothing found, ``S`` suspect, ``F`` failed."""
    told = ["."] * count
    for row, failed in zip(found.row, found.failed, strict=True):
        told[row] = "F" if failed else "S"
    return "".join(told)


def test_gross_range_fails_what_the_sensor_can_t_and_suspects_what_waters_don_t() -> None:
    held = Thresholds(low=0.0, high=14.0, suspect_low=4.0, suspect_high=10.0)
    values = [7.0, 10.0, 10.1, 14.0, 14.1, 3.9, -0.1, NAN]
    found = tests.gross_range(course(values), held)
    assert marks(found, 8) == "..SSFSF."
    assert list(zip(found.low, found.high, strict=True)) == [
        (4.0, 10.0), (4.0, 10.0), (0.0, 14.0), (4.0, 10.0), (0.0, 14.0),
    ]  # fmt: skip


def test_a_spike_is_found_and_its_neighbours_are_not_blamed() -> None:
    held = Thresholds(**SENSOR, spike=3.0, spike_fail=6.0)
    assert marks(tests.spike(course([1, 1, 5, 1, 1, -9, 1]), held), 7) == "..S..F."
    assert marks(tests.spike(course([1, 1, 5, 5, 5, 5]), held), 6) == "......", "a step is no spike"
    average = qartod.spike_test([1, 1, 10, 1, 1], 4.0, 8.0, "average")
    assert list(average) == [2, 3, 4, 3, 2], "why the library's default method isn't taken"


def test_the_ends_of_a_series_and_the_edges_of_a_gap_are_no_spikes() -> None:
    held = Thresholds(**SENSOR, spike=3.0)
    assert marks(tests.spike(course([9, 1, 1, 1, 9]), held), 5) == "....."
    over_a_gap = [0, HOUR, 10 * HOUR, 20 * HOUR, 21 * HOUR]
    assert marks(tests.spike(course([1, 1, 9, 1, 1], over_a_gap), held), 5) == "....."
    two = course(
        [1, 1, 9, 1, 1, 1], [0, HOUR, 2 * HOUR, HOUR, 2 * HOUR, 3 * HOUR], [1] * 3 + [2] * 3
    )
    assert marks(tests.spike(two, held), 6) == "......", "another station is no neighbour"


def test_a_missing_value_parts_no_series_that_a_gap_does_not() -> None:
    held = Thresholds(**SENSOR, spike=3.0)
    assert marks(tests.spike(course([1, 1, NAN, 9, NAN, 1, 1]), held), 7) == "...S..."


def test_a_threshold_rises_with_the_station_s_own_level() -> None:
    held = Thresholds(**SENSOR, spike=1.0, spike_share=1.0, rate=1.0, rate_share=0.5)
    low, high = [0.1, 0.1, 1.5, 0.1, 0.1], [10.0, 10.0, 18.0, 10.0, 10.0]
    assert marks(tests.spike(course(low), held), 5) == "..S.."
    assert marks(tests.spike(course(high), held), 5) == "....."
    assert marks(tests.rate_of_change(course([0.1, 0.1, 1.5]), held), 3) == "..S"
    assert marks(tests.rate_of_change(course([10.0, 10.0, 14.0]), held), 3) == "..."


def test_a_rate_is_by_the_hour_and_minutes_count_as_one() -> None:
    held = Thresholds(**SENSOR, rate=1.0)
    assert marks(tests.rate_of_change(course([1, 1, 3, 3]), held), 4) == "..S."
    slower = [0, HOUR, 3 * HOUR, 4 * HOUR]
    assert marks(tests.rate_of_change(course([1, 1, 3, 3], slower), held), 4) == "...."
    minutes = [0, 60, 120, 180]
    assert marks(tests.rate_of_change(course([1.0, 1.1, 1.0, 2.2], minutes), held), 4) == "...S"
    told = qartod.rate_of_change_test([1.0, 1.1, 1.0], minutes[:3], 1.0 / HOUR)
    assert list(told) == [1, 3, 3], "the library alone takes a minute's noise for a rate"


def test_a_rate_is_not_asked_over_a_gap_or_another_station() -> None:
    held = Thresholds(**SENSOR, rate=1.0)
    assert marks(tests.rate_of_change(course([1, 90], [0, 4 * HOUR]), held), 2) == ".."
    assert marks(tests.rate_of_change(course([1, 90], [0, HOUR], [1, 2]), held), 2) == ".."


def test_a_flat_line_needs_its_count_and_its_time() -> None:
    held = Thresholds(**SENSOR, flat_count=4, flat_span=4 * ONE_HOUR, flat_fail=6 * ONE_HOUR)
    assert marks(tests.flat_line(course([2.0] * 8), held), 8) == "....SSFF"
    assert marks(tests.flat_line(course([2.0, 2, 2, 2.1, 2, 2, 2, 2]), held), 8) == "........"
    quick = list(range(0, 8 * 600, 600))
    assert marks(tests.flat_line(course([2.0] * 8, quick), held), 8) == "........"
    gap = [0, HOUR, 2 * HOUR, 10 * HOUR, 11 * HOUR, 12 * HOUR, 13 * HOUR, 14 * HOUR]
    assert marks(tests.flat_line(course([2.0] * 8, gap), held), 8) == ".......S"


def test_our_flat_line_agrees_with_the_library_on_an_unbroken_series() -> None:
    random = np.random.default_rng(20260501)
    held = Thresholds(**SENSOR, flat_count=4, flat_span=3 * ONE_HOUR, flat_fail=6 * ONE_HOUR)
    for _ in range(50):
        values = np.repeat(random.integers(0, 3, 30), random.integers(1, 12, 30)).astype(float)
        times = np.arange(len(values)) * HOUR
        theirs = qartod.flat_line_test(values, times, 3 * HOUR, 6 * HOUR, tolerance=1e-9)
        ours = marks(tests.flat_line(course(values.tolist()), held), len(values))
        assert ours == "".join({1: ".", 3: "S", 4: "F"}[int(flag)] for flag in theirs)


def test_why_the_library_s_flat_line_is_not_taken() -> None:
    times = np.arange(10) * HOUR
    assert set(qartod.flat_line_test([1.0] * 10, times, 3 * HOUR, 6 * HOUR)) == {1}
    apart = np.r_[times[:5], times[:5] + 30 * 24 * HOUR]
    over_a_month = qartod.flat_line_test([1.0] * 10, apart, 3 * HOUR, 6 * HOUR, tolerance=1e-9)
    assert over_a_month[6] == 4, "it counts intervals, so a month's gap is an hour"


def test_climatology_is_the_library_s_with_a_span_for_each_value() -> None:
    random = np.random.default_rng(7)
    values = random.normal(8.0, 2.0, 200)
    config = qartod.ClimatologyConfig()
    config.add(tspan=(5, 5), vspan=(6.0, 10.0), period="month")
    times = np.datetime64("2026-05-02T00:00:00", "ns") + np.arange(200) * np.timedelta64(1, "h")
    theirs = qartod.climatology_test(config, values, times, np.full(200, NAN))
    span = (np.full(200, 6.0), np.full(200, 10.0), np.full(200, 90))
    ours = tests.climatology(course(values.tolist()), *span)
    assert set(ours.row) == set(np.flatnonzero(theirs == 3))
    assert not ours.failed.any()
    nothing_known = np.full(200, NAN)
    assert not len(
        tests.climatology(course(values.tolist()), nothing_known, nothing_known, span[2])
    )


def test_what_failed_takes_no_part_in_the_tests_after_it() -> None:
    held = Thresholds(low=0.0, high=14.0, spike=1.0, rate=1.0)
    found, good = tests.judge(course([7.0, 7.0, 99.0, 7.1, 7.0, 9.5, 7.0, 7.1]), held)
    told = {each.test: marks(each, 8) for each in found}
    assert told[QualityTest.GROSS_RANGE] == "..F....."
    assert told[QualityTest.SPIKE] == ".....S.."
    assert told[QualityTest.RATE_OF_CHANGE] == "........"
    assert "".join("x" if each else "-" for each in good) == "xx-xx-xx"


def test_many_stations_in_one_call_are_as_each_alone() -> None:
    random = np.random.default_rng(3)
    held = shipped_rules().waters[Parameter.PH]
    alone, together, stations, times = [], [], [], []
    for station in range(20):
        values = np.round(7.5 + random.normal(0, 0.3, 40), 1)
        values[random.integers(2, 38)] += random.choice([0.0, 3.0, 6.0])
        start = int(random.integers(0, 90)) * 24 * HOUR
        own = list(range(start, start + 40 * HOUR, HOUR))
        found, _ = tests.judge(course(values.tolist(), own), held)
        alone += [{(each.test, marks(each, 40)) for each in found}]
        together += values.tolist()
        times += own
        stations += [station] * 40
    found, _ = tests.judge(course(together, times, stations), held)
    for station in range(20):
        cut = {(e.test, marks(e, 800)[40 * station : 40 * station + 40]) for e in found}
        assert cut == alone[station]
    assert any("F" in mark for each in alone for _test, mark in each)


def test_nothing_measured_is_nothing_found() -> None:
    held = shipped_rules().waters[Parameter.DISSOLVED_OXYGEN]
    for values in ([], [NAN], [NAN, NAN, NAN], [8.0], [8.0, 8.1]):
        found, good = tests.judge(course(values), held)
        assert not any(len(each) for each in found)
        assert len(good) == np.isfinite(values).sum()


def test_medians_of_groups() -> None:
    group = np.array([0, 0, 0, 2, 2, 2, 3])
    value = np.array([1.0, 4.0, 2.0, 9.0, 1.0, 5.0, 8.0])
    assert medians(group, value).tolist() == [2.0, 2.0, 2.0, 5.0, 5.0, 5.0, 8.0]
    assert medians(np.array([0, 0]), np.array([1.0, 2.0])).tolist() == [1.5, 1.5]


@pytest.mark.parametrize("longest", [20, 5000])
def test_medians_are_numpy_s_for_groups_of_any_length(longest: int) -> None:
    random = np.random.default_rng(11)
    counts = [*random.integers(1, 20, 300), longest]
    group = np.repeat(np.arange(301), counts)
    value = random.normal(size=len(group))
    parts = np.split(value, np.cumsum(counts)[:-1])
    assert medians(group, value) == pytest.approx(np.repeat([np.median(p) for p in parts], counts))


def test_the_shipped_rules_hold_together() -> None:
    rules = shipped_rules()
    for kind in StationKind:
        for parameter, held in rules.of(kind).items():
            low = held.low if held.suspect_low is None else held.suspect_low
            high = held.high if held.suspect_high is None else held.suspect_high
            assert held.low <= low < high <= held.high, (kind, parameter)
            assert held.spike_fail is None or held.spike is None or held.spike_fail > held.spike
    assert rules.outfalls[Parameter.COD].spike != rules.waters[Parameter.COD].spike


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[parameter.ph]", "[parameter.acid]"),
        ("spike_share = 0.4", "spike_chare = 0.4"),
        ("gap_intervals = 3 ", "gaps = 3 "),
        ('failed = ["D"', 'failed = ["Q"'),
        ("[look]", "[look"),
    ],
)
def test_rules_that_are_none_are_refused(old: str, new: str) -> None:
    shipped = files("ingest.qc").joinpath("qc.toml").read_text("utf-8")
    assert old in shipped
    with pytest.raises(ValueError, match=r".+"):
        read_rules(shipped.replace(old, new))
