"""A drawer closed, changed and opened again faster than the server answers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from data.clock import now
from data.vocabulary import Role
from tests.fixtures.map import MapPage
from tests.fixtures.served import Served
from tests.made.readings.courses import hours_before, take_in, wave
from tests.running.pages import PATIENCE_S, hold
from tests.running.waiting import shared, until

MapOf = Callable[..., MapPage]
WAITS_MS = (60, 120, 160)


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Served:
    end = now()
    take_in(shared_served.database.ingest, wave("QH-01", hours_before(end, 42)), end)
    return shared_served


def test_a_drawer_closed_in_haste_opens_again_whole(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled, Role.OFFICE)
    opened.open("/#map=11/32.65/112.2")
    basin = filled.basin
    for wait in WAITS_MS:
        opened.tell(f"app.choose({{kind: 'section', id: {basin.section_up}}})")
        opened.page.wait_for_timeout(wait)
        opened.tell("app.choose(null)")
        opened.page.wait_for_timeout(wait / 3)
        opened.tell(f"app.choose({{kind: 'section', id: {basin.section_down}}})")
        opened.page.wait_for_timeout(wait)
        opened.tell(f"app.choose({{kind: 'section', id: {basin.section_up}}})")
        heading = opened.page.locator(".dw").get_by_role("heading", level=2)
        expect(heading).to_have_text("上游断面", timeout=shared(8) * 1000)
        opened.tell("app.choose(null)")
        opened.page.wait_for_timeout(wait)
        opened.tell(f"app.choose({{kind: 'section', id: {basin.section_up}}})")
        expect(heading).to_have_text("上游断面", timeout=shared(8) * 1000)
        opened.tell("app.choose(null)")
    opened.page.wait_for_timeout(500)
    assert opened.wrongs == []


def test_a_drawer_that_is_emptied_late_leaves_the_keyboard_to_who_types_meanwhile(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.open_drawer("QH-01")
    page = opened.page
    held = hold(page, "**/_dash-update-component*")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("没有这个")
    until(lambda: held or page.wait_for_timeout(25), patience_s=shared(PATIENCE_S))
    for route in held:
        route.continue_()
    expect(page.locator(".dw h2")).to_have_count(0)
    page.keyboard.type("-99")
    expect(page.locator("#one-map-search-input")).to_have_value("没有这个-99")
    expect(page.locator("#one-map-search-list")).to_contain_text("没有找到")
    assert opened.wrongs == []
