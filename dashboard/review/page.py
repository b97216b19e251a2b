"""Data review (数据审核): values that tests speak against, one in its surroundings, the verdict."""

from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import current_user
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import failure_words
from dashboard.frame.offload import off
from dashboard.parts.blocks import notice, skeleton
from dashboard.parts.wording import _
from dashboard.review.detail import caption_of, figure_of, nothing_picked, others_of, value_head
from dashboard.review.layout import GRAPHS, detail_frame
from dashboard.review.list import quality_list
from dashboard.review.reads import Surroundings, read, read_around, read_key
from data.errors import NotFound, ServiceDown
from data.query_values import PageQuery


class Ids:
    """Ids of the elements of the page that reviews values."""

    CHOSEN = "quality-chosen"
    BODY = "quality-body"
    RETRY = "quality-retry"
    PICKED = "quality-picked"
    OTHER = "quality-other"
    DETAIL = "quality-told"
    THEME = "quality-theme"
    FILTERED = "quality-filtered"


def layout(**query: str | list[str]) -> html.Div:
    """The review page before its list is read; stores hold what the address asks for."""
    picked = PageQuery(query).text("value")
    return html.Div(
        [
            dcc.Store(id=Ids.CHOSEN, data=query),
            dcc.Store(id=Ids.PICKED, data=picked),
            dcc.Store(id=Ids.THEME),
            dcc.Store(id=Ids.FILTERED),
            *(dcc.Store(id=f"quality-figure-{name}") for name in GRAPHS),
            html.Div(
                [
                    html.Div(skeleton(), id=Ids.BODY, className="qr-list"),
                    detail_frame(),
                ],
                className="qr-body",
            ),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
        ],
        id="quality-page",
        className="om-page qr-page",
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers callbacks that read the list, and the picked value with its graphs."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.RETRY, "hidden"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.RETRY, "n_clicks"),
    )
    async def show(chosen: dict[str, Any] | None, _clicks: int) -> tuple[Any, bool]:
        try:
            shown = await off(read, deps, current_user(), chosen or {})
        except (SQLAlchemyError, ServiceDown) as error:
            words = failure_words(error, "the values in doubt could not be read", deps.clock())
            return failed(words), False
        return quality_list(shown), True

    @app.callback(
        Output(Ids.DETAIL, "children"),
        Output(Ids.OTHER, "data"),
        *(Output(f"quality-figure-{name}", "data") for name in GRAPHS),
        *(Output(f"quality-caption-{name}", "children") for name in GRAPHS),
        Input(Ids.PICKED, "data"),
        Input(Ids.OTHER, "value"),
    )
    async def surround(picked: str | None, other: str | None) -> tuple[Any, ...]:
        around = await off(around_of, deps, picked or "", other)
        if around is None:
            none = [None] * len(GRAPHS)
            return nothing_picked(bool(picked)), [], *none, *none
        return (
            value_head(around),
            others_of(around),
            *(figure_of(around, name) for name in GRAPHS),
            *(caption_of(around, name) for name in GRAPHS),
        )

    app.clientside_callback(
        ClientsideFunction("onemap_quality", "filtered"),
        Output(Ids.FILTERED, "data"),
        Input({"type": "quality-filter", "index": ALL}, "value"),
        prevent_initial_call=True,
    )
    for name in GRAPHS:
        app.clientside_callback(
            ClientsideFunction("one_map_drawer", "paint"),
            Output(f"quality-graph-{name}", "figure"),
            Output(f"quality-plot-{name}", "className"),
            Input(f"quality-figure-{name}", "data"),
            Input(Ids.THEME, "data"),
        )


def around_of(deps: Deps, picked: str, other: str | None) -> Surroundings | None:
    """Reads the picked value with its surroundings; None if unreadable or not visible."""
    key = read_key(picked.strip())
    try:
        return read_around(deps, current_user(), key, other) if key else None
    except NotFound:
        return None


def failed(words: str) -> html.Div:
    """The message why they could not be read, with a link to the map."""
    return notice(
        "warn",
        _("The values in doubt could not be read"),
        words,
        dcc.Link(_("To the one map"), href="/"),
    )
