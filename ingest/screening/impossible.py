"""Finds values that no living sensor gives: exact ones (pH 0), and patterns over a message.

An analyser without power or water sends zeros, or one and the same number for everything. Such
values are a fault of the device: flagged, they grade no class and open no problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.vocabulary import Parameter


@dataclass(frozen=True, slots=True)
class DeadSensors:
    """The rules of what a dead sensor sends.

    ``never`` holds the exact values of each parameter. ``least_zeros`` zeros make a pattern: of all
    that a message measured, or of one of ``never_with_zeros`` beside others; and so do ``least``
    equal values of all of ``alike`` that it measured. ``free`` may be zero at any time.
    """

    never: Mapping[Parameter, frozenset[float]]
    least: int
    least_zeros: int
    alike: frozenset[Parameter]
    never_with_zeros: frozenset[Parameter]
    free: frozenset[Parameter]


def impossible_values(
    values: Mapping[Parameter, float], below: Mapping[Parameter, float], rules: DeadSensors
) -> frozenset[Parameter]:
    """Returns the parameters whose value in a message no living sensor gives.

    Results below a detection limit (``below``) are not the sensor's number and take no part.
    """
    measured = {p: value for p, value in values.items() if p not in below}
    found = {p for p, value in measured.items() if value in rules.never[p]}
    held = {p: value for p, value in measured.items() if p not in rules.free}
    zeros = {p for p, value in held.items() if value == 0}
    are_many = len(zeros) >= rules.least_zeros
    if found & zeros or (
        are_many and (len(zeros) == len(held) or not rules.never_with_zeros.isdisjoint(zeros))
    ):
        found |= zeros
    alike = [value for p, value in held.items() if p in rules.alike]
    if len(alike) >= rules.least and len(set(alike)) == 1:
        found |= {p for p, value in held.items() if value == alike[0]}
    return frozenset(found)


def doubtful_rows(columns: Mapping[Parameter, Any], rules: DeadSensors) -> Any:
    """Returns a mask of the rows in which ``impossible_values`` may find any (NaN: no value).

    It leaves out nearly all rows of a long history at once; the rest is for the function itself.
    """
    import numpy as np

    length = len(next(iter(columns.values()), ()))
    exact, zeros, count = (np.zeros(length, dtype=int) for _ in range(3))
    least, most = np.full(length, np.inf), np.full(length, -np.inf)
    for parameter, values in columns.items():
        exact += np.isin(values, list(rules.never[parameter]))
        if parameter not in rules.free:
            zeros += values == 0
        if parameter in rules.alike:
            count += ~np.isnan(values)
            least, most = np.fmin(least, values), np.fmax(most, values)
    return (exact > 0) | (zeros >= rules.least_zeros) | ((count >= rules.least) & (least == most))
