"""The stream of changes that an open map follows."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from dashboard.frame.auth import Action, require
from dashboard.frame.deps import Deps
from dashboard.frame.identify import session_cookie
from dashboard.frame.live import Live


def router(deps: Deps, live: Live) -> APIRouter:
    """``/events``."""
    routes = APIRouter(tags=["live"])
    cookie = session_cookie(secure=deps.dashboard.secure_cookie)

    @routes.get("/events")
    async def events(
        request: Request,
        since: Annotated[int | None, Query(ge=0, description="change number the map has")] = None,
        ledger: Annotated[int | None, Query(ge=0, description="change number of problems")] = None,
        last_event_id: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        """Server-sent events: hello, change, resync, ledger, notice, signed_out.

        The id is the change number of readings; ``ledger`` events carry their own in the data.
        """
        user = require(Action.READ_WATERS)
        after = int(last_event_id) if last_event_id.isdecimal() else since
        return StreamingResponse(
            live.stream(
                request.cookies.get(cookie, ""), user, {"readings": after, "ledger": ledger}
            ),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes
