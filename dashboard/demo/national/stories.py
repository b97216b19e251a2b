"""What becomes of the nation's problems: which story each one has, and when it was reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from dashboard.demo.national.rules import Plan
from dashboard.demo.stories import (
    ASKED,
    BACK,
    BEGUN,
    CHECKED,
    DOING,
    DONE,
    GRANTED,
    OFF,
    STARTED,
    Case,
    Turn,
    cases,
)
from dashboard.demo.stories import STORIES as COUNTY_STORIES
from data.clock import UtcDatetime, to_utc
from data.words.ledger import Severity
from ingest.simulator.values import chance
from problem_ledger.cases.rules import Rules

T = TypeVar("T")

OPEN_STORIES: Final[tuple[tuple[str, float], ...]] = (
    ("registered", 0.10), ("accepted", 0.08), ("assigned", 0.14), ("rectifying", 0.38),
    ("extension_asked", 0.04), ("submitted", 0.12), ("returned", 0.05), ("verified", 0.09),
)  # fmt: skip
"""Stories of open problems with time left, and how common each one is."""

CLOSED_STORIES: Final[tuple[tuple[str, float], ...]] = (
    ("signed_soon", 0.52), ("signed_after_return", 0.16), ("signed", 0.20), ("refused", 0.12),
)  # fmt: skip

STORIES: Final[dict[str, tuple[Turn, ...]]] = {
    **{name: COUNTY_STORIES[name] for name in ("registered", "accepted", "assigned", "rectifying",
                                     "extension_asked", "submitted", "returned", "verified",
                                     "signed", "refused")},
    "overdue": BEGUN,
    "overdue_returned": (*STARTED, DONE, BACK, DOING),
    "signed_soon": (*STARTED, DONE, CHECKED, OFF),
    "signed_after_return": (*STARTED, DONE, BACK, DONE, CHECKED, OFF),
    "extended": (*BEGUN, ASKED, GRANTED, DOING),
}  # fmt: skip

SEVERITIES: Final[tuple[tuple[Severity, float], ...]] = (
    (Severity.GENERAL, 0.40), (Severity.SERIOUS, 0.45), (Severity.MAJOR, 0.12),
    (Severity.CRITICAL, 0.03),
)  # fmt: skip
"""How common each severity is."""

WAITS: Final = timedelta(days=9)
"""Before it is assigned a problem waits no longer than this."""

FAR: Final = timedelta(days=760)
"""The oldest problems are about this old."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A problem's story, what it is about and when it was reported; ``number`` is its key."""

    number: int
    story: str
    case: Case
    severity: Severity
    begun: UtcDatetime

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The steps after the report."""
        return STORIES[self.story]


def plan_problems(plan: Plan, end: UtcDatetime, rules: Rules) -> Iterator[Planned]:
    """Yields every problem's story: overdue ones, others that are open, and closed ones."""
    like = [case for case in cases() if case.requirement]
    for number in range(plan.problems):
        case = like[int(chance("case", number) * len(like))]
        severity = _chosen(SEVERITIES, "severity", number)
        days = rules.working_days(case.category, severity).days
        if number < plan.overdue:
            story = "overdue" if chance("story", number) < 0.8 else "overdue_returned"
            # Working days are five of seven, less the longest holidays, after the assignment.
            age = timedelta(days=days * 1.4 + 16 + 45 * chance("age", number) ** 2)
        elif number < plan.open_problems:
            story = _chosen(OPEN_STORIES, "story", number)
            longest = WAITS if story in ("registered", "accepted") else timedelta(days=days)
            age = timedelta(hours=3) + (longest - timedelta(hours=6)) * chance("age", number)
        else:
            story = _chosen(CLOSED_STORIES, "story", number)
            age = timedelta(days=days * 1.6 + 20)
            age += max(FAR - age, timedelta()) * chance("age", number)
        yield Planned(number, story, case, severity, to_utc(end - age))


def _chosen(among: tuple[tuple[T, float], ...], *key: object) -> T:
    share = chance(*key)
    for one, part in among:
        if share < part:
            return one
        share -= part
    return among[0][0]
