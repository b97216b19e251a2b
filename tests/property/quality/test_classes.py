"""What holds for every value: worse is never better, more is never better, columns equal rows."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.clock import UtcDatetime
from data.quality.classes import EVALUATED, class_of, grade
from data.quality.columns import grade_columns
from data.quality.evaluation import evaluate
from data.quality.limits import newest_limits
from data.quality.means import mean_of
from data.quality.rounding import round_half_even
from data.records import LatestValue
from data.vocabulary import BodyKind, EvaluationState, Flag, Parameter

BODIES = st.sampled_from(BodyKind)
AT_LIMITS = sorted(
    {
        limit
        for body in BodyKind
        for limits in newest_limits().surface[body].values()
        for limit in limits.limits
    }
)
NUMBERS = st.one_of(
    st.sampled_from(AT_LIMITS), st.floats(0, 15), st.decimals(0, 15, places=3).map(float)
)
VALUES = st.dictionaries(st.sampled_from(list(Parameter)), NUMBERS, max_size=12)
UPWARDS = [p for p in EVALUATED if p not in (Parameter.PH, Parameter.DISSOLVED_OXYGEN)]
START = UtcDatetime(datetime(2024, 5, 1, tzinfo=UTC))


@given(st.sampled_from(UPWARDS), BODIES, NUMBERS, NUMBERS)
def test_more_of_it_is_never_a_better_class(
    parameter: Parameter, body: BodyKind, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    better, worse = class_of(parameter, low, body), class_of(parameter, high, body)
    assert better is not None
    assert worse is not None
    assert better <= worse


@given(BODIES, NUMBERS, NUMBERS)
def test_less_oxygen_is_never_a_better_class(body: BodyKind, one: float, other: float) -> None:
    low, high = sorted((one, other))
    worse = class_of(Parameter.DISSOLVED_OXYGEN, low, body)
    better = class_of(Parameter.DISSOLVED_OXYGEN, high, body)
    assert better is not None
    assert worse is not None
    assert better <= worse


@given(VALUES, BODIES, st.sampled_from(EVALUATED), NUMBERS)
def test_one_more_parameter_never_betters_the_class(
    values: dict[Parameter, float], body: BodyKind, parameter: Parameter, value: float
) -> None:
    values.pop(parameter, None)
    before, after = grade(values, body), grade({**values, parameter: value}, body)
    assert after is not None
    if before is not None:
        assert after.water_class >= before.water_class


@given(VALUES, BODIES)
def test_the_class_is_that_of_each_deciding_parameter(
    values: dict[Parameter, float], body: BodyKind
) -> None:
    told = grade(values, body)
    if told is None:
        assert not set(values) & set(EVALUATED)
        return
    assert told.deciding
    assert {told.per_parameter[each] for each in told.deciding} == {told.water_class}
    assert all(told.per_parameter[p] <= told.water_class for p in values if p in EVALUATED)


@given(st.lists(st.tuples(BODIES, VALUES), max_size=8), st.booleans())
def test_columns_are_graded_as_their_rows(
    rows: list[tuple[BodyKind, dict[Parameter, float]]], rounding: bool
) -> None:
    columns = {
        parameter: np.array([values.get(parameter, np.nan) for _, values in rows])
        for parameter in Parameter
    }
    is_lake = np.array([body is BodyKind.LAKE for body, _ in rows], dtype=bool)
    told = grade_columns(columns, is_lake, rounding=rounding)
    for place, (body, values) in enumerate(rows):
        alone = grade(values, body, rounding=rounding)
        assert told.classes[place] == (alone.water_class if alone else 0)
        assert told.deciding[place] == (alone.deciding if alone else ())


@given(st.lists(st.floats(0, 14), min_size=1, max_size=50))
def test_mean_ph_lies_among_its_values_and_leans_to_the_acid_side(values: list[float]) -> None:
    mean = mean_of(Parameter.PH, values).value
    assert mean is not None
    assert min(values) - 1e-9 <= mean <= sum(values) / len(values) + 1e-9


@given(st.decimals(-1000, 1000, places=6).map(float), st.integers(0, 5))
def test_rounding_moves_by_half_a_step_at_most_and_once(value: float, decimals: int) -> None:
    rounded = round_half_even(value, decimals)
    assert abs(rounded - value) <= 0.5 * 10**-decimals + 1e-9
    assert round_half_even(rounded, decimals) == rounded
    assert bool(rounded) == bool(value)


LATEST = st.dictionaries(
    st.sampled_from(EVALUATED[:8]),
    st.builds(
        LatestValue,
        value=NUMBERS,
        observed_at=st.integers(-50, 0).map(lambda h: UtcDatetime(START + timedelta(hours=h))),
        flag=st.sampled_from([Flag.NORMAL, Flag.NORMAL, Flag.FAULT]),
    ),
)


@given(LATEST, BODIES, st.integers(1, 72 * 60))
def test_nothing_changes_by_ageing_before_the_time_told(
    latest: dict[Parameter, LatestValue], body: BodyKind, minutes: int
) -> None:
    def told(moment: datetime) -> tuple[object, ...]:
        found = evaluate(
            latest,
            body=body,
            target=None,
            required=EVALUATED[:4],
            now=UtcDatetime(moment),
            interval=timedelta(hours=4),
        )
        return found.state, found.water_class, found.deciding, found.have, found.fresh_until

    state, *_, until = told(START)
    later = START + timedelta(minutes=minutes)
    if until is None:
        assert state in (EvaluationState.STALE, EvaluationState.NONE)
        assert told(later) == told(START)
    else:
        assert isinstance(until, datetime)
        assert told(min(later, until - timedelta(microseconds=1))) == told(START)
        assert told(until)[-1] != until
