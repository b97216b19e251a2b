"""What a station's interval lets expect, against slots counted one by one."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.quality.rhythm import HOUR_S, ZONE_S, expected, slot_s

DAY_S = 24 * HOUR_S
MIDNIGHT = 20_000 * DAY_S - ZONE_S


def due(interval: float, began: float, until: float, *edges: float) -> list[int]:
    counted = expected(*(np.array([each]) for each in (interval, began, until)), np.array(edges))
    return [int(each) for each in counted[0]]


def one_by_one(interval: float, began: float, until: float, first: float, last: float) -> int:
    """The slots that begin within the bucket, each with what fits into its part of the time."""
    slot, count = slot_s(interval), 0
    at = math.ceil((first + ZONE_S) / slot) * slot - ZONE_S
    while at < last:
        count += max(0, math.floor((min(at + slot, until) - max(at, began)) / interval))
        at += slot
    return count


def test_a_day_of_hours() -> None:
    hours = [MIDNIGHT + n * HOUR_S for n in range(25)]
    assert due(300, 0, math.inf, *hours) == [12] * 24
    assert due(420, 0, math.inf, *hours) == [8] * 24
    assert due(4 * HOUR_S, 0, math.inf, *hours) == [1, 0, 0, 0] * 6
    assert due(86400, 0, math.inf, *hours) == [1] + [0] * 23


def test_not_before_the_start_nor_after_the_end_nor_ahead_of_now() -> None:
    hours = [MIDNIGHT + n * HOUR_S for n in range(4)]
    assert due(300, hours[0] + 1800, hours[2] + 900, *hours) == [6, 12, 3]
    assert due(300, math.nan, math.inf, *hours) == [0, 0, 0]
    assert due(300, hours[2], hours[1], *hours) == [0, 0, 0]


@given(
    st.sampled_from([60, 300, 420, 900, 3600, 5400, 7200, 14400, 18000, 86400]),
    st.integers(-200_000, 200_000),
    st.integers(-200_000, 400_000),
    st.lists(st.integers(-100, 100), min_size=2, max_size=8, unique=True),
)
def test_the_sum_is_that_of_its_slots(
    interval: int, began: int, until: int, hours: list[int]
) -> None:
    edges = [MIDNIGHT + hour * HOUR_S for hour in sorted(hours)]
    start, end = MIDNIGHT + began, MIDNIGHT + until
    told = due(interval, start, end, *edges)
    assert told == [one_by_one(interval, start, end, *pair) for pair in pairwise(edges)]
