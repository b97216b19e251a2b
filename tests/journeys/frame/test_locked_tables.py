"""A table that is locked holds up what needs it, for a while, and nothing else."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import text

from tests.fixtures.served import Served, serve
from tests.made.database import Database

LIMITS = {
    "ONEMAP_DATABASE__STATEMENT_SECONDS": "1",
    "ONEMAP_DATABASE__LOCK_SECONDS": "1",
    "ONEMAP_DASHBOARD__WAIT_SECONDS": "1",
}
ASSET = "/assets/ledger/ledger.css"
BUSY = "服务器繁忙，未能及时完成。请稍后再试。"


@pytest.fixture(scope="module")
def hurried(shared_database: Database) -> Iterator[Served]:
    yield from serve(shared_database, LIMITS)


@contextmanager
def locked(served: Served, *tables: str) -> Iterator[None]:
    """Within the block nobody else may even read the tables."""
    with served.database.owner.begin() as connection:
        connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
        yield


def timed(ask: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - began


def test_a_locked_ledger_holds_up_the_ledger_alone(hurried: Served) -> None:
    with hurried.client("office") as client, ThreadPoolExecutor(20) as many:
        for path in ("/api/v1/rivers", "/api/v1/map/state", "/readyz", "/healthz", ASSET):
            assert client.get(path).status_code == 200, path
        with locked(hurried, "problem"):
            waiting = [
                many.submit(timed, lambda: client.get("/api/v1/problems")) for _ in range(20)
            ]
            for path in ("/api/v1/rivers", "/api/v1/map/state", "/readyz", "/healthz", ASSET) * 2:
                answer, took_s = timed(lambda path=path: client.get(path))  # type: ignore[misc] # bound now
                assert answer.status_code == 200, path
                assert took_s < 0.8, path
            for answer, took_s in (each.result() for each in waiting):
                assert answer.status_code == 503
                assert answer.json()["detail"] == BUSY
                assert answer.json()["type"] == "urn:onemap:problem:busy"
                assert answer.headers["retry-after"] == "5"
                assert took_s < 3
        assert client.get("/api/v1/problems").status_code == 200


def test_locked_sessions_hold_up_writes_and_strangers_alone(hurried: Served) -> None:
    with hurried.client("office") as known, hurried.client() as stranger:
        assert known.get("/api/v1/rivers").status_code == 200
        stranger.cookies.set("onemap_session", "nobody's")
        with locked(hurried, "session", "account"):
            for path in (ASSET, "/healthz", "/api/v1/rivers", "/api/v1/rivers", "/_dash-layout"):
                answer, took_s = timed(lambda path=path: known.get(path))  # type: ignore[misc] # bound now
                assert answer.status_code == 200, path
                assert took_s < 0.8, path
            written = known.post("/language", data={"language": "zh"})
            assert (written.status_code, BUSY in written.text) == (503, True)
            refused = stranger.get("/api/v1/rivers")
            assert (refused.status_code, refused.json()["detail"]) == (503, BUSY)
            assert stranger.get("/assets/plain/theme.js").status_code == 200
            assert stranger.get("/sign-in").status_code == 200
            page = stranger.get(
                "/ledger", headers={"Cookie": "onemap_session=x; onemap_language=en"}
            )
            assert page.status_code == 503
            assert "The server is busy" in page.text
        assert known.post("/language", data={"language": "zh"}).status_code == 303


def test_an_ended_session_is_remembered_no_more(hurried: Served) -> None:
    with hurried.client() as client:
        client.post("/sign-in", data={"login": "chief", "password": hurried.password})
        token = client.cookies["onemap_session"]
        assert client.get(ASSET).status_code == 200
        assert client.post("/sign-out").status_code == 303
        client.cookies.set("onemap_session", token)
        deadline = time.monotonic() + 3
        while (status := client.get(ASSET).status_code) == 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert status == 401


def test_news_of_the_map_goes_on_while_the_ledger_is_locked(hurried: Served) -> None:
    lines: list[str] = []
    heard = threading.Event()

    def follow() -> None:
        with (
            hurried.client("auditor") as client,
            client.stream("GET", "/events?ledger=0") as stream,
        ):
            for line in stream.iter_lines():
                lines.append(line)
                if line == "event: hello":
                    heard.set()
                    return

    with locked(hurried, "problem", "problem_event"):
        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        assert heard.wait(3), lines
        thread.join(5)


def test_a_tile_and_a_callback_say_that_they_are_busy(hurried: Served) -> None:
    with hurried.client("office") as client:
        assert client.get("/api/v1/rivers").status_code == 200
        with locked(hurried, "river", "map_run"):
            tile = client.get("/tiles/all/5/25/12.mvt")
            assert (tile.status_code, tile.json()["detail"]) == (503, BUSY)
            selected = {"id": "one-map-selection", "property": "data"}
            answer = client.post(
                "/_dash-update-component",
                json={
                    "output": "one-map-drawer.children",
                    "outputs": {"id": "one-map-drawer", "property": "children"},
                    "inputs": [{**selected, "value": {"kind": "river", "id": 1}}],
                    "state": [],
                    "changedPropIds": ["one-map-selection.data"],
                },
            )
            assert answer.status_code == 200
            assert BUSY in answer.text
