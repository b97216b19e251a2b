"""Back from a problem: the list stands where it was, the keyboard on the row that was opened."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from data.clock import now
from data.vocabulary import Role
from tests.fixtures.desks import Desk, Photos, send_report
from tests.fixtures.served import Served
from tests.made.ledger.rows import fill_problems
from tests.running.pages import PATIENCE_S, until_in_page, until_map_is_gone
from tests.running.waiting import shared, until


@pytest.fixture(scope="module", autouse=True)
def filled(shared_served: Served) -> None:
    fill_problems(shared_served.database.owner, 120, now())


def expect_at(page: Page, address: str) -> None:
    until_in_page(
        page,
        "(href) => document.activeElement?.getAttribute('href') === href",
        address,
    )


def test_the_list_stands_where_it_was(desk: Desk) -> None:
    page = desk(Role.OFFICE, "/ledger?view=all&sort=number")
    expect(page.locator('.ag-row[row-index="0"]')).to_be_visible()
    until_in_page(
        page,
        """() => {
          const api = window.dash_ag_grid.getApi("ledger-grid");
          api.ensureIndexVisible(60, "middle");
          return document.querySelector('.ag-row[row-index="60"] [data-row-open]');
        }""",
    )
    link = page.locator('.ag-row[row-index="60"] [data-row-open]')
    address = link.get_attribute("href")
    assert address
    link.click()
    expect(page.locator(".pb-head")).to_be_visible()
    page.go_back()
    expect_at(page, address)
    expect(page.locator('.ag-row[row-index="60"] [data-row-open]')).to_be_in_viewport()
    page.goto(page.url)
    expect(page.locator('.ag-row[row-index="0"]')).to_be_visible()


def test_the_page_s_own_link_leads_back_to_the_row(
    desk: Desk, shared_served: Served, photo: Photos
) -> None:
    address = send_report(shared_served, photo(91), "岸边有一堆秸秆。")
    page = desk(Role.OFFICE, f"/ledger?view=all&problem={address.rpartition('/')[2]}")
    page.locator(".ag-row [data-row-open]").click()
    until_in_page(page, "() => document.querySelector('[data-spot]')?.spot?.loaded()")
    canvas = page.wait_for_selector("[data-spot] canvas")
    page.locator(".pb-way a").first.click()
    expect_at(page, address)
    assert canvas
    until_map_is_gone(page, canvas)


def test_a_phone_stands_at_the_card_it_left(desk: Desk) -> None:
    page = desk(Role.OFFICE, "/ledger?view=all&sort=number", width=390)
    card = page.locator(".lg-card").nth(12)
    address = card.get_attribute("href")
    assert address
    card.click(position={"x": 40, "y": 60})
    expect(page.locator(".pb-head")).to_be_visible()
    page.go_back()
    expect_at(page, address)
    expect(page.locator(f'.lg-card[href="{address}"]')).to_be_in_viewport()


def test_the_list_s_line_comes_back_and_hears_of_the_session_s_end(
    desk: Desk, shared_served: Served, refusals: list[str]
) -> None:
    refusals += ["502 (Bad Gateway)", "401 (Unauthorized)"]
    page = desk(Role.AUDITOR, "/rivers")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=502, body="")
        else:
            route.continue_()

    page.route("**/events*", answer)
    page.goto(f"{shared_served.url}/ledger")
    until(lambda: len(asked) > 1 or page.wait_for_timeout(50), patience_s=shared(PATIENCE_S))
    expect(page.locator(".ag-row [data-row-open]").first).to_be_visible()
    with shared_served.client(shared_served.logins[Role.AUDITOR]) as client:
        client.post("/sign-out")
    shared_served.cookies.pop(shared_served.logins[Role.AUDITOR])
    expect(page).to_have_url(re.compile("/sign-in"))
