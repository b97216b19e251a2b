"""Readings of many stations as columns, and courses of one parameter in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.vocabulary import Flag, Parameter, Period

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PERIODS: Final = tuple(Period)
SECOND_US: Final = 1_000_000
HOUR_S: Final = 3600.0
ROOM: Final = 8
"""A table to sort in may have so many places for each value in it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings ordered by station, period and time; each array has one entry a reading.

    ``at_us`` in microseconds since 1970 UTC; ``values`` with NaN where nothing was measured;
    ``flags`` the flagged ones of a parameter as (row, flag), ``below`` the rows of those below a
    detection limit.
    """

    station: Ints
    period: Ints
    at_us: Ints
    values: Mapping[Parameter, Floats]
    flags: Mapping[Parameter, tuple[tuple[int, Flag], ...]]
    below: Mapping[Parameter, tuple[int, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.station)


@dataclass(frozen=True, slots=True)
class Course:
    """One parameter's values in sequence, grouped by station and period.

    ``row`` is each value's index in the rows; ``run`` numbers the unbroken runs: another station,
    another period or a gap begins a new one.
    """

    row: Ints
    at_us: Ints
    value: Floats
    run: Ints

    def __len__(self) -> int:
        return len(self.row)

    def only(self, kept: Bools) -> "Course":
        """Returns only the chosen values; gaps left by the others don't end a run of values."""
        return Course(self.row[kept], self.at_us[kept], self.value[kept], self.run[kept])


def course_of(rows: Rows, parameter: Parameter, chosen: Bools, gap_us: Ints) -> Course:
    """Returns a parameter's values in the chosen rows; a gap beyond ``gap_us`` ends a run."""
    value = rows.values[parameter]
    row = np.flatnonzero(chosen & np.isfinite(value))
    station, period, at_us = rows.station[row], rows.period[row], rows.at_us[row]
    broken = np.ones(len(row), dtype=bool)
    broken[1:] = (
        (np.diff(station) != 0) | (np.diff(period) != 0) | (np.diff(at_us) > gap_us[row[1:]])
    )
    return Course(row, at_us, value[row], np.cumsum(broken))


def parted(course: Course) -> tuple[Floats, Ints, Ints]:
    """Returns values and times with a NaN between runs, and the new index of each value.

    The tests of ``ioos_qc`` know one series at a time; NaN makes them judge nothing across a
    border, so that one call serves thousands of stations.
    """
    place = np.arange(len(course), dtype=np.int64) + (course.run - course.run[:1])
    length = int(place[-1]) + 1 if len(place) else 0
    value = np.full(length, np.nan)
    value[place] = course.value
    at_us = np.zeros(length, dtype=np.int64)
    at_us[place] = course.at_us
    borders = np.flatnonzero(np.isnan(value))
    at_us[borders] = at_us[borders - 1] + SECOND_US
    return value, at_us, place


def medians(group: Ints, value: Floats) -> Floats:
    """Returns each value's group median; groups are numbered from 0, in order."""
    if not len(value):
        return value
    count = np.bincount(group)
    first = np.cumsum(count) - count
    in_order = _sorted_within(group, value, count, first)
    last = len(value) - 1
    low = in_order[np.minimum(first + (np.maximum(count, 1) - 1) // 2, last)]
    high = in_order[np.minimum(first + count // 2, last)]
    middle: Floats = (low + high) / 2
    return middle[group]


def _sorted_within(group: Ints, value: Floats, count: Ints, first: Ints) -> Floats:
    """Returns the values sorted within each group, the groups in order.

    As the rows of a table, filled up with infinity, they sort twenty times as fast as by two keys;
    by those only where one long group would make the table far larger than what is in it.
    """
    widest = int(count.max())
    if len(count) * widest > ROOM * len(value):
        both: Floats = np.sort(group + 1j * value).imag
        return both
    table = np.full((len(count), widest), np.inf)
    table[group, np.arange(len(group)) - first[group]] = value
    table.sort(axis=1)
    return table[np.arange(widest) < count[:, None]]
