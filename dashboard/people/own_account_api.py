"""One's own account: who one is here, the language, the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame.auth import User, current_user
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import status_of
from dashboard.frame.identify import session_cookie
from dashboard.frame.offload import off
from dashboard.parts.wording import _, worded
from dashboard.people.own_account_page import account_page
from data.database import transaction
from data.errors import BadInput, OneMapError
from data.people import accounts, passwords
from data.people.access_log import Logged, log
from data.people.attempts import attempt_succeeded, begin_attempt
from data.queries.people.accounts import password_hash


def change_password(deps: Deps, user: User, old: str, new: str, token: str, address: str) -> None:
    """Changes the account's password; ends its sessions except the one of ``token``.

    Raises BadInput, or TooManyAttempts when the old one was wrong too often.
    """
    now = deps.clock()
    with transaction(deps.engine) as connection:
        attempt = begin_attempt(
            connection, user.account.login, address, now, deps.dashboard.attempts
        )
        kept = password_hash(connection, user.account_id)
    if not passwords.fits(old, kept):
        raise BadInput("The present password is wrong.")
    if old == new:
        raise BadInput("The new password is the present one.")
    with transaction(deps.engine) as connection:
        attempt_succeeded(connection, attempt)
        accounts.set_password(
            connection, user.account_id, new, must_change=False, but_session=token
        )
        log(connection, Logged.PASSWORD, account_id=user.account_id, about=user.account.login)


def router(deps: Deps) -> APIRouter:
    """Returns the routes ``/account`` and ``/account/password``."""
    routes = APIRouter(include_in_schema=False)
    cookie = session_cookie(secure=deps.dashboard.secure_cookie)

    @routes.get("/account")
    async def show(request: Request) -> Response:
        done = _("The password is changed.") if "changed" in request.query_params else ""
        user = current_user()
        return account_page(user, deps.access.landing(user), done=done)

    @routes.post("/account/password")
    async def change(
        request: Request,
        old: Annotated[str, Form(alias="old_password", max_length=2000)] = "",
        new: Annotated[str, Form(alias="new_password", max_length=2000)] = "",
        again: Annotated[str, Form(alias="again_password", max_length=2000)] = "",
    ) -> Response:
        user = current_user()
        address = request.client.host if request.client else ""
        try:
            if new != again:
                raise BadInput("The two new passwords differ.")
            token = request.cookies.get(cookie, "")
            await off(change_password, deps, user, old, new, token, address)
        except OneMapError as error:
            start = deps.access.landing(user)
            return account_page(user, start, error=worded(error), status=status_of(error))
        forced = user.account.must_change_password
        following = "/" if forced else "/account?changed"
        return RedirectResponse(following, status_code=303)

    return routes
