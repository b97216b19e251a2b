"""The words of tests, findings and verdicts on readings."""

import re
from collections.abc import Mapping
from typing import Final

from dashboard.parts.measures import flag_word, value_text
from dashboard.parts.wording import _
from data.queries.readings.counting import FAILED
from data.queries.review.findings import Standing, TestFinding
from data.vocabulary import Flag, Parameter
from data.words.review import Finding, QualityTest, Verdict

FLAGS: Final = frozenset(flag.value for flag in Flag)
NUMBER: Final = re.compile(r"([a-z])=(\d+)")


def test_word(test: QualityTest) -> str:
    """Returns the name of a quality test in the reader's language."""
    return {
        QualityTest.GROSS_RANGE: _("measuring range"),
        QualityTest.CLIMATOLOGY: _("usual for the month"),
        QualityTest.SPIKE: _("spike"),
        QualityTest.RATE_OF_CHANGE: _("rate of change"),
        QualityTest.FLAT_LINE: _("flat line"),
        QualityTest.NEIGHBOUR: _("neighbour contrast"),
        QualityTest.UPSTREAM: _("upstream contrast"),
        QualityTest.DEVICE: _("device's own flag"),
    }[test]


def finding_word(finding: Finding) -> str:
    """Returns the name of a quality test's finding: suspect or failed."""
    return {Finding.SUSPECT: _("suspect"), Finding.FAILED: _("failed")}[finding]


def verdict_word(verdict: Verdict) -> str:
    """Returns the name of a reviewer's verdict: kept, rejected, corrected, withdrawn."""
    return {
        Verdict.KEEP: _("kept"),
        Verdict.REJECT: _("rejected"),
        Verdict.CORRECT: _("corrected"),
        Verdict.WITHDRAW: _("withdrawn"),
    }[verdict]


def verdict_step(verdict: Verdict) -> str:
    """Returns the label of the button that gives a reviewer's verdict."""
    return {
        Verdict.KEEP: _("Keep"),
        Verdict.REJECT: _("Reject"),
        Verdict.CORRECT: _("Correct"),
        Verdict.WITHDRAW: _("Withdraw the review"),
    }[verdict]


def rule_word(rule: str) -> str:
    """Returns what decided on a value, a failed test or a verdict, in words; empty for neither."""
    if not rule:
        return ""
    return finding_word(Finding.FAILED) if rule == FAILED else verdict_word(Verdict(rule))


def standing_word(standing: Standing) -> str:
    """Returns the label of a filter of values: to review, reviewed, all."""
    return {
        Standing.OPEN: _("To review"),
        Standing.DONE: _("Reviewed"),
        Standing.ALL: _("All"),
    }[standing]


def expected_words(parameter: Parameter, found: TestFinding) -> str:
    """Returns the bounds that a quality test expected: ``2.1–9.4``, ``≤ 3.0``; empty if none."""
    low, high = (
        None if each is None else _short(value_text(parameter, each))
        for each in (found.low, found.high)
    )
    if low and high:
        return f"{low}–{high}"
    if low:
        return f"≥ {low}"
    return f"≤ {high}" if high else ""


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def detail_words(found: TestFinding, names: Mapping[str, str]) -> str:
    """Returns a quality test's details: the other station, how long unchanged, how many values.

    ``names`` holds stations' names by their codes.
    """
    detail = found.detail
    if detail in FLAGS:
        return flag_word(Flag(detail))
    numbers = dict(NUMBER.findall(detail))
    if found.test is QualityTest.FLAT_LINE and {"n", "h"} <= numbers.keys():
        words = _("{n} equal values over {hours} h")
        return words.format(n=numbers["n"], hours=numbers["h"])
    if "n" in numbers:
        return _("by {n} values").format(n=numbers["n"])
    if detail and found.test in (QualityTest.NEIGHBOUR, QualityTest.UPSTREAM):
        return _("by {station}").format(station=names.get(detail, detail))
    return detail
