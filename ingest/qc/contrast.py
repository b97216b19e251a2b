"""Compares a station with another on the same water: values that leave what is usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from data.vocabulary import Parameter
from data.words.review import QualityTest
from ingest.qc.rules import ContrastRules
from ingest.qc.series import SECOND_US, Bools, Course, Floats, Ints, Rows, medians
from ingest.qc.tests import Findings

MAD_TO_SPREAD: Final = 1.4826
"""The scatter of normal values by their median absolute deviation. Source: its definition."""

LEAST: Final = 1e-6
"""A concentration below this counts as this; its logarithm has to be finite."""

_SHIFT: Final = 36
"""Seconds since 1970 stay below 2^36 for two thousand years."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stations to compare, by id, and how far apart the times of compared values may be."""

    station: int
    other: int
    code: str
    test: QualityTest
    within_s: float


@dataclass(frozen=True, slots=True)
class _Matched:
    """Values, each with the partner station's at about the same time, and the pair's number."""

    pair: Ints
    row: Ints
    own: Floats
    others: Floats


def contrast(
    rows: Rows, course: Course, parameter: Parameter, pairs: Sequence[Pair], rules: ContrastRules
) -> list[Findings]:
    """Returns findings from comparing a parameter's good values between paired stations.

    Concentrations are compared by their ratio, parameters in ``rules.differences`` by their
    difference, each with the median of the window. When two differ, the finding is against the one
    that left its own median further: pollution that comes down the river blames nobody downstream.
    """
    step = rules.differences.get(parameter)
    if step is None and parameter not in rules.ratios:
        return []
    if not pairs or not len(course):
        return []
    by_ratio = step is None
    limit = float(np.log1p(rules.share)) if step is None else step
    matched = _match(rows, course, pairs, by_ratio=by_ratio)
    apart = matched.own - matched.others
    usual = medians(matched.pair, apart)
    spread = MAD_TO_SPREAD * medians(matched.pair, np.abs(apart - usual))
    reach = np.maximum(limit, rules.spreads * spread)
    own_way = np.abs(matched.own - medians(matched.pair, matched.own))
    others_way = np.abs(matched.others - medians(matched.pair, matched.others))
    enough = np.bincount(matched.pair, minlength=len(pairs))[matched.pair] >= rules.least_pairs
    out = enough & (np.abs(apart - usual) > reach) & (own_way > others_way)
    middle = matched.others + usual
    low, high = middle - reach, middle + reach
    if by_ratio:
        low, high = np.exp(low), np.exp(high)
    return [
        _findings(test, pairs, matched, out, low, high)
        for test in (QualityTest.NEIGHBOUR, QualityTest.UPSTREAM)
    ]


def _findings(
    test: QualityTest,
    pairs: Sequence[Pair],
    matched: _Matched,
    out: Bools,
    low: Floats,
    high: Floats,
) -> Findings:
    of_test = np.array([pair.test is test for pair in pairs], dtype=bool)
    at = np.flatnonzero(out & of_test[matched.pair])
    at = at[np.unique(matched.row[at], return_index=True)[1]]
    codes = tuple(pairs[number].code for number in matched.pair[at])
    failed = np.zeros(len(at), dtype=bool)
    return Findings(test, matched.row[at], failed, low[at], high[at], codes)


def _match(rows: Rows, course: Course, pairs: Sequence[Pair], *, by_ratio: bool) -> _Matched:
    """Matches each value with the partner station's value nearest in time, of the same period."""
    value = np.log(np.maximum(course.value, LEAST)) if by_ratio else course.value
    at_s = course.at_us // SECOND_US
    period = rows.period[course.row]
    owner = rows.station[course.row] * 4 + period
    key = (owner << _SHIFT) + at_s
    station = rows.station[course.row]
    first = np.searchsorted(station, [pair.station for pair in pairs], "left")
    last = np.searchsorted(station, [pair.station for pair in pairs], "right")
    count = last - first
    pair = np.repeat(np.arange(len(pairs)), count)
    index = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count) + first[pair]
    other = np.array([each.other for each in pairs], dtype=np.int64)[pair] * 4 + period[index]
    within = np.array([each.within_s for each in pairs])[pair]
    wanted = (other << _SHIFT) + at_s[index]
    right = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.where(np.abs(key[left] - wanted) < np.abs(key[right] - wanted), left, right)
    near = (owner[nearer] == other) & (np.abs(key[nearer] - wanted) <= within)
    return _Matched(pair[near], course.row[index[near]], value[index[near]], value[nearer[near]])
