"""The bar over the list for several chosen problems, and the dialog that confirms its steps."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, html, no_update

from dashboard.frame.auth import Action as Door
from dashboard.frame.auth import may, require
from dashboard.frame.body import unreadable
from dashboard.frame.callback_values import number_in, whole_number
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.bulk_steps import (
    FOR_SEVERAL,
    Chosen,
    Filled,
    Outcome,
    common_units,
    place_of_refusal,
    take_all,
)
from dashboard.ledger.reads import MOST_CHOSEN, common_steps
from dashboard.ledger.words import action_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import button, choice, close_button, dialog, dialog_foot, while_running
from dashboard.parts.press import press
from dashboard.parts.wording import _, ngettext, worded
from data.errors import OneMapError
from data.words.ledger import Action


class Ids:
    """Ids of the bar for chosen problems and of its dialog; saved views share ``CHANGED``."""

    CHANGED = "ledger-changed"
    BULK = "ledger-bulk-bar"
    ASK = "ledger-bulk-ask"
    UNCHOOSE = "ledger-unchoose"
    DIALOG = "ledger-bulk-dialog"
    ACTION = "ledger-bulk-action"
    WORDS = "ledger-bulk-words"
    WORDS_BOX = "ledger-bulk-words-box"
    OUTCOME = "ledger-bulk-said"
    CONFIRM = "ledger-bulk-confirm"
    CLOSE = "ledger-bulk-close"
    NOTE = "ledger-bulk-note"
    ASSIGNED = "ledger-bulk-assigned"
    UNIT = "ledger-bulk-unit"
    REQUIREMENT = "ledger-bulk-requirement"


def bulk_dialog() -> html.Div:
    """The bar below the list, still empty, and the closed dialog that confirms a step for many."""
    return html.Div(
        [
            html.Div(id=Ids.BULK, className="lg-bulk", hidden=True, role="region"),
            dialog(
                Ids.DIALOG,
                "",
                [
                    html.P(id=Ids.NOTE, className="t3"),
                    html.Div(
                        [
                            choice(
                                Ids.UNIT,
                                _("Handling unit"),
                                [],
                                placeholder=_("Choose the unit that rectifies it"),
                                searchable=True,
                                required=True,
                            ),
                            _words_box(Ids.REQUIREMENT, _("What is required"), required=True),
                        ],
                        id=Ids.ASSIGNED,
                        className="lg-assigned",
                        hidden=True,
                    ),
                    html.Div(
                        _words_box(Ids.WORDS, _("Words that go with it (optional)")),
                        id=Ids.WORDS_BOX,
                    ),
                    html.Div(id=Ids.OUTCOME, role="status", className="lg-said"),
                    dialog_foot(close_button(Ids.CLOSE), button(_("Confirm"), Ids.CONFIRM)),
                ],
                size=480,
            ),
            html.Span(id=Ids.ACTION, hidden=True),
        ]
    )


def _words_box(name: str, label: str, *, required: bool = False) -> dmc.Textarea:
    return dmc.Textarea(
        id=name,
        label=label,
        autosize=True,
        minRows=2,
        required=required,
        attributes={"input": {"maxLength": 1000}},
    )


def bar(chosen: Sequence[Chosen], actions: Iterable[Action], *, may_export: bool) -> list[Any]:
    """The bar's content: how many problems are chosen, their common status, steps all may take."""
    made: list[Any] = [html.B(_("{n} chosen").format(n=len(chosen)))]
    states = {one.status for one in chosen}
    buttons = [
        html.Button(
            action_word(action),
            className="btn s",
            **press(Ids.ASK, action=action.value),
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
            className="ib",
            **press(Ids.UNCHOOSE),
            **attributes(aria_label=_("Choose none")),
        )
    )
    return made


def heading(action: Action, count: int) -> str:
    """The dialog's title: the name of the step and the number of problems."""
    words = ngettext("{step}: {n} problem", "{step}: {n} problems", count)
    return words.format(step=action_word(action), n=count)


def note(action: Action) -> str:
    """The dialog's sentence on what the step goes by on each problem; empty for nothing to say."""
    return {
        Action.ACCEPT: _("Each keeps the severity and category it was registered with."),
        Action.ASSIGN: _("Each has the deadline that the rule of its own severity gives."),
    }.get(action, "")


def outcome(action: Action, done: Outcome) -> list[Any]:
    """The dialog's content afterwards: how many problems took the step, why the others did not."""
    done_words = ngettext(
        "{step}: done for {n} problem.", "{step}: done for {n} problems.", done.done_count
    ).format(step=action_word(action), n=done.done_count)
    made: list[Any] = [html.P(done_words)]
    if done.refused:
        made.append(
            html.Ul(
                [html.Li([html.B(number), f" {why}"]) for number, why in done.refused],
                className="lg-refused",
            )
        )
    return made


def picked(rows: list[dict[str, Any]] | None) -> list[Chosen]:
    """The problems of the grid's selected rows, with the versions that the list showed."""
    return [
        Chosen(
            number_in(row, "id"),
            str(row.get("number")),
            number_in(row, "version"),
            str(row.get("status")),
        )
        for row in rows or ()
    ]


def register_bar(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that fill the bar for selected rows and that deselect the rows."""

    @app.callback(
        Output(Ids.BULK, "children"),
        Output(Ids.BULK, "hidden"),
        Input("ledger-grid", "selectedRows"),
        prevent_initial_call=True,
    )
    async def choose(rows: list[dict[str, Any]] | None) -> tuple[Any, bool]:
        user, chosen = require(Door.READ_LEDGER), picked(rows)
        if not chosen:
            return [], True
        actions: list[Action] = []
        if may(user, Door.WRITE_LEDGER) and len(chosen) <= MOST_CHOSEN:
            steps = await off(common_steps, deps, user, [one.id for one in chosen])
            actions = [step.action for step in steps]
        return bar(chosen, actions, may_export=may(user, Door.EXPORT_LEDGER)), False

    app.clientside_callback(
        ClientsideFunction("onemap_ledger", "unchoose"),
        Output("ledger-grid", "deselectAll", allow_duplicate=True),
        Input(Ids.UNCHOOSE, "data"),
        prevent_initial_call=True,
    )


def register_dialog(app: dash.Dash, deps: Deps) -> None:
    """Registers the dialog that asks to confirm a step, and what it is taken with."""
    register_confirm(app, deps)

    @app.callback(
        Output(Ids.DIALOG, "opened"),
        Output(Ids.DIALOG, "title"),
        Output(Ids.ACTION, "children"),
        Output(Ids.OUTCOME, "children"),
        Output(Ids.CONFIRM, "hidden"),
        Output(Ids.WORDS, "value"),
        Output(Ids.WORDS_BOX, "hidden"),
        Output(Ids.NOTE, "children"),
        Output(Ids.ASSIGNED, "hidden"),
        Output(Ids.UNIT, "data"),
        Output(Ids.UNIT, "value"),
        Output(Ids.REQUIREMENT, "value"),
        Output(Ids.UNIT, "error"),
        Output(Ids.REQUIREMENT, "error"),
        Output(Ids.CLOSE, "children"),
        Input(Ids.ASK, "data"),
        State("ledger-grid", "selectedRows"),
        prevent_initial_call=True,
    )
    async def ask(pressed: dict[str, Any], rows: list[dict[str, Any]] | None) -> tuple[Any, ...]:
        if pressed.get("action") not in set(FOR_SEVERAL):
            return (no_update,) * 15
        action, chosen = Action(str(pressed["action"])), picked(rows)
        assigns, units = action is Action.ASSIGN, []
        if assigns:
            found = await off(
                common_units, deps, require(Door.WRITE_LEDGER), [one.id for one in chosen]
            )
            units = [{"value": str(number), "label": name} for number, name in found]
        title, about, blank = heading(action, len(chosen)), note(action), (None, "", None, None)
        shown = True, title, action.value, "", False, "", assigns, about, not assigns, units
        return *shown, *blank, _("Cancel")


def register_confirm(app: dash.Dash, deps: Deps) -> None:
    """Registers the callback that takes the confirmed step on each chosen problem."""

    @app.callback(
        Output(Ids.OUTCOME, "children", allow_duplicate=True),
        Output(Ids.CONFIRM, "hidden", allow_duplicate=True),
        Output(Ids.CHANGED, "data"),
        Output(Ids.WORDS_BOX, "hidden", allow_duplicate=True),
        Output(Ids.ASSIGNED, "hidden", allow_duplicate=True),
        Output(Ids.UNIT, "error", allow_duplicate=True),
        Output(Ids.REQUIREMENT, "error", allow_duplicate=True),
        Output(Ids.CLOSE, "children", allow_duplicate=True),
        Input(Ids.CONFIRM, "n_clicks"),
        State(Ids.ACTION, "children"),
        State("ledger-grid", "selectedRows"),
        State(Ids.WORDS, "value"),
        State(Ids.UNIT, "value"),
        State(Ids.REQUIREMENT, "value"),
        State(Ids.CHANGED, "data"),
        running=while_running(Ids.CONFIRM),
        prevent_initial_call=True,
    )
    async def confirm(
        _clicks: int,
        word: str,
        rows: list[dict[str, Any]] | None,
        words: str | None,
        unit: str | None,
        requirement: str | None,
        changed: int,
    ) -> tuple[Any, ...]:
        user = require(Door.WRITE_LEDGER)
        if word not in set(Action):
            raise unreadable()
        action = Action(word)
        filled = Filled(words or "", whole_number(unit) if unit else None, requirement or "")
        try:
            done = await off(take_all, deps, user, action, picked(rows), filled)
        except OneMapError as error:
            said, *errors = place_of_refusal(action, filled, worded(error))
            return said, False, no_update, no_update, no_update, *errors, no_update
        is_over = not done.refused  # what was typed for those refused stays there to be copied
        hidden = is_over or action is Action.ASSIGN, is_over or action is not Action.ASSIGN
        return outcome(action, done), True, changed + 1, *hidden, None, None, _("Close")
