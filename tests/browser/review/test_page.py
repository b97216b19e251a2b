"""Data review in Chromium: values in doubt read, judged by key, undone, judged together."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data import clock
from data.clock import UtcDatetime
from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.made.readings.courses import hours_before, take_in, wave

NOW = UtcDatetime(clock.now().replace(minute=0, second=0, microsecond=0))
TIMES = hours_before(NOW, 12)
ROWS = "#quality-body tbody tr"
SAID = "SELECT verdict, value, reason FROM reading_review ORDER BY id"


@pytest.fixture(scope="module")
def doubted(shared_served: Served) -> Served:
    """The small basin with three values of ammonia that tests speak against."""
    ingest = shared_served.database.ingest
    take_in(ingest, wave("QH-01", TIMES), NOW)
    take_in(ingest, wave("QH-02", TIMES, 0.6), NOW)
    with ingest.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reading_finding (station_id, observed_at, period, parameter,"
                " test, finding, value, expected_high) SELECT :station, t, 'instant',"
                " 'nh3n', 'spike', 'failed', 1.2, 1.1 FROM unnest(:times) AS t"
            ),
            {"station": shared_served.basin.section_up, "times": TIMES[4:7]},
        )
    return shared_served


@pytest.fixture
def office(context: BrowserContext, doubted: Served) -> Iterator[Page]:
    """A page of the office; at its end nothing may have gone wrong in it."""
    doubted.sign_in(context, "office")
    page = context.new_page()
    wrongs: list[str] = []
    watch(page, wrongs, doubted.url)
    yield page
    assert wrongs == []


def said(doubted: Served) -> list[tuple[object, ...]]:
    with doubted.database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(SAID))]


def test_values_are_judged_by_key_undone_and_judged_together(office: Page, doubted: Served) -> None:
    office.goto(f"{doubted.url}/rivers")
    office.locator("#shell-nav a[href='/quality']").click()
    expect(office.locator(ROWS)).to_have_count(3)
    office.keyboard.press("ArrowDown")
    expect(office.locator("#quality-told")).to_contain_text("尖峰")
    expect(office.locator("#quality-told")).to_contain_text("预期 ≤ 1.1")
    expect(office.locator("#quality-caption-own")).to_contain_text("n = 9 · 有效")
    expect(office.locator("#quality-caption-near")).to_contain_text("下游断面")
    expect(office.locator("#quality-plot-own")).to_have_class(re.compile("drawn"))
    office.keyboard.press("r")
    expect(office.locator("#quality-said")).to_have_text("请填写理由。")
    expect(office.locator("#quality-reason")).to_be_focused()
    office.keyboard.insert_text("电极故障")  # at once, as an input method does
    office.keyboard.press("Enter")
    expect(office.locator(ROWS)).to_have_count(2)
    assert said(doubted) == [("reject", None, "电极故障")]
    office.locator("#quality-said button").click()
    expect(office.locator(ROWS)).to_have_count(3)
    assert said(doubted)[-1] == ("withdraw", None, "电极故障")

    office.locator("#quality-reason").fill("稍后再写")
    leaving = office.locator("#quality-form .om-leaving")
    for left in (lambda: office.locator("#shell-nav a[href='/ledger']").click(), office.go_back):
        address = office.url
        left()
        expect(leaving).to_contain_text("尚未提交")
        leaving.get_by_role("button", name="继续填写").click()
        expect(office.locator("#quality-reason")).to_have_value("稍后再写")
        assert office.url == address
    office.locator(ROWS).nth(2).click()
    expect(office.locator("#quality-reason")).to_have_value("稍后再写")
    office.locator("#shell-nav a[href='/ledger']").click()
    leaving.get_by_role("button", name="放弃").click()
    expect(office.locator(".lg-grid")).to_be_visible()
    office.go_back()
    expect(office.locator(ROWS)).to_have_count(3)

    office.locator("[data-quality-box=all]").click()
    expect(office.locator("#quality-bulk")).to_contain_text("已选 3 条数据")
    office.locator("[data-quality-reason]", has_text="手工比对属实").click()
    office.locator("[data-quality-verdict=keep]").click()
    expect(office.locator("#quality-body .empty")).to_contain_text("没有待审核的数据")
    assert [one[0] for one in said(doubted)[-3:]] == ["keep"] * 3

    office.locator("[data-quality-standing=done]").click()
    expect(office.locator(ROWS)).to_have_count(3)
    office.locator(ROWS).first.click()
    expect(office.locator(".qr-history")).to_contain_text("office 甲")
    office.keyboard.press("c")
    expect(office.locator("#quality-value")).to_be_focused()
    office.keyboard.type("0.95")
    office.locator("#quality-reason").fill("按比对样修正")
    office.keyboard.press("Enter")
    expect(office.locator(f"{ROWS} b", has_text="0.950")).to_be_visible()
    assert said(doubted)[-1] == ("correct", 0.95, "按比对样修正")
    assert "standing=done" in office.url
    office.set_viewport_size({"width": 390, "height": 844})
    wide = office.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "nothing sticks out on a phone"
