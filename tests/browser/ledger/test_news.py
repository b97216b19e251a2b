"""The ledger's list hears of what came before its line to the server stood, or while it broke."""

from urllib.parse import quote

import pytest
from playwright.sync_api import APIResponse, BrowserContext, Page, Route, expect

from data.vocabulary import Role
from data.words.ledger import Action
from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.made.ledger.acts import report, take
from tests.running.pages import PATIENCE_S
from tests.running.waiting import shared, until

REEDS = "芦苇倒了一片。"
LISTED = f"/ledger?view=waiting&q={quote(REEDS)}"


class Lines:
    """The page's requests for a line to the server; each waits until it is let through or cut."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[Route] = []
        page.context.route("**/events*", self.hold)

    def hold(self, route: Route) -> None:
        self.held.append(route)

    def next(self) -> Route:
        """The request that waits, as soon as there is one."""

        def has_come() -> bool:
            self.page.wait_for_timeout(25)  # what the browser tells is heard meanwhile
            return bool(self.held)

        until(has_come, patience_s=shared(PATIENCE_S))
        return self.held.pop()


@pytest.fixture
def phone(context: BrowserContext, shared_served: Served) -> Page:
    """A phone's page of the office, with no address yet."""
    shared_served.sign_in(context, shared_served.logins[Role.OFFICE], "zh")
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 900})
    return page


def test_a_list_hears_of_a_step_taken_before_its_line_stood(
    phone: Page, shared_served: Served
) -> None:
    wrongs: list[str] = []
    watch(phone, wrongs, shared_served.url)
    lines = Lines(phone)
    first, second, third = (report(shared_served.office, description=REEDS) for _each in range(3))
    phone.goto(shared_served.url + LISTED)
    cards = phone.locator(".lg-card")
    expect(cards).to_have_count(3)
    take(shared_served.office, first, Action.REFUSE)
    lines.next().continue_()
    expect(cards).to_have_count(2)
    assert wrongs == []
    take(shared_served.office, second, Action.REFUSE)
    expect(cards).to_have_count(1)
    expect(cards).to_have_attribute("href", f"/ledger/{third.problem_id}")


def test_a_problem_s_page_hears_of_a_step_taken_while_it_is_read(
    phone: Page, shared_served: Served
) -> None:
    lines = Lines(phone)
    held: list[tuple[Route, APIResponse]] = []
    made = report(shared_served.office, description=REEDS)

    def hold(route: Route) -> None:
        if "problem-body.children" in (route.request.post_data or "") and not held:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    phone.route("**/_dash-update-component*", hold)
    phone.goto(f"{shared_served.url}/ledger/{made.problem_id}")
    line = lines.next()

    def is_held() -> bool:
        phone.wait_for_timeout(25)
        return bool(held)

    until(is_held, patience_s=shared(PATIENCE_S))
    take(shared_served.office, made, Action.REFUSE)
    with phone.expect_response(lambda answer: "problem-body" in (answer.request.post_data or "")):
        line.continue_()
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(phone.locator(".pb-stat")).to_have_text("不予受理")


def test_a_list_hears_of_a_step_taken_while_its_line_was_broken(
    phone: Page, shared_served: Served
) -> None:
    lines = Lines(phone)
    first, _second = (report(shared_served.office, description=REEDS) for _each in range(2))
    phone.goto(shared_served.url + LISTED)
    gone = phone.locator(f'.lg-card[href="/ledger/{first.problem_id}"]')
    expect(gone).to_have_count(1)
    lines.next().abort()
    take(shared_served.office, first, Action.REFUSE)
    lines.next().continue_()
    expect(gone).to_have_count(0)
