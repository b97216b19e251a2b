"""Outfalls: limits from a grade, compliance by their own limits, loads."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from data.clock import Span, UtcDatetime
from data.quality.compliance import OutfallJudgement, OutfallLimit, judge, limits_from_grade
from data.quality.limits import DischargeGrade
from data.quality.loads import Sample, load_kg, span_load, volume_m3
from data.records import LatestValue
from data.vocabulary import Compliance, Flag, Parameter

PH, COD, NH3N, TP = (
    Parameter.PH,
    Parameter.COD,
    Parameter.AMMONIA_NITROGEN,
    Parameter.TOTAL_PHOSPHORUS,
)
FLOW = Parameter.FLOW
NOON = UtcDatetime(datetime(2024, 5, 1, 4, tzinfo=UTC))
HOUR = timedelta(hours=1)
PERMIT = (
    OutfallLimit(COD, None, 50.0, "permit"),
    OutfallLimit(NH3N, None, 5.0, "permit"),
    OutfallLimit(PH, 6.0, 9.0, "permit"),
)


def told(
    values: Mapping[Parameter, float | LatestValue], now: UtcDatetime = NOON
) -> OutfallJudgement:
    latest = {
        p: v if isinstance(v, LatestValue) else LatestValue(v, NOON) for p, v in values.items()
    }
    return judge(latest, PERMIT, now=now, interval=HOUR)


def test_values_at_their_limits_comply() -> None:
    found = told({COD: 50.0, NH3N: 5.0, PH: 9.0, FLOW: 0.2})
    assert (found.state, found.multiple, found.exceeding) == (Compliance.COMPLIANT, None, ())
    assert (found.judged, found.missing) == ((COD, NH3N, PH), ())


def test_the_worst_multiple_is_told_first() -> None:
    found = told({COD: 65.0, NH3N: 12.0, PH: 7.0})
    assert (found.state, found.multiple) == (Compliance.EXCEEDING, 1.4)
    assert found.exceeding == (NH3N, COD)
    assert [each.multiple for each in found.exceedances] == [1.4, 0.3]
    assert found.exceedances[0].basis == "permit"


@pytest.mark.parametrize(("ph", "below", "limit"), [(5.99, True, 6.0), (9.01, False, 9.0)])
def test_ph_exceeds_on_both_sides_without_a_multiple(ph: float, below: bool, limit: float) -> None:
    found = told({PH: ph, COD: 10.0})
    assert (found.state, found.multiple, found.exceeding) == (Compliance.EXCEEDING, None, (PH,))
    assert (found.exceedances[0].below, found.exceedances[0].limit) == (below, limit)
    assert found.missing == (NH3N,)


def test_no_flow_is_no_discharge() -> None:
    found = told({COD: 500.0, FLOW: 0.0})
    assert (found.state, found.exceedances, found.judged) == (Compliance.STOPPED, (), ())


def test_an_instrument_out_of_service_is_no_stop_of_the_discharge() -> None:
    off = LatestValue(0.0, NOON, Flag.STOPPED)
    assert told({COD: off}).state is None
    assert told({COD: off, NH3N: 1.0}).state is Compliance.COMPLIANT
    assert told({COD: 500.0, FLOW: off}).state is Compliance.EXCEEDING


def test_a_flow_that_cannot_be_trusted_stops_nothing() -> None:
    found = told({COD: 60.0, FLOW: LatestValue(0.0, NOON, Flag.FAULT)})
    assert found.state is Compliance.EXCEEDING


def test_old_or_flagged_values_judge_nothing() -> None:
    assert told({COD: 60.0}, UtcDatetime(NOON + timedelta(hours=24))).state is None
    assert told({COD: LatestValue(60.0, NOON, Flag.CALIBRATION)}).state is None
    found = told({})
    assert (found.state, found.missing, found.fresh_until) == (None, (COD, NH3N, PH), None)


def test_a_judgement_says_until_when_it_holds() -> None:
    early = UtcDatetime(NOON - 2 * HOUR)
    found = told({COD: 40.0, FLOW: LatestValue(0.1, early)})
    assert found.fresh_until == early + timedelta(hours=24)


def high(limits: tuple[OutfallLimit, ...], parameter: Parameter) -> float | None:
    return next(limit.high for limit in limits if limit.parameter is parameter)


@pytest.mark.parametrize(
    ("temperature_c", "expected"), [(12.0, 8.0), (12.1, 5.0), (None, 5.0), (3.0, 8.0)]
)
def test_cold_water_eases_ammonia(temperature_c: float | None, expected: float) -> None:
    limits = limits_from_grade(
        DischargeGrade.FIRST_A, date(2024, 1, 1), temperature_c=temperature_c
    )
    assert high(limits, NH3N) == expected


@pytest.mark.parametrize(
    ("built_on", "expected", "doubt"),
    [
        (date(2005, 12, 31), 1.0, True),
        (date(2006, 1, 1), 0.5, False),
        (None, 0.5, False),
    ],
)
def test_older_plants_have_their_own_phosphorus(
    built_on: date | None, expected: float, doubt: bool
) -> None:
    limits = limits_from_grade(DischargeGrade.FIRST_A, date(2024, 1, 1), built_on=built_on)
    assert high(limits, TP) == expected
    [basis] = [limit.basis for limit in limits if limit.parameter is TP]
    assert basis == "GB 18918-2002 表1 一级A" + ("（未核实）" if doubt else "")


def test_limits_since_the_amendment_are_marked() -> None:
    limits = limits_from_grade(DischargeGrade.SECOND, date(2026, 3, 1), temperature_c=5.0)
    assert all(limit.basis.endswith("（未核实）") for limit in limits)
    assert high(limits, NH3N) == 30.0
    [ph] = [limit for limit in limits if limit.parameter is PH]
    assert (ph.low, ph.high) == (6.0, 9.0)


def test_the_lowest_grade_limits_no_nitrogen_in_cold_water_either() -> None:
    limits = limits_from_grade(DischargeGrade.THIRD, date(2024, 1, 1), temperature_c=5.0)
    assert {NH3N, Parameter.TOTAL_NITROGEN}.isdisjoint(limit.parameter for limit in limits)


def test_a_load_is_concentration_times_water() -> None:
    assert load_kg(30.0, 1000.0) == 30.0
    assert volume_m3(0.5, HOUR) == 1800.0


def at(hours: float) -> UtcDatetime:
    return UtcDatetime(NOON + hours * HOUR)


def test_a_span_counts_each_sample_until_the_next() -> None:
    samples = [Sample(at(0), 10.0, 1.0), Sample(at(1), 20.0, 2.0), Sample(at(2), 30.0, 0.0)]
    found = span_load(samples, Span(at(0), at(3)), hold=2 * HOUR)
    assert found.kg == pytest.approx(10 * 3.6 + 20 * 7.2)
    assert found.volume_m3 == pytest.approx(3600 + 7200)
    assert found.covered_share == 1.0


def test_a_span_cuts_what_lies_outside_and_says_what_it_lacks() -> None:
    samples = [Sample(at(-1), 10.0, 1.0), Sample(at(4), None, 1.0), Sample(at(5), 10.0, None)]
    found = span_load(samples, Span(at(0), at(8)), hold=3 * HOUR)
    assert found.volume_m3 == pytest.approx(2 * 3600)
    assert found.covered_share == pytest.approx(2 / 8)


def test_the_meter_goes_before_the_flow_unless_it_fell() -> None:
    metered = [Sample(at(0), 10.0, 9.0, 500.0), Sample(at(1), 10.0, 1.0, 900.0)]
    assert span_load(metered, Span(at(0), at(1)), hold=HOUR).volume_m3 == pytest.approx(400)
    half = Span(at(0), at(0.5))
    assert span_load(metered, half, hold=HOUR).volume_m3 == pytest.approx(200)
    replaced = [Sample(at(0), 10.0, 1.0, 500.0), Sample(at(1), 10.0, 1.0, 3.0)]
    assert span_load(replaced, Span(at(0), at(1)), hold=HOUR).volume_m3 == pytest.approx(3600)
