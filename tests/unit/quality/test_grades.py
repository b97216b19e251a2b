"""A section's class by one set of values: what decides, what exceeds, what never counts."""

import math

import pytest

from data.quality.classes import EVALUATED, Oxygen, grade
from data.vocabulary import BodyKind, Parameter, WaterClass

PH, DO, CODMN = Parameter.PH, Parameter.DISSOLVED_OXYGEN, Parameter.PERMANGANATE_INDEX
NH3N, TP, TN = (
    Parameter.AMMONIA_NITROGEN,
    Parameter.TOTAL_PHOSPHORUS,
    Parameter.TOTAL_NITROGEN,
)
GOOD = {PH: 7.2, DO: 8.0, CODMN: 3.0, NH3N: 0.3, TP: 0.08}


def test_the_worst_parameter_decides() -> None:
    told = grade({**GOOD, NH3N: 1.3, TP: 0.25}, BodyKind.RIVER)
    assert told is not None
    assert told.water_class is WaterClass.IV
    assert told.deciding == (NH3N, TP)
    assert told.per_parameter[CODMN] is WaterClass.II
    assert not told.meets_target


def test_the_body_chooses_the_phosphorus_limits() -> None:
    river, lake = grade(GOOD, BodyKind.RIVER), grade(GOOD, BodyKind.LAKE)
    assert river is not None
    assert lake is not None
    assert (river.water_class, lake.water_class) == (WaterClass.II, WaterClass.IV)
    assert lake.deciding == (TP,)


def test_nitrogen_and_coliforms_are_told_but_never_decide() -> None:
    told = grade({**GOOD, TN: 9.0, Parameter.FAECAL_COLIFORM: 1e6, TP: 0.01}, BodyKind.LAKE)
    assert told is not None
    assert told.water_class is WaterClass.II
    assert told.per_parameter[TN] is WaterClass.WORSE_THAN_V
    assert told.over_iii == ()
    asked = grade({**GOOD, TN: 9.0}, BodyKind.LAKE, evaluated=(*EVALUATED, TN))
    assert asked is not None
    assert asked.deciding == (TN,)


def test_nothing_evaluated_is_no_grade() -> None:
    assert grade({TN: 1.0, Parameter.CONDUCTIVITY: 300.0}, BodyKind.RIVER) is None
    assert grade({}, BodyKind.LAKE) is None


def test_multiples_are_told_to_three_and_to_the_target() -> None:
    told = grade({**GOOD, NH3N: 1.3, DO: 4.0, PH: 9.5}, BodyKind.RIVER, target=WaterClass.II)
    assert told is not None
    over_iii = {each.parameter: (each.limit, each.multiple, each.below) for each in told.over_iii}
    assert over_iii == {NH3N: (1.0, 0.3, False), DO: (5.0, None, True), PH: (9.0, None, False)}
    over_target = {each.parameter: (each.limit, each.multiple) for each in told.over_target}
    assert over_target == {NH3N: (0.5, 1.6), DO: (6.0, None), PH: (9.0, None)}
    assert told.over_target[0].parameter is PH, "the worst class comes first"
    assert {each.basis for each in told.over_target} == {"GB 3838-2002 表1 Ⅱ"}


def test_without_a_target_three_is_taken() -> None:
    told = grade({**GOOD, CODMN: 5.0}, BodyKind.RIVER)
    assert told is not None
    assert told.target is WaterClass.III
    assert told.meets_target
    assert told.over_target == told.over_iii == ()


@pytest.mark.parametrize("target", list(WaterClass)[:5])
def test_the_target_is_met_exactly_when_nothing_exceeds_it(target: WaterClass) -> None:
    for codmn in (1.0, 3.0, 5.0, 8.0, 12.0, 20.0):
        told = grade({**GOOD, CODMN: codmn}, BodyKind.RIVER, target=target)
        assert told is not None
        assert told.meets_target == (not told.over_target)


def test_rounding_is_chosen() -> None:
    values = {**GOOD, NH3N: 1.004}
    single, mean = (grade(values, BodyKind.RIVER, rounding=choice) for choice in (False, True))
    assert single is not None
    assert mean is not None
    assert (single.water_class, mean.water_class) == (WaterClass.IV, WaterClass.III)
    assert single.over_iii[0].multiple == 0.004


def test_temperature_serves_the_oxygen_rule() -> None:
    warm = {**GOOD, NH3N: 0.1, TP: 0.01, CODMN: 1.0, DO: 7.0, Parameter.WATER_TEMPERATURE: 30.0}
    plain = grade(warm, BodyKind.RIVER)
    saturated = grade(warm, BodyKind.RIVER, oxygen=Oxygen.EITHER)
    assert plain is not None
    assert saturated is not None
    assert (plain.water_class, saturated.water_class) == (WaterClass.II, WaterClass.I)
    assert saturated.deciding == (PH, DO, CODMN, NH3N, TP)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="graded"):
        grade({**GOOD, TP: math.nan}, BodyKind.RIVER)
