"""Problems and patrols on the map over HTTP: the counts that matter to a reader."""

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from dashboard.frame.auth import Action, User, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.reads import asker, ledger_moment
from data.database import transaction
from data.queries.ledger.filter import View
from data.queries.ledger.notices import unread_count
from data.queries.ledger.problems import counts
from data.queries.map.patrols import patrols_today
from data.queries.map.problems import pins
from data.words.ledger import Light


def ledger_news(deps: Deps, user: User) -> dict[str, int]:
    """Counts problems (open, overdue, due soon, new, waiting for the reader), patrols and notices.

    ``patrols`` are today's, ``unread`` the reader's unread notices; ``longest`` is the number of
    working days by which the worst problem is overdue, 0 if none is.
    """
    now, scope = deps.clock(), visible_to(user)
    with transaction(deps.engine) as connection:
        moment = ledger_moment(connection, deps, now)
        counted = counts(connection, scope, asker(connection, deps, user), moment)
        worst = next(iter(pins(connection, scope, now, most=1)), None)
        walked = patrols_today(connection, scope, now)
        unread = unread_count(connection, scope, user.account_id)
    over = worst is not None and worst.light is Light.RED
    longest = -(worst.days_left or 0) if worst and over else 0
    views = (View.OPEN, View.OVERDUE, View.SOON, View.NEW, View.WAITING)
    return {
        **{view.value: counted.views[view] for view in views},
        "longest": longest,
        "patrols": walked,
        "unread": unread,
    }


def _json(content: object) -> Response:
    return Response(
        orjson.dumps(content),
        media_type="application/json",
        headers={"Cache-Control": "private, no-store"},
    )


def router(deps: Deps) -> APIRouter:
    """Returns the API route for the counts of problems on the map."""
    routes = APIRouter(prefix="/api/v1/ledger", tags=["map"])

    @routes.get("/news")
    async def read_news() -> Response:
        """What the strip, the navigation and the bell count."""
        return _json(await off(ledger_news, deps, require(Action.READ_LEDGER)))

    return routes
