"""Signing in and out: the form's address, the cookie, the limit on failures."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame.auth import User, current_user, signed_in_user
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import retry_after, status_of
from dashboard.frame.identify import LANGUAGE_COOKIE, session_cookie, user_of_session
from dashboard.frame.offload import off
from dashboard.parts.wording import LANGUAGES, _, language, worded
from dashboard.people.password_turns import PasswordTurns
from dashboard.people.sign_in_page import sign_in_page
from data.database import transaction
from data.errors import NotSignedIn, OneMapError
from data.people import accounts, passwords, sessions
from data.people.access_log import Logged, log
from data.people.attempts import Attempt, attempt_succeeded, begin_attempt
from data.people.browsers import mark_browser
from data.queries.people.accounts import Credentials, credentials
from data.queries.people.sign_ins import FailedSignIns, failed_sign_ins

YEAR = int(timedelta(days=365).total_seconds())


def local(following: str) -> str:
    """Returns the address if it lies within this site, else "", against redirects elsewhere."""
    parts = urlsplit(following)
    fit = (
        following.startswith("/")
        and not following.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
        and following.isprintable()
        and "\\" not in following
        and parts.path not in ("/sign-in", "/sign-out")
    )
    return following if fit else ""


def set_language_cookie(answer: Response, code: str, deps: Deps) -> None:
    """Sets the cookie by which the browser keeps the language for a year."""
    answer.set_cookie(
        LANGUAGE_COOKIE, code, max_age=YEAR, samesite="lax", secure=deps.dashboard.secure_cookie
    )


def browser_cookie(*, secure: bool) -> str:
    """Returns the name of the cookie with a browser's mark; ``secure`` as for the session's."""
    return "__Host-onemap_browser" if secure else "onemap_browser"


def count_attempt(deps: Deps, login: str, address: str, mark: str | None) -> Attempt:
    """Counts an attempt to sign in, before the password is looked at: many at once gain nothing.

    Raises TooManyAttempts while the account has to wait at this place.
    """
    with transaction(deps.engine) as connection:
        return begin_attempt(connection, login, address, deps.dashboard, mark)


def check_sign_in(
    deps: Deps, login: str, password: str, address: str, attempt: Attempt
) -> tuple[Credentials, FailedSignIns]:
    """Checks the password; returns the credentials and the sign-ins that failed before.

    Raises NotSignedIn.
    """
    with transaction(deps.engine) as connection:
        found = credentials(connection, login)
    fits = passwords.fits(password, found.password_hash if found else None)
    with transaction(deps.engine) as connection:
        if found is None or not fits or not found.account.is_active:
            log(
                connection,
                Logged.SIGN_IN,
                account_id=found.account.id if found else None,
                about=login[:64],
                refused=True,
                detail={"address": address},
            )
        else:
            attempt_succeeded(connection, attempt)
            if passwords.is_outdated(found.password_hash):
                accounts.keep_hash(connection, found.account.id, passwords.rehash(password))
            failed = failed_sign_ins(connection, found.account.id, skip=0)
            log(
                connection,
                Logged.SIGN_IN,
                account_id=found.account.id,
                about=login,
                detail={"address": address},
            )
            return found, failed
    raise NotSignedIn("The account or the password is wrong.")


def begin_session(
    deps: Deps, found: Credentials, old_token: str | None, old_mark: str | None
) -> tuple[str, str, User]:
    """Opens a session, ends the browser's old one and marks the browser as the account's.

    Returns the session's token, the mark and the user. Raises NotSignedIn if the account can't be
    signed in with any more.
    """
    with transaction(deps.engine) as connection:
        if old_token:
            sessions.end_session(connection, old_token)
        token = sessions.open_session(connection, found.account.id, deps.dashboard.session_hours)
        mark = mark_browser(connection, found.account.id, old_mark, deps.dashboard.known_days)
    user = user_of_session(deps, token)
    if user is None:
        raise NotSignedIn("The account or the password is wrong.")
    return token, mark, user


def is_worth_telling(failed: FailedSignIns, address: str, deps: Deps) -> bool:
    """Returns whether the failures must be told at once: made elsewhere, or many."""
    elsewhere = any(one != address for one in failed.addresses)
    return elsewhere or failed.count >= deps.dashboard.attempts


def signed_in_answer(following: str, token: str, mark: str, deps: Deps) -> Response:
    """Returns the redirect to ``following`` that sets the cookies of the session and the mark."""
    secure = deps.dashboard.secure_cookie
    answer = RedirectResponse(following, status_code=303)
    answer.set_cookie(
        session_cookie(secure=secure), token, httponly=True, samesite="lax", secure=secure
    )
    days = timedelta(days=deps.dashboard.known_days)
    answer.set_cookie(
        browser_cookie(secure=secure),
        mark,
        max_age=int(days.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return answer


def end_own_session(deps: Deps, token: str, user: User) -> None:
    """Ends the user's session and notes the sign-out in the access log."""
    with transaction(deps.engine) as connection:
        sessions.end_session(connection, token)
        log(connection, Logged.SIGN_OUT, account_id=user.account_id, about=user.account.login)


def router(deps: Deps) -> APIRouter:
    """Returns the routes of signing in and out."""
    routes = APIRouter(include_in_schema=False)
    cookie = session_cookie(secure=deps.dashboard.secure_cookie)
    marked = browser_cookie(secure=deps.dashboard.secure_cookie)
    turns = PasswordTurns(deps.dashboard)

    @routes.get("/sign-in")
    async def show(request: Request) -> Response:
        query = request.query_params
        following = local(query.get("next", ""))
        user = signed_in_user()
        if user is not None:
            return RedirectResponse(following or deps.access.landing(user), status_code=303)
        chosen = query.get("language", "")
        if chosen in LANGUAGES:
            language.set(chosen)
        done = _("You have signed out.") if "signed_out" in query else ""
        error = _("There is no such language.") if chosen and chosen not in LANGUAGES else ""
        answer = sign_in_page(following=following, done=done, error=error)
        if chosen in LANGUAGES:
            set_language_cookie(answer, chosen, deps)
        return answer

    @routes.post("/sign-in")
    async def sign_in(
        request: Request,
        login: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=2000)] = "",
        following: Annotated[str, Form(alias="next", max_length=2000)] = "",
    ) -> Response:
        name, following = login.strip().lower(), local(following)
        address = request.client.host if request.client else ""
        old, old_mark = request.cookies.get(cookie), request.cookies.get(marked)
        try:
            attempt = await off(count_attempt, deps, name, address, old_mark)
            async with turns.turn(is_known=attempt.is_known):
                found, failed = await off(check_sign_in, deps, name, password, address, attempt)
            token, mark, user = await off(begin_session, deps, found, old, old_mark)
        except OneMapError as error:
            answer = sign_in_page(
                following=following, login=name, error=worded(error), status=status_of(error)
            )
            answer.headers.update(retry_after(error))
            return answer
        following = following or deps.access.landing(user)
        if is_worth_telling(failed, address, deps):
            following = f"/account?signed_in&next={quote(following, safe='/')}"
        return signed_in_answer(following, token, mark, deps)

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        await off(end_own_session, deps, request.cookies.get(cookie, ""), current_user())
        answer = RedirectResponse("/sign-in?signed_out", status_code=303)
        answer.delete_cookie(cookie, httponly=True, secure=deps.dashboard.secure_cookie)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    return routes
