"""The page of stations (测站) for the office: the list, and the form that adds or changes one."""

from typing import Any, Final, cast

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, dcc, html, no_update

from dashboard.frame.callback_values import changed, number_in, whole_number
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.blocks import unread_note
from dashboard.parts.icons import icon
from dashboard.parts.kit import (
    close_button,
    dialog,
    filter_row,
    page_header,
    search_box,
    segmented,
    while_running,
)
from dashboard.parts.press import press
from dashboard.parts.wording import _
from dashboard.stations import actions, form, format_callbacks
from dashboard.stations.form_answers import opened, previewed, tried
from dashboard.stations.format_form import format_dialogs
from dashboard.stations.list import kind_word, station_table
from data.query_values import PageQuery, read_number, read_text, read_word
from data.vocabulary import StationKind

POINT = ("crs", "lon", "lat")


NEW: Final = "new"
AGAIN: Final = "again"
"""Instead of a station's id: the form for a new one, and the open form as it is saved now."""


class Ids:
    """Ids of the elements of the page of stations."""

    SEARCH = "stations-search"
    KIND = "stations-kind"
    PAGES = "stations-pages"
    COUNT = "stations-count"
    LIST = "stations-list"
    ADDRESS = "stations-address"
    ASKED = "stations-asked"
    CHANGED = "stations-changed"
    EDIT = "stations-edit"
    CLEAR = "stations-clear"
    DIALOG = "stations-dialog"
    CHOSEN = "stations-chosen"
    TYPED = "stations-typed"
    PREVIEW = "stations-preview"
    PROBLEM = "stations-problem"
    RELOAD = "stations-reload"
    SAVE = "stations-save"
    DEVICE_DIALOG = "stations-device-dialog"
    DEVICE = "stations-device"


VALUES = tuple((form.field_id(n), "checked" if n == "border" else "value") for n in actions.FIELDS)
NONE = "none"
"""The choice of every kind: an empty value would be no choice at all."""


def layout(**query: str | list[str]) -> html.Div:
    """The page of stations with an empty table, and with the filters of its address."""
    page = PageQuery(query)
    phrase = page.read(
        read_text, "q", actions.MOST_SEARCHED, otherwise=page.text("q")[: actions.MOST_SEARCHED]
    )
    kind: StationKind | None = page.read(read_word, "kind", StationKind, otherwise=None)
    edit: int | None = page.read(read_number, "edit", 1, otherwise=None)
    kinds = {NONE: _("All"), **{each.value: kind_word(each) for each in StationKind}}
    return html.Div(
        [
            page_header(
                _("Stations"),
                html.Button(
                    [icon("plus"), _("New station")],
                    className="btn p",
                    **press(Ids.EDIT, station=NEW),
                ),
                note=html.Span(id=Ids.COUNT, className="t3"),
            ),
            filter_row(
                search_box(Ids.SEARCH, _("Name, code or water"), phrase, actions.MOST_SEARCHED),
                segmented(Ids.KIND, _("Kind"), kinds, kind.value if kind else NONE),
            ),
            unread_note(page.unread),
            html.Div(id=Ids.LIST, className="card st-card"),
            dmc.Pagination(id=Ids.PAGES, total=1, value=1, size="sm", mt=12),
            station_dialog(),
            *format_dialogs(),
            dialog(Ids.DEVICE_DIALOG, _("The device's account"), html.Div(id=Ids.DEVICE)),
            dcc.Store(id=Ids.CHANGED, data=0),
            dcc.Store(id=Ids.CHOSEN),
            dcc.Store(id=Ids.EDIT),
            dcc.Store(id=Ids.CLEAR),
            dcc.Store(id=Ids.TYPED),
            dcc.Store(id=Ids.ADDRESS),
            dcc.Store(id=Ids.ASKED, data=None if edit is None else str(edit)),
        ],
        className="om-page st-page",
    )


def station_dialog() -> dmc.Modal:
    """The closed dialog to add or change a station: form, preview and buttons."""
    buttons = [
        html.Button(
            _("Load the newest state"),
            id=Ids.RELOAD,
            className="btn",
            hidden=True,
            **press(Ids.EDIT, station=AGAIN),
        ),
        html.Span(className="sp"),
        close_button(),
        html.Button(_("Confirm"), id=Ids.SAVE, className="btn p", disabled=True),
    ]
    body = [
        *form.form_body(),
        html.Div(id=Ids.PREVIEW, role="status"),
        *form.kind_boxes(),
        html.Div(id=Ids.PROBLEM),
        html.Div(buttons, className="row st-foot"),
    ]
    return dialog(
        Ids.DIALOG,
        _("New station"),
        body,
        size=640,
        closeOnClickOutside=False,
        className="st-dialog",
    )


def asked_for(pressed: dict[str, Any], chosen: dict[str, Any] | None) -> int | None:
    """The id of the station whose form the pressed button opens, None for a new station."""
    if pressed.get("station") == NEW:
        return None
    if pressed.get("station") == AGAIN:
        return number_in(chosen, "id")
    return number_in(pressed, "station")


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the page's callbacks."""
    register_list(app, deps)
    register_form(app, deps)
    register_saving(app, deps)
    format_callbacks.register(app, deps)


def register_list(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that fill the table and write its filters into the address."""

    @app.callback(
        Output(Ids.LIST, "children"),
        Output(Ids.PAGES, "total"),
        Output(Ids.PAGES, "value"),
        Output(Ids.COUNT, "children"),
        Input(Ids.SEARCH, "value"),
        Input(Ids.KIND, "value"),
        Input(Ids.PAGES, "value"),
        Input(Ids.CHANGED, "data"),
    )
    async def show_rows(
        search: str | None, kind: str | None, page: int | None, _changed: int
    ) -> tuple[Any, ...]:
        page = 1 if changed(Ids.SEARCH, Ids.KIND) else page or 1
        chosen = None if kind == NONE else kind
        count, rows = await off(actions.list_stations, deps, search or "", chosen, page)
        shown = station_table(rows, deps.clock(), filtered=bool(search) or kind != NONE)
        pages = max(1, -(-count // actions.PAGE_ROWS))
        return shown, pages, page, _("{count} stations").format(count=count)

    @app.callback(
        Output(Ids.SEARCH, "value"),
        Output(Ids.KIND, "value"),
        Input(Ids.CLEAR, "data"),
        prevent_initial_call=True,
    )
    async def clear(_pressed: dict[str, Any]) -> tuple[str, str]:
        return "", NONE

    app.clientside_callback(
        ClientsideFunction("onemap_stations", "remember"),
        Output(Ids.ADDRESS, "data"),
        Input(Ids.SEARCH, "value"),
        Input(Ids.KIND, "value"),
        prevent_initial_call=True,
    )


def register_form(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that open the form and show the fields of the station's kind."""

    @app.callback(
        Output(Ids.DIALOG, "opened"),
        Output(Ids.DIALOG, "title"),
        Output(Ids.CHOSEN, "data"),
        Output(Ids.PROBLEM, "children"),
        Output(Ids.RELOAD, "hidden"),
        Output("stations-kind-box", "hidden"),
        Output(form.field_id("code"), "readOnly"),
        Output(form.field_id("crs"), "data"),
        Output(form.field_id("interval"), "data"),
        Output(form.field_id("attribute"), "data"),
        Output("stations-map", "data-ground"),
        *[Output(*value) for value in VALUES],
        Input(Ids.EDIT, "data"),
        Input(Ids.ASKED, "data"),
        State(Ids.CHOSEN, "data"),
    )
    async def open_form(
        pressed: dict[str, Any] | None, asked: str | None, chosen: dict[str, Any] | None
    ) -> Any:
        if pressed and changed(Ids.EDIT):
            return await off(opened, deps, asked_for(pressed, chosen))
        return await off(opened, deps, whole_number(asked)) if asked else no_update

    @app.callback(
        *[Output(group, "hidden") for group in form.GROUPS],
        Input(form.field_id("kind"), "value"),
    )
    async def show_boxes(kind: str | None) -> tuple[bool, ...]:
        return form.hidden_groups(kind)


def register_saving(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that preview the typed place and that save the station."""
    app.clientside_callback(
        ClientsideFunction("onemap_stations", "ask"),
        Output(Ids.TYPED, "data"),
        Input(form.field_id("crs"), "value"),
        Input(form.field_id("lon"), "value"),
        Input(form.field_id("lat"), "value"),
        Input(Ids.CHOSEN, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(Ids.PREVIEW, "children"),
        Output(Ids.SAVE, "disabled"),
        Input(Ids.TYPED, "data"),
        prevent_initial_call=True,
    )
    async def preview(typed: dict[str, str | int | float]) -> tuple[Any, bool]:
        crs, lon, lat = (None if (sent := typed.get(name)) is None else str(sent) for name in POINT)
        station = typed.get("id")
        number = whole_number(station) if station else None
        return await off(previewed, deps, actions.Filled(crs=crs, lon=lon, lat=lat), number)

    @app.callback(
        Output(Ids.DIALOG, "opened", allow_duplicate=True),
        Output(Ids.CHANGED, "data"),
        Output(Ids.PROBLEM, "children", allow_duplicate=True),
        Output(Ids.RELOAD, "hidden", allow_duplicate=True),
        Output(Ids.DEVICE, "children"),
        Output(Ids.DEVICE_DIALOG, "opened"),
        Input(Ids.SAVE, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        State(Ids.CHANGED, "data"),
        *[State(*value) for value in VALUES],
        running=while_running(Ids.SAVE),
        prevent_initial_call=True,
    )
    async def save(
        _clicks: int,
        chosen: dict[str, Any] | None,
        changed: int,
        *filled: str | float | bool | None,
    ) -> tuple[Any, ...]:
        return await off(tried, deps, actions.Filled(*cast(Any, filled)), chosen or {}, changed)
