"""The limits file: editions by date, sources, and the tables that have no classes."""

from datetime import date, timedelta

import pytest

from data.errors import BadInput
from data.quality.exceedances import exceedance_of
from data.quality.limits import DischargeGrade, limits_on, newest_limits
from data.vocabulary import BodyKind, Parameter, WaterClass

AMENDED_ON = date(2026, 3, 1)


def test_an_edition_holds_from_its_day_until_the_day_of_the_next() -> None:
    before = limits_on(AMENDED_ON - timedelta(days=1)).discharge_source
    since = limits_on(AMENDED_ON).discharge_source
    assert (before.valid_from, before.valid_to, before.verified) == (
        date(2003, 7, 1),
        AMENDED_ON,
        True,
    )
    assert (since.valid_from, since.valid_to, since.verified) == (AMENDED_ON, None, False)
    assert since.title == "GB 18918-2002 表1（未核实）"


def test_carried_over_numbers_are_the_former_ones() -> None:
    before, since = limits_on(date(2020, 1, 1)), limits_on(AMENDED_ON)
    assert before.discharge == since.discharge
    assert before.discharge_variants == since.discharge_variants


def test_surface_water_has_one_edition_in_force() -> None:
    source = newest_limits().surface_source
    assert (source.title, source.valid_from, source.valid_to) == (
        "GB 3838-2002 表1",
        date(2002, 6, 1),
        None,
    )


def test_a_day_before_every_edition_is_refused() -> None:
    with pytest.raises(BadInput, match="1999-01-01"):
        limits_on(date(1999, 1, 1))


def test_limits_never_ease_towards_a_better_class() -> None:
    for body in BodyKind:
        for limits in newest_limits().surface[body].values():
            if len(limits.limits) == 5:
                worse_last = sorted(limits.limits, reverse=limits.parameter == "do")
                assert list(limits.limits) == worse_last


def test_a_limit_tells_its_side() -> None:
    river = newest_limits().surface[BodyKind.RIVER]
    assert river[Parameter.DISSOLVED_OXYGEN].limit_of(WaterClass.III) == (5.0, None)
    assert river[Parameter.TOTAL_PHOSPHORUS].limit_of(WaterClass.V) == (None, 0.4)
    assert river[Parameter.PH].limit_of(WaterClass.I) == (6.0, 9.0)


def test_source_water_has_its_supplement() -> None:
    limits = newest_limits()
    held = limits.source_water
    assert {str(parameter): limit for parameter, limit in held.items()} == {
        "sulfate": 250.0,
        "chloride": 250.0,
        "no3n": 10.0,
        "fe": 0.3,
        "mn": 0.1,
    }
    basis = limits.source_water_source.title
    assert exceedance_of(Parameter.MANGANESE, 0.1, None, held[Parameter.MANGANESE], basis) is None
    over = exceedance_of(Parameter.IRON, 0.45, None, held[Parameter.IRON], basis)
    assert over is not None
    assert (over.parameter, over.limit, over.multiple) == (Parameter.IRON, 0.3, 0.5)
    assert over.basis == "GB 3838-2002 表2"


def test_discharge_grades_hold_the_whole_table() -> None:
    keys = [
        "cod",
        "bod5",
        "ss",
        "animal_veg_oil",
        "oil",
        "las",
        "tn",
        "nh3n",
        "tp",
        "colour",
        "fcoli",
    ]
    printed = {
        DischargeGrade.FIRST_A: (50, 10, 10, 1, 1, 0.5, 15, 5, 0.5, 30, 1000),
        DischargeGrade.FIRST_B: (60, 20, 20, 3, 3, 1, 20, 8, 1, 30, 10000),
        DischargeGrade.SECOND: (100, 30, 30, 5, 5, 2, None, 25, 3, 40, 10000),
        DischargeGrade.THIRD: (120, 60, 50, 20, 15, 5, None, None, 5, 50, None),
    }
    for grade, row in printed.items():
        expected = {
            Parameter(key): (None, float(limit))
            for key, limit in zip(keys, row, strict=True)
            if limit is not None
        }
        assert newest_limits().discharge[grade] == {**expected, Parameter.PH: (6.0, 9.0)}
