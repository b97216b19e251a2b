"""The user command against a real database: what it prints works."""

import pytest

from dashboard.cli import main
from data.errors import TooManyAttempts
from data.people.attempts import begin_attempt
from data.people.passwords import fits
from data.queries.people.accounts import credentials, roles
from data.settings import DashboardSettings
from data.vocabulary import ChiefLevel, Role
from tests.made.basin import build_small_basin
from tests.made.database import Database


@pytest.fixture
def ready(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])
    with database.owner.begin() as connection:
        build_small_basin(connection)
    return database


def printed_password(output: str) -> str:
    return next(
        word for word in output.replace("：", " ").replace("（", " ").split() if "-" in word
    )


def test_an_account_is_added_with_its_role(
    ready: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--role", "chief", "--level", "county", "--division", "411381000000", "--name", "甲"]
    assert main(["user", "add", "li.si", *given]) == 0
    password = printed_password(capsys.readouterr().out)
    with ready.app.begin() as connection:
        found = credentials(connection, "li.si")
        assert found is not None
        assert fits(password, found.password_hash)
        assert found.account.must_change_password
        held = roles(connection, [found.account.id])[found.account.id]
    assert [(one.role, one.division, one.chief_level) for one in held] == [
        (Role.CHIEF, "测试县", ChiefLevel.COUNTY)
    ]
    assert main(["user", "list", "li"]) == 0
    assert "chief county 测试县" in capsys.readouterr().out


@pytest.mark.parametrize(
    "unfit",
    [
        ["li.si", "--role", "chief"],
        ["li.si", "--role", "office"],
        ["li.si", "--role", "chief", "--level", "county"],
        ["li.si", "--role", "office", "--division", "无此县"],
        ["Li Si", "--role", "office"],
        ["li.si", "--role", "unit_member", "--unit", "无此单位"],
    ],
)
def test_what_is_unfit_adds_nothing(
    ready: Database, unfit: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "add", *unfit]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with ready.app.begin() as connection:
        assert credentials(connection, "li.si") is None


def test_disabling_and_a_new_password(ready: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "root1", "--role", "administrator"]) == 0
    assert main(["user", "add", "li.si", "--role", "auditor", "--everywhere"]) == 0
    assert main(["user", "disable", "root1"]) == 2
    assert main(["user", "disable", "li.si"]) == 0
    assert main(["user", "enable", "li.si"]) == 0
    capsys.readouterr()
    assert main(["user", "password", "li.si"]) == 0
    password = printed_password(capsys.readouterr().out)
    with ready.app.begin() as connection:
        found = credentials(connection, "li.si")
    assert found is not None
    assert found.account.is_active
    assert fits(password, found.password_hash)
    assert main(["user", "password", "nobody"]) == 2


def test_unlocking_forgets_the_failed_sign_ins(
    ready: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "add", "li.si", "--role", "auditor", "--everywhere"]) == 0
    for number in range(20):
        with ready.app.begin() as connection:
            begin_attempt(connection, "li.si", f"10.0.0.{number}", DashboardSettings())
    with pytest.raises(TooManyAttempts), ready.app.begin() as connection:
        begin_attempt(connection, "li.si", "10.0.1.1", DashboardSettings())
    capsys.readouterr()
    assert main(["user", "unlock", "li.si"]) == 0
    assert "20" in capsys.readouterr().out
    with ready.app.begin() as connection:
        begin_attempt(connection, "li.si", "10.0.1.1", DashboardSettings())
    assert main(["user", "unlock", "nobody"]) == 2
