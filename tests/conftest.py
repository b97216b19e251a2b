"""Real servers for the tests: PostgreSQL, mosquitto and Chromium, none of them stood in for."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from dashboard.parts.wording import language
from tests.contract.recorded import names_of
from tests.order import place_of
from tests.running.bound import die_with_parent
from tests.running.folders import remove_left_folders
from tests.running.interrupts import raise_in_test

settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.people",
    "tests.fixtures.ledger",
    "tests.fixtures.broker",
    "tests.fixtures.rabbit",
    "tests.fixtures.browser",
    "tests.fixtures.served",
    "tests.fixtures.map",
    "tests.fixtures.desks",
    "tests.fixtures.ledger_list",
    "tests.fixtures.report_form",
]


def pytest_configure(config: pytest.Config) -> None:
    """However a run ends, its servers do: asked to end, it still closes what its fixtures opened.

    A worker of pytest-xdist is asked to end when the process that spread the tests is gone. What
    an earlier run couldn't remove, because it was killed, is removed now.
    """
    try:
        names_of(str(config.getoption("--renew")))
    except ValueError as error:
        raise pytest.UsageError(f"--renew: {error}") from error
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, raise_in_test)
    if hasattr(config, "workerinput"):
        die_with_parent(signal.SIGTERM)
    else:
        remove_left_folders()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew NAME`` records a contract of ``tests/contract`` anew instead of holding it."""
    parser.addoption(
        "--renew", default="", metavar="NAME[,NAME]", help="record those contracts anew"
    )


@pytest.fixture
def renewed(pytestconfig: pytest.Config) -> str:
    """The contracts that this run records anew, separated by commas; empty for none."""
    return str(pytestconfig.getoption("--renew"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files start first; within a file, and among all others, the order stays."""
    here = Path(__file__).parent
    items.sort(key=lambda item: place_of(item.path.relative_to(here).as_posix()))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Input from the real world, which the repository doesn't hold: tests that need it say so."""
    folder = os.environ.get("ONEMAP_REAL_DATA")
    if not folder:
        pytest.skip("ONEMAP_REAL_DATA is not set: no folder of real input to read")
    return Path(folder)


@pytest.fixture(autouse=True)
def chinese_reader() -> None:
    """Words are Chinese at the start of a test, whatever language the one before it spoke."""
    language.set("zh")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the shell or of a running demo reaches a test unless the test sets it."""
    for name in list(os.environ):
        if name.startswith("ONEMAP_") and name != "ONEMAP_REAL_DATA":
            monkeypatch.delenv(name)
