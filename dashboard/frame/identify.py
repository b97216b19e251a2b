"""Finds who sent a request: the user of a session, what the user may see and where write."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from data.clock import business_date
from data.database import transaction
from data.people.sessions import touch_session
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


def user_of_session(deps: Deps, token: str, *, touch: bool = False) -> User | None:
    """Returns the user of the session with that token, None when the session has ended.

    ``touch`` lengthens the session, unless that was done within ``TOUCH_EVERY``.
    """
    now = deps.clock()
    with transaction(deps.engine) as connection:
        found = account_of_session(connection, token)
        if found is None:
            return None
        account, is_due = found
        if touch and is_due:
            kept = deps.dashboard
            touch_session(connection, token, kept.session_hours, days=kept.session_days)
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
