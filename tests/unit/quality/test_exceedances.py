"""When readings in a row are a new matter: so many beyond the limit, after so many normal ones."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import UtcDatetime
from problem_ledger.cases.rules import load_rules
from problem_ledger.work.exceedances import Measured, Run, find_run
from tests.made.readings.messages import NOON

RULE = load_rules().exceedance
K, N = RULE.consecutive, RULE.normal


def row(told: str) -> list[Measured]:
    """A reading an hour: x is beyond the limit, everything else within."""
    return [
        Measured(UtcDatetime(NOON + timedelta(hours=hour)), 1.0, each == "x")
        for hour, each in enumerate(told)
    ]


def begins(run: Run | None) -> int | None:
    """Where the run begins and, by it, that it is so long."""
    if run is None:
        return None
    assert run.last.observed_at - run.first.observed_at == timedelta(hours=K - 1)
    return round((run.first.observed_at - NOON) / timedelta(hours=1))


@pytest.mark.parametrize(
    ("told", "new", "covered"),
    [
        ("", None, None),
        ("x", None, None),
        ("xx", 0, None),
        ("x.x.x", None, None),
        (".xxxx", 1, None),
        ("xx...xx", 0, 5),
        (".xx", 1, None),
        ("..xx", 2, None),
        ("...xx", 3, 3),
        ("..x.xx", 4, None),
        ("...x.xx", 5, 5),
        ("..x...xx", 6, 6),
    ],
)
def test_a_run(told: str, new: int | None, covered: int | None) -> None:
    assert (K, N) == (2, 3)
    assert begins(find_run(row(told), RULE, is_covered=False)) == new
    assert begins(find_run(row(told), RULE, is_covered=True)) == covered


@given(st.text("x.", max_size=30))
def test_it_is_the_first_that_the_words_describe(told: str) -> None:
    first = told.find("x" * K)
    assert begins(find_run(row(told), RULE, is_covered=False)) == (first if first >= 0 else None)
    calm = told.find("." * N)
    later = told.find("x" * K, calm) if calm >= 0 else -1
    assert begins(find_run(row(told), RULE, is_covered=True)) == (later if later >= 0 else None)
