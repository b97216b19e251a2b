"""The bar over chosen problems: what they have in common and what may be done to all of them."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.ledger.bulk_steps import Chosen, Outcome
from dashboard.ledger.words import action_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.wording import _, ngettext
from data.words.ledger import Action


def bar(chosen: Sequence[Chosen], actions: Iterable[Action], *, may_export: bool) -> list[Any]:
    """How many, what they share, and the buttons legal for all of them."""
    made: list[Any] = [html.B(_("{n} chosen").format(n=len(chosen)))]
    states = {one.status for one in chosen}
    buttons = [
        html.Button(
            action_word(action),
            id={"type": "ledger-bulk", "index": action.value},
            className="btn s",
        )
        for action in actions
    ]
    if len(states) == 1:
        shared = _("all “{status}”").format(status=next(iter(states)))
        made.append(html.Span(shared, className="fs12"))
    if not buttons:
        made.append(html.Span(_("no step in common"), className="fs12"))
    made += [html.I(), *buttons]
    if may_export:
        query = urlencode([("view", "all"), *(("problem", one.id) for one in chosen)])
        made.append(
            html.A(
                [icon("in-down"), _("Export the chosen")],
                href=f"/api/v1/problems.xlsx?{query}",
                className="btn s",
            )
        )
    made.append(
        html.Button(
            icon("close"),
            id={"type": "ledger-unchoose", "index": 0},
            className="ib",
            **attributes(aria_label=_("Choose none")),
        )
    )
    return made


def heading(action: Action, count: int) -> str:
    """What is about to be done to how many."""
    words = ngettext("{step}: {n} problem", "{step}: {n} problems", count)
    return words.format(step=action_word(action), n=count)


def outcome(action: Action, done: Outcome) -> list[Any]:
    """What was done, and each problem that was left out with its reason."""
    said = ngettext(
        "{step}: done for {n} problem.", "{step}: done for {n} problems.", done.done_count
    ).format(step=action_word(action), n=done.done_count)
    made: list[Any] = [html.P(said)]
    if done.refused:
        made.append(
            html.Ul(
                [html.Li([html.B(number), f" {why}"]) for number, why in done.refused],
                className="lg-refused",
            )
        )
    return made
