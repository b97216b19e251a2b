"""A problem's row in words: what the grid and the cards of the ledger show of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from dashboard.ledger.line_words import (
    LIGHT_CLASS,
    actor_words,
    deadline_words,
    division_words,
    group_of,
    state_class,
    state_word,
    where_words,
)
from dashboard.ledger.words import action_word, done_word, group_word, severity_word
from dashboard.parts.measures import moment_text
from dashboard.parts.wording import language
from data.clock import UtcDatetime
from data.queries.ledger.problems import ProblemRow
from data.words.ledger import Severity

BARS: Final[Mapping[Severity, int]] = MappingProxyType(
    {Severity.GENERAL: 0, Severity.SERIOUS: 2, Severity.MAJOR: 3, Severity.CRITICAL: 4}
)


@dataclass(frozen=True, slots=True)
class Line:
    """Everything a row shows, worded; ``next`` is the step that waits for the reader."""

    id: str
    version: int
    number: str
    href: str
    place: str
    division: str
    group: str
    what: str
    severity: str
    bars: int
    status: str
    tag: str
    deadline: str
    light: str
    unit: str
    last: str
    at: str
    next: str
    step: str
    map: str


def line_of(row: ProblemRow, now: UtcDatetime) -> Line:
    """The row in the reader's words."""
    step = row.next_action
    return Line(
        id=str(row.id),
        version=row.version,
        number=row.number,
        href=f"/ledger/{row.id}",
        place=where_words(row.where),
        division=division_words(row.where),
        group=group_word(group_of(row.category)),
        what=row.description,
        severity=severity_word(row.severity),
        bars=BARS[row.severity],
        status=state_word(row.status, is_returned=row.is_returned),
        tag=state_class(row.status, is_returned=row.is_returned),
        deadline=deadline_words(row.due_at, row.light, now),
        light=LIGHT_CLASS[row.light],
        unit=row.unit or "—",
        last=last_words(row),
        at=moment_text(row.last_at, now),
        next=action_word(step) if step else "",
        step=step.value if step else "",
        map=f"/#map=14/{row.lat:.5f}/{row.lon:.5f}&sel=problem:{row.id}",
    )


def last_words(row: ProblemRow) -> str:
    """Who did what last; in English the step first, which a narrow column may not cut."""
    who, done = actor_words(row.last_actor), done_word(row.last_action)
    return f"{who} {done}" if language.get() == "zh" else f"{done} · {who}"


def as_data(line: Line) -> dict[str, Any]:
    """The row as the grid takes it."""
    return asdict(line)
