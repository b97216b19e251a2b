"""The patrols (巡河) of a month: duty against done by chief, coverage, records, one judged."""

import logging
from typing import Any

import dash
from dash import Input, Output, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import Action, current_user, may
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.blocks import notice, skeleton
from dashboard.parts.wording import _
from dashboard.patrols.layout import patrol_page
from dashboard.patrols.reads import Asked, read
from dashboard.patrols.upload import persons, upload_dialog
from data.clock import BUSINESS_ZONE

LOGGER = logging.getLogger(__name__)


class Ids:
    """Ids of this page."""

    CHOSEN = "patrols-chosen"
    BODY = "patrols-body"
    RETRY = "patrols-retry"
    PERSON = "patrols-person"


def layout(month: str = "", chief: str = "", patrol: str = "", **_query: str) -> html.Div:
    """The page before it is read; its address says what is chosen."""
    return html.Div(
        [
            dcc.Store(id=Ids.CHOSEN, data={"month": month, "chief": chief, "patrol": patrol}),
            html.Div(skeleton(), id=Ids.BODY),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
            upload_dialog(),
        ],
        className="om-page pt-page",
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """The page is read as its address asks."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.PERSON, "children"),
        Output(Ids.RETRY, "hidden"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.RETRY, "n_clicks"),
    )
    async def show(chosen: dict[str, Any], _clicks: int) -> tuple[Any, Any, bool]:
        asked = Asked(*(str(chosen.get(name) or "") for name in ("month", "chief", "patrol")))
        user = current_user()
        try:
            shown = await off(read, deps, user, asked)
        except SQLAlchemyError:
            LOGGER.exception("the patrols could not be read")
            return failed(deps), [], False
        return (
            patrol_page(
                shown,
                may_upload=may(user, Action.WRITE_PATROLS),
                may_export=may(user, Action.EXPORT_LEDGER),
            ),
            persons(shown.chiefs, shown.chief),
            True,
        )


def failed(deps: Deps) -> html.Div:
    """The page couldn't be read; the button below tries again."""
    time = f"{deps.clock().astimezone(BUSINESS_ZONE):%H:%M}"
    return notice(
        "warn",
        _("The patrols could not be read"),
        _("The database did not answer at {time}.").format(time=time),
        dcc.Link(_("To the one map"), href="/"),
    )
