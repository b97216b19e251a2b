"""Creates, changes and disables accounts and their roles; each write checks the version seen."""

import re

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from data.errors import BadInput, Conflict, NotFound
from data.people.browsers import forget_browsers
from data.people.passwords import hash_password
from data.people.role_grants import RoleGrant
from data.people.sessions import announce, end_sessions
from data.records import AccountId
from data.texts import fit_name

LOGIN = re.compile(r"^[a-z0-9][a-z0-9._-]{1,63}$")


def check_login(login: str) -> None:
    """Raises BadInput for what is no account's name."""
    if not LOGIN.fullmatch(login):
        raise BadInput(
            "{login} is no account name: use 2 to 64 lower-case letters, digits, dots, dashes.",
            login=login[:80],
        )


def fit_display_name(name: str) -> str:
    """Returns an account's name to show as it is kept. Raises BadInput for none, or as ``fit``."""
    kept = fit_name(name)
    if not kept:
        raise BadInput("The account needs a name to show.")
    return kept


def create_account(
    connection: Connection,
    login: str,
    display_name: str,
    password: str,
    *,
    must_change: bool = True,
    language: str | None = None,
) -> AccountId:
    """Creates an account and returns its id.

    Raises BadInput (login, name or password not acceptable) or Conflict (the login is used).
    """
    check_login(login)
    display_name = fit_display_name(display_name)
    row = connection.execute(
        text(
            """
            INSERT INTO account (login, display_name, password_hash, must_change_password,
            language) VALUES (:login, :name, :hash, :must_change, :language)
            ON CONFLICT (login) DO NOTHING RETURNING id
            """
        ),
        {
            "login": login,
            "name": display_name,
            "hash": hash_password(password, login=login),
            "must_change": must_change,
            "language": language,
        },
    ).scalar_one_or_none()
    if row is None:
        raise Conflict("The account name {login} is taken.", login=login)
    return AccountId(row)


def next_version(connection: Connection, account_id: AccountId, version: int) -> None:
    """Increases the account's version by 1 and announces the change.

    Raises Conflict if ``version`` isn't the current one.
    """
    found = connection.execute(
        text(
            """
            UPDATE account SET version = version + 1 WHERE id = :id AND version = :version
            RETURNING id
            """
        ),
        {"id": account_id, "version": version},
    ).scalar_one_or_none()
    if found is None:
        raise Conflict("The account was changed by somebody else.", mend="Reload it and try again.")
    announce(connection, account_id)


def set_active(
    connection: Connection, account_id: AccountId, is_active: bool, version: int
) -> None:
    """Enables the account, or disables the account and ends its sessions.

    Raises Conflict if ``version`` isn't the current one, BadInput for the last administrator.
    """
    next_version(connection, account_id, version)
    connection.execute(
        text("UPDATE account SET is_active = :is_active WHERE id = :id"),
        {"id": account_id, "is_active": is_active},
    )
    if not is_active:
        end_sessions(connection, account_id)
        _require_administrator(connection)


def set_password(
    connection: Connection,
    account_id: AccountId,
    password: str,
    *,
    must_change: bool,
    but_session: str | None = None,
) -> None:
    """Changes the account's password and ends all its sessions except that of ``but_session``.

    Its browsers are no longer known. ``but_session`` is a session's token. Raises NotFound,
    BadInput for a weak password.
    """
    login = connection.execute(
        text("SELECT login FROM account WHERE id = :id FOR UPDATE"), {"id": account_id}
    ).scalar_one_or_none()
    if login is None:
        raise NotFound("There is no such account.")
    connection.execute(
        text(
            """
            UPDATE account SET password_hash = :hash, must_change_password = :must_change,
            version = version + 1 WHERE id = :id
            """
        ),
        {
            "id": account_id,
            "hash": hash_password(password, login=login),
            "must_change": must_change,
        },
    )
    end_sessions(connection, account_id, but=but_session)
    forget_browsers(connection, account_id)


def set_language(connection: Connection, account_id: AccountId, language: str) -> None:
    """Sets the language in which the account sees the dashboard."""
    connection.execute(
        text("UPDATE account SET language = :language WHERE id = :id"),
        {"id": account_id, "language": language},
    )


def keep_hash(connection: Connection, account_id: AccountId, password_hash: str) -> None:
    """Stores a newer hash of the account's password, which itself stays the same."""
    connection.execute(
        text("UPDATE account SET password_hash = :hash WHERE id = :id"),
        {"id": account_id, "hash": password_hash},
    )


def add_role(connection: Connection, account_id: AccountId, grant: RoleGrant, version: int) -> None:
    """Gives the account the role. Raises Conflict if it has the role or the version is old.

    Raises BadInput for a division or unit that isn't there, and for a role with a unit where
    neither names a division.
    """
    if grant.unit_id is not None and grant.division_id is None:
        found = text("SELECT division_id FROM unit WHERE id = :id")
        unit = connection.execute(found, {"id": grant.unit_id}).one_or_none()
        if unit is not None and unit.division_id is None:
            raise BadInput("The unit belongs to no division: name one for this role.")
    next_version(connection, account_id, version)
    try:
        with connection.begin_nested():
            connection.execute(
                text(
                    """
                    INSERT INTO account_role (account_id, role, division_id, unit_id,
                    chief_level, is_general) VALUES (:account_id, :role, :division_id, :unit_id,
                    :chief_level, :is_general)
                    """
                ),
                {
                    "account_id": account_id,
                    "role": grant.role.value,
                    "division_id": grant.division_id,
                    "unit_id": grant.unit_id,
                    "chief_level": grant.chief_level and grant.chief_level.value,
                    "is_general": grant.is_general,
                },
            )
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise Conflict("The account has this role already.") from error
        if isinstance(error.orig, ForeignKeyViolation):
            raise BadInput(
                "There is no such division, or no such unit.",
                mend="Reload the page and choose again.",
            ) from error
        raise


def remove_role(connection: Connection, account_id: AccountId, role_id: int, version: int) -> None:
    """Takes the role from the account.

    Raises Conflict if ``version`` isn't the current one, BadInput for the last administrator.
    """
    next_version(connection, account_id, version)
    connection.execute(
        text("DELETE FROM account_role WHERE id = :role_id AND account_id = :account_id"),
        {"role_id": role_id, "account_id": account_id},
    )
    _require_administrator(connection)


def link_person(connection: Connection, account_id: AccountId, name: str, post: str) -> None:
    """Links the official of that name and post ("": any post) to the account.

    Raises NotFound, BadInput where several fit, Conflict where the official or the account is
    linked already.
    """
    found = connection.execute(
        text(
            """
            SELECT id, account_id FROM person
            WHERE name = :name AND (:post = '' OR post = :post) ORDER BY id FOR UPDATE
            """
        ),
        {"name": name, "post": post},
    ).all()
    if not found:
        raise NotFound("No official is called {name}.", name=name)
    if len(found) > 1:
        raise BadInput(
            "{count} officials are called {name}.",
            mend="Name the post too; where the posts repeat as well, give them different ones.",
            count=len(found),
            name=name,
        )
    if found[0].account_id not in (None, account_id):
        raise Conflict("{name} signs in by another account already.", name=name)
    try:
        with connection.begin_nested():
            connection.execute(
                text("UPDATE person SET account_id = :account_id WHERE id = :id"),
                {"account_id": account_id, "id": found[0].id},
            )
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("This account belongs to another official already.") from error


def _require_administrator(connection: Connection) -> None:
    """Raises BadInput if no active administrator account is left."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('administrators'))"))
    left = connection.execute(
        text(
            """
            SELECT count(*) FROM account JOIN account_role ON account_role.account_id = account.id
            WHERE is_active AND role = 'administrator'
            """
        )
    ).scalar_one()
    if left == 0:
        raise BadInput("The last administrator can't be taken away.")
