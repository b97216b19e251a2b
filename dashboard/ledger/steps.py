"""How far a problem has come: eight nodes in a line, and the supervision beneath them."""

from dataclasses import dataclass

from dash import html

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.words import done_word, status_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import moment_text
from dashboard.parts.wording import _, ngettext
from data.clock import BUSINESS_ZONE
from data.queries.ledger.one_problem import Told
from data.words.ledger import Action, Status

REACHED: dict[Status, int] = {
    Status.REGISTERED: 1,
    Status.REFUSED: 1,
    Status.ACCEPTED: 2,
    Status.ASSIGNED: 3,
    Status.RECTIFYING: 4,
    Status.SUBMITTED: 5,
    Status.VERIFIED: 6,
    Status.SIGNED_OFF: 7,
    Status.ARCHIVED: 8,
}
"""How many of the eight nodes lie behind a problem; the next one is under way."""

ACTIONS = (
    Action.REPORT,
    Action.ACCEPT,
    Action.ASSIGN,
    Action.SIGN_FOR,
    Action.SUBMIT,
    Action.VERIFY,
    Action.SIGN_OFF,
    Action.ARCHIVE,
)
SUPERVISION = (Action.PRESS, Action.COMMENT, Action.EXTEND)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the line: its word, whether it is done or under way, when and by whom."""

    word: str
    state: str
    when: str
    who: str


def node_words() -> tuple[str, ...]:
    """登记, 受理, 交办, 签收, 整改, 复核, 销号, 归档."""
    return (
        _("Registration"),
        _("Acceptance"),
        _("Assignment"),
        _("Signing for"),
        _("Rectification"),
        _("Check"),
        _("Sign-off"),
        _("Archiving"),
    )


def nodes(seen: Seen) -> list[Node]:
    """The eight nodes as they stand now."""
    status = seen.detail.row.status
    reached = REACHED[status]
    made = []
    for at, (action, word) in enumerate(zip(ACTIONS, node_words(), strict=True)):
        if at < reached:
            told = seen.detail.last(action)
            made.append(Node(word, "done", *_done(seen, action, told)))
        elif at == reached and status is Status.REFUSED:
            told = seen.detail.last(Action.REFUSE)
            made.append(Node(status_word(status), "stop", *_done(seen, Action.REFUSE, told)))
        elif at == reached:
            made.append(Node(word, "cur", *_under_way(seen)))
        else:
            made.append(Node(word, "", "", ""))
    return made


def _done(seen: Seen, action: Action, told: Told | None) -> tuple[str, str]:
    if told is None:
        return "", ""
    when = moment_text(told.at, seen.now)
    begun = seen.detail.last(Action.SIGN_FOR) if action is Action.SUBMIT else None
    if begun is not None:
        first, last = (one.at.astimezone(BUSINESS_ZONE) for one in (begun, told))
        when = f"{first:%m-%d}" + ("" if first.date() == last.date() else f" – {last:%m-%d}")
    return when, actor_words(told.actor)


def _under_way(seen: Seen) -> tuple[str, str]:
    """When it is the turn of whom."""
    row = seen.detail.row
    if row.status is Status.SIGNED_OFF:
        until = seen.detail.look_back_at
        day = f"{until.astimezone(BUSINESS_ZONE):%Y-%m-%d}" if until else ""
        return _("looked back at"), day
    who = {
        Status.REGISTERED: _("chief office"),
        Status.ACCEPTED: _("chief office"),
        Status.ASSIGNED: row.unit or "",
        Status.RECTIFYING: row.unit or "",
        Status.SUBMITTED: _("checker"),
        Status.VERIFIED: _("signer"),
    }
    return _("sent back") if row.is_returned else _("under way"), who.get(row.status, "")


def step_line(seen: Seen) -> html.Ol:
    """The line of eight."""
    items = []
    for number, node in enumerate(nodes(seen), start=1):
        sign = {"done": icon("tick"), "stop": icon("close")}.get(node.state, str(number))
        more = attributes(aria_current="step") if node.state == "cur" else {}
        items.append(
            html.Li(
                [
                    html.Span(sign, className="nd"),
                    html.B(node.word),
                    html.Span(node.when),
                    html.Span(node.who),
                ],
                className=node.state,
                **more,
            )
        )
    return html.Ol(items, className="pb-steps", **attributes(aria_label=_("How far it has come")))


def supervision(seen: Seen) -> html.Div:
    """Presses, comments and extensions at their dates; beside the status, never a step."""
    told = [one for one in seen.detail.story if one.action in SUPERVISION]
    chips = [_chip(seen, one) for one in told[-4:]]
    count = sum(one.action is Action.PRESS for one in told)
    if count:
        note = ngettext("pressed {n} time", "pressed {n} times", count).format(n=count)
    else:
        note = _("not pressed yet")
    extended = seen.detail.row.extension_count
    if extended:
        note += " · " + ngettext("extended {n} time", "extended {n} times", extended).format(
            n=extended
        )
    return html.Div(
        [html.Span(_("Supervision"), className="lb"), *chips, html.Span(note, className="ft")],
        className="pb-sup",
    )


def _chip(seen: Seen, told: Told) -> html.Span:
    sign, look = {
        Action.PRESS: ("warn", "am"),
        Action.COMMENT: ("comment", ""),
        Action.EXTEND: ("clock", ""),
    }[told.action]
    words = f"{done_word(told.action)} {moment_text(told.at, seen.now)} · {actor_words(told.actor)}"
    return html.Span([icon(sign), words], className=f"ev {look}".strip(), title=told.text)
