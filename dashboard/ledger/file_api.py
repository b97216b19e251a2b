"""The ledger as a file for a spreadsheet; the access log keeps who took what."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.frame.area import area_for
from dashboard.frame.auth import Action, User, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.frame.query_keys import described
from dashboard.ledger.reads import asker, ledger_moment
from dashboard.ledger.workbook import filter_words, ledger_book
from dashboard.parts.wording import _
from dashboard.parts.workbook import Cell, xlsx_answer
from data.clock import BUSINESS_ZONE
from data.database import long_transaction
from data.errors import BadInput
from data.people.access_log import Logged, log
from data.queries.ledger.choices import choices, names
from data.queries.ledger.filter import KEYS, read_filter, read_order, write_filter
from data.queries.ledger.problems import problems

MOST_ROWS = 50_000


def exported(deps: Deps, user: User, query: str) -> bytes:
    """Returns the problems the query asks for as xlsx; notes the export in the access log.

    Raises BadInput for more rows than a file holds, rather than leave some out.
    """
    chosen, order, now = read_filter(query), read_order(query), deps.clock()
    asked, scope = write_filter(chosen), visible_to(user)
    with long_transaction(deps.engine) as connection:
        rows, found = problems(
            connection,
            scope,
            asker(connection, deps, user),
            chosen,
            order,
            ledger_moment(connection, deps, now),
            count=MOST_ROWS,
        )
        if found > MOST_ROWS:
            raise BadInput(
                "A file holds {most} problems and {found} fit; choose fewer.",
                most=MOST_ROWS,
                found=found,
            )
        offered = choices(connection, scope, chosen.river_ids, chosen.unit_ids)
        filters = filter_words(chosen, offered, names(connection, scope, chosen))
        log(
            connection,
            Logged.EXPORT,
            account_id=user.account_id,
            about="problems.xlsx",
            detail={"query": asked, "rows": len(rows)},
        )
    notes: list[tuple[str, Cell]] = [
        (_("Taken by"), user.account.display_name),
        (_("Taken at (Beijing)"), now),
        (_("Filters"), filters),
        (_("Rows"), len(rows)),
    ]
    return ledger_book(rows, area_for(deps, user), now, notes)


def router(deps: Deps) -> APIRouter:
    """Returns the route that downloads problems as an xlsx file."""
    routes = APIRouter(prefix="/api/v1", tags=["problems"])

    @routes.get("/problems.xlsx", response_class=Response, openapi_extra=described((*KEYS, "sort")))
    async def file(request: Request) -> Response:
        """The problems that the list's own filters ask for, as xlsx; at most 50,000."""
        user = require(Action.EXPORT_LEDGER)
        made = await off(exported, deps, user, request.url.query)
        day = f"{deps.clock().astimezone(BUSINESS_ZONE):%Y%m%d-%H%M}"
        return xlsx_answer(made, f"problems-{day}")

    return routes
