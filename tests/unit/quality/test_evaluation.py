"""A section's state by age, flags and required set."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from data.clock import UtcDatetime
from data.quality.evaluation import Evaluation, evaluate
from data.records import LatestValue
from data.vocabulary import BodyKind, EvaluationState, Flag, Parameter, WaterClass

PH, DO, CODMN = Parameter.PH, Parameter.DISSOLVED_OXYGEN, Parameter.PERMANGANATE_INDEX
NH3N, TP, BOD5 = Parameter.AMMONIA_NITROGEN, Parameter.TOTAL_PHOSPHORUS, Parameter.BOD5
REQUIRED = (PH, DO, CODMN, NH3N, TP)
GOOD = {PH: 7.2, DO: 8.0, CODMN: 3.0, NH3N: 0.3, TP: 0.08}
NOON = UtcDatetime(datetime(2024, 5, 1, 4, tzinfo=UTC))
INTERVAL = timedelta(hours=4)
LONGEST = timedelta(hours=24)


def after(span: timedelta) -> UtcDatetime:
    return UtcDatetime(NOON + span)


def values_at(
    moment: UtcDatetime, values: Mapping[Parameter, float] | None = None
) -> dict[Parameter, LatestValue]:
    return {p: LatestValue(v, moment) for p, v in (values or GOOD).items()}


def told(
    latest: Mapping[Parameter, LatestValue],
    now: UtcDatetime = NOON,
    interval: timedelta = INTERVAL,
    target: WaterClass | None = None,
) -> Evaluation:
    return evaluate(
        latest,
        body=BodyKind.RIVER,
        target=target,
        required=REQUIRED,
        now=now,
        interval=interval,
    )


def test_a_whole_fresh_set_is_graded() -> None:
    found = told(values_at(NOON, {**GOOD, NH3N: 1.3}))
    assert found.state is EvaluationState.GRADED
    assert (found.water_class, found.deciding) == (WaterClass.IV, (NH3N,))
    assert (found.have, found.required_count, found.missing) == (5, 5, ())
    assert (found.meets_target, found.multiple) == (False, 0.3)
    assert found.exceedances[0].parameter is NH3N
    assert found.fresh_until == NOON + LONGEST


def test_every_fresh_evaluated_parameter_counts_not_only_the_required() -> None:
    found = told(values_at(NOON, {**GOOD, BOD5: 9.0}))
    assert (found.water_class, found.deciding) == (WaterClass.V, (BOD5,))
    found = told({**values_at(NOON), **values_at(after(-LONGEST), {BOD5: 9.0})})
    assert found.water_class is WaterClass.II


@pytest.mark.parametrize("flag", [flag for flag in Flag if flag is not Flag.NORMAL])
def test_only_values_flagged_normal_count(flag: Flag) -> None:
    found = told({**values_at(NOON), TP: LatestValue(0.08, NOON, flag)})
    assert found.state is EvaluationState.PARTIAL
    assert (found.have, found.missing) == (4, (TP,))
    assert (found.water_class, found.meets_target, found.deciding) == (None, None, ())


def test_a_device_that_sends_only_flagged_values_is_partial_not_stale() -> None:
    flagged = {p: LatestValue(v, NOON, Flag.MAINTENANCE) for p, v in GOOD.items()}
    found = told(flagged)
    assert (found.state, found.have) == (EvaluationState.PARTIAL, 0)
    assert told(flagged, after(LONGEST)).state is EvaluationState.STALE


@pytest.mark.parametrize(
    ("interval_h", "longest_h"), [(4, 24), (8, 24), (9, 27), (24, 72)], ids=str
)
def test_a_value_counts_for_a_day_or_three_intervals(interval_h: int, longest_h: int) -> None:
    interval, longest = timedelta(hours=interval_h), timedelta(hours=longest_h)
    latest = values_at(NOON)
    young = told(latest, after(longest - timedelta(seconds=1)), interval)
    assert young.state is EvaluationState.GRADED
    assert young.fresh_until == NOON + longest
    assert told(latest, after(longest), interval).state is EvaluationState.STALE


def test_a_stale_section_keeps_its_last_class_apart() -> None:
    found = told(values_at(NOON, {**GOOD, CODMN: 8.0}), after(LONGEST))
    assert (found.water_class, found.fresh_until) == (None, None)
    assert found.last_grade is not None
    assert found.last_grade.water_class is WaterClass.IV
    incomplete = values_at(NOON)
    del incomplete[TP]
    assert told(incomplete, after(LONGEST)).last_grade is None


def test_nothing_known_is_none() -> None:
    for latest in ({}, values_at(NOON, {Parameter.CONDUCTIVITY: 300.0})):
        found = told(latest)
        assert (found.state, found.have, found.fresh_until) == (EvaluationState.NONE, 0, None)


def test_values_of_different_times_age_one_by_one() -> None:
    latest = {**values_at(NOON), TP: LatestValue(0.08, after(-timedelta(hours=20)))}
    first = told(latest)
    assert (first.state, first.fresh_until) == (
        EvaluationState.GRADED,
        after(timedelta(hours=4)),
    )
    assert first.fresh_until is not None
    second = told(latest, first.fresh_until)
    assert (second.state, second.missing) == (EvaluationState.PARTIAL, (TP,))
    assert second.fresh_until == NOON + LONGEST
    assert told(latest, second.fresh_until).state is EvaluationState.STALE


def test_the_target_is_the_sections_own() -> None:
    latest = values_at(NOON)
    assert told(latest, target=WaterClass.II).meets_target is True
    assert told(latest, target=WaterClass.I).meets_target is False


def test_the_required_set_is_the_sections_own() -> None:
    found = evaluate(
        values_at(NOON, {PH: 7.0, DO: 5.5}),
        body=BodyKind.LAKE,
        target=None,
        required=(PH, DO),
        now=NOON,
        interval=INTERVAL,
    )
    assert (found.state, found.water_class) == (EvaluationState.GRADED, WaterClass.III)


def test_a_required_set_that_grades_nothing_stays_partial() -> None:
    found = evaluate(
        values_at(NOON, {Parameter.TURBIDITY: 3.0}),
        body=BodyKind.LAKE,
        target=None,
        required=(Parameter.TURBIDITY,),
        now=NOON,
        interval=INTERVAL,
    )
    assert (found.state, found.have, found.grade) == (EvaluationState.PARTIAL, 1, None)
