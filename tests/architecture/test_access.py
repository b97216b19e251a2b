"""The table of access: no room opens what is another's, and plain pages are drawn for everybody."""

import re

from dashboard.app import ROOMS
from dashboard.frame.plain import PLAIN_ASSETS
from tests.running.folders import ROOT

DASHBOARD = ROOT / "dashboard"
CATCH_ALL = {"/api/", "/tiles/", "/assets/"}
"""What they cover is answered by many rooms, each with rules of its own."""

WITHIN_ANOTHERS = {"map: /api/v1/ledger/news"}
"""Addresses of a room below another's, with the action that the other asks for."""


def test_no_room_opens_an_address_below_anothers_but_those_listed() -> None:
    rules = [
        (room.name, rule)
        for room in ROOMS
        for rule in (*room.rules, *(page.rule() for page in room.pages))
    ]
    within = {
        f"{name}: {rule.path}": (rule.action, wide.action)
        for name, rule in rules
        for owner, wide in rules
        if owner != name and wide.path not in CATCH_ALL and wide.covers(rule.path)
    }
    assert within.keys() == WITHIN_ANOTHERS
    assert [path for path, (own, asked) in within.items() if own is not asked] == []


def test_everybody_may_fetch_what_a_plain_page_is_drawn_with() -> None:
    pages = sorted(DASHBOARD.glob("*/templates/*.html"))
    asked = {
        address for page in pages for address in re.findall(r"/assets/[\w./]+", page.read_text())
    }
    assert len(asked) > 3
    assert asked <= set(PLAIN_ASSETS)
    public = {path for room in ROOMS for path in room.public}
    assert set(PLAIN_ASSETS) <= public
