"""The page of the file of one river (一河一档); a lake's page shares its ids and callbacks."""

from typing import Any

import dash
from dash import Input, Output, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import Action, User, current_user, divisions_where, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import failure_words
from dashboard.frame.offload import off
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import notice, skeleton
from dashboard.parts.wording import _
from dashboard.waters.file import river_file
from data.database import transaction
from data.errors import NotFound, ServiceDown
from data.queries.waters.file import WaterFile, read_lake_file, read_river_file

REFRESH_MS = 60_000


class Ids:
    """Component ids of the pages of rivers and lakes."""

    WHICH = "river-which"
    BODY = "river-body"
    RETRY = "river-retry"
    CLOCK = "river-clock"


def page_of(water: str, number: str) -> html.Div:
    """Returns the page of a water ("river" or "lake") before its data is read."""
    return html.Div(
        [
            dcc.Store(id=Ids.WHICH, data={"water": water, "id": number}),
            dcc.Interval(id=Ids.CLOCK, interval=REFRESH_MS),
            html.Div(skeleton(), id=Ids.BODY),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
        ],
        className="om-page rv-page",
    )


def layout(river_id: str = "", **_query: str) -> html.Div:
    """Returns the page of the river with that id, before its data is read."""
    return page_of("river", river_id)


def read(deps: Deps, which: dict[str, Any], user: User) -> WaterFile:
    """Reads the file of the river or lake asked for; raises NotFound."""
    number = str(which.get("id", ""))
    if not number.isdecimal() or len(number) > 15:
        raise NotFound("There is no such river, or your account may not see it.")
    read_one = read_lake_file if which.get("water") == "lake" else read_river_file
    with transaction(deps.engine) as connection:
        return read_one(
            connection,
            int(number),
            visible_to(user),
            now=deps.clock(),
            quality=deps.quality,
            phones_in=divisions_where(user, Action.READ_PHONES),
        )


def not_visible(which: dict[str, Any]) -> html.Div:
    """Returns what the page shows for a water that is absent or not visible to the user."""
    lake = which.get("water") == "lake"
    return notice(
        "person",
        _("Your account may not see this lake")
        if lake
        else _("Your account may not see this river"),
        _("It isn't in your area, or it doesn't exist. If you need it, ask your chief office."),
        dcc.Link(_("To the files"), href="/rivers", className="btn"),
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callback that loads the water's file: at opening, on request, every minute."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.RETRY, "hidden"),
        Input(Ids.WHICH, "data"),
        Input(Ids.RETRY, "n_clicks"),
        Input(Ids.CLOCK, "n_intervals"),
    )
    async def show(which: dict[str, Any], _clicks: int, _minutes: int) -> tuple[Any, bool]:
        try:
            water_file = await off(read, deps, which, current_user())
        except NotFound:
            return not_visible(which), True
        except (SQLAlchemyError, ServiceDown) as error:
            words = failure_words(error, "the file of a water could not be read", deps.clock())
            return failed(words), False
        return river_file(water_file), True


def failed(words: str) -> html.Div:
    """Returns the notice that the file couldn't be loaded and why."""
    return notice(
        "warn",
        _("The file could not be read"),
        words,
        html.Div(**attributes(aria_hidden="true")),
    )
