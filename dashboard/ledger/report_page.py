"""The page that registers a problem (登记问题): its callbacks and its frame."""

import json
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html, no_update

from dashboard.frame.auth import current_user
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.report_form import form_data, placed_words, refused_words
from dashboard.ledger.report_places import place_typed, read_ground
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import unread_note
from dashboard.parts.icons import icon
from dashboard.parts.kit import way_back
from dashboard.parts.spot import describe
from dashboard.parts.wording import _
from data.errors import OneMapError
from data.query_values import PageQuery, read_degrees


class Ids:
    """Ids of the elements of the page that reports a problem."""

    ASKED = "report-asked"
    FORM = "report-form"
    TYPED = "report-typed"
    PREVIEW = "report-preview"
    SPOT = "report-spot"
    HEARD = "report-heard"


def layout(**query: str | list[str]) -> html.Div:
    """The report page before its form is read; marks the place in the address at once."""
    page = PageQuery(query)
    lon: float | None = page.read(read_degrees, "lon", 180, otherwise=None)
    lat: float | None = page.read(read_degrees, "lat", 90, otherwise=None)
    asked = {"lon": page.text("lon"), "lat": page.text("lat")}
    is_place = lon is not None and lat is not None
    return html.Div(
        [
            html.Nav(
                [way_back(_("Problem ledger"), "/ledger"), icon("right"), _("New problem")],
                className="pb-way",
                **attributes(aria_label=_("Where you are")),
            ),
            html.H1(_("Register a problem")),
            unread_note(page.unread),
            dcc.Store(id=Ids.ASKED, data=asked if is_place else {"lon": "", "lat": ""}),
            dcc.Store(id=Ids.TYPED),
            dcc.Store(id=Ids.SPOT),
            dcc.Store(id=Ids.HEARD),
            html.Div(id=Ids.FORM, className="rp-hold"),
            html.Div(
                html.P(_("Click the map to mark the place"), className="t3"),
                id=Ids.PREVIEW,
                className="rp-told",
            ),
        ],
        className="om-page rp-page",
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers callbacks that load the form and that preview each place typed or marked."""

    @app.callback(Output(Ids.FORM, "children"), Input(Ids.ASKED, "data"))
    async def bring(asked: dict[str, str]) -> html.Div:
        user = current_user()
        ground = await off(read_ground, deps, user)
        data = form_data(deps, user, ground, asked)
        return html.Div(**attributes(data_report=json.dumps(data, ensure_ascii=False)))

    @app.callback(
        Output(Ids.PREVIEW, "children"),
        Output(Ids.SPOT, "data"),
        Input(Ids.TYPED, "data"),
        prevent_initial_call=True,
    )
    async def place(typed: dict[str, Any] | None) -> tuple[Any, Any]:
        if not typed:
            return no_update, no_update
        try:
            placed = await off(place_typed, deps, current_user(), typed)
        except OneMapError as error:
            return refused_words(error), {"ok": False, "nth": typed.get("nth")}
        spot = placed.spot
        found = {
            "ok": True,
            "nth": typed.get("nth"),
            "words": describe(spot),
            "lon": spot.lon,
            "lat": spot.lat,
            "x": spot.source_x,
            "y": spot.source_y,
            "crs": spot.source_crs,
            "accuracy_m": placed.accuracy_m,
        }
        return placed_words(placed), found

    app.clientside_callback(
        ClientsideFunction("onemap_report", "placed"),
        Output(Ids.HEARD, "data"),
        Input(Ids.SPOT, "data"),
        prevent_initial_call=True,
    )
