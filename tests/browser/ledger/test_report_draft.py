"""A report outlives its tab: its draft stays in the browser, for its account, until an answer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.report_form import LAT, LON, SAID, expect_restored, fill, form, kill, until_kept
from tests.fixtures.served import Served
from tests.running.pages import until_in_page


def count_reports(served: Served) -> int:
    query = text("SELECT count(*) FROM problem WHERE description = :said")
    with served.database.owner.connect() as connection:
        return int(connection.execute(query, {"said": SAID}).scalar_one())


def send_again(phone: BrowserContext, served: Served) -> Page:
    """The form after the restored report was sent, which the server had registered before."""
    page = form(phone, served)
    expect_restored(page)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-done")).to_contain_text("此前已登记")
    return page


def test_a_report_is_there_again_after_its_tab_was_killed_for_its_own_account_alone(
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = form(phone, shared_served)
    fill(page, photo_file)
    phone.set_offline(True)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-foot .pd-refused")).to_contain_text("草稿已存在本浏览器")
    kill(page)
    phone.set_offline(False)

    shared_served.sign_in(phone, shared_served.logins[Role.OFFICE], "zh")
    other = form(phone, shared_served)
    until_in_page(other, "() => window.onemap_report_map")
    expect(other.locator("#rp-description")).to_have_value("")
    expect(other.locator(".rp-restored")).to_be_hidden()
    other.close()

    shared_served.sign_in(phone, shared_served.logins[Role.PATROLLER], "zh")
    page = form(phone, shared_served)
    expect_restored(page)
    page.get_by_role("button", name="丢弃").click()
    expect(page.locator("#rp-description")).to_have_value(SAID)
    page.get_by_role("button", name="确定丢弃").click()
    expect(page.locator("#rp-description")).to_have_value("")
    expect(page.locator(".pd-photo")).to_have_count(0)
    page.reload()
    until_in_page(page, "() => window.onemap_report_map")
    expect(page.locator(".rp-restored")).to_be_hidden()
    expect(page.locator("#rp-description")).to_have_value("")


def test_a_report_whose_answer_was_lost_is_registered_once(
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = form(phone, shared_served)
    fill(page, photo_file)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/api/v1/problems", lose)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-foot .pd-refused")).to_be_visible()
    assert count_reports(shared_served) == 1
    kill(page)

    page = send_again(phone, shared_served)
    assert count_reports(shared_served) == 1
    page.reload()
    until_in_page(page, "() => window.onemap_report_map")
    expect(page.locator(".rp-restored")).to_be_hidden()


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_report_that_a_proxy_answered_is_not_suggested_to_itself(
    phone: BrowserContext, shared_served: Served, photo_file: Path, status: int
) -> None:
    page = form(phone, shared_served)
    fill(page, photo_file)

    def lose(route: Route) -> None:
        route.fetch()
        route.fulfill(status=status, content_type="text/html", body="<h1>Bad Gateway</h1>")

    before = count_reports(shared_served)
    page.route("**/api/v1/problems", lose)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-alike:visible, .rp-foot .pd-refused:visible")).to_have_count(1)
    if page.locator(".rp-alike").is_visible():
        page.get_by_role("button", name="都不是").click()
    expect(page.locator(".rp-foot .pd-refused")).to_contain_text("无法连接服务器")
    expect(page.locator(".rp-foot .pd-refused")).to_contain_text("草稿已存")
    assert count_reports(shared_served) == before + 1
    kill(page)
    send_again(phone, shared_served)
    assert count_reports(shared_served) == before + 1


def test_a_browser_that_keeps_nothing_is_said_to_keep_nothing(
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = form(phone, shared_served)
    until_in_page(page, "() => window.onemap_report_map")
    full = {"origin": shared_served.url, "quotaSize": 1}
    phone.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", full)
    page.set_input_files(".pd-file", photo_file)
    page.fill("#rp-description", SAID)
    expect(page.locator(".rp-unkept")).to_contain_text("本浏览器不能保存草稿")
    phone.set_offline(True)
    page.get_by_role("button", name=re.compile("^河岸")).click()
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-foot .pd-refused")).not_to_contain_text("草稿已存")
    phone.set_offline(False)
    expect_to_ask(page, shared_served)
    phone.clear_cookies()
    page.locator(".rp-typed summary").click()
    page.locator(".rp-typed input[inputmode=decimal]").first.fill(str(LON))
    page.locator(".rp-typed input[inputmode=decimal]").last.fill(str(LAT))
    page.locator(".rp-typed .rp-line").last.get_by_role("button").last.click()
    expect(page.locator(".om-session")).to_contain_text("已填写的内容仍在本页")
    expect(page.locator("#rp-description")).to_have_value(SAID)


def expect_to_ask(page: Page, served: Served) -> None:
    """A form of which no draft is kept asks before a link and before a step of the history."""
    leaving = page.locator(".rp-foot .om-leaving")
    away = page.locator(".pb-way a").first
    away.click()
    expect(leaving).to_contain_text("尚未提交")
    leaving.get_by_role("button", name="继续填写").click()
    expect(page.locator("#rp-description")).to_have_value(SAID)
    away.click()
    leaving.get_by_role("button", name="放弃").click()
    expect(page).to_have_url(f"{served.url}/ledger")
    expect(page.locator(".rp-form")).to_have_count(0)
    page.evaluate("() => { IDBFactory.prototype.open = () => { throw new Error('forbidden'); }; }")
    page.go_back()
    page.fill("#rp-description", SAID)
    expect(page.locator(".rp-unkept")).to_be_visible()
    page.evaluate("history.forward()")
    leaving.get_by_role("button", name="继续填写").click()
    expect(page).to_have_url(f"{served.url}/ledger/report")
    expect(page.locator("#rp-description")).to_have_value(SAID)


def test_no_report_goes_without_a_photo_that_failed_unless_the_reader_says_so(
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = form(phone, shared_served)
    page.route("**/api/v1/photos", lambda route: route.abort("connectionreset"))
    page.get_by_role("button", name=re.compile("^乱堆")).click()
    page.set_input_files(".pd-file", photo_file)
    expect(page.locator(".pd-photo.bad")).to_have_count(1)
    page.get_by_role("button", name="使用本机定位").click()
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")
    said = "失败的照片不能无声丢掉。"
    page.fill("#rp-description", said)
    page.locator(".rp-submit").click()
    expect(page.locator(".pd-unsent")).to_contain_text("1 张照片未上传")
    expect(page.get_by_role("button", name="不带这张")).to_be_visible()
    expect(page.locator(".rp-done, .rp-alike:visible")).to_have_count(0)
    page.reload()
    expect(page.locator(".rp-restored")).to_contain_text("已恢复未发送的草稿")
    expect(page.locator(".pd-photo")).to_have_count(1)
    page.unroute("**/api/v1/photos")
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")
    with page.expect_request("**/api/v1/problems") as sent:
        page.locator(".rp-submit").click()
    body = sent.value.post_data_json
    assert body
    assert len(body["photo_ids"]) == 1
    expect(page.locator(".rp-done")).to_be_visible()


def test_a_draft_keeps_its_place_when_the_form_is_opened_at_another(
    phone: BrowserContext, shared_served: Served
) -> None:
    page = form(phone, shared_served)
    page.get_by_role("button", name="使用本机定位").click()
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")
    page.fill("#rp-description", SAID)
    until_kept(page, SAID, where="清河 K16+")
    there = f"{shared_served.url}/ledger/report?lon={LON}&lat={LAT + 0.01}"
    page.goto(there)
    expect(page.locator(".rp-restored")).to_contain_text("继续草稿（清河 K16+")
    page.set_viewport_size({"width": 320, "height": 700})
    line = page.locator(".rp-restored")
    assert line.evaluate("line => line.scrollWidth - line.clientWidth") <= 0
    page.get_by_role("button", name="在此处新登记").click()
    expect(page.locator(".rp-form .rp-placed")).to_be_visible()
    expect(page.locator("#rp-description")).to_have_value("")
    page.goto(there)
    page.get_by_role("button", name="继续草稿").click()
    expect(page.locator("#rp-description")).to_have_value(SAID)
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")


def test_a_place_named_before_its_map_came_is_not_asked_about_anew(
    phone: BrowserContext, shared_served: Served
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    phone.route("**/maplibre-gl.mjs", hold)
    page = form(phone, shared_served)
    page.get_by_role("button", name="使用本机定位").click()
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")
    page.fill("#rp-description", SAID)
    until_kept(page, SAID, where="清河 K16+")
    page.route(re.compile("_dash-update-component"), lambda route: route.abort())
    for route in held:
        route.continue_()
    expect(page.locator(".rp-map .pb-pin")).to_be_visible()
    page.unroute_all()
    page.goto(f"{shared_served.url}/ledger/report?lon={LON}&lat={LAT + 0.01}")
    expect(page.locator(".rp-restored")).to_contain_text("继续草稿（清河 K16+")


def test_an_emptied_form_leaves_no_draft(phone: BrowserContext, shared_served: Served) -> None:
    page = form(phone, shared_served)
    until_in_page(page, "() => window.onemap_report_map")
    page.fill("#rp-description", SAID)
    until_kept(page, SAID)
    page.fill("#rp-description", "")
    until_kept(page)
    page.reload()
    until_in_page(page, "() => window.onemap_report_map")
    expect(page.locator("#rp-description")).to_have_value("")
    expect(page.locator(".rp-restored")).to_be_hidden()
