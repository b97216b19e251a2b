"""One's own account: who one is here, the language, the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame.auth import User, current_user
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import retry_after, status_of
from dashboard.frame.identify import session_cookie
from dashboard.frame.offload import off
from dashboard.parts.wording import _, worded
from dashboard.people.own_account_page import account_page
from dashboard.people.password_turns import PasswordTurns
from dashboard.people.sign_in_api import local
from data.database import transaction
from data.errors import BadInput, OneMapError
from data.people import accounts, passwords
from data.people.access_log import Logged, log
from data.people.attempts import Attempt, attempt_succeeded, begin_attempt
from data.queries.people.accounts import password_hash
from data.queries.people.sign_ins import FailedSignIns, failed_sign_ins


def count_attempt(deps: Deps, user: User, address: str) -> Attempt:
    """Counts a try to change the password. Raises TooManyAttempts when it was wrong too often."""
    with transaction(deps.engine) as connection:
        return begin_attempt(connection, user.account.login, address, deps.dashboard)


def change_password(
    deps: Deps, user: User, old: str, new: str, token: str, attempt: Attempt
) -> None:
    """Changes the account's password; ends its sessions except the one of ``token``.

    Raises BadInput.
    """
    with transaction(deps.engine) as connection:
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


def read_failed(deps: Deps, user: User) -> FailedSignIns:
    """Returns the sign-ins of the user's account that failed before the latest success."""
    with transaction(deps.engine) as connection:
        return failed_sign_ins(connection, user.account_id, skip=1)


def router(deps: Deps) -> APIRouter:
    """Returns the routes ``/account`` and ``/account/password``."""
    routes = APIRouter(include_in_schema=False)
    cookie = session_cookie(secure=deps.dashboard.secure_cookie)
    turns = PasswordTurns(deps.dashboard)

    @routes.get("/account")
    async def show(request: Request) -> Response:
        done = _("The password is changed.") if "changed" in request.query_params else ""
        user = current_user()
        start = local(request.query_params.get("next", "")) or deps.access.landing(user)
        failed = await off(read_failed, deps, user)
        return account_page(user, start, places=deps.places, failed=failed, done=done)

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
            attempt = await off(count_attempt, deps, user, address)
            async with turns.turn(is_known=True):
                await off(change_password, deps, user, old, new, token, attempt)
        except OneMapError as error:
            start = deps.access.landing(user)
            answer = account_page(
                user,
                start,
                places=deps.places,
                error=worded(error),
                status=status_of(error),
            )
            answer.headers.update(retry_after(error))
            return answer
        forced = user.account.must_change_password
        following = "/" if forced else "/account?changed"
        return RedirectResponse(following, status_code=303)

    return routes
