"""Finds the user and the language of a request by its cookies."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.wording import LANGUAGES
from data.clock import business_date
from data.database import transaction
from data.people.sessions import TOUCH_EVERY, touch_session
from data.queries.people.accounts import HeldRole, account_of_session, roles
from data.queries.people.visible import scope_of, subtree
from data.records import DivisionId
from data.vocabulary import Role

LANGUAGE_COOKIE = "onemap_language"

QUIET = ("/events",)
"""Paths that don't lengthen a session: a page left open is not use."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of a request; ``user`` and ``session`` (a token) are None when not signed in."""

    user: User | None
    language: str
    session: str | None = None


def session_cookie(*, secure: bool) -> str:
    """Returns the session cookie's name; ``secure`` adds the prefix ``__Host-``, for https only."""
    return "__Host-onemap_session" if secure else "onemap_session"


async def visitor(deps: Deps, cookies: dict[str, str], path: str) -> Visitor:
    """Returns the request's sender by its cookies; ``user`` is None without a live session."""
    token = cookies.get(session_cookie(secure=deps.dashboard.secure_cookie))
    chosen = cookies.get(LANGUAGE_COOKIE, "")
    language = chosen if chosen in LANGUAGES else deps.dashboard.language
    if not token or path in ("/healthz", "/readyz"):
        return Visitor(None, language)
    user = await off(user_of_session, deps, token, touch=path not in QUIET)
    if user is None:
        return Visitor(None, language)
    return Visitor(user, user.account.language or language, token)


def user_of_session(deps: Deps, token: str, *, touch: bool = False) -> User | None:
    """Returns the user of the session with that token, None when the session has ended.

    ``touch`` lengthens the session, unless that was done within ``TOUCH_EVERY``.
    """
    now = deps.clock()
    with transaction(deps.engine) as connection:
        found = account_of_session(connection, token, now)
        if found is None:
            return None
        account, seen_at = found
        if touch and now - seen_at >= TOUCH_EVERY:
            kept = deps.dashboard
            touch_session(connection, token, now, kept.session_hours, days=kept.session_days)
        user = deps.users.find(account, now)
        if user is None:
            held = roles(connection, [account.id])[account.id]
            scope = scope_of(connection, account.id, held, business_date(now))
            user = User(account, held, scope, written_by(connection, held))
            deps.users.keep(user, now)
        return user


def written_by(
    connection: Connection, held: Sequence[HeldRole]
) -> dict[Role, frozenset[DivisionId]]:
    """Returns the divisions where each role may write; a role held everywhere has no entry.

    One that lacks the division it must have holds in none.
    """
    everywhere = {one.role for one in held if one.division_id is None and not one.is_nowhere}
    bound = [one for one in held if one.role not in everywhere]
    roots: dict[Role, list[DivisionId]] = {one.role: [] for one in bound}
    for one in bound:
        if one.division_id is not None:
            roots[one.role].append(one.division_id)
    return {role: subtree(connection, divisions) for role, divisions in roots.items()}
