"""Back from a problem: the list stands where it was, the keyboard on the row that was opened."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from data.clock import now
from data.vocabulary import Role
from data.words.ledger import Action
from tests.fixtures.desks import Desk, Photos, begin, finish, send_report
from tests.fixtures.served import Served
from tests.made.ledger.acts import report, take
from tests.made.ledger.rows import fill_problems
from tests.running.pages import PATIENCE_S, until_in_page, until_map_is_gone
from tests.running.waiting import shared, until

ROWS = ".ag-row [data-row-open]"
HEAP = "岸边有一堆旧轮胎。"
REPORTED = f"/ledger?view=waiting&q={quote(HEAP)}&sort=number"
"""The list of real reports: their pages can be opened, those of the other problems can't."""


@pytest.fixture(scope="module", autouse=True)
def filled(shared_served: Served) -> None:
    fill_problems(shared_served.database.owner, 120, now())
    for _problem in range(42):
        report(shared_served.office, description=HEAP)


def expect_at(page: Page, address: str) -> None:
    until_in_page(
        page,
        "(href) => document.activeElement?.getAttribute('href') === href",
        address,
    )


def expect_to_hold_the_row(page: Page, address: str, served: Served) -> None:
    """The list is drawn anew at another's change: the keyboard stays on its row."""
    page.keyboard.press("Shift")  # so that the page is no longer being brought back
    before = page.locator(f'.lg-card[href="{address}"]').element_handle()
    report(served.office, description=HEAP)
    until_in_page(page, "(card) => !card.isConnected", before)
    expect_at(page, address)


def expect_the_next_after_a_step(page: Page, address: str, following: str) -> None:
    """The problem shown is refused: the list no longer has it, the next one has the keyboard."""
    dialog = begin(page, "refuse")
    dialog.locator("textarea").first.fill("不属本县管辖。")
    finish(page, dialog, "不予受理")
    page.locator(".pb-way a").first.click()
    expect_at(page, following)
    expect(page.locator(f'.lg-page a[href="{following}"]').first).to_be_in_viewport()
    expect(page.locator(f'.lg-page a[href="{address}"]')).to_have_count(0)


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


def test_a_phone_stands_at_the_card_it_left(desk: Desk, shared_served: Served) -> None:
    page = desk(Role.OFFICE, REPORTED, width=390)
    cards = page.locator(".lg-card")
    expect(cards).to_have_count(20)
    page.get_by_role("button", name="再看一些").click()
    expect(cards).to_have_count(40)
    address = cards.nth(39).get_attribute("href")
    assert address
    cards.nth(39).click(position={"x": 40, "y": 60})
    number = page.locator(".pb-number")
    expect(number).to_have_text(re.compile("-00040$"))
    assert page.evaluate("document.querySelector('main').scrollTop") == 0
    page.go_back()
    expect_at(page, address)
    expect(page.locator(f'.lg-card[href="{address}"]')).to_be_in_viewport()
    expect_to_hold_the_row(page, address, shared_served)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="下一件").click()
    expect(number).to_have_text(re.compile("-00041$"))
    page.locator(".pb-way a").first.click()
    beyond = cards.nth(40).get_attribute("href")
    assert beyond
    expect_at(page, beyond)
    expect(page.locator(f'.lg-card[href="{beyond}"]')).to_be_in_viewport()
    page.keyboard.press("Enter")
    last = page.get_by_role("link", name="下一件").get_attribute("href")
    assert last
    expect_the_next_after_a_step(page, beyond, last)


def test_rows_that_came_before_it_only_push_a_row_down(desk: Desk, shared_served: Served) -> None:
    opened = report(shared_served.office, description=HEAP)
    address = f"/ledger/{opened.problem_id}"
    page = desk(Role.OFFICE, REPORTED.replace("sort=number", "sort=-number"))
    link = page.locator('.ag-row[row-index="0"] [data-row-open]')
    expect(link).to_have_attribute("href", address)
    link.click()
    expect(page.locator(".pb-head")).to_be_visible()
    for _other in range(30):
        report(shared_served.office, description=HEAP)
    page.go_back()
    moved = page.locator('.ag-row[row-index="30"] [data-row-open]')
    expect(moved).to_have_attribute("href", address)
    expect_at(page, address)


def test_a_card_that_goes_gives_the_keyboard_to_the_next(desk: Desk, shared_served: Served) -> None:
    trees = "河边倒了两棵树。"
    first, second = (report(shared_served.office, description=trees) for _each in range(2))
    page = desk(Role.OFFICE, f"/ledger?view=waiting&q={quote(trees)}", width=390)
    card = page.locator(f'.lg-card[href="/ledger/{first.problem_id}"]')
    card.focus()
    take(shared_served.office, first, Action.REFUSE)
    expect(card).to_have_count(0)
    expect_at(page, f"/ledger/{second.problem_id}")


def test_a_page_that_stood_at_its_top_comes_back_there(desk: Desk) -> None:
    page = desk(Role.OFFICE, REPORTED, width=390)
    page.locator(".lg-card").nth(15).click(position={"x": 40, "y": 60})
    head = page.locator(".pb-head")
    expect(head).to_be_visible()
    page.go_back()
    until_in_page(page, "() => document.querySelector('main').scrollTop > 300")
    page.go_forward()
    expect(head).to_be_visible()
    until_in_page(page, "() => document.querySelector('main').scrollTop === 0")


def test_a_tab_of_its_own_knows_the_list_a_typed_address_none_and_a_step_changes_it(
    desk: Desk, shared_served: Served
) -> None:
    page = desk(Role.OFFICE, REPORTED)
    own = page.locator(".pb-way a").first
    link = page.locator(ROWS).nth(1)
    expect(link).to_be_visible()
    address, other = (each.get_attribute("href") or "" for each in page.locator(ROWS).all()[1:3])
    with page.context.expect_page() as apart:
        link.click(modifiers=["Control"])
    expect(apart.value.locator(".pb-way a").first).to_have_attribute("href", REPORTED)
    expect(apart.value.get_by_role("link", name="下一件")).to_have_attribute("href", other)
    apart.value.close()
    link.click()
    expect(own).to_have_attribute("href", REPORTED)
    page.reload()
    expect(own).to_have_attribute("href", REPORTED)
    expect_the_next_after_a_step(page, address, other)
    page.goto(shared_served.url + other)
    expect(own).to_have_attribute("href", "/ledger")
    expect(page.get_by_role("link", name="下一件")).to_have_count(0)


def test_the_list_s_line_comes_back_and_hears_of_the_session_s_end(
    desk: Desk, shared_served: Served, refusals: list[str]
) -> None:
    refusals += ["502 (Bad Gateway)", "401 (Unauthorized)"]
    page = desk(Role.AUDITOR, "/assets/frame/mark.svg")
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
