"""The office's page of refused messages in Chromium: a fault is seen, tolerated, and no longer."""

from playwright.sync_api import BrowserContext, expect

from data import clock
from data.vocabulary import Role
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.made.readings.messages import one


def test_a_fault_is_tolerated_from_the_tally_by_a_press(
    context: BrowserContext, shared_served: Served
) -> None:
    wrongs: list[str] = []
    local = clock.now().astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M:%S")
    payload = f'{{"time":"{local}","values":{{"ph":7.1}}}}'.encode()
    message = Message("onemap/v1/QS-01/reading", payload, clock.now())
    Pipeline(shared_served.database.ingest).commit([message])
    shared_served.sign_in(context, shared_served.logins[Role.OFFICE], "zh")
    page = context.new_page()
    watch(page, wrongs, shared_served.url)
    page.goto(f"{shared_served.url}/accounting")
    page.get_by_role("link", name="如何补收").click()
    part = page.locator("article", has_text="QS-01")
    expect(part).to_contain_text("时间不带时区的按北京时间")
    expect(part).to_contain_text("7.1")
    part.get_by_role("button", name="开启并补收").click()
    expect(page.get_by_text("已开启。等待的消息数秒内补收。")).to_be_visible()
    row = page.locator("tr", has_text="QS-01")
    expect(row).to_contain_text("时间不带时区的按北京时间")
    in_force = "SELECT count(*) FROM tolerance WHERE ended_at IS NULL"
    assert one(shared_served.database.owner, in_force) == 1
    expect(part).to_contain_text("正在补收")
    row.get_by_role("button", name="关闭").click()
    expect(page.get_by_text("没有开启任何容许")).to_be_visible()
    assert one(shared_served.database.owner, in_force) == 0
    assert wrongs == []
