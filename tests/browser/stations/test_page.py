"""The office's page of stations in Chromium: found, added, moved, refused, in both languages."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.map import watch
from tests.fixtures.served import Served

Open = Callable[..., Page]


@pytest.fixture
def opened(context: BrowserContext, shared_served: Served) -> Iterator[Open]:
    """Opens the page for a role; a console error or a word to another machine fails the test."""
    wrongs: list[str] = []

    def made(role: Role = Role.OFFICE, language: str = "zh", query: str = "") -> Page:
        shared_served.sign_in(context, shared_served.logins[role], language)
        page = context.new_page()
        watch(page, wrongs, shared_served.url)
        page.goto(f"{shared_served.url}/stations{query}")
        return page

    yield made
    assert wrongs == []


def box(page: Page, name: str) -> None:
    """The box stands ready; the form is open."""
    expect(page.locator(f"#stations-field-{name}")).to_be_visible()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#stations-field-{name}", value)


def test_a_station_is_added_where_the_preview_said(opened: Open, shared_served: Served) -> None:
    page = opened()
    page.get_by_role("button", name="新增测站").click()
    box(page, "name")
    expect(page.get_by_role("button", name="确认")).to_be_disabled()
    fill(page, name="新桥断面", code="XQ-01", lon="112.25", lat="32.55")
    preview = page.locator("#stations-preview")
    expect(preview).to_contain_text(re.compile(r"清河·下游镇段 距此 \d+ m，最多允许 500 m"))
    expect(page.get_by_role("button", name="确认")).to_be_disabled()
    fill(page, lon="112.201")
    expect(preview).to_contain_text("清河 K27+7")
    expect(preview).to_contain_text("左岸，距河 94 m")
    expect(preview).to_contain_text("清河·下游镇段")
    page.locator("#stations-field-target").click()
    page.get_by_role("option", name="Ⅱ", exact=True).click()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("已添加 XQ-01")).to_be_visible()
    added = page.locator(".st-table tbody tr", has_text="XQ-01")
    expect(added).to_contain_text("清河 K27+7")
    expect(added).to_contain_text("Ⅱ")
    with shared_served.database.app.connect() as connection:
        target = connection.execute(
            text(
                "SELECT target_class FROM section JOIN station ON station.id = station_id"
                " WHERE code = 'XQ-01'"
            )
        ).scalar_one()
    assert target == 2


def test_the_kind_chooses_the_boxes(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="新增测站").click()
    box(page, "target")
    page.locator("#stations-kind-box").get_by_text("排污口").click()
    box(page, "grade")
    box(page, "permit")
    expect(page.locator("#stations-field-target")).to_be_hidden()
    page.locator("#stations-kind-box").get_by_text("取水口").click()
    box(page, "volume")
    expect(page.locator("#stations-field-grade")).to_be_hidden()
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#stations-field-volume")).to_be_hidden()


def test_a_change_by_somebody_else_is_told_and_loaded(opened: Open, shared_served: Served) -> None:
    page = opened()
    page.get_by_role("button", name="编辑：上游断面").click()
    box(page, "name")
    expect(page.locator("#stations-field-code")).not_to_be_editable()
    expect(page.locator("#stations-preview")).to_contain_text("K11+0")
    with shared_served.database.app.begin() as connection:
        connection.execute(
            text("UPDATE station SET version = version + 1, name = '上游桥' WHERE code = 'QH-01'")
        )
    fill(page, lat="32.69")
    expect(page.locator("#stations-preview")).to_contain_text("移动1,109 m")
    page.get_by_role("button", name="确认").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("您填写的内容已保留")
    expect(page.locator("#stations-field-lat")).to_have_value("32.69")
    page.get_by_role("button", name="载入最新内容").click()
    expect(page.locator("#stations-field-name")).to_have_value("上游桥")
    fill(page, lat="32.69")
    expect(page.locator("#stations-preview")).to_contain_text("移动1,109 m")
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("QH-01 移动了 1,109 m")).to_be_visible()


def test_the_filters_live_in_the_address(opened: Open) -> None:
    page = opened(query="?kind=outfall")
    rows = page.locator(".st-table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("PW-01")
    page.locator("#stations-kind").get_by_text("取水口").click()
    expect(rows).to_contain_text("QS-01")
    expect(page).to_have_url(re.compile(r"/stations\?kind=intake$"))
    page.fill("#stations-search", "没有的")
    page.get_by_role("button", name="清除筛选").click()
    expect(rows.first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/stations$"))


def test_a_link_opens_the_form_of_one_station(opened: Open, shared_served: Served) -> None:
    page = opened(query=f"?edit={shared_served.basin.intake}")
    box(page, "volume")
    expect(page.locator("#stations-field-code")).to_have_value("QS-01")
    expect(page.locator("#stations-preview")).to_contain_text("右岸")


def test_others_find_no_page(shared_served: Served) -> None:
    with shared_served.client(shared_served.logins[Role.CHIEF]) as client:
        assert client.get("/stations", headers={"Accept": "text/html"}).status_code == 403


def test_the_form_speaks_english_and_fits_a_phone(opened: Open, context: BrowserContext) -> None:
    page = opened(language="en")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("window.onemapTheme.set('dark')")
    page.get_by_role("button", name="Edit 污水厂排口").click()
    box(page, "grade")
    expect(page.locator("#stations-preview")).to_contain_text("left bank")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    heights = page.eval_on_selector_all(
        ".st-foot .btn:not([hidden])", "all => all.map(each => each.offsetHeight)"
    )
    assert min(heights) >= 48
    page.keyboard.press("Escape")
    expect(page.locator("#stations-field-grade")).to_be_hidden()
