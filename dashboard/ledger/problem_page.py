"""The page of one problem (问题): its evidence, its story, and the steps that are the reader's."""

import logging
from typing import Any

import dash
from dash import Input, Output, State, dcc, html, no_update
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.problem_layout import failed, not_visible, problem_page, skeleton
from dashboard.ledger.problem_reads import read_problem
from data.clock import BUSINESS_ZONE
from data.database import transaction
from data.errors import NotFound
from data.queries.ledger.one_problem import problem_version
from data.queries.scope import Scope

LOOK_MS = 15_000
"""How often the page asks whether somebody else has taken a step."""

LOGGER = logging.getLogger(__name__)


class Ids:
    """Ids of this page."""

    WHICH = "problem-which"
    SHOWN = "problem-shown"
    BODY = "problem-body"
    CLOCK = "problem-clock"
    CHANGED = "problem-changed"


def layout(problem_id: str = "", **_query: str) -> html.Div:
    """The page of the problem with that id, before it is read."""
    return html.Div(
        [
            dcc.Store(id=Ids.WHICH, data=problem_id),
            dcc.Store(id=Ids.SHOWN),
            dcc.Store(id=Ids.CHANGED, data=0),
            dcc.Interval(id=Ids.CLOCK, interval=LOOK_MS),
            html.Div(skeleton(), id=Ids.BODY),
        ],
        className="pb-page",
    )


def version_of(deps: Deps, number: str, scope: Scope) -> int | None:
    """The problem's version now; none when it isn't there for the reader."""
    if not (number.isascii() and number.isdecimal()) or len(number) > 15:
        return None
    with transaction(deps.engine) as connection:
        return problem_version(connection, scope, int(number))


def register(app: dash.Dash, deps: Deps) -> None:
    """The problem is read when the page opens and after every change; others' are looked for."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.SHOWN, "data"),
        Input(Ids.WHICH, "data"),
        Input(Ids.CHANGED, "data"),
    )
    async def show(number: str, _changed: int) -> tuple[Any, Any]:
        try:
            seen = await off(read_problem, deps, current_user(), str(number))
        except NotFound:
            return not_visible(), None
        except SQLAlchemyError:
            LOGGER.exception("a problem could not be read")
            return failed(f"{deps.clock().astimezone(BUSINESS_ZONE):%H:%M}"), -1
        return problem_page(seen), seen.detail.row.version

    @app.callback(
        Output(Ids.CHANGED, "data"),
        Input(Ids.CLOCK, "n_intervals"),
        State(Ids.WHICH, "data"),
        State(Ids.SHOWN, "data"),
        State(Ids.CHANGED, "data"),
        prevent_initial_call=True,
    )
    async def look(_times: int, number: str, shown: int | None, changed: int) -> Any:
        if shown is None:
            return no_update
        now = await off(version_of, deps, str(number), visible_to(current_user()))
        return no_update if now == shown else changed + 1
