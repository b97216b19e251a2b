"""Who is asking and the only two questions: may they do it, and what is visible to them."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from data.clock import UtcDatetime
from data.errors import Forbidden, NotSignedIn
from data.queries.people.accounts import Account, HeldRole
from data.queries.scope import NOTHING, Scope
from data.records import AccountId, DivisionId
from data.vocabulary import Role

NOWHERE: Final = DivisionId(0)
"""No division has this id: only a role that is bound to none holds there."""


class Action(StrEnum):
    """What an account may be allowed to do."""

    OWN_ACCOUNT = "own_account"
    READ_WATERS = "read_waters"
    WRITE_STATIONS = "write_stations"
    READ_LEDGER = "read_ledger"
    WRITE_LEDGER = "write_ledger"
    EXPORT_LEDGER = "export_ledger"
    READ_PATROLS = "read_patrols"
    WRITE_PATROLS = "write_patrols"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_METRICS = "read_metrics"
    READ_ACCOUNTING = "read_accounting"
    READ_REVIEWS = "read_reviews"
    REVIEW_READINGS = "review_readings"
    READ_ORIGINALS = "read_originals"
    READ_PHONES = "read_phones"


_READS = frozenset(
    {Action.OWN_ACCOUNT, Action.READ_WATERS, Action.READ_LEDGER, Action.READ_PATROLS}
)

ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.PATROLLER: _READS | {Action.WRITE_LEDGER, Action.WRITE_PATROLS},
        Role.CHIEF: _READS
        | {
            Action.WRITE_LEDGER,
            Action.EXPORT_LEDGER,
            Action.WRITE_PATROLS,
            Action.READ_ORIGINALS,
            Action.READ_PHONES,
        },
        Role.OFFICE: _READS
        | {
            Action.WRITE_STATIONS,
            Action.WRITE_LEDGER,
            Action.EXPORT_LEDGER,
            Action.WRITE_PATROLS,
            Action.READ_ACCOUNTING,
            Action.READ_REVIEWS,
            Action.REVIEW_READINGS,
            Action.READ_ORIGINALS,
            Action.READ_PHONES,
        },
        Role.UNIT_MEMBER: _READS | {Action.WRITE_LEDGER, Action.EXPORT_LEDGER},
        Role.NEIGHBOUR: frozenset({Action.OWN_ACCOUNT, Action.READ_WATERS}),
        Role.AUDITOR: _READS
        | {
            Action.EXPORT_LEDGER,
            Action.READ_ACCOUNTING,
            Action.READ_REVIEWS,
            Action.READ_ORIGINALS,
        },
        Role.ADMINISTRATOR: frozenset(
            {
                Action.OWN_ACCOUNT,
                Action.MANAGE_ACCOUNTS,
                Action.READ_METRICS,
                Action.READ_ACCOUNTING,
                Action.READ_PHONES,
            }
        ),
    }
)
"""What each role may do; nobody signed in may do nothing.

Who may take which step of a problem is the ledger's own table: WRITE_LEDGER only opens the door.
READ_ORIGINALS opens a photo as it came, with the place and device of who took it, and what of these
its facts hold; READ_PHONES shows the telephone numbers of chiefs."""


@dataclass(frozen=True, slots=True)
class User:
    """The signed-in account of a request, with what it may read and where it may write.

    ``written`` holds for each role with a division the whole subtree; a role missing from it is
    bound to no division and holds everywhere.
    """

    account: Account
    roles: tuple[HeldRole, ...] = ()
    scope: Scope = NOTHING
    written: Mapping[Role, frozenset[DivisionId]] = field(default_factory=dict)

    @property
    def account_id(self) -> AccountId:
        """The account's id."""
        return self.account.id


_user: ContextVar[User | None] = ContextVar("user", default=None)


def current_user() -> User:
    """Returns the user who sent the current request; raises NotSignedIn if nobody is signed in."""
    user = _user.get()
    if user is None:
        raise NotSignedIn("Please sign in.")
    return user


def signed_in_user() -> User | None:
    """Returns the user who sent the current request, None when nobody is signed in."""
    return _user.get()


def set_user(user: User | None) -> None:
    """Makes the user the current one for the rest of the request; None means signed out."""
    _user.set(user)


def may(user: User | None, action: Action, where: DivisionId | None = None) -> bool:
    """Returns whether the user may do the action at all or, if given, in division ``where``.

    A user who must change the password first may only do OWN_ACCOUNT; None may do nothing.
    """
    if user is None or (user.account.must_change_password and action is not Action.OWN_ACCOUNT):
        return False
    if not user.roles and action is Action.OWN_ACCOUNT:
        return True
    granting = {held.role for held in user.roles if action in ALLOWED[held.role]}
    if where is None:
        return bool(granting)
    return any(role not in user.written or where in user.written[role] for role in granting)


def divisions_where(user: User | None, action: Action) -> frozenset[DivisionId] | None:
    """Returns the divisions where the user may do the action; None for everywhere."""
    if user is None or not may(user, action):
        return frozenset()
    granting = {each.role for each in user.roles if action in ALLOWED[each.role]}
    if any(role not in user.written for role in granting):
        return None
    return frozenset[DivisionId]().union(*(user.written[role] for role in granting))


def require(action: Action, where: DivisionId | None = None) -> User:
    """Returns the current user if allowed the action; raises NotSignedIn or Forbidden."""
    user = current_user()
    if not may(user, action, where):
        raise Forbidden("Your account may not do this.")
    return user


def visible_to(user: User | None) -> Scope:
    """Returns the scope the user may read; empty if not signed in or not allowed READ_WATERS."""
    if user is None or not may(user, Action.READ_WATERS):
        return NOTHING
    return user.scope


KEPT_FOR = timedelta(seconds=5)
"""What an account may see is worked out again after this long, or when its version changed."""


@dataclass(slots=True)
class KnownUsers:
    """A cache of users by account and version, which spares a query for each of a map's many tiles.

    Each entry has the moment at which it was worked out; a clock set back makes it no younger.
    """

    users: dict[tuple[int, int], tuple[UtcDatetime, User]] = field(default_factory=dict)

    def find(self, account: Account, now: UtcDatetime) -> User | None:
        """Returns the account's cached user, None unless one was cached within ``KEPT_FOR``."""
        entry = self.users.get((account.id, account.version))
        if entry is None or abs(now - entry[0]) >= KEPT_FOR or entry[1].account != account:
            return None
        return entry[1]

    def keep(self, user: User, now: UtcDatetime) -> None:
        """Caches the user for ``KEPT_FOR`` and drops expired entries."""
        for key, (at, _) in list(self.users.items()):
            if abs(now - at) >= KEPT_FOR:
                self.users.pop(key, None)
        self.users[(user.account.id, user.account.version)] = (now, user)
