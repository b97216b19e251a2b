"""Rounding as the field does it: half to even (四舍六入五成双) on the decimal digits."""

from decimal import ROUND_HALF_EVEN, Decimal

from data.vocabulary import PARAMETERS, Parameter

_WHOLE = 1e15  # from here on neighbouring doubles lie more than 0.1 apart: nothing to round


def round_half_even(value: float, decimals: int) -> float:
    """The value with so many decimals, half to even on its shortest decimal form.

    A value that would become 0 keeps one significant digit.
    Source: 总站水字〔2020〕90号.
    """
    if abs(value) >= _WHOLE:
        return value
    exact = Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    if not rounded and exact:
        rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted()), ROUND_HALF_EVEN)
    return float(rounded)


def round_for_grading(parameter: Parameter, value: float) -> float:
    """The value with the decimals that a mean has before it is graded."""
    return round_half_even(value, PARAMETERS[parameter].graded_decimals)
