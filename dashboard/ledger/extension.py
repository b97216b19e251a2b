"""A unit's request for more time (申请延期) in words: the rule, and the request that waits."""

from dash import html

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.problem_reads import Seen
from dashboard.parts.icons import icon
from dashboard.parts.measures import moment_text
from dashboard.parts.roles import CHIEFS
from dashboard.parts.wording import _, ngettext
from data.words.ledger import Action


def extension_rule(seen: Seen) -> str:
    """Returns how often and how far the deadline may be extended, how often it was, who decides."""
    row, rule = seen.detail.row, seen.rules.extension
    most = ngettext("{n} extension at most", "{n} extensions at most", rule.most)
    days = ngettext("{n} working day each", "{n} working days each", rule.working_days)
    return _(
        "The rule: {most}, {days}; extended so far: {count}. Decided at the level of: {level}."
    ).format(
        most=most.format(n=rule.most),
        days=days.format(n=rule.working_days),
        count=row.extension_count,
        level=_(CHIEFS[seen.rules.sign_off_level(row.severity)]),
    )


def pending_request(seen: Seen) -> html.Div | None:
    """Returns the line on the page of a request that waits: who asked, for what, why; or None."""
    asked = seen.detail.row.asked_due_on
    event = seen.detail.last(Action.ASK_EXTENSION)
    if asked is None or event is None:
        return None
    level = _(CHIEFS[seen.rules.sign_off_level(seen.detail.row.severity)])
    until = _("{unit} asks for more time, until {day}").format(
        unit=actor_words(event.actor), day=asked.isoformat()
    )
    after = _("to be decided at the level of: {level}").format(level=level)
    return html.Div(
        [
            icon("clock"),
            html.B(until),
            html.Span(f"{_('Reason')}{_(': ')}{event.text}", className="pb-why"),
            html.Span(f"{moment_text(event.at, seen.now)} · {after}"),
        ],
        className="pb-asked",
        role="status",
    )
