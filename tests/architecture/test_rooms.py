"""The rooms: known by their ROOM alone, and no two folders import each other."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from dashboard.app import ROOMS
from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room, access_of, places_of
from tests.fixtures.routes import routes_of, whole_app
from tests.running.folders import ROOT

PACKAGES = (
    "dashboard",
    "ingest",
    "problem_ledger",
    "office",
    "data",
    "gis",
    "tests",
    "benchmarks",
)
BY_NAME = {room.name: room for room in ROOMS}
CATCH_ALL = ("/api/", "/tiles/")
"""Rules for what no room answers: they only decide who is told that nothing is there."""

TILES = "/tiles/{layer}"
NOBODYS = {
    "/api/{path:path}",
    "/tiles/{path:path}",
    "/{path:path}",
    "/_dash-ws-callback",
    "/_reload-hash",
}
"""Answers that nothing is there, and addresses of Dash that nobody may open."""


def modules() -> dict[str, Path]:
    """Every module of the product, its tests and benchmarks by its dotted name."""
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def imported(file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of ours that a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                inner = f"{node.module}.{one.name}"
                if inner in known or node.module in known:
                    yield inner if inner in known else node.module


def test_no_two_folders_import_each_other() -> None:
    known = modules()
    arrows = {
        (file.parent, known[name].parent)
        for file in known.values()
        for name in imported(file, known)
    }
    assert len(arrows) > 50
    mutual = sorted(
        f"{one.relative_to(ROOT)} <-> {other.relative_to(ROOT)}"
        for one, other in arrows
        if one < other and (other, one) in arrows
    )
    assert mutual == []


def test_a_room_has_the_folder_of_its_name() -> None:
    assert all((ROOT / "dashboard" / name).is_dir() for name in BY_NAME)
    for folder in (ROOT / "dashboard" / "assets").iterdir():
        assert folder.name in {*BY_NAME, "plain", "vendor"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_place_in_the_bar_leads_to_a_page_of_its_room(room: Room) -> None:
    place = room.place_in_bar
    if place is not None:
        assert (place.href, place.action) in {(page.path, page.action) for page in room.pages}


def test_every_address_of_a_room_has_a_rule_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    app: FastAPI = whole_app()
    access = app.state.access
    paths = {path for _method, path in routes_of(app) if path not in access.public}
    unruled = set()
    for path in paths - NOBODYS:
        rule = access.rule_for(path)
        if rule is None or (rule.path in CATCH_ALL and not path.startswith(TILES)):
            unruled.add(path)
    assert len(paths) > 40
    assert sorted(unruled) == []


def test_two_rooms_never_name_the_same_path_or_callback() -> None:
    page = Page("/rivers", None, "Files", Action.READ_WATERS)
    same_path = (
        Room("one", pages=(page,)),
        Room("two", rules=(Rule("/rivers", Action.OWN_ACCOUNT),)),
    )
    with pytest.raises(ValueError, match="/rivers"):
        access_of(same_path)
    given = {"rivers-": Action.READ_WATERS}
    with pytest.raises(ValueError, match="rivers-"):
        access_of((Room("one", callbacks=given), Room("two", callbacks=given)))


def test_two_places_in_the_bar_never_have_the_same_sign() -> None:
    rivers = Place("/rivers", "Rivers", "river", Action.READ_WATERS)
    waters = Room("waters", place_in_bar=rivers)
    lakes = Room("lakes", place_in_bar=replace(rivers, href="/lakes", sign="lake"))
    assert places_of((waters, Room("people"), lakes)) == (rivers, lakes.place_in_bar)
    reaches = Room("reaches", place_in_bar=replace(rivers, href="/reaches"))
    with pytest.raises(ValueError, match="sign river"):
        places_of((waters, lakes, reaches))


def test_of_several_rules_the_longest_path_decides_whatever_the_order() -> None:
    rules = (
        Rule("/api/", Action.READ_WATERS, below=True),
        Rule("/api/v1/problems", Action.READ_LEDGER, below=True),
        Rule("/api/v1/problems.xlsx", Action.EXPORT_LEDGER),
    )
    for order in (rules, rules[::-1]):
        access = access_of((Room("one", rules=order),))
        assert access.action_for("/api/v1/problems.xlsx") is Action.EXPORT_LEDGER
        assert access.action_for("/api/v1/problems/7") is Action.READ_LEDGER
        assert access.action_for("/api/v1/map/state") is Action.READ_WATERS
        assert access.action_for("/rivers") is None
