"""Exact sums of values as whole numbers: the same in any order, any split and any engine.

Floating sums depend on the order of their terms, so that a mean on the edge of a class could fall
one way in the database and the other in a file. Here every value becomes a whole number of 10⁻⁹ of
its unit first (pH: of 10⁻¹⁸ mol/L of H+), such numbers add up exactly, and one division ends it.
"""

import math
from typing import Final

from data.vocabulary import Parameter

PARTS: Final = 10**9
HYDROGEN_PARTS: Final = 10**18
_LARGEST: Final = "9e9"  # times PARTS still fits 64 bits; no water holds that much of anything


def whole_sql(parameter: Parameter, value: str) -> str:
    """Returns SQL for the value as a scaled whole number, valid in PostgreSQL and DuckDB."""
    if parameter is Parameter.PH:
        return f"(power(10::float8, 18 - greatest({value}, -0.9)))::bigint"
    return f"(least(greatest({value}, -{_LARGEST}), {_LARGEST}) * {PARTS}.0::float8)::bigint"


def mean_of_whole(parameter: Parameter, total: int, count: int) -> float | None:
    """Returns the mean from a sum of scaled whole numbers; None if ``count`` or a pH's sum is 0."""
    if not count:
        return None
    if parameter is Parameter.PH:
        return -math.log10(total / (count * HYDROGEN_PARTS)) if total > 0 else None
    return total / (count * PARTS)
