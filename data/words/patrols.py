"""What crosses floors about patrols: how many are owed, and how one was judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from data.clock import Span, start_of_day
from data.words.ledger import PatrolRule


@dataclass(frozen=True, slots=True)
class Duty:
    """How often a chief must patrol: ``count`` valid patrols in every ``months`` months."""

    count: int
    months: int
    source: str
    verified: bool

    def span(self, day: date) -> Span:
        """Returns the period of ``months`` months that contains the day, in the business zone."""
        first = (day.month - 1) // self.months * self.months + 1
        after = first + self.months - 1
        end = date(day.year + after // 12, after % 12 + 1, 1)
        return Span(start_of_day(date(day.year, first, 1)), start_of_day(end))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of one rule for a patrol: limit, measured value (or None), passed or not.

    Minutes, metres, hours, a share of 1, km/h or a count, by the rule.
    """

    rule: PatrolRule
    limit: float
    measured: float | None
    passed: bool
    source: str
    verified: bool


def is_valid(judgements: Iterable[Judgement]) -> bool:
    """Returns whether a patrol is valid: it passes each rule but that of the interval.

    A patrol too soon after another is a patrol; it only counts for no duty.
    """
    return all(each.passed or each.rule is PatrolRule.INTERVAL for each in judgements)


def is_counted(judgements: Iterable[Judgement]) -> bool:
    """Returns whether a patrol counts for its chief's duty: it passes each rule."""
    return all(each.passed for each in judgements)
