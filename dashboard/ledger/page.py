"""The page of the problem ledger (问题台账): the list by tab, filter and order."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, html, no_update

from dashboard.frame.auth import Action, current_user, may, require, signed_in_user
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger import bulk, filters, grid, tabs
from dashboard.ledger.reads import number_now, read_overview, read_rows
from dashboard.ledger.rows import CARD_ROWS, MORE, as_data, cards, line_of
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import unread_note
from dashboard.parts.icons import icon
from dashboard.parts.kit import filter_row, search_box
from dashboard.parts.wording import _, ngettext
from data.queries.ledger.filter import (
    MOST_TEXT,
    LedgerFilter,
    read_address,
    read_filter,
    read_order,
    write_filter,
)


class Ids:
    """Ids of the elements of the page of problems."""

    GRID = "ledger-grid"
    VIEW = "ledger-view-now"
    SEARCH = "ledger-search"
    KEPT = "ledger-kept"
    WORDS = "ledger-words"
    ASKED = tabs.Ids.ASKED
    CHANGED = bulk.Ids.CHANGED
    SUMMARY = "ledger-summary"
    SAVED = "ledger-saved"
    KEPT_PILLS = "ledger-kept-pills"
    COLUMNS = "ledger-columns"
    EMPTY = "ledger-empty"
    FOUND = "ledger-found"
    NARROW = "ledger-narrow"
    SHOWN = "ledger-shown"
    CARDS = "ledger-cards"
    BODY = "ledger-body"
    EXPORT = "ledger-export"


PRESSES = (tabs.Ids.TURN, tabs.Ids.DROP, tabs.Ids.FORGET, bulk.Ids.ASK, bulk.Ids.UNCHOOSE, MORE)
PICKS = tuple(f"ledger-pick-{key}" for key in filters.PICKED)


async def layout(*, deps: Deps, **query: str | list[str]) -> html.Div:
    """The page of problems, with the ledger's change number from before any row is read."""
    return list_page(query, await number_now(deps, signed_in_user()))


def list_page(query: dict[str, str | list[str]], number: int | None) -> html.Div:
    """The page of problems without rows; tab, filters and order are those of its address.

    Its script is told of whatever changed after change number ``number``.
    """
    chosen, order, unread = read_address(query)
    return html.Div(
        [
            heading(),
            unread_note(unread),
            tabs.tab_row(chosen, Ids.SAVED),
            filters_over(chosen),
            html.Div(
                [
                    html.Div(grid.grid(Ids.GRID, order, chosen.view), className="lg-rows"),
                    html.Div(id=Ids.CARDS, className="lg-cards"),
                    html.Div(id=Ids.EMPTY, className="empty lg-empty", hidden=True),
                    html.Div(id=Ids.FOUND, className="lg-foot", role="status"),
                ],
                id=Ids.BODY,
                className="card lg-card-body",
            ),
            tabs.legend(),
            bulk.bulk_dialog(),
            dcc.Store(id=Ids.VIEW, data=chosen.view.value),
            dcc.Store(id=Ids.KEPT, data=filters.kept(chosen)),
            dcc.Store(id=Ids.WORDS, data=filters.wordings()),
            dcc.Store(id=Ids.ASKED, data=write_filter(chosen)),
            dcc.Store(id=Ids.CHANGED, data=0),
            dcc.Store(id=Ids.NARROW),
            dcc.Store(id=Ids.SHOWN),
            *[dcc.Store(id=name) for name in PRESSES],
        ],
        id="ledger-page",
        className="om-page lg-page",
        **attributes(data_change_no="" if number is None else str(number)),
    )


def filters_over(chosen: LedgerFilter) -> html.Div:
    """The row with the search, a pill for each filter, and the choice of columns."""
    return filter_row(
        search_box(
            Ids.SEARCH,
            _("Number, chainage, description"),
            chosen.text,
            MOST_TEXT,
            label=_("Search the ledger"),
        ),
        *(filters.pill(key, chosen) for key in filters.PICKED),
        html.Span(id=Ids.KEPT_PILLS, className="lg-views"),
        html.Span(className="sp"),
        grid.column_picker(Ids.COLUMNS),
    )


def heading() -> html.Header:
    """The heading: a summary, and links to the map, the xlsx file and the report form."""
    user = signed_in_user()
    export = html.A(
        [icon("in-down"), _("Export xlsx")],
        id=Ids.EXPORT,
        href="/api/v1/problems.xlsx",
        className="btn",
        hidden=not may(user, Action.EXPORT_LEDGER),
    )
    report = dcc.Link(
        [icon("plus"), _("Report a problem")], href="/ledger/report", className="btn p"
    )
    return html.Header(
        [
            html.H1(_("Problem ledger")),
            html.Span(id=Ids.SUMMARY, className="t3", **attributes(aria_live="polite")),
            html.Span(className="sp"),
            dcc.Link([icon("map"), _("On the map")], href="/", className="btn lg-map"),
            export,
            report if may(user, Action.WRITE_LEDGER) else None,
        ]
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the page's callbacks."""
    register_asking(app)
    register_rows(app, deps)
    register_overview(app, deps)
    for key in filters.SOUGHT:
        filters.register_finder(app, deps, key, Ids.WORDS)
    bulk.register_bar(app, deps)
    bulk.register_dialog(app, deps)
    tabs.register_views(app, deps)


def register_asking(app: dash.Dash) -> None:
    """Registers the browser's callbacks: filters to the address, grid read anew, columns shown."""
    browser = "onemap_ledger"
    app.clientside_callback(
        ClientsideFunction(browser, "turn"),
        Output(Ids.VIEW, "data"),
        Input(tabs.Ids.TURN, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction(browser, "drop"),
        Output(Ids.KEPT, "data"),
        Input(tabs.Ids.DROP, "data"),
        State(Ids.KEPT, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction(browser, "compose"),
        Output(Ids.ASKED, "data"),
        Input(Ids.VIEW, "data"),
        Input(Ids.SEARCH, "value"),
        Input(Ids.KEPT, "data"),
        Input(Ids.WORDS, "data"),
        *[Input(name, "value") for name in PICKS],
        State(Ids.ASKED, "data"),
    )
    app.clientside_callback(
        ClientsideFunction(browser, "refresh"),
        Output(Ids.GRID, "deselectAll"),
        Input(Ids.ASKED, "data"),
        Input(Ids.CHANGED, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction(browser, "sorted"),
        Output(Ids.GRID, "rowClass"),
        Input(Ids.GRID, "getRowsRequest"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction(browser, "more"),
        Output(Ids.SHOWN, "data"),
        Input(MORE, "data"),
        Input(Ids.ASKED, "data"),
        State(Ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction(browser, "columns"),
        Output(Ids.GRID, "rowStyle"),
        Input(Ids.COLUMNS, "value"),
    )


def register_rows(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that fill the grid with rows, on a phone the list with cards."""

    @app.callback(
        Output(Ids.GRID, "getRowsResponse"),
        Output(Ids.EMPTY, "children"),
        Output(Ids.EMPTY, "hidden"),
        Output(Ids.FOUND, "children"),
        Input(Ids.GRID, "getRowsRequest"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    async def rows(request: dict[str, Any] | None, asked: str) -> tuple[Any, ...]:
        if request is None:
            return no_update, no_update, no_update, no_update
        chosen, order = read_filter(asked), read_order(grid.sort_of(request))
        start, count = grid.span_of(request)
        user = current_user()
        found, total, now = await off(read_rows, deps, user, chosen, order, start, count)
        answer = {"rowData": [as_data(line_of(row, now)) for row in found], "rowCount": total}
        report = may(user, Action.WRITE_LEDGER)
        nothing = tabs.empty(chosen.view, narrowed=chosen.is_narrowed, may_report=report)
        return (
            answer,
            [] if total else nothing,
            bool(total),
            ngettext("{n} problem", "{n} problems", total).format(n=total),
        )

    @app.callback(
        Output(Ids.CARDS, "children"),
        Input(Ids.NARROW, "data"),
        Input(Ids.ASKED, "data"),
        Input(Ids.CHANGED, "data"),
        Input(Ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    async def show_cards(
        narrow: bool | None, asked: str, _changed: int, shown: int | None
    ) -> list[Any]:
        if not narrow:
            return []
        chosen, order = read_filter(asked), read_order(asked)
        count = max(shown or 0, CARD_ROWS)
        found, total, now = await off(read_rows, deps, current_user(), chosen, order, 0, count)
        return cards([line_of(row, now) for row in found], total)


def register_overview(app: dash.Dash, deps: Deps) -> None:
    """Registers the callback for the tabs' counts, the options of rivers and units, saved views."""
    counted = [f"ledger-count-{view.value}" for view in tabs.names()]

    @app.callback(
        *[Output(name, "children") for name in counted],
        *[Output(name, "className") for name in counted],
        Output(Ids.SUMMARY, "children"),
        Output(Ids.SAVED, "children"),
        Output("ledger-pick-river", "children"),
        Output("ledger-pick-unit", "children"),
        Output("ledger-find-river", "style"),
        Output("ledger-find-unit", "style"),
        Output(Ids.WORDS, "data"),
        Output(Ids.KEPT_PILLS, "children"),
        Input(Ids.CHANGED, "data"),
        Input(Ids.KEPT, "data"),
        State(Ids.ASKED, "data"),
        State("ledger-pick-river", "value"),
        State("ledger-pick-unit", "value"),
    )
    async def overview(
        _changed: int, kept: dict[str, list[str]], asked: str, rivers: list[str], units: list[str]
    ) -> tuple[Any, ...]:
        user = require(Action.READ_LEDGER)
        chosen = read_filter(kept)
        read = await off(read_overview, deps, user, chosen, rivers or (), units or ())
        offered = filters.read_values(read.choices)
        return (
            *[read.counts.views[view] for view in tabs.names()],
            *tabs.count_classes(read.counts),
            tabs.summary(read.counts),
            tabs.saved(read.views),
            filters.boxes(offered["river"], rivers or ()),
            filters.boxes(offered["unit"], units or ()),
            filters.finder_style(read.choices.rivers),
            filters.finder_style(read.choices.units),
            filters.wordings(read.choices),
            filters.kept_pills(kept, read.names),
        )
