"""Grades many rows at once, given as columns; equal to grading them one by one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.quality.classes import EVALUATED
from data.quality.limits import Bound, ClassLimits, Limits, newest_limits
from data.quality.rounding import round_for_grading
from data.vocabulary import BodyKind, Parameter

Floats = NDArray[np.float64]
Classes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class ColumnGrades:
    """The water-quality class of each row (1 to 6, 0: none) and the deciding parameters."""

    classes: Classes
    deciding: tuple[tuple[Parameter, ...], ...]


def grade_columns(
    columns: Mapping[Parameter, Floats],
    is_lake: NDArray[np.bool_],
    *,
    required: Collection[Parameter] = (),
    rounding: bool = False,
    limits: Limits | None = None,
) -> ColumnGrades:
    """Returns the water-quality class of each row of values (columns; NaN: missing).

    A row without one of ``required``, or without any evaluated value, has no class (0).
    """
    held = limits or newest_limits()
    parameters = [parameter for parameter in EVALUATED if parameter in columns]
    grid = np.zeros((len(parameters), len(is_lake)), dtype=np.int8)
    for line, parameter in zip(grid, parameters, strict=True):
        values = _rounded(parameter, columns[parameter]) if rounding else columns[parameter]
        for body, rows in ((BodyKind.LAKE, is_lake), (BodyKind.RIVER, ~is_lake)):
            line[rows] = _classes(held.surface[body][parameter], values[rows])
    worst = grid.max(axis=0, initial=0)
    for parameter in required:
        worst[np.isnan(columns[parameter]) if parameter in columns else slice(None)] = 0
    return ColumnGrades(worst, _deciding(parameters, (grid == worst) & (worst > 0)))


def _classes(limits: ClassLimits, values: Floats) -> Classes:
    steps = np.array(limits.limits)
    if limits.bound is Bound.RANGE:
        classes = np.where((values < steps[0]) | (values > steps[1]), 6, 1)
    elif limits.bound is Bound.LOWER:
        classes = np.searchsorted(-steps, -values, side="left") + 1
    else:
        classes = np.searchsorted(steps, values, side="left") + 1
    return np.where(np.isnan(values), 0, classes).astype(np.int8)


def _rounded(parameter: Parameter, values: Floats) -> Floats:
    distinct, places = np.unique(values, return_inverse=True)
    rounded = [v if np.isnan(v) else round_for_grading(parameter, float(v)) for v in distinct]
    return np.array(rounded, dtype=np.float64)[places]


def _deciding(
    parameters: list[Parameter], decides: NDArray[np.bool_]
) -> tuple[tuple[Parameter, ...], ...]:
    weights = 1 << np.arange(len(parameters), dtype=np.int64)
    patterns, places = np.unique(weights @ decides, return_inverse=True)
    named = [
        tuple(p for bit, p in enumerate(parameters) if int(pattern) >> bit & 1)
        for pattern in patterns
    ]
    return tuple(named[place] for place in places)
