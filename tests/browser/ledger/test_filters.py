"""The pills over the ledger's list: their box stays open and in sight while one ticks in it."""

import re

from playwright.sync_api import expect

from data.vocabulary import Role
from tests.fixtures.desks import Desk

HIDINGS = """dropdown => {
    window.hidings = [];
    new MutationObserver(() => hidings.push(getComputedStyle(dropdown).display))
        .observe(dropdown, {attributes: true});
}"""


def test_the_box_of_a_filter_stays_in_sight_while_its_pill_grows(desk: Desk) -> None:
    page = desk(Role.OFFICE, "/ledger?view=all")
    pill = page.get_by_role("button", name="严重程度")
    pill.click()
    dropdown = page.locator(".mantine-Popover-dropdown")
    expect(dropdown).to_be_visible()
    dropdown.evaluate(HIDINGS)
    for name in ("重大", "一般"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    expect(page.locator("#ledger-label-severity")).to_have_text("严重程度：重大等 2 项")
    expect(page.get_by_role("checkbox", name="一般", exact=True)).to_be_focused()
    assert "none" not in page.evaluate("hidings")
    page.keyboard.press("Escape")
    expect(dropdown).to_have_count(0)
    expect(page).to_have_url(re.compile(r"view=all&severity=major&severity=general$"))
