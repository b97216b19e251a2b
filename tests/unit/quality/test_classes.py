"""Every cell of table 1, at the limit and just beyond it, against a second copy of the table."""

from math import inf, nan, nextafter

import pytest

from data.quality.classes import EVALUATED, Oxygen, class_of
from data.vocabulary import BodyKind, Parameter, WaterClass

AT_MOST = """
codmn    2       4       6      10     15
cod      15      15      20     30     40
bod5     3       3       4      6      10
nh3n     0.15    0.5     1.0    1.5    2.0
cu       0.01    1.0     1.0    1.0    1.0
zn       0.05    1.0     1.0    2.0    2.0
fluoride 1.0     1.0     1.0    1.5    1.5
se       0.01    0.01    0.01   0.02   0.02
as       0.05    0.05    0.05   0.1    0.1
hg       0.00005 0.00005 0.0001 0.001  0.001
cd       0.001   0.005   0.005  0.005  0.01
cr6      0.01    0.05    0.05   0.05   0.1
pb       0.01    0.01    0.05   0.05   0.1
cyanide  0.005   0.05    0.2    0.2    0.2
phenol   0.002   0.002   0.005  0.01   0.1
oil      0.05    0.05    0.05   0.5    1.0
las      0.2     0.2     0.2    0.3    0.3
sulfide  0.05    0.1     0.2    0.5    1.0
fcoli    200     2000    10000  20000  40000
"""
TP_RIVER = "tp 0.02 0.1   0.2  0.3 0.4"
LAKE = """
tp       0.01    0.025   0.05   0.1    0.2
tn       0.2     0.5     1.0    1.5    2.0
"""
OXYGEN = (7.5, 6, 5, 3, 2)
RIVERS, LAKES = BodyKind.RIVER, BodyKind.LAKE


def cells(table: str, *bodies: BodyKind) -> list[tuple[BodyKind, str, tuple[float, ...], int]]:
    """One case for each cell: body, key, the five limits, the place of the cell."""
    found = []
    for line in table.split("\n"):
        if line.strip():
            key, *printed = line.split()
            limits = tuple(map(float, printed))
            found += [(body, key, limits, place) for body in bodies for place in range(5)]
    return found


CASES = cells(AT_MOST, RIVERS, LAKES) + cells(TP_RIVER, RIVERS) + cells(LAKE, LAKES)


@pytest.mark.parametrize(("body", "key", "limits", "place"), CASES)
def test_a_value_at_a_limit_keeps_the_class_and_the_next_one_loses_it(
    body: BodyKind, key: str, limits: tuple[float, ...], place: int
) -> None:
    limit = limits[place]
    best_with_it = 1 + limits.index(limit)
    worst_with_it = 5 - limits[::-1].index(limit)
    parameter = Parameter(key)
    assert class_of(parameter, limit, body) == best_with_it
    assert class_of(parameter, nextafter(limit, -inf), body) == best_with_it
    assert class_of(parameter, nextafter(limit, inf), body) == worst_with_it + 1
    assert class_of(parameter, limit * 1.001, body) == worst_with_it + 1


@pytest.mark.parametrize("body", BodyKind)
@pytest.mark.parametrize("place", range(5))
def test_oxygen_is_good_upwards(body: BodyKind, place: int) -> None:
    limit = OXYGEN[place]
    for value, expected in (
        (limit, place + 1),
        (nextafter(limit, inf), place + 1),
        (nextafter(limit, -inf), place + 2),
        (limit - 0.01, place + 2),
    ):
        assert class_of(Parameter.DISSOLVED_OXYGEN, value, body) == expected


@pytest.mark.parametrize("body", BodyKind)
@pytest.mark.parametrize(
    ("ph", "expected"),
    [
        (6.0, WaterClass.I),
        (nextafter(6.0, -inf), WaterClass.WORSE_THAN_V),
        (7.0, WaterClass.I),
        (9.0, WaterClass.I),
        (nextafter(9.0, inf), WaterClass.WORSE_THAN_V),
    ],
)
def test_ph_is_within_its_range_or_worse_than_every_class(
    body: BodyKind, ph: float, expected: WaterClass
) -> None:
    assert class_of(Parameter.PH, ph, body) is expected


def test_the_cells_above_are_the_whole_table() -> None:
    graded = {
        (body, parameter)
        for body in BodyKind
        for parameter in Parameter
        if class_of(parameter, 1.0, body) is not None
    }
    alike = {(body, Parameter(p)) for body in BodyKind for p in ("ph", "do")}
    assert graded == {(body, Parameter(key)) for body, key, _, _ in CASES} | alike


def test_twenty_one_parameters_decide() -> None:
    table_one = tuple(Parameter)[:24]
    assert set(table_one) - set(EVALUATED) == {
        Parameter.WATER_TEMPERATURE,
        Parameter.TOTAL_NITROGEN,
        Parameter.FAECAL_COLIFORM,
    }
    assert len(EVALUATED) == 21


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_has_no_class(value: float) -> None:
    with pytest.raises(ValueError, match="graded"):
        class_of(Parameter.PH, value, RIVERS)


@pytest.mark.parametrize(
    ("rule", "temperature_c", "value", "expected"),
    [
        (Oxygen.SATURATION, 5.0, 11.51, WaterClass.I),  # 0.9 * 468 / 36.6 = 11.508
        (Oxygen.SATURATION, 5.0, 11.50, WaterClass.II),
        (Oxygen.SATURATION, 30.0, 6.84, WaterClass.I),  # 0.9 * 468 / 61.6 = 6.838
        (Oxygen.SATURATION, 30.0, 6.83, WaterClass.II),
        (Oxygen.SATURATION, None, 7.5, WaterClass.I),
        (Oxygen.SATURATION, -31.6, 7.5, WaterClass.I),
        (Oxygen.EITHER, 5.0, 7.5, WaterClass.I),
        (Oxygen.EITHER, 30.0, 6.84, WaterClass.I),
        (Oxygen.CONCENTRATION, 30.0, 7.49, WaterClass.II),
        (Oxygen.SATURATION, 45.0, 5.9, WaterClass.III),
    ],
)
def test_class_one_oxygen_follows_the_rule_chosen(
    rule: Oxygen, temperature_c: float | None, value: float, expected: WaterClass
) -> None:
    told = class_of(
        Parameter.DISSOLVED_OXYGEN, value, RIVERS, oxygen=rule, temperature_c=temperature_c
    )
    assert told is expected
