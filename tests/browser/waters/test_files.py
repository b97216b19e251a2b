"""The files of rivers in Chromium: found, opened, read, printed, refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.made.waters.newest import tell_small_basin
from tests.running.pages import until_in_page

WIDE = "(() => { const main = document.querySelector('.om-main');"
WIDE += " return main.scrollWidth - main.clientWidth; })()"


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Served:
    """The small basin with readings: class Ⅱ above, Ⅳ below, an outfall beyond its limit."""
    basin, ingest = shared_served.basin, shared_served.database.ingest
    tell_small_basin(ingest, basin.section_up, basin.section_down, basin.outfall)
    return shared_served


@pytest.fixture
def opened(context: BrowserContext, filled: Served) -> Iterator[Page]:
    """A page of the auditor; at its end nothing may have gone wrong in it."""
    page = as_role(context, filled, Role.AUDITOR)
    wrongs: list[str] = []
    watch(page, wrongs, filled.url)
    yield page
    assert wrongs == []


def as_role(context: BrowserContext, filled: Served, role: Role, language: str = "zh") -> Page:
    filled.sign_in(context, filled.logins[role], language)
    return context.new_page()


def test_from_the_list_to_the_worst_finding(opened: Page, filled: Served) -> None:
    opened.goto(f"{filled.url}/rivers")
    first = opened.locator(".rl-rows tbody tr").first
    expect(first).to_contain_text("清河")
    expect(first).to_contain_text("1 / 2")
    first.click()
    opened.wait_for_url(re.compile(r"/river/\d+$"))
    expect(opened.locator("h1")).to_have_text("清河")
    worst = opened.locator(".rv-findings li").first
    expect(worst).to_contain_text("下游断面")
    expect(worst).to_contain_text("超标 0.3 倍（氨氮）")
    expect(worst.locator(".k4")).to_have_text("Ⅳ")
    expect(worst).to_contain_text("目标 Ⅲ")
    expect(opened.locator(".rv-findings li")).to_have_count(2)
    expect(opened.locator(".rv-reach")).to_have_text(["Ⅱ", "Ⅳ"])
    expect(opened.locator(".rv-part-basics")).to_contain_text("112.20000°E, 32.80000°N")
    expect(opened.locator(".rv-part-sections")).to_contain_text("氨氮 1.300 mg/L，限值 ≤ 1")
    worst.get_by_role("link").click()
    expect(opened.locator("tr:target")).to_contain_text("下游断面")


def test_filters_live_in_the_address_and_come_back(opened: Page, filled: Served) -> None:
    opened.goto(f"{filled.url}/rivers")
    opened.fill("#rivers-search", "镜")
    expect(opened.locator("#rivers-count")).to_have_text("2 个中的 1 个")
    opened.wait_for_url(re.compile(r"\?q=%E9%95%9C$"))
    opened.get_by_role("link", name="镜湖").press("Enter")
    expect(opened.locator("h1")).to_have_text("镜湖")
    opened.go_back()
    expect(opened.locator("#rivers-search")).to_have_value("镜")
    expect(opened.locator(".rl-rows tbody tr")).to_have_count(1)
    expect(opened.locator(".rl-open")).to_be_focused()
    opened.keyboard.press("Enter")
    opened.locator(".rv-path a").click()
    expect(opened.locator("#rivers-search")).to_have_value("镜")
    expect(opened.locator(".rl-open")).to_be_focused()
    opened.fill("#rivers-search", "%")
    expect(opened.locator(".empty")).to_contain_text("没有符合条件的水体")
    opened.get_by_role("link", name="清除筛选").click()
    expect(opened.locator(".rl-rows tbody tr")).to_have_count(2)


@pytest.mark.parametrize("address", ["/rivers?standing=below&sort=name", "/river/1", "/lake/1"])
def test_a_phone_shows_cards_without_sideways_scrolling(
    opened: Page, filled: Served, address: str
) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.goto(filled.url + address)
    expect(opened.locator(".rl-rows, .rv-file")).to_be_visible()
    assert opened.evaluate(WIDE) == 0
    cell = opened.locator(".rv-table td").nth(1)
    assert cell.evaluate("cell => getComputedStyle(cell).display") == "grid"


def test_a_long_list_is_scrolled_as_it_was(opened: Page, filled: Served) -> None:
    opened.set_viewport_size({"width": 390, "height": 420})
    scrolled = "() => Math.round(document.querySelector('.om-main').scrollTop)"
    opened.goto(f"{filled.url}/accounting")
    opened.locator(".ac-open").last.scroll_into_view_if_needed()
    stood = opened.evaluate(scrolled)
    assert stood > 0
    opened.locator(".ac-open").last.click()
    expect(opened.get_by_role("link", name="关闭")).to_be_visible()
    until_in_page(opened, f"() => ({scrolled})() === 0")
    opened.go_back()
    until_in_page(opened, f"(stood) => ({scrolled})() === stood", stood)
    expect(opened.locator(".ac-open").last).to_be_focused()


def test_paper_is_light_a4_with_its_time(opened: Page, filled: Served, tmp_path: Path) -> None:
    opened.emulate_media(color_scheme="dark")
    opened.goto(f"{filled.url}/river/1")
    expect(opened.locator(".rv-file")).to_be_visible()
    scheme = "document.documentElement.getAttribute('data-mantine-color-scheme')"
    assert opened.evaluate(scheme) == "dark"
    opened.emulate_media(media="print")
    until_in_page(opened, f"() => {scheme} === 'light'")
    expect(opened.locator(".rv-printed")).to_be_visible()
    expect(opened.locator("[data-printed]")).to_have_text(
        re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
    )
    expect(opened.locator(".om-on-paper")).to_contain_text("只写时刻的为当日")
    for hidden in (".bar", ".om-tabs", ".rv-title .btn"):
        expect(opened.locator(hidden).first).to_be_hidden()
    arrow, ground = opened.evaluate(
        """() => {
          const mark = document.querySelector(".rv-points > a.rv-out");
          mark.classList.add("is-exceeding");
          const { color, backgroundColor } = getComputedStyle(mark);
          return [color, backgroundColor];
        }"""
    )
    assert arrow != ground, "the arrow of an outfall over its limits is seen on paper"
    paper = opened.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[0 0 59[45]\.?\d* 84[12]\.?\d*\]", paper)
    opened.emulate_media(media="screen")
    until_in_page(opened, f"() => {scheme} === 'dark'")


def test_a_link_to_what_may_not_be_seen_says_so(context: BrowserContext, filled: Served) -> None:
    page = as_role(context, filled, Role.NEIGHBOUR)
    for address, words in (
        (f"/river/{filled.basin.river}", "您的账号无权查看该河流"),
        ("/river/none", "您的账号无权查看该河流"),
        (f"/lake/{filled.basin.lake}", "您的账号无权查看该湖库"),
    ):
        page.goto(filled.url + address)
        expect(page.get_by_role("alert")).to_contain_text(words)
        assert "清河" not in page.locator(".om-main").inner_text()
    page.goto(f"{filled.url}/rivers")
    expect(page.locator(".empty")).to_contain_text("您的区划内没有河流湖库")


def test_the_same_file_in_english(context: BrowserContext, filled: Served) -> None:
    page = as_role(context, filled, Role.AUDITOR, "en")
    page.goto(f"{filled.url}/river/1")
    expect(page.locator(".rv-findings li").first).to_contain_text("Ammonia nitrogen")
    heads = page.locator(".rv-card h2, .rv-table th, .rv-facts dt, .rv-kl").all_inner_texts()
    assert heads
    assert not [text for text in heads if re.search(r"[\u4e00-\u9fff]", text)]


def test_a_failure_is_told_in_place_and_can_be_tried_again(
    context: BrowserContext, filled: Served
) -> None:
    page = as_role(context, filled, Role.AUDITOR)
    for address, table, body in (
        ("/river/1", "notice_board", ".rv-file"),
        ("/rivers", "latest_reading", ".rl-rows"),
    ):
        with filled.database.owner.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
        try:
            page.goto(filled.url + address)
            expect(page.get_by_role("alert")).to_contain_text("加载失败")
        finally:
            with filled.database.owner.begin() as connection:
                connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
        page.get_by_role("button", name="重试").click()
        expect(page.locator(body)).to_be_visible()


def test_lakes_belong_to_the_files_in_the_navigation(opened: Page, filled: Served) -> None:
    opened.goto(f"{filled.url}/lake/{filled.basin.lake}")
    expect(opened.locator("#shell-nav [aria-current=page]")).to_have_text("档案")
