"""The demo's accounts: draws and lists a random password for each one of the basin."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

from sqlalchemy import Engine, text

from dashboard.demo.environment import stored_passwords
from data.database import transaction
from data.people.accounts import add_role, create_account, set_password
from data.people.role_grants import RoleGrant
from data.records import AccountId
from data.vocabulary import Role

KEY = "ONEMAP_DEMO__ACCOUNTS"

_LIST = """
SELECT account.id, login, display_name,
       coalesce(string_agg(DISTINCT account_role.role, ', '), '') AS roles
FROM account LEFT JOIN account_role ON account_role.account_id = account.id
WHERE is_active GROUP BY account.id ORDER BY account.id
"""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that anyone who runs the demo may sign in with."""

    login: str
    password: str
    roles: str
    display_name: str


def drawn(settings: MutableMapping[str, str]) -> Callable[[str], str]:
    """Returns a function that draws a password for a login and keeps it in the settings.

    First drops those that were kept of an earlier demo.
    """
    settings.pop(KEY, None)
    return lambda login: stored_passwords(settings, KEY, [login])[login]


def hand_out(owner: Engine, settings: MutableMapping[str, str]) -> None:
    """Gives every active account of a new demo a random password, kept in the settings.

    A basin that brings nobody gets an administrator and an office.
    """
    settings.pop(KEY, None)
    with transaction(owner) as connection:
        found = connection.execute(text(_LIST)).all()
        if not found:
            names = (("admin", "系统管理员", Role.ADMINISTRATOR), ("office", "河长办", Role.OFFICE))
            passwords = stored_passwords(settings, KEY, [login for login, _, _ in names])
            for login, name, role in names:
                made = create_account(connection, login, name, passwords[login], must_change=False)
                grant = RoleGrant(role, is_everywhere=role is not Role.ADMINISTRATOR)
                add_role(connection, made, grant, 1)
            return
        passwords = stored_passwords(settings, KEY, [row.login for row in found])
        for row in found:
            set_password(connection, AccountId(row.id), passwords[row.login], must_change=False)


def listed(reader: Engine, settings: MutableMapping[str, str]) -> list[DemoAccount]:
    """Returns the active accounts whose passwords are kept, in the order they were made."""
    passwords = stored_passwords(settings, KEY, [])
    with reader.connect() as connection:
        return [
            DemoAccount(row.login, passwords[row.login], row.roles, row.display_name)
            for row in connection.execute(text(_LIST))
            if row.login in passwords
        ]
