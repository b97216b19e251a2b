"""Habits that make a test fail on another machine only are not taken up again."""

import pytest

from tests.architecture.subjects import files
from tests.running.folders import ROOT

AVOIDED = {
    ".wait_for_function(": (
        "the page's policy refuses it unless it holds at the first look:"
        " tests.running.pages.until_in_page"
    ),
}
"""What no test calls, and what it calls instead."""


@pytest.mark.parametrize("call", sorted(AVOIDED))
def test_no_test_calls_what_holds_by_luck(call: str) -> None:
    calling = [
        name
        for name in files()
        if name.startswith(("tests/", "benchmarks/")) and name.endswith(".py")
        if call in (ROOT / name).read_text("utf-8") and name != "tests/architecture/test_habits.py"
    ]
    assert calling == [], AVOIDED[call]
