"""The pills over the ledger's list: their box stays open and in sight while one ticks in it."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from data.clock import now
from data.vocabulary import Role
from tests.fixtures.desks import Desk
from tests.fixtures.served import Served
from tests.made.ledger.rows import fill_problems

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


UNITS = """
    WITH made AS (INSERT INTO unit (name) SELECT '水利站' || lpad(n::text, 3, '0')
        FROM generate_series(1, 240) n RETURNING id, name)
    UPDATE problem SET unit_id = made.id FROM made
    WHERE problem.number = '419999-2026-00' || right(made.name, 3)"""


@pytest.fixture(scope="module")
def crowd(shared_served: Served) -> None:
    """Problems of 240 units, too many to list."""
    owner = shared_served.database.owner
    fill_problems(owner, 240, now())
    with owner.begin() as connection:
        connection.execute(text(UNITS))


@pytest.mark.usefixtures("crowd")
def test_few_choices_are_all_listed_as_soon_as_the_box_opens(desk: Desk) -> None:
    page = desk(Role.OFFICE, "/ledger?view=all")
    expect(page.locator(".ag-row").first).to_be_visible()
    page.get_by_role("button", name="河流", exact=True).click()
    box = page.locator(".mantine-Popover-dropdown")
    expect(box).to_be_visible()
    expect(box.get_by_role("checkbox", name="清河", exact=True)).to_be_visible()


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("width", [1440, 390])
def test_of_many_units_one_is_found_by_typing_and_stays_named(desk: Desk, width: int) -> None:
    page = desk(Role.OFFICE, "/ledger?view=all", width=width)
    page.get_by_role("button", name="责任单位", exact=True).focus()
    page.keyboard.press("Enter")
    finder = page.get_by_role("textbox", name="查找责任单位")
    expect(finder).to_be_visible()
    expect(page.get_by_role("checkbox", name="水利站077", exact=True)).to_have_count(0)
    finder.focus()
    page.keyboard.type("站077")
    one = page.get_by_role("checkbox", name="水利站077", exact=True)
    expect(one).to_be_visible()
    one.focus()
    page.keyboard.press("Space")
    expect(page.locator("#ledger-label-unit")).to_have_text("责任单位：水利站077")
    finder.fill("站100")
    expect(page.get_by_role("checkbox", name="水利站100", exact=True)).to_be_visible()
    expect(one).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#ledger-label-unit")).to_have_text("责任单位：水利站077")
