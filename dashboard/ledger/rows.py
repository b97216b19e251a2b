"""A problem's row in the list: worded, as data for the grid, and as a card on a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from dash import html

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
from dashboard.parts.kit import opener
from dashboard.parts.kit import row as list_row
from dashboard.parts.measures import moment_text
from dashboard.parts.press import press
from dashboard.parts.wording import _, language
from data.clock import UtcDatetime
from data.queries.ledger.problems import ProblemRow
from data.words.ledger import Severity

MORE: Final = "ledger-more"
"""The store of presses of the button "more"."""

CARD_ROWS: Final = 20

BARS: Final[Mapping[Severity, int]] = MappingProxyType(
    {Severity.GENERAL: 0, Severity.SERIOUS: 2, Severity.MAJOR: 3, Severity.CRITICAL: 4}
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list in words; ``next`` names the step the reader should take."""

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
    asked: str
    why: str
    unit: str
    last: str
    at: str
    next: str
    step: str
    map: str


def line_of(row: ProblemRow, now: UtcDatetime) -> Line:
    """The row of the list in the reader's language."""
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
        deadline=deadline_words(row.days_left, row.light),
        light=LIGHT_CLASS[row.light],
        asked=asked_words(row),
        why=row.asked_why or "",
        unit=row.unit or "—",
        last=last_words(row),
        at=moment_text(row.last_at, now),
        next=action_word(step) if step else "",
        step=step.value if step else "",
        map=f"/#map=14/{row.lat:.5f}/{row.lon:.5f}&sel=problem:{row.id}",
    )


def asked_words(row: ProblemRow) -> str:
    """Until which day the unit asks for more time; empty when no request waits."""
    return _("asked for: {day}").format(day=row.asked_due_on) if row.asked_due_on else ""


def last_words(row: ProblemRow) -> str:
    """Who took the problem's last step, and which step; in English the step comes first."""
    who, done = actor_words(row.last_actor), done_word(row.last_action)
    return f"{who} {done}" if language.get() == "zh" else f"{done} · {who}"


def as_data(line: Line) -> dict[str, Any]:
    """The row as a dict for the grid."""
    return asdict(line)


def card(line: Line) -> html.Li:
    """The card of one problem on a phone, all of it a link to the problem's page."""
    return html.Li(
        html.A(
            [
                html.Div(
                    [
                        html.Span(line.status, className=line.tag),
                        severity_bars(line),
                        html.Span(className="sp"),
                        html.Span(line.deadline, className=line.light),
                    ],
                    className="row",
                ),
                html.Div(
                    [html.B(line.group), html.Span(line.what, className="lg-what")],
                    className="lg-title",
                ),
                html.Div([html.B(line.asked), html.Span(line.why)], className="lg-asks")
                if line.asked
                else None,
                html.Div(" · ".join(place_parts(line)), className="t2"),
                html.Div(f"{line.last} {line.at}", className="t3 fs12"),
                html.Div(
                    [
                        html.Span(line.number, className="t3 fs12"),
                        html.Span(className="sp"),
                        html.Span(line.next, className="btn s p") if line.next else None,
                    ],
                    className="row",
                ),
            ],
            href=line.href,
            className="lg-card",
            **opener(),
        ),
        **list_row(),
    )


def place_parts(line: Line) -> list[str]:
    """Place, division and unit of a problem, without those unknown."""
    return [part for part in (line.place, line.division, line.unit) if part != "—"]


def severity_bars(line: Line) -> html.Span:
    """The severity in words; above general, bars beside it show how severe."""
    bars = [html.I() for _bar in range(line.bars)]
    return html.Span([line.severity, html.Span(bars, className="lg-bars")], className="lg-severity")


def cards(lines: Sequence[Line], found: int) -> list[Any]:
    """The list of cards with the button "more", hidden when all ``found`` problems are shown."""
    left = found - len(lines)
    return [
        html.Ul([card(line) for line in lines]),
        html.Button(
            _("Show more ({n} left)").format(n=left),
            className="btn lg-more",
            hidden=left <= 0,
            **press(MORE, shown=len(lines) + CARD_ROWS),
        ),
    ]
