"""Automatic checks: what is flagged, what isn't, and that nothing is dropped."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from data.clock import UtcDatetime
from data.records import RawReading, StationCode, StationId
from data.vocabulary import Flag, Parameter, Period
from ingest.screening.checks import (
    Checks,
    read_thresholds,
    shipped_patterns,
    shipped_thresholds,
)
from ingest.screening.impossible import doubtful_rows

START = datetime(2026, 5, 1, tzinfo=UTC)
STATION = StationId(1)
PH, DO, AMMONIA = Parameter.PH, Parameter.DISSOLVED_OXYGEN, Parameter.AMMONIA_NITROGEN
CODMN, TP, FLOW = Parameter.PERMANGANATE_INDEX, Parameter.TOTAL_PHOSPHORUS, Parameter.FLOW
TEMPERATURE = Parameter.WATER_TEMPERATURE


def reading(
    hours: float,
    values: dict[Parameter, float],
    flags: dict[Parameter, Flag] | None = None,
    period: Period = Period.INSTANT,
) -> RawReading:
    return RawReading(
        station=StationCode("S1"),
        observed_at=UtcDatetime(START + timedelta(hours=hours)),
        values=values,
        period=period,
        flags=flags or {},
    )


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (PH, 0.0, {PH: Flag.IMPOSSIBLE}),
        (PH, 0.01, {}),
        (AMMONIA, 0.0, {}),
        (DO, 0.0, {}),
        (AMMONIA, -9999.0, {AMMONIA: Flag.IMPOSSIBLE}),
        (Parameter.CONDUCTIVITY, 0.0, {Parameter.CONDUCTIVITY: Flag.IMPOSSIBLE}),
        (Parameter.CONDUCTIVITY, 65535.0, {Parameter.CONDUCTIVITY: Flag.IMPOSSIBLE}),
        (Parameter.CONDUCTIVITY, 65536.0, {}),
        (Parameter.REDOX_POTENTIAL, -999.0, {Parameter.REDOX_POTENTIAL: Flag.IMPOSSIBLE}),
        (Parameter.WATER_TEMPERATURE, 0.0, {}),
        (Parameter.FLOW, 0.0, {}),
        (PH, 14.0, {}),
        (PH, 14.01, {PH: Flag.OUT_OF_RANGE}),
        (PH, -0.01, {PH: Flag.OUT_OF_RANGE}),
        (AMMONIA, -0.001, {AMMONIA: Flag.OUT_OF_RANGE}),
        (AMMONIA, 1e300, {AMMONIA: Flag.OUT_OF_RANGE}),
        (Parameter.REDOX_POTENTIAL, -200.0, {}),
        (Parameter.WATER_TEMPERATURE, -40.0, {Parameter.WATER_TEMPERATURE: Flag.OUT_OF_RANGE}),
    ],
)
def test_range(parameter: Parameter, value: float, expected: dict[Parameter, Flag]) -> None:
    assert Checks().check(STATION, reading(0, {parameter: value})) == expected


def test_a_jump_is_flagged_and_then_is_the_level() -> None:
    checks = Checks()
    assert checks.check(STATION, reading(0, {PH: 7.0})) == {}
    assert checks.check(STATION, reading(0.1, {PH: 12.5})) == {PH: Flag.JUMP}
    assert checks.check(STATION, reading(0.2, {PH: 12.4})) == {}


def test_the_step_grows_with_the_gap_and_ends_after_a_day() -> None:
    checks = Checks()
    checks.check(STATION, reading(0, {PH: 2.0}))
    assert checks.check(STATION, reading(2, {PH: 11.9})) == {}
    checks.check(STATION, reading(3, {PH: 2.0}))
    checks.check(STATION, reading(28, {PH: 12.0}))
    assert checks.check(STATION, reading(28.5, {PH: 2.0})) == {PH: Flag.JUMP}


def test_pollution_is_no_jump() -> None:
    checks = Checks()
    clean = {
        DO: 8.5,
        AMMONIA: 0.2,
        Parameter.PERMANGANATE_INDEX: 2.5,
        Parameter.TOTAL_PHOSPHORUS: 0.05,
    }
    foul = {DO: 0.5, AMMONIA: 30.0, Parameter.PERMANGANATE_INDEX: 60, Parameter.TOTAL_PHOSPHORUS: 4}
    checks.check(STATION, reading(0, clean))
    assert checks.check(STATION, reading(0.01, foul)) == {}


def test_a_flat_line_needs_count_and_time() -> None:
    checks = Checks()
    flags = [checks.check(STATION, reading(hour, {PH: 7.01})) for hour in range(26)]
    assert [bool(each) for each in flags] == [False] * 24 + [True] * 2
    assert flags[-1] == {PH: Flag.FLAT}
    assert checks.check(STATION, reading(26, {PH: 7.02})) == {}
    slow = [Checks().check(STATION, reading(4 * n, {PH: 7.01})) for n in range(9)]
    assert slow == [{}] * 9


def test_equal_ammonia_is_no_flat_line() -> None:
    checks = Checks()
    assert all(not checks.check(STATION, reading(n, {AMMONIA: 0.02})) for n in range(60))


def test_a_device_flag_wins_and_its_value_is_not_remembered() -> None:
    checks = Checks()
    checks.check(STATION, reading(0, {PH: 7.0}, {PH: Flag.NORMAL}))
    assert checks.check(STATION, reading(1, {PH: 99.0}, {PH: Flag.CALIBRATION})) == {
        PH: Flag.CALIBRATION
    }
    assert checks.check(STATION, reading(2, {PH: 7.1})) == {}


def test_a_late_or_repeated_reading_is_held_to_its_range_only() -> None:
    checks = Checks()
    checks.check(STATION, reading(5, {PH: 7.0}))
    assert checks.check(STATION, reading(4, {PH: 13.0})) == {}
    assert checks.check(STATION, reading(5, {PH: 13.0})) == {}
    assert checks.check(STATION, reading(4, {PH: 15.0})) == {PH: Flag.OUT_OF_RANGE}
    assert checks.check(STATION, reading(6, {PH: 7.1})) == {}


def test_stations_and_periods_are_kept_apart() -> None:
    checks = Checks()
    checks.check(STATION, reading(0, {PH: 2.0}))
    assert checks.check(StationId(2), reading(0.5, {PH: 9.0})) == {}
    assert checks.check(STATION, reading(0.5, {PH: 9.0}, period=Period.HOUR)) == {}
    assert checks.check(STATION, reading(0.6, {PH: 9.0})) == {PH: Flag.JUMP}


def test_a_warmed_memory_is_as_good_as_one_that_was_there() -> None:
    past = [reading(hour, {PH: 7.01}) for hour in range(25)]
    warmed, there = Checks(), Checks()
    for each in past:
        there.check(STATION, each)
    assert warmed.strangers([STATION]) == {STATION}
    warmed.warm(STATION, past)
    assert warmed.strangers([STATION]) == set()
    now = reading(25, {PH: 7.01})
    assert warmed.check(STATION, now) == there.check(STATION, now) == {PH: Flag.FLAT}


def test_every_parameter_has_thresholds_that_make_sense() -> None:
    for parameter, held in shipped_thresholds().items():
        assert held.low < held.high, parameter
        assert held.step is None or 0 < held.step < held.high - held.low, parameter
    assert set(shipped_thresholds()) == set(Parameter)


def test_a_wrong_file_is_refused() -> None:
    others = "[others]\nlow = 0\nhigh = 1\n"
    with pytest.raises(ValueError, match="pH"):
        read_thresholds(others + "[pH]\nlow = 0\nhigh = 14\n")
    with pytest.raises(ValueError, match="ph"):
        read_thresholds(others + "[ph]\nlow = 0\nhigh = 14\nstepp = 2\n")


@pytest.mark.parametrize(
    ("values", "dead"),
    [
        ({PH: 0.0, DO: 0.0, CODMN: 0.0, AMMONIA: 0.0, TP: 0.0}, {PH, DO, CODMN, AMMONIA, TP}),
        ({TEMPERATURE: 12.1, PH: 0.0, DO: 0.0}, {PH, DO}),
        ({TEMPERATURE: 12.1, CODMN: 0.0, DO: 0.0}, {CODMN, DO}),
        ({TEMPERATURE: 0.0, DO: 0.0, AMMONIA: 0.0}, {TEMPERATURE, DO, AMMONIA}),
        ({PH: 7.1, DO: 0.0, AMMONIA: 0.0, TP: 0.0}, {DO, AMMONIA, TP}),
        ({TEMPERATURE: 12.1, PH: 4.0, DO: 4.0, AMMONIA: 4.0}, {PH, DO, AMMONIA}),
        ({FLOW: 0.0, Parameter.COPPER: 0.0, Parameter.ZINC: 0.0, Parameter.LEAD: 0.0},
         {Parameter.COPPER, Parameter.ZINC, Parameter.LEAD}),
        ({PH: 7.1, DO: 8.0, AMMONIA: 0.0, TP: 0.0, Parameter.TOTAL_NITROGEN: 0.0}, set()),
        ({DO: 0.0, AMMONIA: 0.0}, {DO, AMMONIA}),
        ({PH: 7.1, DO: 0.0, AMMONIA: 0.0}, {DO, AMMONIA}),
        ({AMMONIA: 0.0, TP: 0.0}, {AMMONIA, TP}),
        ({FLOW: 12.0, AMMONIA: -0.0, TP: 0.0}, {AMMONIA, TP}),
        ({PH: 7.1, AMMONIA: 0.0, TP: 0.0}, set()),
        ({FLOW: 0.0, AMMONIA: 0.0}, set()),
        ({FLOW: 0.0, DO: 0.0}, set()),
        ({PH: 7.1, DO: 0.0, AMMONIA: 0.3}, set()),
        ({PH: 7.0, DO: 7.0, AMMONIA: 0.3}, set()),
        ({Parameter.COPPER: 0.01, Parameter.ZINC: 0.01, Parameter.LEAD: 0.01}, set()),
        ({FLOW: 0.0, Parameter.LEVEL: 0.0, Parameter.VOLUME: 0.0}, set()),
    ],
)  # fmt: skip
def test_what_a_dead_sensor_sends_is_impossible(
    values: dict[Parameter, float], dead: set[Parameter]
) -> None:
    assert Checks().check(STATION, reading(0, values)) == dict.fromkeys(dead, Flag.IMPOSSIBLE)
    columns = {p: np.array([np.nan, value]) for p, value in values.items()}
    empty, full = doubtful_rows(columns, shipped_patterns()).tolist()
    assert not empty
    assert full or not dead


def test_a_dead_sensor_leaves_no_trace_among_the_good_values() -> None:
    """Neither a jump down nor a jump up again, and no device's own flag is overruled."""
    checks = Checks()
    good = {PH: 7.0, DO: 8.0, AMMONIA: 0.3}
    assert checks.check(STATION, reading(0, good)) == {}
    zeros = dict.fromkeys(good, 0.0)
    dead = dict.fromkeys(good, Flag.IMPOSSIBLE)
    for hour in range(1, 11):
        assert checks.check(STATION, reading(hour / 10, zeros)) == dead
    told = reading(1.1, zeros, {DO: Flag.CALIBRATION})
    assert checks.check(STATION, told) == dead | {DO: Flag.CALIBRATION}
    assert checks.check(STATION, reading(1.2, good)) == {}


def test_results_below_the_limit_are_no_stuck_sensor() -> None:
    checks = Checks()
    for hour in range(0, 24 * 9, 4):
        raw = reading(hour, {AMMONIA: 0.0, TP: 0.0, DO: 0.0})
        assert checks.check(STATION, raw._replace(below={AMMONIA: 0.02, TP: 0.01, DO: 0.2})) == {}


@pytest.mark.parametrize(
    ("limit", "beyond"), [(0.02, False), (5000, False), (6000, True), (1e9, True)]
)
def test_a_detection_limit_is_held_to_the_gross_range(limit: float, beyond: bool) -> None:
    raw = reading(0, {AMMONIA: limit / 2, PH: 7.0})._replace(below={AMMONIA: limit})
    expected = {AMMONIA: Flag.OUT_OF_RANGE} if beyond else {}
    assert Checks().check(STATION, raw) == expected
    flagged = raw._replace(flags={AMMONIA: Flag.CALIBRATION})
    assert Checks().check(STATION, flagged) == {AMMONIA: Flag.CALIBRATION}
