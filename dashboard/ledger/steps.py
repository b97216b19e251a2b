"""How far a problem has come: eight nodes in a line, and the supervision beneath them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dash import html

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.step_bar import ICONS
from dashboard.ledger.words import done_word, status_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import day_text, moment_text
from dashboard.parts.wording import N_, _, ngettext
from data.clock import BUSINESS_ZONE, business_date
from data.procedure.step import Relation, Step, Window
from data.procedure.steps import STEPS
from data.procedure.turns import REACHED, WAY
from data.queries.ledger.one_problem import StoryEvent
from data.words.ledger import Action, Status

LAST_COLUMN = 6
"""Of a mark under the line: it spans two of eight columns, the last one holds the counts."""

SUPERVISION = frozenset(step.action for step in STEPS if step.is_beside)
VOICES = frozenset({Action.PRESS, Action.COMMENT})
MOST_CHIPS, LEAST_VOICES = 4, 2
"""So many have room below the line; that many words of those above are never pushed off it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a problem's progress line: step, whether done or under way, when, by whom."""

    word: str
    state: str
    when: str
    who: str


NODES: Mapping[Action, str] = MappingProxyType(
    {
        Action.REPORT: N_("Registration"),
        Action.ACCEPT: N_("Acceptance"),
        Action.ASSIGN: N_("Assignment"),
        Action.SIGN_FOR: N_("Signing for"),
        Action.SUBMIT: N_("Rectification"),
        Action.VERIFY: N_("Check"),
        Action.SIGN_OFF: N_("Sign-off"),
        Action.ARCHIVE: N_("Archiving"),
    }
)
"""What each step of the way does: 登记, 受理, 交办, 签收, 整改, 复核, 销号, 归档."""


def nodes(seen: Seen) -> list[Node]:
    """Returns the eight nodes of the problem's progress line, with their present state."""
    status = seen.detail.row.status
    reached = REACHED[status]
    made = []
    for at, step in enumerate(WAY):
        action, word = step.action, _(NODES[step.action])
        if at < reached:
            event = seen.detail.last(action)
            made.append(Node(word, "done", *_done(seen, action, event)))
        elif at == reached and status is Status.REFUSED:
            event = seen.detail.last(Action.REFUSE)
            made.append(Node(status_word(status), "stop", *_done(seen, Action.REFUSE, event)))
        elif at == reached:
            made.append(Node(word, "cur", *_under_way(seen, step)))
        else:
            made.append(Node(word, "", "", ""))
    return made


def _done(seen: Seen, action: Action, event: StoryEvent | None) -> tuple[str, str]:
    if event is None:
        return "", ""
    when = moment_text(event.at, seen.now)
    begun = seen.detail.last(Action.SIGN_FOR) if action is Action.SUBMIT else None
    if begun is not None:
        first, last = (day_text(business_date(one.at), seen.now) for one in (begun, event))
        when = first + ("" if first == last else f" – {last}")
    return when, actor_words(event.actor)


def _under_way(seen: Seen, step: Step) -> tuple[str, str]:
    """Returns the words under the present node: its state, and who must act (or on what day)."""
    row = seen.detail.row
    if step.window is Window.AFTER_LOOK_BACK:
        until = seen.detail.look_back_at
        day = f"{until.astimezone(BUSINESS_ZONE):%Y-%m-%d}" if until else ""
        return _("looked back at"), day
    who = {
        Relation.COVERS: _("chief office"),
        Relation.IN_UNIT: row.unit or "",
        Relation.CHECKER: _("checker"),
        Relation.SIGNER: _("signer"),
    }[step.relation]
    return _("sent back") if row.is_returned else _("under way"), who


def step_line(seen: Seen) -> html.Ol:
    """Returns the problem's progress line, from registration to archiving in eight nodes."""
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
    label = attributes(aria_label=_("How far it has come"))
    return html.Ol(items, className="pb-steps", tabIndex=0, **label)


def supervision(seen: Seen) -> html.Div:
    """Returns the row below the progress line: presses, comments, and requests for more time.

    Of many it shows the last four; requests and their answers leave room for two words of those
    above.
    """
    events = [one for one in seen.detail.story if one.action in SUPERVISION]
    voices = [one for one in events if one.action in VOICES]
    others = [one for one in events if one.action not in VOICES]
    voices = voices[-max(LEAST_VOICES, MOST_CHIPS - len(others)) :]
    shown = [*voices, *others[len(voices) - MOST_CHIPS :]]
    chips = [_chip(seen, one) for one in events if one in shown]
    count = sum(one.action is Action.PRESS for one in events)
    if count:
        note = ngettext("escalated {n} time", "escalated {n} times", count).format(n=count)
    else:
        note = _("not escalated yet")
    extended = seen.detail.row.extension_count
    if extended:
        note += " · " + ngettext("extended {n} time", "extended {n} times", extended).format(
            n=extended
        )
    hidden = len(events) - len(chips)
    if hidden:
        note = ngettext("{n} more", "{n} more", hidden).format(n=hidden) + " · " + note
    return html.Div(
        [html.Span(_("Supervision"), className="lb"), *chips, html.Span(note, className="ft")],
        className="pb-sup",
    )


def _chip(seen: Seen, event: StoryEvent) -> html.Span:
    """Returns a mark under the node that was under way when it was made."""
    sign, look = ICONS[event.action], "am" if event.action is Action.PRESS else ""
    words = (
        f"{done_word(event.action)} {moment_text(event.at, seen.now)} · {actor_words(event.actor)}"
    )
    return html.Span(
        [icon(sign), words],
        className=f"ev {look}".strip(),
        title=event.text,
        style={"gridColumn": f"{min(REACHED[event.to_status] + 1, LAST_COLUMN)} / span 2"},
    )
