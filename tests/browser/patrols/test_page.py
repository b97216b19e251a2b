"""The page of patrols in Chromium: a track handed in, judged, explained, filed."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from data import clock
from data.vocabulary import Role
from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.made.patrols.walks import walk
from tests.running.pages import PATIENCE_S, until_in_page
from tests.running.waiting import shared, until

WENT = (clock.now() - timedelta(minutes=90)).replace(microsecond=0)
EARLIER = WENT - timedelta(days=40)


def page_of(
    context: BrowserContext, shared_served: Served, login: str, language: str = "zh"
) -> Page:
    shared_served.sign_in(context, login, language)
    return context.new_page()


@pytest.fixture
def chief(context: BrowserContext, shared_served: Served) -> Iterator[Page]:
    """A page of the chief of the upper reach; at its end nothing may have gone wrong in it."""
    page = page_of(context, shared_served, "chief_up")
    wrongs: list[str] = []
    watch(page, wrongs, shared_served.url)
    yield page
    asked = [each for each in wrongs if "409" in each] if is_of_last_month() else []
    assert [each for each in wrongs if each not in asked] == []


def hand_in(page: Page, content: bytes, name: str) -> None:
    """Chooses a track's file and sends it."""
    page.locator("#patrols-upload").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#patrols-choose").click()
    chooser.value.set_files({"name": name, "mimeType": "application/gpx+xml", "buffer": content})
    page.locator("#patrols-send").click()


def confirm_month(page: Page) -> None:
    """Sends a walk of ``WENT`` once more where a month's first hours ask: it is of the last one."""
    if is_of_last_month():
        expect(page.locator("#patrols-told")).to_contain_text("早于本月")
        page.locator("#patrols-send").click()


def is_of_last_month() -> bool:
    return business_month(WENT) != business_month(clock.now())


def business_month(moment: datetime) -> str:
    return f"{clock.business_date(moment):%Y-%m}"


def test_a_short_walk_is_kept_judged_and_explained(chief: Page, shared_served: Served) -> None:
    chief.goto(f"{shared_served.url}/patrols")
    expect(chief.locator(".pt-table")).to_have_count(0)
    expect(chief.locator("#patrols-main")).to_contain_text("本月还没有巡河记录")
    hand_in(chief, walk(WENT, metres=900, minutes=14), "短.gpx")
    confirm_month(chief)
    expect(chief.locator("#patrols-send")).to_be_hidden()
    expect(chief.locator("#patrols-one .tag.rd")).to_contain_text("项未达")
    failed = chief.locator(".pt-rules .is-failed")
    assert {each.get_attribute("data-rule") for each in failed.all()} >= {"minutes", "metres"}
    expect(chief.locator("[data-rule=minutes]")).to_contain_text("不少于 30 分钟")
    expect(chief.locator("[data-rule=minutes] b")).to_have_text("14 分钟")
    expect(chief.locator(".pt-table .pt-bad").first).to_be_visible()
    expect(chief.locator("[data-patrol-track]")).to_have_attribute("data-drawn", re.compile(r"\d"))
    chief.locator("#patrols-explain").click()
    expect(chief.locator("#patrols-reason-told")).to_have_text("请先填写说明。")
    chief.locator("#patrols-reason").fill("桥面封闭，改日补巡。")
    chief.locator("#shell-nav a").first.click()
    leaving = chief.locator(".pt-reason .om-leaving")
    expect(leaving).to_contain_text("尚未提交")
    leaving.get_by_role("button", name="继续填写").click()
    chief.locator("#patrols-explain").click()
    expect(chief.locator(".pt-reason")).to_contain_text("桥面封闭，改日补巡。")
    address = chief.url
    assert "patrol=" in address
    chief.reload()
    expect(chief.locator(".pt-reason")).to_contain_text("桥面封闭，改日补巡。")


def test_a_file_without_a_track_is_refused_with_the_way_to_mend_it(
    context: BrowserContext, shared_served: Served
) -> None:
    page = page_of(context, shared_served, "chief_up")
    page.goto(f"{shared_served.url}/patrols")
    hand_in(page, b"<gpx/>", "空.gpx")
    expect(page.locator("#patrols-told")).to_contain_text("没有轨迹")
    expect(page.locator("#patrols-send")).to_be_enabled()
    page.get_by_role("button", name="关闭").last.click()
    expect(page.locator("#patrols-send")).to_be_hidden()
    wrongs: list[str] = []
    page.on("pageerror", lambda wrong: wrongs.append(str(wrong)))
    unanswered: list[Route] = []

    def hold(route: Route) -> None:
        unanswered.append(route)

    page.route("**/api/v1/patrols", hold)
    for content, name in (
        (b"<gpx/>", "空.gpx"),
        (walk(WENT, from_m=4_000, metres=900, minutes=14), "迟.gpx"),
    ):
        hand_in(page, content, name)
        page.get_by_role("button", name="关闭").last.click()
        page.get_by_role("button", name="放弃").click()
        expect(page.locator("#patrols-send")).to_be_hidden()
    refused, kept = unanswered
    refused.continue_()
    expect(page.get_by_text("空.gpx: 文件中没有轨迹")).to_be_visible()
    kept.continue_()
    if is_of_last_month():
        expect(page.get_by_text("迟.gpx")).to_contain_text("早于本月")
    else:
        expect(page.get_by_text("迟.gpx: 轨迹已保存")).to_be_visible()
        expect(page.locator(".pt-table tbody tr").first).to_be_visible()
    assert wrongs == []


def test_a_walk_of_an_earlier_month_or_without_zone_asks_before_it_is_kept(
    context: BrowserContext, shared_served: Served
) -> None:
    page = page_of(context, shared_served, "chief_up")
    page.goto(f"{shared_served.url}/patrols")
    earlier = walk(EARLIER, metres=900, minutes=14)
    hand_in(page, earlier.replace(b"Z</time>", b"</time>"), "早.gpx")
    expect(page.locator("#patrols-told")).to_contain_text("时间没有时区")
    page.locator("#patrols-zone").click()
    page.get_by_role("option", name="UTC").click()
    page.locator("#patrols-send").click()
    expect(page.locator("#patrols-told")).to_contain_text("早于本月")
    expect(page.locator("#patrols-send")).to_have_text("仍要上传")
    page.keyboard.press("Escape")
    expect(page.locator(".om-leaving")).to_contain_text("尚未提交")
    page.get_by_role("button", name="继续填写").click()
    page.locator("#patrols-send").click()
    expect(page.locator("#patrols-send")).to_be_hidden()
    expect(page.locator("#patrols-one .tag.rd")).to_contain_text("项未达")
    address = page.url
    assert "patrol=" in address
    page.reload()
    expect(page.locator("#patrols-main h2").first).to_contain_text(business_month(EARLIER))
    expect(page.locator("#patrols-one .tag.rd")).to_contain_text("项未达")
    assert page.url == address
    page.locator("#patrols-reason").fill("当时在外地。")
    page.context.clear_cookies()
    page.locator("#patrols-explain").click()
    expect(page.locator(".om-session")).to_contain_text("已填写的内容仍在本页")
    shared_served.sign_in(page.context, "chief_up", "zh")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".om-session")).to_have_count(0)
    page.locator("#patrols-explain").click()
    expect(page.locator(".pt-reason")).to_contain_text("当时在外地。")


def test_a_walk_along_the_reaches_of_several_chiefs_asks_whom_it_counts_for(
    handheld: BrowserContext, shared_served: Served
) -> None:
    page = page_of(handheld, shared_served, shared_served.logins[Role.OFFICE])
    page.goto(f"{shared_served.url}/patrols")
    hand_in(page, walk(WENT, from_m=5_000, metres=900, minutes=14), "两位.gpx")
    expect(page.locator("#patrols-told")).to_contain_text("该轨迹经过 2 位河长的责任河段")
    page.locator("#patrols-send").click()
    expect(page.locator("#patrols-send")).to_be_enabled()
    expect(page.locator("#patrols-told")).to_contain_text("该轨迹经过 2 位河长的责任河段")
    page.locator("#patrols-person").tap()
    page.get_by_role("option", name=re.compile("chief_up")).tap()
    assert page.evaluate("innerWidth") == 390
    page.locator("#patrols-send").tap()
    confirm_month(page)
    expect(page.locator("#patrols-send")).to_be_hidden()
    expect(page.locator("#patrols-one .tag.rd")).to_be_visible()
    address = page.url
    page.go_back()
    expect(page).to_have_url(f"{shared_served.url}/patrols")
    page.go_forward()
    expect(page).to_have_url(address)
    expect(page.locator("#patrols-one .tag.rd")).to_be_visible()


def test_a_chosen_record_keeps_the_keyboards_focus(
    context: BrowserContext, shared_served: Served
) -> None:
    page = page_of(context, shared_served, "chief_up")
    page.goto(f"{shared_served.url}/patrols")
    hand_in(page, walk(WENT, from_m=2_000, metres=900, minutes=14), "短.gpx")
    confirm_month(page)
    expect(page.get_by_role("dialog")).to_have_count(0)  # and its button has the keyboard again
    expect(page).to_have_url(re.compile(r"patrol=\d+$"))
    record = f".pt-table a[data-patrols-key='patrol {page.url.rpartition('=')[2]}']"
    opening = page.locator(record)
    expect(opening).to_be_visible()  # the list may still be the one from before it was handed in
    opening.evaluate("link => { link.isOld = true; }")
    opening.focus()
    page.keyboard.press("Enter")
    is_new = f'() => document.querySelector("{record}")?.isOld !== true'
    until_in_page(page, is_new)
    expect(opening).to_be_focused()

    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    page.route("**/_dash-update-component*", hold_first)
    opening.evaluate("link => { link.isOld = true; }")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")  # elsewhere before the list is drawn anew
    address = page.evaluate("document.activeElement.getAttribute('href')")
    until(lambda: held or page.wait_for_timeout(25), patience_s=shared(PATIENCE_S))
    held[0].continue_()
    until_in_page(page, is_new)
    expect(page.locator(f"a[href='{address}']:focus")).to_be_visible()


def test_a_month_s_arrow_keeps_the_keyboards_focus(chief: Page, shared_served: Served) -> None:
    chief.goto(f"{shared_served.url}/patrols?month=2026-05")
    for arrow, month in (("上一月", "04"), ("上一月", "03"), ("下一月", "04"), ("下一月", "05")):
        link = chief.locator(".pt-month").get_by_role("link", name=arrow)
        link.press("Enter")
        expect(chief.locator(".pt-month [role=status]")).to_have_text(f"2026-{month}")
        expect(link).to_be_focused()


def test_months_and_chiefs_are_chosen_by_the_address(chief: Page, shared_served: Served) -> None:
    chief.goto(f"{shared_served.url}/patrols?month=2026-02")
    expect(chief.locator(".pt-day")).to_have_count(28)
    expect(chief.locator(".pt-day.is-today")).to_have_count(0)
    chief.locator(".pt-month a").last.click()
    expect(chief.locator(".pt-day")).to_have_count(31)
    assert "month=2026-03" in chief.url
    expect(chief.locator(".pt-chiefs [aria-current]")).to_have_count(1)
    chief.goto(f"{shared_served.url}/patrols?patrol=999999")
    expect(chief.locator("#patrols-main [role=alert]")).to_contain_text("没有这次巡河")


def test_the_page_fits_a_phone_in_english(context: BrowserContext, shared_served: Served) -> None:
    page = page_of(context, shared_served, "chief_up", "en")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{shared_served.url}/patrols")
    expect(page.locator("h1")).to_have_text("Patrols")
    expect(page.locator(".pt-days")).to_be_visible()
    main = page.locator(".om-main")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0


def test_the_month_s_file_is_for_who_may_take_it(shared_served: Served) -> None:
    with shared_served.client(shared_served.logins[Role.OFFICE]) as office:
        answer = office.get("/api/v1/patrols.xlsx")
        assert answer.status_code == 200
        with ZipFile(BytesIO(answer.content)) as book:
            strings = book.read("xl/sharedStrings.xml").decode()
            sheets = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
        assert "巡河记录" in book_names(answer.content)
        assert "应巡次数" in strings
        assert not any("<f>" in sheet for sheet in sheets)
    with shared_served.client(shared_served.logins[Role.PATROLLER]) as patroller:
        assert patroller.get("/api/v1/patrols.xlsx").status_code == 403


def book_names(content: bytes) -> str:
    with ZipFile(BytesIO(content)) as book:
        return book.read("xl/workbook.xml").decode()
