"""The page of one problem (问题): head, photos, place, facts, story, the reader's steps."""

from typing import Any

import dash
from dash import Input, Output, State, dcc, html, no_update
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import failure_words
from dashboard.frame.offload import off
from dashboard.ledger.extension import pending_request
from dashboard.ledger.photos import photo_card
from dashboard.ledger.problem_parts import facts_card, head, spot_card
from dashboard.ledger.problem_reads import Seen, read_problem
from dashboard.ledger.step_bar import action_bar
from dashboard.ledger.steps import step_line, supervision
from dashboard.ledger.story import story_card
from dashboard.parts.icons import icon
from dashboard.parts.kit import dates_on_paper
from dashboard.parts.wording import _
from data.database import transaction
from data.errors import NotFound, ServiceDown
from data.queries.ledger.one_problem import problem_version
from data.queries.scope import Scope

LOOK_MS = 15_000
"""How often the page asks whether somebody else has taken a step."""


class Ids:
    """Ids of the elements of one problem's page."""

    WHICH = "problem-which"
    SHOWN = "problem-shown"
    BODY = "problem-body"
    CLOCK = "problem-clock"
    CHANGED = "problem-changed"


def layout(problem_id: str = "", **_query: str) -> html.Div:
    """The problem's page before it is read: a grey shape and a timer that looks for changes."""
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
    """The problem's version now, None for a problem missing or not visible to the reader."""
    if not (number.isascii() and number.isdecimal()) or len(number) > 15:
        return None
    with transaction(deps.engine) as connection:
        return problem_version(connection, scope, int(number))


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that read the problem and that look for other users' changes."""

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
        except (SQLAlchemyError, ServiceDown) as error:
            words = failure_words(error, "a problem could not be read", deps.clock())
            return failed(words), -1
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
        now = await off(version_of, deps, str(number), visible_to(current_user()))
        return no_update if now == shown else changed + 1


def problem_page(seen: Seen) -> html.Div:
    """The body of the page of one problem, complete."""
    return html.Div(
        [
            html.Section(
                [
                    *head(seen),
                    dates_on_paper(seen.now),
                    step_line(seen),
                    supervision(seen),
                    pending_request(seen),
                ],
                className="pb-head",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            photo_card(seen),
                            html.Div([spot_card(seen), facts_card(seen)], className="pb-two"),
                        ],
                        className="pb-left",
                    ),
                    story_card(seen),
                ],
                className="pb-main",
            ),
            action_bar(seen),
        ],
        className="pb-body",
    )


def skeleton() -> html.Div:
    """The grey shape that the page shows until the problem is read."""
    return html.Div(
        [
            html.Div(className="pb-head pb-bone"),
            html.Div(
                [html.Div(className="card pb-bone"), html.Div(className="card pb-bone")],
                className="pb-main",
            ),
        ],
        className="pb-body pb-wait",
    )


def not_visible() -> html.Div:
    """The body for a problem that is missing or not visible; doesn't tell which of the two."""
    return html.Div(
        [
            icon("person"),
            html.H2(_("Your account may not see this problem")),
            html.P(_("It isn't in your area, or it doesn't exist. Ask your chief office.")),
            dcc.Link(_("To the problem ledger"), href="/ledger", className="btn"),
        ],
        className="empty",
    )


def failed(words: str) -> html.Div:
    """The body for a problem that couldn't be read, and why; the page tries again by itself."""
    return html.Div(
        [
            icon("warn"),
            html.H2(_("The problem could not be read")),
            html.P(words),
        ],
        className="empty",
        role="alert",
    )
