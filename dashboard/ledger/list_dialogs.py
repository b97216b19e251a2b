"""Beside the ledger's list: the bar over chosen problems, its dialog, and saving a view."""

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, html, no_update

from dashboard.frame.auth import Action as Door
from dashboard.frame.auth import current_user, may, require
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger import bulk_bar
from dashboard.ledger.bulk_steps import WITHOUT_NEEDS, Chosen, take_all
from dashboard.ledger.reads import MOST_CHOSEN, common_steps
from dashboard.parts.icons import icon
from dashboard.parts.wording import _, worded
from data.database import transaction
from data.errors import OneMapError
from data.people.saved_views import remove_view, save_view
from data.queries.ledger.filter import read_filter, write_filter
from data.records import AccountId
from data.words.ledger import Action


class Ids:
    """Ids of the parts beside the list; the page shares those of its stores."""

    ASKED = "ledger-asked"
    CHANGED = "ledger-changed"
    EXPORT = "ledger-export"
    BULK = "ledger-bulk-bar"
    DIALOG = "ledger-bulk-dialog"
    ACTION = "ledger-bulk-action"
    WORDS = "ledger-bulk-words"
    SAID = "ledger-bulk-said"
    CONFIRM = "ledger-bulk-confirm"
    NAME = "ledger-save-name"
    SAVE = "ledger-save"
    SAVE_SAID = "ledger-save-said"
    SAVE_BOX = "ledger-save-box"


def bulk_dialog() -> html.Div:
    """The bar over the list's foot and the dialog that confirms its buttons."""
    return html.Div(
        [
            html.Div(id=Ids.BULK, className="lg-bulk", hidden=True, role="region"),
            dmc.Modal(
                [
                    dmc.Textarea(
                        id=Ids.WORDS,
                        label=_("Words that go with it (may stay empty)"),
                        autosize=True,
                        minRows=2,
                        attributes={"input": {"maxLength": 1000}},
                    ),
                    html.Div(id=Ids.SAID, role="status", className="lg-said"),
                    html.Div(
                        html.Button(_("Confirm"), id=Ids.CONFIRM, className="btn p"),
                        className="row lg-end",
                    ),
                ],
                id=Ids.DIALOG,
                size=480,
                radius=16,
                centered=True,
                zIndex=300,
            ),
            html.Span(id=Ids.ACTION, hidden=True),
        ]
    )


def save_box() -> dmc.Popover:
    """The button that saves what the address asks for under a name."""
    button = html.Button([icon("bookmark"), _("Save these filters")], className="lg-save")
    body = html.Div(
        [
            dmc.TextInput(id=Ids.NAME, label=_("The view's name"), w=240),
            html.Div(id=Ids.SAVE_SAID, role="status", className="t3 fs12"),
            html.Button(_("Save"), id=Ids.SAVE, className="btn p s"),
        ],
        className="lg-save-body",
    )
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(body)],
        id=Ids.SAVE_BOX,
        position="bottom-end",
        shadow="md",
        trapFocus=True,
    )


def picked(rows: list[dict[str, Any]] | None) -> list[Chosen]:
    """The chosen rows as the list saw them."""
    return [
        Chosen(int(row["id"]), str(row["number"]), int(row["version"]), str(row["status"]))
        for row in rows or ()
    ]


def register_bulk(app: dash.Dash, deps: Deps) -> None:
    """The bar follows what is chosen, and what is legal for all of it."""

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
        return bulk_bar.bar(chosen, actions, may_export=may(user, Door.EXPORT_LEDGER)), False

    app.clientside_callback(
        ClientsideFunction("onemap_ledger", "unchoose"),
        Output("ledger-grid", "deselectAll", allow_duplicate=True),
        Input({"type": "ledger-unchoose", "index": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )


def register_taking(app: dash.Dash, deps: Deps) -> None:
    """A button of the bar is confirmed, then the step is taken on every chosen problem."""

    @app.callback(
        Output(Ids.DIALOG, "opened"),
        Output(Ids.DIALOG, "title"),
        Output(Ids.ACTION, "children"),
        Output(Ids.SAID, "children"),
        Output(Ids.CONFIRM, "hidden"),
        Output(Ids.WORDS, "value"),
        Input({"type": "ledger-bulk", "index": ALL}, "n_clicks"),
        State("ledger-grid", "selectedRows"),
        prevent_initial_call=True,
    )
    async def ask(clicks: list[int | None], rows: list[dict[str, Any]] | None) -> tuple[Any, ...]:
        word = ctx.triggered_id["index"] if isinstance(ctx.triggered_id, dict) else ""
        if not any(clicks) or word not in set(WITHOUT_NEEDS):
            return (no_update,) * 6
        title = bulk_bar.heading(Action(word), len(rows or ()))
        return True, title, word, [], False, ""

    @app.callback(
        Output(Ids.SAID, "children", allow_duplicate=True),
        Output(Ids.CONFIRM, "hidden", allow_duplicate=True),
        Output(Ids.CHANGED, "data"),
        Input(Ids.CONFIRM, "n_clicks"),
        State(Ids.ACTION, "children"),
        State("ledger-grid", "selectedRows"),
        State(Ids.WORDS, "value"),
        State(Ids.CHANGED, "data"),
        prevent_initial_call=True,
    )
    async def confirm(
        _clicks: int, word: str, rows: list[dict[str, Any]] | None, words: str | None, changed: int
    ) -> tuple[Any, ...]:
        user = require(Door.WRITE_LEDGER)
        action = Action(word)
        try:
            done = await off(take_all, deps, user, action, picked(rows), words or "")
        except OneMapError as error:
            return worded(error), False, no_update
        return bulk_bar.outcome(action, done), True, changed + 1


def register_views(app: dash.Dash, deps: Deps) -> None:
    """A view is saved under its name, or forgotten."""

    def kept(account_id: AccountId, name: str, asked: str) -> None:
        query = write_filter(read_filter(asked))
        with transaction(deps.engine) as connection:
            save_view(connection, account_id, name, query)

    def forgotten(account_id: AccountId, view_id: int) -> None:
        with transaction(deps.engine) as connection:
            remove_view(connection, account_id, view_id)

    @app.callback(
        Output(Ids.SAVE_SAID, "children"),
        Output(Ids.SAVE_BOX, "opened"),
        Output(Ids.NAME, "value"),
        Output(Ids.CHANGED, "data", allow_duplicate=True),
        Input(Ids.SAVE, "n_clicks"),
        State(Ids.NAME, "value"),
        State(Ids.ASKED, "data"),
        State(Ids.CHANGED, "data"),
        prevent_initial_call=True,
    )
    async def save(_clicks: int, name: str | None, asked: str, changed: int) -> tuple[Any, ...]:
        user = current_user()
        try:
            await off(kept, user.account_id, name or "", asked)
        except OneMapError as error:
            return worded(error), True, no_update, no_update
        return "", False, "", changed + 1

    @app.callback(
        Output(Ids.CHANGED, "data", allow_duplicate=True),
        Input({"type": "ledger-forget", "index": ALL}, "n_clicks"),
        State(Ids.CHANGED, "data"),
        prevent_initial_call=True,
    )
    async def forget(clicks: list[int | None], changed: int) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        await off(forgotten, current_user().account_id, int(ctx.triggered_id["index"]))
        return changed + 1
