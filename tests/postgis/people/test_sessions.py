"""Sessions in the database: only a hash is kept; days, a password and an account end them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from data.clock import UtcDatetime
from data.people import accounts, sessions
from data.people.role_grants import RoleGrant
from data.queries.people import accounts as people
from data.records import AccountId
from data.vocabulary import Role
from tests.made.database import Database
from tests.made.office import PASSWORD

NOW = UtcDatetime(datetime(2026, 5, 4, 8, tzinfo=UTC))


def add_account(database: Database, login: str, *roles: RoleGrant) -> AccountId:
    with database.app.begin() as connection:
        account_id = accounts.create_account(connection, login, login, PASSWORD)
        for version, role in enumerate(roles, start=1):
            accounts.add_role(connection, account_id, role, version)
    return account_id


def age(database: Database, **by: float) -> None:
    """Makes every session so much older: the clock that counts is the database's."""
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE session SET created_at = created_at - :by, seen_at = seen_at - :by,"
                " expires_at = expires_at - :by"
            ),
            {"by": timedelta(**by)},
        )


def signed_in(database: Database, token: str) -> bool:
    with database.app.begin() as connection:
        return people.account_of_session(connection, token) is not None


def test_a_session_keeps_only_a_hash_and_ends(database: Database) -> None:
    account_id = add_account(database, "bb")
    with database.app.begin() as connection:
        token = sessions.open_session(connection, account_id, 1)
        kept = connection.execute(text("SELECT token_sha256 FROM session")).scalar_one()
        assert len(token) >= 43
        assert token.encode() not in bytes(kept)
        found = people.account_of_session(connection, token)
        assert found is not None
        assert found[0].id == account_id
        assert not found[1]
        assert people.account_of_session(connection, token + "x") is None
    age(database, minutes=59)
    with database.app.begin() as connection:
        found = people.account_of_session(connection, token)
        assert found is not None
        assert found[1]
        sessions.touch_session(connection, token, 1, days=7)
    age(database, minutes=59)
    assert signed_in(database, token)
    age(database, minutes=1)
    assert not signed_in(database, token)


def test_a_session_in_use_ends_all_the_same_after_its_days(database: Database) -> None:
    account_id = add_account(database, "bb")
    with database.app.begin() as connection:
        token = sessions.open_session(connection, account_id, 12)
    for _turn in range(3):
        age(database, hours=6)
        with database.app.begin() as connection:
            sessions.touch_session(connection, token, 12, days=1)
    age(database, hours=5, minutes=59)
    assert signed_in(database, token)
    age(database, minutes=1)
    assert not signed_in(database, token)


def test_password_change_and_disabling_end_sessions(database: Database) -> None:
    add_account(database, "root", RoleGrant(Role.ADMINISTRATOR))
    account_id = add_account(database, "bb")
    with database.app.begin() as connection:
        one = sessions.open_session(connection, account_id, 1)
        two = sessions.open_session(connection, account_id, 1)
        accounts.set_password(
            connection, account_id, "another-2046-word", must_change=False, but_session=one
        )
        assert people.account_of_session(connection, two) is None
        assert people.account_of_session(connection, one) is not None
        accounts.set_active(
            connection, account_id, False, people.account(connection, account_id).version
        )
        assert people.account_of_session(connection, one) is None
