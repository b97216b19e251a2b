"""The account of what arrived (数据核算): received, kept, refused, late and missing by station."""

import logging
from typing import Any

import dash
from dash import Input, Output, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import current_user
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.blocks import notice, skeleton
from dashboard.parts.wording import _
from dashboard.tally.layout import accounting_page
from dashboard.tally.reads import RANGES, USUAL, Asked, read
from data.clock import BUSINESS_ZONE

LOGGER = logging.getLogger(__name__)


class Ids:
    """Ids of this page."""

    CHOSEN = "accounting-chosen"
    BODY = "accounting-body"
    RETRY = "accounting-retry"


def layout(**query: str) -> html.Div:
    """The page before it is read; its address says what is chosen."""
    names = ("range", "on", "kind", "q", "station", "page")
    return html.Div(
        [
            dcc.Store(id=Ids.CHOSEN, data={name: query.get(name, "") for name in names}),
            html.Div(skeleton(), id=Ids.BODY),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
        ],
        className="om-page ac-page",
    )


def asked_of(chosen: dict[str, Any]) -> Asked:
    """What the address asks for; what it spells wrong is left out."""
    chosen_texts = {
        name: str(chosen.get(name) or "") for name in ("range", "on", "kind", "q", "station")
    }
    if chosen_texts["range"] not in RANGES:
        chosen_texts["range"] = USUAL
    page = str(chosen.get("page") or "")
    return Asked(**chosen_texts, page=int(page) if page.isdecimal() and len(page) < 7 else 1)


def register(app: dash.Dash, deps: Deps) -> None:
    """The page is read as its address asks."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.RETRY, "hidden"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.RETRY, "n_clicks"),
    )
    async def show(chosen: dict[str, Any], _clicks: int) -> tuple[Any, bool]:
        try:
            return accounting_page(await off(read, deps, current_user(), asked_of(chosen))), True
        except SQLAlchemyError:
            LOGGER.exception("the accounts could not be read")
            return failed(deps), False


def failed(deps: Deps) -> html.Div:
    """The page couldn't be read; the button below tries again."""
    time = f"{deps.clock().astimezone(BUSINESS_ZONE):%H:%M}"
    return notice(
        "warn",
        _("The accounts could not be read"),
        _("The database did not answer at {time}.").format(time=time),
        dcc.Link(_("To the one map"), href="/"),
    )
