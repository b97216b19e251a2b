"""How guesses at passwords are slowed down, and whom they leave alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from data.errors import TooManyAttempts
from data.people import accounts
from data.people.attempts import attempt_succeeded, begin_attempt, count_failures, unlock
from data.people.browsers import mark_browser
from data.records import AccountId
from data.settings import DashboardSettings
from tests.made.database import Database

LIMITS = DashboardSettings()
HOME, OFFICE = "10.0.0.1", "10.0.0.2"


def fail(database: Database, login: str, address: str, mark: str | None = None) -> None:
    with database.app.begin() as connection:
        begin_attempt(connection, login, address, LIMITS, mark)


def succeed(database: Database, login: str, address: str, mark: str | None = None) -> None:
    with database.app.begin() as connection:
        attempt_succeeded(connection, begin_attempt(connection, login, address, LIMITS, mark))


def wait(database: Database, login: str, address: str, mark: str | None = None) -> int:
    """The seconds the account has to wait there; 0 when it need not, and then a failure more."""
    try:
        fail(database, login, address, mark)
    except TooManyAttempts as refused:
        seconds = refused.facts["seconds"]
        assert isinstance(seconds, int)
        return seconds
    return 0


def later(database: Database, **by: float) -> None:
    """As if every attempt had been made so much earlier."""
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE sign_in_attempt SET at = at - :by"), {"by": timedelta(**by)}
        )


def open_account(database: Database, login: str) -> AccountId:
    with database.app.begin() as connection:
        return accounts.create_account(connection, login, login, "qing-he-2046-shui")


def test_the_wait_doubles_up_to_its_longest(database: Database) -> None:
    for _turn in range(5):
        assert wait(database, "bb", HOME) == 0
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        assert seconds - 3 <= wait(database, "BB", HOME) <= seconds
        later(database, seconds=seconds - 10)
        assert wait(database, "bb", HOME) > 0
        later(database, seconds=11)
        assert wait(database, "bb", HOME) == 0


def test_a_refusal_is_not_counted_and_says_how_long(database: Database) -> None:
    for _turn in range(5):
        fail(database, "bb", HOME)
    for _turn in range(20):
        assert 27 <= wait(database, "bb", HOME) <= 30
    with pytest.raises(TooManyAttempts, match=r"Try again in \d\d seconds"):
        fail(database, "bb", HOME)
    for _turn in range(5):
        later(database, hours=1)
        assert wait(database, "bb", HOME) == 0
    with pytest.raises(TooManyAttempts, match=r"Try again in 15 minutes"):
        fail(database, "bb", HOME)


def test_guesses_from_many_addresses_never_keep_the_holder_out(database: Database) -> None:
    succeed(database, "bb", HOME)
    later(database, days=3)
    refused = sum(wait(database, "bb", f"10.1.{number}.1") > 0 for number in range(60))
    assert refused == 40
    for _turn in range(5):
        fail(database, "bb", HOME)
    assert 27 <= wait(database, "bb", HOME) <= 30
    later(database, seconds=31)
    succeed(database, "bb", HOME)
    succeed(database, "bb", HOME)


def test_a_known_browser_stays_open_at_an_address_of_guesses(database: Database) -> None:
    holder = open_account(database, "bb")
    succeed(database, "bb", OFFICE)
    with database.app.begin() as connection:
        mark = mark_browser(connection, holder, None, 30)
    for number in range(70):
        wait(database, f"login{number}", OFFICE)
    for _turn in range(6):
        wait(database, "bb", OFFICE)
    assert wait(database, "bb", OFFICE) > 0
    assert wait(database, "cc", OFFICE) > 0
    succeed(database, "bb", OFFICE, mark)
    assert wait(database, "cc", OFFICE, mark) > 0
    assert wait(database, "bb", OFFICE, mark + "x") > 0


def test_a_mark_is_of_its_accounts_and_only_the_newest_counts(database: Database) -> None:
    one, two = open_account(database, "bb"), open_account(database, "cc")
    with database.app.begin() as connection:
        planted = mark_browser(connection, one, None, 30)
        mark = mark_browser(connection, two, planted, 30)
    for _turn in range(6):
        wait(database, "bb", HOME)
        wait(database, "cc", HOME)
    assert wait(database, "bb", HOME, planted) > 0
    assert wait(database, "cc", HOME, planted) > 0
    assert wait(database, "bb", HOME, mark) == 0
    assert wait(database, "cc", HOME, mark) == 0
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE known_browser SET seen_at = seen_at - interval '31 days'"))
    assert wait(database, "bb", HOME, mark) > 0


def test_an_office_at_one_address_may_mistype(database: Database) -> None:
    for number in range(30):
        for _turn in range(2 if number < 20 else 0):
            fail(database, f"clerk{number}", OFFICE)
        succeed(database, f"clerk{number}", OFFICE)
    for number in range(20):
        fail(database, f"clerk{number}", OFFICE)
    for number in range(30):
        succeed(database, f"clerk{number}", OFFICE)
    assert wait(database, "new.one", OFFICE) == 0


def test_twenty_typos_before_any_success_do_not_slow_an_office(database: Database) -> None:
    for number in range(20):
        fail(database, f"clerk{number}", OFFICE)
    for number in range(30):
        succeed(database, f"clerk{number}", OFFICE)


def test_one_phone_with_an_old_password_does_not_slow_its_office(database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sign_in_attempt (login_sha256, address_sha256, place_sha256,"
                " succeeded) SELECT sha256('old.phone'), sha256(:address), sha256(:address), false"
                " FROM generate_series(1, 500)"
            ),
            {"address": OFFICE.encode()},
        )
    assert wait(database, "old.phone", OFFICE) > 0
    assert wait(database, "new.one", OFFICE) == 0


def test_many_logins_from_one_address_wait(database: Database) -> None:
    for number in range(60):
        fail(database, f"login{number}", HOME)
    assert wait(database, "login60", HOME) > 0
    assert wait(database, "login60", OFFICE) == 0
    later(database, minutes=16)
    assert wait(database, "login60", HOME) == 0


def test_a_success_clears_its_place_and_not_the_guesses_of_strangers(database: Database) -> None:
    succeed(database, "bb", HOME)
    for number in range(20):
        fail(database, "bb", f"10.1.0.{number}")
    succeed(database, "bb", HOME)
    assert wait(database, "bb", "10.2.0.1") > 0
    for _turn in range(4):
        fail(database, "bb", HOME)
    succeed(database, "bb", HOME)
    for _turn in range(5):
        fail(database, "bb", HOME)


def test_unlocking_ends_every_wait(database: Database) -> None:
    for number in range(25):
        wait(database, "bb", f"10.1.0.{number}")
    assert wait(database, "bb", "10.2.0.1") > 0
    with database.app.begin() as connection:
        assert count_failures(connection, "bb") == 20
        assert unlock(connection, "bb") == 20
    assert wait(database, "bb", "10.2.0.1") == 0


def test_many_attempts_at_once_gain_nothing(database: Database) -> None:
    def attempt(_number: int) -> bool:
        return wait(database, "bb", HOME) == 0

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(attempt, range(20))) == 5
