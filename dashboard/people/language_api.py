"""The language switch."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from dashboard.frame.auth import current_user
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.wording import LANGUAGES, language
from dashboard.people.sign_in_api import local, set_language_cookie
from data.database import transaction
from data.errors import BadInput
from data.people.accounts import set_language
from data.records import AccountId


def keep_language(deps: Deps, account_id: AccountId, code: str) -> None:
    """Sets the language in which the account reads."""
    with transaction(deps.engine) as connection:
        set_language(connection, account_id, code)


def router(deps: Deps) -> APIRouter:
    """Returns the route ``/language``."""
    routes = APIRouter()

    @routes.post("/language", include_in_schema=False)
    async def choose(
        code: Annotated[str, Form(alias="language", max_length=8)] = "",
        following: Annotated[str, Form(alias="next", max_length=2000)] = "",
    ) -> Response:
        if code not in LANGUAGES:
            raise BadInput("There is no such language.")
        await off(keep_language, deps, current_user().account_id, code)
        language.set(code)
        answer = RedirectResponse(local(following) or "/", status_code=303)
        set_language_cookie(answer, code, deps)
        return answer

    return routes
