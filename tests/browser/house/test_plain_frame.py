"""One's own account and refusals stand in the frame of every other page, wide and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.house.test_every_page import AXE, PHONE, violations
from tests.fixtures.served import Served

ADDRESSES = ("/account", "/no-such-page", "/accounts")
"""One's own account, nothing at all, and what the office may not open."""
LABELS = """nav => [...nav.children].map(each =>
    (each.querySelector("summary") ?? each).textContent.replace(/\\d/g, "").trim())"""


@pytest.fixture
def window(context: BrowserContext, shared_served: Served) -> Iterator[Page]:
    context.add_init_script(path=AXE)
    shared_served.sign_in(context, "office")
    page = context.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_plain_page_has_the_bar_and_the_tabs_of_the_other_pages(
    address: str, window: Page, shared_served: Served
) -> None:
    window.goto(f"{shared_served.url}/rivers")
    expect(window.locator("#shell-nav a").first).to_be_visible()
    bar = window.locator("#shell-nav a > span:first-child").all_text_contents()
    window.set_viewport_size(PHONE)
    tabs = window.locator("#shell-tabs").evaluate(LABELS)
    window.goto(shared_served.url + address)
    foot = window.locator(".om-tabs")
    expect(foot).to_be_in_viewport(ratio=1)
    assert foot.evaluate(LABELS) == tabs
    assert window.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    foot.locator("summary").click()
    expect(foot.get_by_role("link", name="我的")).to_be_visible()
    window.keyboard.press("Escape")
    expect(foot.get_by_role("link", name="我的")).to_be_hidden()
    assert violations(window) == {}
    window.set_viewport_size({"width": 1440, "height": 900})
    assert window.locator(".bar nav a > span:first-child").all_text_contents() == bar
    assert violations(window) == {}
    window.locator(".bar .me").click()
    window.get_by_role("link", name="我的账号").click()
    expect(window.get_by_role("heading", name="我的账号")).to_be_visible()
    expect(window.locator(".bar nav a").first).to_be_visible()
