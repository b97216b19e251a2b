"""Papers of a problem over HTTP: the sign-off sheet as a PDF."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import Response

from dashboard.frame.answers import PathId
from dashboard.frame.auth import User, current_user, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import in_turn, off
from dashboard.ledger.problem_reads import read_problem
from dashboard.ledger.sign_off_sheet import sheet_photos, sign_off_sheet
from dashboard.parts.measures import own_name
from data.database import long_transaction, transaction
from data.errors import Conflict
from data.people.access_log import Logged, log
from data.procedure.turns import AFTER_SIGN_OFF
from data.queries.ledger.photos import Size, photo_copy
from data.queries.people.accounts import county_name


def drawn(deps: Deps, user: User, problem_id: int) -> tuple[str, bytes]:
    """Draws the problem's sign-off sheet and logs the export; returns problem number and PDF.

    The title names the problem's county, whoever prints it.

    Raises NotFound, Conflict before the sign-off, MissingPart without a font.
    """
    seen = read_problem(deps, user, str(problem_id))
    number, division = seen.detail.row.number, seen.detail.row.division_id
    if seen.detail.row.status not in AFTER_SIGN_OFF:
        raise Conflict("Only a problem that was signed off has a sign-off sheet.")
    with long_transaction(deps.engine) as connection:
        area = deps.dashboard.area_name
        if division:
            area = own_name(*county_name(connection, division))
        copies = {
            photo.id: photo_copy(
                connection, visible_to(user), user.account_id, photo.id, Size.SHOWN
            ).content
            for photo in sheet_photos(seen)
        }
    sheet = sign_off_sheet(seen, copies, area)
    with transaction(deps.engine) as connection:
        log(
            connection,
            Logged.EXPORT,
            account_id=user.account_id,
            about=f"sign-off sheet {number}",
            detail={"hash": seen.detail.story[-1].hash.hex(), "intact": seen.verdict.intact},
        )
    return number, sheet


def router(deps: Deps) -> APIRouter:
    """Returns the route ``/api/v1/problems/{problem_id}/sheet.pdf``."""
    routes = APIRouter(prefix="/api/v1/problems", tags=["ledger"])
    one = asyncio.Lock()

    @routes.get("/{problem_id}/sheet.pdf", response_class=Response)
    async def sheet(problem_id: PathId) -> Response:
        """The sign-off sheet in the reader's language; 409 before the sign-off.

        Its code holds the number, the newest step and the hash of the problem's chain.
        """
        async with in_turn(one):
            number, paper = await off(drawn, deps, current_user(), problem_id)
        return Response(
            paper,
            media_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="{number}.pdf"',
                "Cache-Control": "private, no-store",
            },
        )

    return routes
