"""An account for each role on the small basin, all with the same password."""

from functools import cache

from sqlalchemy import text

from data.people.accounts import RoleGrant, add_role
from data.people.passwords import hash_password
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role
from tests.made.basin import SmallBasin
from tests.made.database import Database

PASSWORD = "qing-he-2046-shui"

ACCOUNT = text(
    "INSERT INTO account (login, display_name, password_hash, must_change_password)"
    " VALUES (:login, :name, :hash, FALSE) RETURNING id"
)


@cache
def kept_hash() -> str:
    """The hash of the password that all have: hashing is dear on purpose, once is enough."""
    return hash_password(PASSWORD, login="")


def add_people(database: Database, basin: SmallBasin) -> dict[Role, str]:
    """One account for each role, named like the role, all with the same password."""
    with database.owner.begin() as connection:
        unit = connection.execute(
            text("INSERT INTO unit (name, division_id) VALUES ('水利站', :town) RETURNING id"),
            {"town": basin.town_up},
        ).scalar_one()
    logins = {}
    with database.app.begin() as connection:
        for role in Role:
            login = role.value.replace("_", "-")
            bound = {"login": login, "name": f"{role.value} 甲", "hash": kept_hash()}
            account_id = AccountId(connection.execute(ACCOUNT, bound).scalar_one())
            division = None if role is Role.ADMINISTRATOR else DivisionId(basin.county)
            given = RoleGrant(
                role,
                division,
                unit if role is Role.UNIT_MEMBER else None,
                ChiefLevel.COUNTY if role is Role.CHIEF else None,
            )
            add_role(connection, account_id, given, version=1)
            logins[role] = login
    return logins
