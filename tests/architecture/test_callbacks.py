"""Callbacks never block the server, and no two pages share an id."""

import inspect
import json
from collections import Counter
from collections.abc import Iterator

import dash
import pytest
from dash.development.base_component import Component
from fastapi import FastAPI

from tests.fixtures.routes import callbacks_of, whole_app


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    return whole_app()


def ids_of(layout: Component) -> Iterator[str]:
    """The id of every component that has one."""
    for component in [layout, *layout._traverse()]:
        name = getattr(component, "id", None)
        if name is not None:
            yield json.dumps(name, sort_keys=True) if isinstance(name, dict) else str(name)


def test_every_callback_is_a_coroutine(app: FastAPI) -> None:
    blocking = []
    count = 0
    for output, callback in callbacks_of(app).items():
        function = callback.get("callback")
        if function is None:
            continue  # it runs in the browser
        count += 1
        if not inspect.iscoroutinefunction(inspect.unwrap(function)):  # type: ignore[arg-type] # Dash types it as object
            blocking.append(output)
    assert count > 5
    assert blocking == []


def test_ids_are_unique_in_every_page_and_its_shell(app: FastAPI) -> None:
    *pages, shell = app.state.dash.validation_layout.children
    assert len(pages) == len(dash.page_registry)
    for page in pages:
        ids = Counter([*ids_of(shell), *ids_of(page)])
        assert [name for name, times in ids.items() if times > 1] == []


def test_ids_begin_with_the_prefix_of_their_page(app: FastAPI) -> None:
    ids = set(ids_of(app.state.dash.validation_layout))
    assert len(ids) > 20
    plain = [name for name in ids if not name.startswith("{")]
    assert [name for name in plain if not name.startswith(tuple(app.state.access.callbacks))] == []


def test_every_id_that_a_callback_names_stands_in_a_page(app: FastAPI) -> None:
    """Browsers don't compare them: they would need every page's layout in each page."""
    dash_app: dash.Dash = app.state.dash
    known = set(ids_of(dash_app.validation_layout))
    named = {
        part["id"]
        for callback in dash_app._callback_list
        for part in (*callback["inputs"], *callback["state"])
    } | {
        name.rpartition(".")[0]
        for callback in dash_app._callback_list
        for name in callback["output"].strip(".").split("...")
    }
    plain = {str(name) for name in named if not str(name).startswith("{")}
    assert len(plain) > 50
    assert sorted(plain - known) == []
