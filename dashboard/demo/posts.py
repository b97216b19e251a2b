"""Units and accounts of the made county, named by post.

The rows are kept in ``made/units.csv`` (a unit after the one above it) and ``made/posts.csv``.
"""

import secrets
from collections.abc import Callable

from sqlalchemy import Connection, text

from dashboard.demo.files import PROVINCE
from dashboard.demo.watch import made_rows
from data.people.accounts import add_role, create_account
from data.people.role_grants import RoleGrant, UnitId
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role

YES = "是"
PasswordOf = Callable[[str], str]
"""The password of a login."""


def random_password(_login: str) -> str:
    """Returns a random password that is kept nowhere, so that nobody can sign in with it."""
    return secrets.token_urlsafe(18)


def create_posts(connection: Connection, password_of: PasswordOf = random_password) -> None:
    """Creates every unit and account of the demo's office, each account with a password."""
    units: dict[str, int] = {}
    for row in made_rows("units"):
        units[row["name"]] = connection.execute(
            text(
                """
                INSERT INTO unit (name, parent_id, division_id, is_chief_office)
                VALUES (:name, :parent, :division, :office) RETURNING id
                """
            ),
            {
                "name": row["name"],
                "parent": units.get(row["above"]),
                "division": _division(connection, row["division"]),
                "office": row["is_office"] == YES,
            },
        ).scalar_one()
    for row in made_rows("posts"):
        account = create_account(
            connection, row["login"], row["name"], password_of(row["login"]), must_change=False
        )
        add_role(connection, account, _role(connection, row, units), 1)
        if row["person"]:
            _answer(connection, account, row["person"])


def _role(connection: Connection, row: dict[str, str], units: dict[str, int]) -> RoleGrant:
    """Returns the role that a row of the table of posts grants, with its division and unit."""
    return RoleGrant(
        Role(row["role"]),
        _division(connection, row["division"]) if row["division"] else None,
        UnitId(units[row["unit"]]) if row["unit"] else None,
        ChiefLevel(row["level"]) if row["level"] else None,
        row["is_general"] == YES,
    )


def _answer(connection: Connection, account: AccountId, person: str) -> None:
    """Links the account to the river chief of that name, as the notice boards have it."""
    connection.execute(
        text("UPDATE person SET account_id = :account WHERE name = :name"),
        {"account": account, "name": person},
    )


def _division(connection: Connection, name: str) -> DivisionId:
    """Returns the id of the division of that name within the invented province."""
    found = connection.execute(
        text("SELECT id FROM division WHERE name = :name AND code LIKE :province"),
        {"name": name, "province": f"{PROVINCE[0][:2]}%"},
    ).scalar_one()
    return DivisionId(found)
