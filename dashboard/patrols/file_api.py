"""A month's patrols as a file for a spreadsheet; the access log keeps who took what."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from dashboard.frame.area import area_for
from dashboard.frame.auth import Action, User, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.workbook import xlsx_answer
from dashboard.patrols.workbook import month_book
from data.database import long_transaction
from data.errors import BadInput
from data.people.access_log import Logged, log
from data.queries.patrols.records import chiefs_of_month, month_named, patrol_list, reader_of

MOST_ROWS = 20_000


def exported(deps: Deps, user: User, key: str) -> tuple[bytes, str]:
    """Returns a month's duties and patrols, as far as visible, as xlsx; and the month's key.

    Notes it in the access log. Raises BadInput for more patrols than a file holds.
    """
    now = deps.clock()
    month = month_named(key, now)
    with long_transaction(deps.engine) as connection:
        reader = reader_of(connection, user.account_id, visible_to(user))
        chiefs = chiefs_of_month(connection, reader, month, deps.patrol_rules.duties)
        patrols = patrol_list(connection, reader, span=month.span, most=MOST_ROWS + 1)
        if len(patrols) > MOST_ROWS:
            raise BadInput("A file holds {most} patrols and more fit.", most=MOST_ROWS)
        log(
            connection,
            Logged.EXPORT,
            account_id=user.account_id,
            about="patrols.xlsx",
            detail={"month": month.key, "rows": len(patrols)},
        )
    area, who = area_for(deps, user), user.account.display_name
    return month_book(chiefs, patrols, month, area, now, who), month.key


def router(deps: Deps) -> APIRouter:
    """Returns the route that downloads a month of patrols as an xlsx file."""
    routes = APIRouter(prefix="/api/v1", tags=["patrols"])

    @routes.get("/patrols.xlsx", response_class=Response)
    async def file(
        month: Annotated[str, Query(description="such as 2026-11", max_length=60)] = "",
    ) -> Response:
        """A month's duties against what was done, and every patrol with its judgement, as xlsx."""
        user = require(Action.EXPORT_LEDGER)
        made, key = await off(exported, deps, user, month)
        return xlsx_answer(made, f"patrols-{key}")

    return routes
