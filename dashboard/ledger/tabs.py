"""The tabs over the ledger's list, the saved views beside them, what an empty list says."""

from collections.abc import Sequence
from typing import Any, Final

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update

from dashboard.frame.auth import current_user
from dashboard.frame.callback_values import number_in
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.bulk import Ids as Bulk
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import popover, while_running
from dashboard.parts.press import press
from dashboard.parts.wording import _, worded
from data.database import transaction
from data.errors import OneMapError
from data.people.saved_views import SavedView, remove_view, save_view
from data.queries.ledger.filter import LedgerFilter, View, read_filter, write_filter
from data.queries.ledger.problems import Counts
from data.records import AccountId

EVERY: Final = ""
"""Instead of a filter's name: all filters are cleared."""


class Ids:
    """Ids of the button that saves a view; ``ASKED`` holds the page's filters as a query string."""

    ASKED = "ledger-asked"
    TURN = "ledger-turn"
    DROP = "ledger-drop"
    FORGET = "ledger-forget"
    NAME = "ledger-save-name"
    SAVE = "ledger-save"
    SAVE_REFUSED = "ledger-save-said"
    SAVE_BOX = "ledger-save-box"


ALARMING: Final = (View.OVERDUE,)


def names() -> dict[View, str]:
    """The labels of the tabs by view, in the order of the tabs."""
    return {
        View.OPEN: _("All open"),
        View.WAITING: _("Waiting for me"),
        View.OVERDUE: _("Overdue"),
        View.SOON: _("Due within 3 days"),
        View.CHECKING: _("To be checked"),
        View.NEW: _("New this week"),
        View.PRESSED: _("Escalated"),
        View.EXTENSION: _("More time"),
        View.MINE: _("Reported by me"),
        View.UNIT: _("My unit's"),
        View.ALL: _("All problems"),
    }


def tab_row(chosen: LedgerFilter, saved_id: str) -> html.Div:
    """The row of tabs, of saved views (filled in later) and of the button that saves a new one."""
    label = attributes(aria_label=_("Views of the ledger"))
    buttons = [*tabs(chosen.view), html.Span(id=saved_id, className="lg-views")]
    return html.Div(
        [
            html.Div(buttons, className="lg-tablist", role="group", **label),
            html.Span(className="sp"),
            save_box(),
        ],
        className="lg-tabs",
    )


def tabs(chosen: View) -> list[html.Button]:
    """The buttons of the tabs, the chosen tab marked; a callback fills in the counts."""
    return [
        html.Button(
            [name, html.Span(id=f"ledger-count-{view.value}", className="n")],
            className="on" if view is chosen else "",
            **press(Ids.TURN, view=view.value),
            **attributes(aria_pressed="true" if view is chosen else "false"),
        )
        for view, name in names().items()
    ]


def count_classes(counts: Counts) -> list[str]:
    """The CSS class of each tab's count: red for the tab "overdue" unless its count is 0."""
    return ["n rd" if view in ALARMING and counts.views[view] else "n" for view in names()]


def saved(views: Sequence[SavedView]) -> list[Any]:
    """A link for each saved view, with a cross that removes the view."""
    return [
        html.Span(
            [
                html.A(view.name, href=f"/ledger?{view.query}" if view.query else "/ledger"),
                html.Button(
                    icon("close"),
                    **press(Ids.FORGET, view=view.id),
                    **attributes(aria_label=_("Remove the view {name}").format(name=view.name)),
                ),
            ],
            className="lg-saved",
        )
        for view in views
    ]


def summary(counts: Counts) -> str:
    """The summary: how many problems are open and how many were signed off this month."""
    return _("{open} open · {closed} signed off this month").format(
        open=counts.views[View.OPEN], closed=counts.signed_off_this_month
    )


def empty(view: View, *, narrowed: bool, may_report: bool) -> list[Any]:
    """What the list shows when no problem fits: a heading that explains why, and links on."""
    good = {
        View.OVERDUE: _("Nothing is overdue"),
        View.WAITING: _("Nothing waits for you"),
        View.SOON: _("No deadline ends within 3 working days"),
        View.CHECKING: _("Nothing waits to be checked"),
        View.OPEN: _("No open problem"),
        View.EXTENSION: _("No unit asks for more time"),
    }
    clear = html.Button(_("Clear the filters"), className="btn", **press(Ids.DROP, filter=EVERY))
    report = dcc.Link(_("Report a problem"), href="/ledger/report", className="btn g")
    if narrowed:
        heading, sentence = (
            _("No problem fits"),
            _("Choose fewer filters, or look at all problems."),
        )
    else:
        heading = good.get(view, _("No problem here"))
        sentence = _("What is reported on the map, in the form or by a station appears here.")
    return [
        html.Div(className="lg-drawing", **attributes(aria_hidden="true")),
        html.H2(heading),
        html.P(sentence),
        html.Div(
            [
                clear if narrowed else None,
                report if may_report else None,
            ],
            className="row",
        ),
    ]


def legend() -> html.Footer:
    """The line below the list that explains the lights (colours of deadlines)."""
    return html.Footer(
        [
            html.Span(_("On time: more than 3 working days left"), className="lt g"),
            html.Span(_("Due soon: 3 working days or a fifth of the time left"), className="lt a"),
            html.Span(_("Overdue: the deadline has passed"), className="lt r"),
            html.Span(className="sp"),
            html.Span(_("Deadlines count working days by the official calendar."), className="t3"),
        ],
        className="lg-legend",
    )


def save_filters(deps: Deps, account_id: AccountId, name: str, asked: str) -> None:
    """Saves the filters of the query ``asked`` as a view of the account. Raises BadInput."""
    query = write_filter(read_filter(asked))
    with transaction(deps.engine) as connection:
        save_view(connection, account_id, name, query)


def forget_view(deps: Deps, account_id: AccountId, view_id: int) -> None:
    """Removes the account's view with that id."""
    with transaction(deps.engine) as connection:
        remove_view(connection, account_id, view_id)


def save_box() -> dmc.Popover:
    """The button with the small form that saves the page's filters under a name."""
    face = [icon("bookmark"), _("Save these filters")]
    body = html.Div(
        [
            dmc.TextInput(id=Ids.NAME, label=_("The view's name"), w=240),
            html.Div(id=Ids.SAVE_REFUSED, role="status", className="t3 fs12"),
            html.Button(_("Save"), id=Ids.SAVE, className="btn p s"),
        ],
        className="lg-save-body",
    )
    return popover(face, "lg-save", body, side="end", id=Ids.SAVE_BOX)


def register_views(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that save the page's filters as a view and that remove a view."""

    @app.callback(
        Output(Ids.SAVE_REFUSED, "children"),
        Output(Ids.SAVE_BOX, "opened"),
        Output(Ids.NAME, "value"),
        Output(Bulk.CHANGED, "data", allow_duplicate=True),
        Input(Ids.SAVE, "n_clicks"),
        State(Ids.NAME, "value"),
        State(Ids.ASKED, "data"),
        State(Bulk.CHANGED, "data"),
        running=while_running(Ids.SAVE),
        prevent_initial_call=True,
    )
    async def save(_clicks: int, name: str | None, asked: str, changed: int) -> tuple[Any, ...]:
        user = current_user()
        try:
            await off(save_filters, deps, user.account_id, name or "", asked)
        except OneMapError as error:
            return worded(error), True, no_update, no_update
        return "", False, "", changed + 1

    @app.callback(
        Output(Bulk.CHANGED, "data", allow_duplicate=True),
        Input(Ids.FORGET, "data"),
        State(Bulk.CHANGED, "data"),
        prevent_initial_call=True,
    )
    async def forget(pressed: dict[str, Any], changed: int) -> int:
        view_id = number_in(pressed, "view")
        await off(forget_view, deps, current_user().account_id, view_id)
        return changed + 1
