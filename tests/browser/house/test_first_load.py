"""What a page loads: its own packages alone, by addresses that a browser keeps for a year."""

import re
from collections import Counter

from playwright.sync_api import Response, Route, expect

from data.vocabulary import Role
from tests.fixtures.desks import Desk
from tests.fixtures.served import Served
from tests.running.pages import hold, until_in_page
from tests.running.waiting import until

GRID = "/dash_ag_grid/"


def test_the_grid_comes_with_the_ledger_whichever_way_one_gets_there(desk: Desk) -> None:
    page = desk(Role.OFFICE, "/rivers")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert not page.locator(f'script[src*="{GRID}"]').count()
    for _time in range(2):
        page.locator('#shell-nav a[href="/ledger"]').click()
        page.locator(".ag-row, .ag-overlay-wrapper").first.wait_for()
        page.locator('#shell-nav a[href="/rivers"]').click()
        page.locator(".ag-row").wait_for(state="detached")
    assert len([url for url in asked if f"{GRID}dash_ag_grid." in url]) == 1
    straight = desk(Role.OFFICE, "/ledger")
    straight.locator(".ag-row, .ag-overlay-wrapper").first.wait_for()
    assert straight.locator(f'script[src*="{GRID}"]:not([data-late])').count() == 1


def test_every_file_of_a_page_is_packed_and_kept_for_a_year(
    desk: Desk, shared_served: Served
) -> None:
    page = desk(Role.OFFICE, "/account")
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(shared_served.url)
    until_in_page(page, "window.onemap?.ready && window.onemap.map.loaded()")
    files = [each for each in answers if re.search(r"/(assets|_dash-component-suites)/", each.url)]
    assert len(files) > 8
    for each in files:
        headers = each.all_headers()
        assert "immutable" in headers["cache-control"], each.url
        is_public = "mark.svg" in each.url
        assert headers["cache-control"].startswith("public" if is_public else "private"), each.url
        is_small = int(headers["content-length"]) < 500
        assert headers.get("content-encoding") == (None if is_small else "br"), each.url
    often = ("mark.svg", "worker.mjs")  # each of the map's workers reads its own, kept or not
    asked = Counter(each.url for each in files if not any(name in each.url for name in often))
    assert [url for url, times in asked.items() if times > 1] == []


def test_a_page_that_waits_for_its_layout_keeps_the_empty_bar_and_says_nothing(
    desk: Desk, shared_served: Served
) -> None:
    page = desk(Role.OFFICE, "/account")
    held = hold(page, "**/_dash-layout")
    for address in ("/rivers", "/"):
        page.goto(shared_served.url + address)
        waiting = page.locator("#react-entry-point > ._dash-loading")
        expect(waiting).to_have_css("font-size", "0px")
        if address != "/":
            bar = page.evaluate(
                "getComputedStyle(document.querySelector('._dash-loading'), '::after').height"
            )
            assert bar == "48px"
        until(lambda: held or page.wait_for_timeout(20))
        held.pop().continue_()
        expect(waiting).to_have_count(0)


def test_a_page_whose_layout_is_lost_offers_to_be_loaded_anew(
    desk: Desk, shared_served: Served, refusals: list[str]
) -> None:
    page = desk(Role.OFFICE, "/account")
    refusals += ["_dash-layout", "Failed to load resource", "Failed to fetch"]
    page.route("**/_dash-layout", lambda route: route.abort())
    page.goto(shared_served.url + "/rivers")
    offer = page.locator(".om-late")
    expect(offer).to_contain_text("页面尚未载入")
    page.unroute("**/_dash-layout")
    offer.get_by_role("link", name="重新载入本页").click()
    expect(page.locator("table tbody tr").first).to_be_visible()
    expect(offer).to_be_hidden()


def test_a_page_whose_answer_is_lost_is_asked_for_again(
    desk: Desk, shared_served: Served, refusals: list[str]
) -> None:
    page = desk(Role.OFFICE, "/ledger")
    refusals += ["_dash-update-component", "Failed to load resource", "Failed to fetch"]
    refusals += ["the server did not respond", "reading 'title'"]  # of Dash, for an answer it lacks
    lost = list[str]()

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort()

    page.route("**/_dash-update-component*", lose)
    page.locator('#shell-nav a[href="/rivers"]').click()
    until(lambda: lost or page.wait_for_timeout(20))
    page.unroute("**/_dash-update-component*")
    expect(page.locator("table tbody tr").first).to_be_visible()
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    expect(page.get_by_text("重新载入本页").filter(visible=True)).to_have_count(0)
