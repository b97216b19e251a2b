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
CALLBACKS = "**/_dash-update-component*"
SLOW_MS = 2500
"""How long each answer takes on a slow network: longer than the list waits for more news."""

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

    phone.route(CALLBACKS, hold)
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


def break_reads(page: Page, outputs: str) -> list[Route]:
    """Cuts the callbacks with these outputs; the answer holds those that were cut."""
    cut: list[Route] = []

    def hold(route: Route) -> None:
        if outputs in (route.request.post_data or ""):
            cut.append(route)
            route.abort()
        else:
            route.continue_()

    page.route(CALLBACKS, hold)
    return cut


@pytest.mark.parametrize(
    ("size", "outputs", "things"),
    [
        ((390, 900), "ledger-cards.children", ".lg-card"),
        ((1440, 900), "ledger-grid.getRowsResponse", ".ag-row .lg-number"),
    ],
)
def test_a_list_that_could_not_be_read_says_so_and_is_read_again(
    phone: Page, shared_served: Served, size: tuple[int, int], outputs: str, things: str
) -> None:
    phone.set_viewport_size({"width": size[0], "height": size[1]})
    first, second = (report(shared_served.office, description=REEDS) for _each in range(2))
    phone.goto(shared_served.url + LISTED)
    shown = phone.locator(f'{things}[href="/ledger/{first.problem_id}"]')
    others = phone.locator(f'{things}[href="/ledger/{second.problem_id}"]')
    expect(shown).to_have_count(1)
    cut = break_reads(phone, outputs)
    take(shared_served.office, first, Action.REFUSE)
    line = phone.locator(".om-session")
    expect(line).to_contain_text("服务器没有答复")
    assert cut
    for stale in phone.locator(".lg-cards:visible > ul, #ledger-found:visible").all():
        expect(stale).to_have_css("opacity", "0.4")
    phone.unroute(CALLBACKS)
    expect(shown).to_have_count(0)
    expect(others).to_have_count(1)
    expect(line).to_have_count(0)
    take(shared_served.office, second, Action.REFUSE)
    expect(others).to_have_count(0)


def test_a_list_whose_news_never_rest_is_drawn_anew_on_a_slow_network(
    phone: Page, shared_served: Served
) -> None:
    made = [report(shared_served.office, description=REEDS) for _each in range(30)]
    phone.goto(shared_served.url + LISTED)
    cards = phone.locator(".lg-card")
    expect(cards.first).to_be_visible()
    addresses = "all => all.map(each => each.getAttribute('href'))"
    before = cards.evaluate_all(addresses)
    slow = {"offline": False, "latency": SLOW_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    phone.context.new_cdp_session(phone).send("Network.emulateNetworkConditions", slow)
    for problem in made:
        take(shared_served.office, problem, Action.REFUSE)
        phone.wait_for_timeout(600)
        if cards.evaluate_all(addresses) != before:
            return
    pytest.fail("nothing was drawn anew while the news went on")
