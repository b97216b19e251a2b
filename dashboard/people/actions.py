"""What an administrator does to accounts: each use case one transaction and one access log row."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.frame.auth import Action, User, require
from dashboard.frame.callback_values import whole_number
from dashboard.frame.deps import Deps
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import BadInput
from data.people import accounts as kept
from data.people.access_log import Logged, log
from data.people.attempts import count_failures
from data.people.attempts import unlock as forget_failures
from data.people.passwords import generate_password
from data.people.role_grants import RoleGrant, UnitId
from data.queries.people import accounts as people
from data.queries.people.sign_ins import latest_sign_ins
from data.query_values import read_text, read_word
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role

PAGE_ROWS = 20
MOST_SEARCHED = 80
"""The most letters of a search among accounts."""

EVERYWHERE = "everywhere"
"""Stands in place of a division's id for all of them."""

Sent = str | bool | None
"""What a field of a form sends."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of accounts with their roles, and the number of accounts on all pages.

    ``signed_in_at`` is when each last signed in, ``now`` when that was read.
    """

    count: int
    accounts: list[people.Account]
    roles: dict[AccountId, tuple[people.HeldRole, ...]]
    signed_in_at: dict[AccountId, UtcDatetime | None]
    now: UtcDatetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """One account with its roles, and how many of its sign-ins failed within a day."""

    account: people.Account
    roles: tuple[people.HeldRole, ...]
    failures: int = 0


def list_accounts(deps: Deps, search: str, page: int, role: str | None = None) -> Listed:
    """One page of the accounts that fit the search and hold the role; pages count from 1."""
    require(Action.MANAGE_ACCOUNTS)
    with transaction(deps.engine) as connection:
        start = (max(page, 1) - 1) * PAGE_ROWS
        count, found = people.accounts(
            connection,
            read_text("q", search, MOST_SEARCHED),
            start,
            PAGE_ROWS,
            read_word("role", role, Role) if role else None,
        )
        ids = [one.id for one in found]
        return Listed(
            count,
            found,
            people.roles(connection, ids),
            latest_sign_ins(connection, ids),
            deps.clock(),
        )


def choose_account(deps: Deps, account_id: AccountId) -> Chosen:
    """Reads one account with its roles. Raises NotFound."""
    require(Action.MANAGE_ACCOUNTS)
    with transaction(deps.engine) as connection:
        found = people.account(connection, account_id)
        held = people.roles(connection, [account_id])[account_id]
        return Chosen(found, held, count_failures(connection, found.login))


def places(
    deps: Deps,
) -> tuple[list[tuple[DivisionId, str, str | None]], list[tuple[UnitId, str]]]:
    """The divisions and units to which a role can be bound."""
    require(Action.MANAGE_ACCOUNTS)
    with transaction(deps.engine) as connection:
        return people.divisions(connection), people.units(connection)


def role_of_fields(role: Sent, level: Sent, general: Sent, division: Sent, unit: Sent) -> RoleGrant:
    """The role that the form's fields make up. Raises BadInput for a missing or unknown role.

    Level and ``general`` count for chiefs only. ``EVERYWHERE`` in place of a division lets the role
    hold in all of them; a field left empty never does.
    """
    if role not in set(Role):
        raise BadInput("Choose a role.")
    is_chief = role == Role.CHIEF
    is_everywhere = division == EVERYWHERE
    has_area = division and not is_everywhere and role != Role.ADMINISTRATOR
    return RoleGrant(
        Role(role),
        DivisionId(whole_number(division)) if has_area else None,
        UnitId(whole_number(unit)) if unit else None,
        ChiefLevel(level) if level in set(ChiefLevel) and is_chief else None,
        bool(general) and is_chief,
        is_everywhere=is_everywhere,
    )


def create(deps: Deps, login: str, name: str, role: RoleGrant) -> str:
    """Creates an account with one role; returns its new password, which must be changed.

    Raises Forbidden, BadInput or Conflict.
    """
    by = require(Action.MANAGE_ACCOUNTS)
    password = generate_password()
    with transaction(deps.engine) as connection:
        account_id = kept.create_account(connection, login.strip(), name, password)
        kept.add_role(connection, account_id, role, version=1)
        _log(connection, by, "add", login.strip())
    return password


def reset_password(deps: Deps, account_id: AccountId, version: int) -> str:
    """Gives the account a new password, which must be changed, and ends its sessions; returns it.

    Raises Forbidden, NotFound, or Conflict if ``version`` isn't the current one.
    """
    by = require(Action.MANAGE_ACCOUNTS)
    password = generate_password()
    with transaction(deps.engine) as connection:
        account = people.account(connection, account_id)
        kept.next_version(connection, account_id, version)
        kept.set_password(connection, account_id, password, must_change=True)
        forget_failures(connection, account.login)
        _log(connection, by, "reset password", account.login)
    return password


def _changed(
    deps: Deps, account_id: AccountId, word: str, change: Callable[[Connection], None]
) -> None:
    by = require(Action.MANAGE_ACCOUNTS)
    with transaction(deps.engine) as connection:
        account = people.account(connection, account_id)
        change(connection)
        _log(connection, by, word, account.login)


def set_active(deps: Deps, account_id: AccountId, version: int, *, is_active: bool) -> None:
    """Enables the account, or disables it and ends its sessions.

    Raises Forbidden, NotFound, or Conflict if ``version`` isn't the current one.
    """
    _changed(
        deps,
        account_id,
        "enable" if is_active else "disable",
        lambda connection: kept.set_active(connection, account_id, is_active, version),
    )


def unlock(deps: Deps, account_id: AccountId, version: int) -> None:
    """Forgets the account's failed sign-ins: it need not wait anywhere.

    Raises Forbidden, NotFound, or Conflict if ``version`` isn't the current one.
    """

    def change(connection: Connection) -> None:
        kept.next_version(connection, account_id, version)
        forget_failures(connection, people.account(connection, account_id).login)

    _changed(deps, account_id, "unlock", change)


def add_role(deps: Deps, account_id: AccountId, version: int, role: RoleGrant) -> None:
    """Gives the account the role. Raises Forbidden, NotFound, BadInput or Conflict."""
    _changed(
        deps,
        account_id,
        f"add role {role.role.value}",
        lambda connection: kept.add_role(connection, account_id, role, version),
    )


def remove_role(deps: Deps, account_id: AccountId, version: int, role_id: int) -> None:
    """Takes the role from the account. Raises Forbidden, NotFound or Conflict."""
    _changed(
        deps,
        account_id,
        f"remove role {role_id}",
        lambda connection: kept.remove_role(connection, account_id, role_id, version),
    )


def _log(connection: Connection, by: User, word: str, login: str) -> None:
    log(connection, Logged.ACCOUNT, account_id=by.account_id, about=f"{word} {login}")
