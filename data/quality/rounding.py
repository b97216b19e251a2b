"""Rounds half to even (四舍六入五成双) on the decimal digits, as the standards ask."""

from decimal import ROUND_HALF_EVEN, Decimal

from data.vocabulary import PARAMETERS, Parameter

_WHOLE = 1e15  # from here on neighbouring doubles lie more than 0.1 apart: nothing to round


def round_half_even(value: float, decimals: int) -> float:
    """Rounds a value to ``decimals``, half to even, by its shortest decimal form.

    A value that would become 0 keeps one significant digit. Source: 总站水字〔2020〕90号.
    """
    if abs(value) >= _WHOLE:
        return value
    exact = Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    if not rounded and exact:
        rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted()), ROUND_HALF_EVEN)
    return float(rounded)


def round_for_grading(parameter: Parameter, value: float) -> float:
    """Rounds a mean to the decimals that the standard prescribes before grading."""
    return round_half_even(value, PARAMETERS[parameter].graded_decimals)
