"""What the browser and programs meet stays as it is recorded, wherever the code lies."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from tests.contract import app as reading
from tests.contract.recorded import hold, lines
from tests.fixtures.routes import whole_app


@pytest.fixture(scope="module")
def app() -> Iterator[FastAPI]:
    """The whole app; no database is asked."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
        yield whole_app()


def test_the_interface_for_programs_is_the_recorded_one(app: FastAPI, renewed: str) -> None:
    hold("openapi.json", reading.openapi(app) + "\n", renewed)


def test_every_address_asks_for_the_recorded_action(app: FastAPI, renewed: str) -> None:
    parts = {
        "Routes": reading.routes(app),
        "Rules: one sample of each, answered by the whole table": reading.rules(),
        "Pages": reading.pages(),
        "Sets": reading.sets(),
    }
    hold("routes.txt", "\n".join(lines(title, part) for title, part in parts.items()), renewed)


@pytest.mark.usefixtures("app")
def test_every_role_lands_and_finds_its_bar_as_recorded(renewed: str) -> None:
    title = "The first page and the bar's entries of each role, in their order"
    hold("bar.txt", lines(title, reading.bars()), renewed)


def test_every_callback_is_the_recorded_one(app: FastAPI, renewed: str) -> None:
    title = "Callbacks: writes | on inputs | with states | where it runs | what the guard asks"
    found = lines(title, reading.callbacks(app)) + "\n"
    hold("callbacks.txt", found + lines("Ids", reading.prefixes()), renewed)


def test_pages_load_the_recorded_styles_and_scripts_in_order(app: FastAPI, renewed: str) -> None:
    title = (
        "What the page of Dash (/) and the sign-in page load, in order: later styles win. "
        "Ours with the hash of what is served; Dash's bundles without versions"
    )
    hold("index_page.txt", lines(title, reading.heads(app)), renewed)
