"""Rounding half to even and means with what stands behind them."""

import pytest

from data.quality.means import mean_of
from data.quality.rounding import round_for_grading, round_half_even
from data.vocabulary import Parameter


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.125, 2, 0.12),
        (0.135, 2, 0.14),  # as a double it lies above 0.135
        (1.005, 2, 1.0),  # as a double it lies below: the digits decide, not the double
        (1.015, 2, 1.02),
        (2.675, 2, 2.68),
        (2.5, 0, 2.0),
        (3.5, 0, 4.0),
        (2.51, 0, 3.0),
        (-0.125, 2, -0.12),
        (0.0004, 3, 0.0004),
        (0.00049, 3, 0.0005),
        (0.0, 3, 0.0),
        (4e-05, 4, 4e-05),
        (1e300, 2, 1e300),
        (123456789.125, 2, 123456789.12),
    ],
)
def test_half_goes_to_even_on_the_decimal_digits(
    value: float, decimals: int, expected: float
) -> None:
    assert round_half_even(value, decimals) == expected


def test_each_parameter_has_its_decimals_for_grading() -> None:
    assert round_for_grading(Parameter.PH, 9.4) == 9.0
    assert round_for_grading(Parameter.AMMONIA_NITROGEN, 1.005) == 1.0
    assert round_for_grading(Parameter.TOTAL_PHOSPHORUS, 0.2004) == 0.2


def test_ph_is_averaged_through_hydrogen_ions() -> None:
    mean = mean_of(Parameter.PH, [6.5, 7.9, 8.8, 9, 6.78, 8.87])
    assert mean.value is not None
    assert round(mean.value, 2) == 7.08
    assert mean.count == 6


def test_others_are_averaged_as_they_are() -> None:
    mean = mean_of(Parameter.AMMONIA_NITROGEN, [0.1, 0.2, 0.6], expected=6)
    assert mean.value == pytest.approx(0.3)
    assert (mean.count, mean.valid_share) == (3, 0.5)


def test_no_value_has_no_mean_and_says_so() -> None:
    mean = mean_of(Parameter.PH, [], expected=24)
    assert (mean.value, mean.count, mean.valid_share) == (None, 0, 0.0)
    assert mean_of(Parameter.PH, [7.0]).valid_share is None
    assert mean_of(Parameter.PH, [7.0] * 3, expected=2).valid_share == 1.0
