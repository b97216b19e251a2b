"""The problem ledger over HTTP: report, read, act."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AfterValidator

from dashboard.frame.answers import PathId
from dashboard.frame.auth import Action as Door
from dashboard.frame.auth import User, current_user, require
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.frame.query_keys import described
from dashboard.ledger.conversions import (
    choices_out,
    command_of,
    done_out,
    file_out,
    report_of,
    similar_out,
)
from dashboard.ledger.documents import (
    ChoicesOut,
    DoneOut,
    ProblemFile,
    ProblemPage,
    ReportIn,
    SimilarOut,
    StepIn,
)
from dashboard.ledger.problem_reads import read_problem
from dashboard.ledger.reads import read_rows
from dashboard.ledger.similar import known_category, similar_at, similar_to
from data.database import transaction
from data.queries.ledger.filter import KEYS, LedgerFilter, Order, read_filter, read_order
from data.queries.people.accounts import units
from data.words.ledger import Action
from problem_ledger.cases import actions, reports

MOST_ROWS = 200
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="made once for each report; a retry with it is the same problem",
    ),
]


def choices(deps: Deps) -> ChoicesOut:
    """Returns categories, severities, sources, statuses and units in the reader's language."""
    with transaction(deps.engine) as connection:
        return choices_out(deps.rules, units(connection))


def listed(
    deps: Deps, user: User, chosen: LedgerFilter, order: Order, start: int, limit: int
) -> ProblemPage:
    """Reads one page of the problems that fit the filter, if the user may see them."""
    rows, found, now = read_rows(deps, user, chosen, order, start, limit)
    return ProblemPage(rows=rows, found_count=found, as_of=now)


def router(deps: Deps) -> APIRouter:
    """Returns the routes ``/api/v1/problems`` and ``/api/v1/ledger/choices``."""
    routes = APIRouter(prefix="/api/v1", tags=["ledger"])

    add_reports(routes, deps)

    @routes.get("/problems", openapi_extra=described((*KEYS, "sort")))
    async def read_list(
        request: Request,
        start: Annotated[int, Query(ge=0, le=10**6)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    ) -> ProblemPage:
        """Problems that fit the filter; its keys are those of the ledger page's address.

        400 for a value that can't be read.
        """
        query = request.url.query
        chosen, order = read_filter(query), read_order(query)
        return await off(listed, deps, current_user(), chosen, order, start, limit)

    @routes.get("/problems/{problem_id}")
    async def read_one(problem_id: PathId) -> ProblemFile:
        """A problem with its story, photos, findings and the reader's next steps."""
        return file_out(await off(read_problem, deps, current_user(), str(problem_id)))

    @routes.post("/problems/{problem_id}/actions/{action}")
    async def act(problem_id: PathId, action: Action, body: StepIn) -> DoneOut:
        """Take a step; 409 when somebody was first or the state doesn't allow it."""
        user = require(Door.WRITE_LEDGER)
        command = command_of(action, body)
        done = await off(
            actions.act, deps.engine, user.account_id, problem_id, command, deps.clock, deps.rules
        )
        return done_out(done)

    @routes.get("/ledger/choices")
    async def read_choices() -> ChoicesOut:
        """Categories, severities with their deadlines, sources and units."""
        return await off(choices, deps)

    return routes


def add_reports(routes: APIRouter, deps: Deps) -> None:
    """Adds the routes that register a problem, and that suggest what it may be the same as."""

    @routes.post("/problems", status_code=201)
    async def report(body: ReportIn, key: Key, response: Response) -> DoneOut:
        """Register a problem; 200 instead of 201 when the key has been here with the same report.

        Photos are uploaded before and named by their ids.
        """
        user = require(Door.WRITE_LEDGER)
        done = await off(
            reports.report,
            deps.engine,
            user.account_id,
            report_of(body, key),
            deps.clock,
            deps.rules,
        )
        response.status_code = 201 if done.is_new else 200
        response.headers["Location"] = f"/api/v1/problems/{done.problem_id}"
        return done_out(done, await off(similar_to, deps, user, done.problem_id))

    @routes.get("/problems/similar")
    async def read_similar(
        lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
        lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
        category: Annotated[str, Query(max_length=64), AfterValidator(known_category)],
    ) -> list[SimilarOut]:
        """Open problems that may be the one about to be reported there (CGCS2000 degrees)."""
        found = await off(similar_at, deps, current_user(), (lon, lat), category)
        return [similar_out(each) for each in found]
