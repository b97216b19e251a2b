"""The document of the map holds the basin as its reader may see it, and waits for it briefly."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.served import Served
from tests.running.waiting import until

OPENING = re.compile(r'<div id="one-map-opening"[^>]*>.*?</div>', re.DOTALL)
PATH = re.compile(r'<path class="mp-first-(\w+)" d="([^"]*)"')
BOUNDS = re.compile(r'data-bounds="([^"]*)"')


def opening(client: httpx.Client) -> str:
    """What stands in the document before Dash draws the page."""
    answer = client.get("/")
    assert answer.status_code == 200
    found = OPENING.search(answer.text)
    assert found is not None
    return found[0]


def pictured(client: httpx.Client) -> str:
    """What stands there once the picture was read: a document waits for it only briefly."""
    until(lambda: "<svg" in opening(client))
    return opening(client)


@pytest.fixture
def auditor(served: Served) -> Iterator[httpx.Client]:
    with served.client(served.logins[Role.AUDITOR]) as client:
        yield client


def test_outline_waters_bounds_and_words_stand_in_the_document(
    served: Served, auditor: httpx.Client
) -> None:
    shown = pictured(auditor)
    paths = dict(PATH.findall(shown))
    assert len(paths["land"]) > 20
    assert len(paths["water"]) > 10
    assert len(shown) < 20_000
    told = json.loads(BOUNDS.findall(shown)[0])
    assert told == auditor.get("/api/v1/map/state").json()["bounds"]
    assert "实时" in shown
    assert "cls" not in shown
    served.client().close()


def test_other_pages_hold_none(auditor: httpx.Client) -> None:
    assert OPENING.search(auditor.get("/rivers").text) is None


def test_each_reader_gets_the_picture_of_an_own_area(served: Served) -> None:
    pictures = {}
    for login in ("auditor", "patroller_up", "auditor"):
        with served.client(login) as client:
            shown = pictured(client)
            pictures.setdefault(login, shown)
            assert pictures[login] == shown
            bounds = client.get("/api/v1/map/state").json()["bounds"]
            assert json.loads(BOUNDS.findall(shown)[0]) == bounds
    assert len(set(pictures.values())) == 2


def test_another_outline_is_in_the_next_document(served: Served, auditor: httpx.Client) -> None:
    before = pictured(auditor)
    assert opening(auditor) == before
    with served.database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE division SET geom = ST_Multi(ST_Buffer(geom, 0.2)) WHERE id IN"
                " (SELECT id FROM division WHERE parent_id IS NULL)"
            )
        )
        connection.execute(text("SELECT pg_notify('onemap_map', 'all')"))
    auditor.get("/tiles/waters/4/12/6.mvt")  # all that was announced before it is heard
    after = pictured(auditor)
    assert BOUNDS.findall(after) != BOUNDS.findall(before)


def test_a_locked_table_leaves_the_document_without_its_picture(
    served: Served, auditor: httpx.Client
) -> None:
    with served.database.owner.begin() as connection:
        connection.execute(text("LOCK TABLE map_division IN ACCESS EXCLUSIVE MODE"))
        shown = opening(auditor)
        assert "<svg" not in shown
        assert "data-bounds" not in shown
        assert "实时" in shown
    assert "<svg" in pictured(auditor)


def test_a_picture_that_came_late_is_there_for_the_next_document(
    served: Served, auditor: httpx.Client
) -> None:
    with served.database.owner.begin() as connection:
        connection.execute(text("LOCK TABLE map_division IN ACCESS EXCLUSIVE MODE"))
        assert "<svg" not in opening(auditor)
    until(lambda: "<svg" in opening(auditor))
    with served.database.owner.begin() as connection:
        connection.execute(text("LOCK TABLE map_division, map_land IN ACCESS EXCLUSIVE MODE"))
        assert "<svg" in opening(auditor)
