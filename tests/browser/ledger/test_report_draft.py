"""A report outlives its tab: its draft stays in the browser, for its account, until an answer."""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.served import Served
from tests.made.ledger.pictures import drawn, exif, saved
from tests.running.pages import until_in_page

LON, LAT = 112.2006, 32.65
SAID = "河岸堆放建筑垃圾约 12 m³。"


@pytest.fixture
def phone(context: BrowserContext, shared_served: Served) -> BrowserContext:
    """The patroller's browser, which knows where it is."""
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"longitude": LON, "latitude": LAT, "accuracy": 6})
    shared_served.sign_in(context, shared_served.logins[Role.PATROLLER], "zh")
    return context


def form(phone: BrowserContext, served: Served) -> Page:
    page = phone.new_page()
    page.goto(f"{served.url}/ledger/report")
    expect(page.locator(".rp-form")).to_be_visible()
    return page


def fill(page: Page, photo: Path) -> None:
    page.get_by_role("button", name=re.compile("^河岸")).click()
    page.get_by_text("建筑垃圾堆放", exact=True).click()
    page.set_input_files(".pd-file", photo)
    expect(page.locator(".pd-photo.kept")).to_have_count(1)
    page.get_by_role("button", name="使用本机定位").click()
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")
    page.fill("#rp-description", SAID)


def until_kept(page: Page, *descriptions: str, where: str = "") -> None:
    """Until the browser's database holds drafts with these descriptions alone, each placed there.

    The form shows a place as soon as the server names it, a moment before the draft learns of it.
    """
    until_in_page(
        page,
        """async ([wanted, where]) => {
          const open = indexedDB.open("onemap-drafts");
          await new Promise((done) => { open.onsuccess = done; });
          const all = open.result.transaction("reports").objectStore("reports").getAll();
          await new Promise((done) => { all.onsuccess = done; });
          open.result.close();
          return all.result.every((draft) => (draft.where ?? "").includes(where))
            && JSON.stringify(all.result.map(({ fields }) => fields.description)) === wanted;
        }""",
        [json.dumps(list(descriptions), ensure_ascii=False, separators=(",", ":")), where],
    )


def kill(page: Page) -> None:
    """The tab's process dies, as a phone kills it: no script of the page gets a last word."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()


def expect_restored(page: Page) -> None:
    expect(page.locator(".rp-restored")).to_contain_text("已恢复未发送的草稿")
    expect(page.locator("#rp-description")).to_have_value(SAID)
    expect(page.locator(".pd-photo.kept img")).to_have_count(1)
    expect(page.locator(".rp-kind:has(:checked)")).to_have_text("建筑垃圾堆放")
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(saved(drawn(71), tags=exif(lon=LON, lat=LAT, bearing=40)))
    return file


def count_reports(served: Served) -> int:
    query = text("SELECT count(*) FROM problem WHERE description = :said")
    with served.database.owner.connect() as connection:
        return int(connection.execute(query, {"said": SAID}).scalar_one())


def test_a_report_is_there_again_after_its_tab_was_killed_for_its_own_account_alone(
    phone: BrowserContext, shared_served: Served, photo: Path
) -> None:
    page = form(phone, shared_served)
    fill(page, photo)
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
    phone: BrowserContext, shared_served: Served, photo: Path
) -> None:
    page = form(phone, shared_served)
    fill(page, photo)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/api/v1/problems", lose)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-foot .pd-refused")).to_be_visible()
    assert count_reports(shared_served) == 1
    kill(page)

    page = form(phone, shared_served)
    expect_restored(page)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-done")).to_contain_text("此前已登记")
    assert count_reports(shared_served) == 1
    page.reload()
    until_in_page(page, "() => window.onemap_report_map")
    expect(page.locator(".rp-restored")).to_be_hidden()


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_report_that_a_proxy_answered_is_not_suggested_to_itself(
    phone: BrowserContext, shared_served: Served, photo: Path, status: int
) -> None:
    page = form(phone, shared_served)
    fill(page, photo)

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
    page = form(phone, shared_served)
    expect_restored(page)
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-done")).to_contain_text("此前已登记")
    assert count_reports(shared_served) == before + 1


def test_a_browser_that_keeps_nothing_is_said_to_keep_nothing(
    phone: BrowserContext, shared_served: Served, photo: Path
) -> None:
    page = form(phone, shared_served)
    until_in_page(page, "() => window.onemap_report_map")
    full = {"origin": shared_served.url, "quotaSize": 1}
    phone.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", full)
    page.set_input_files(".pd-file", photo)
    page.fill("#rp-description", SAID)
    expect(page.locator(".rp-unkept")).to_contain_text("本浏览器不能保存草稿")
    phone.set_offline(True)
    page.get_by_role("button", name=re.compile("^河岸")).click()
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-foot .pd-refused")).not_to_contain_text("草稿已存")


def test_no_report_goes_without_a_photo_that_failed_unless_the_reader_says_so(
    phone: BrowserContext, shared_served: Served, photo: Path
) -> None:
    page = form(phone, shared_served)
    page.route("**/api/v1/photos", lambda route: route.abort("connectionreset"))
    page.get_by_role("button", name=re.compile("^乱堆")).click()
    page.set_input_files(".pd-file", photo)
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
    page.get_by_role("button", name="在此处新登记").click()
    expect(page.locator(".rp-form .rp-placed")).to_be_visible()
    expect(page.locator("#rp-description")).to_have_value("")
    page.goto(there)
    page.get_by_role("button", name="继续草稿").click()
    expect(page.locator("#rp-description")).to_have_value(SAID)
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")


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


def lose_photo_files(page: Page) -> None:
    """The browser's store loses the files of photos, as when a device runs out of room."""
    page.evaluate(
        """async () => {
          const open = indexedDB.open("onemap-drafts");
          await new Promise((done) => { open.onsuccess = done; });
          const writing = open.result.transaction("photos", "readwrite");
          writing.objectStore("photos").clear();
          await new Promise((done) => { writing.oncomplete = done; });
          open.result.close();
        }"""
    )


def test_a_draft_says_which_of_its_photos_the_browser_has_lost(
    phone: BrowserContext, shared_served: Served, photo: Path
) -> None:
    page = form(phone, shared_served)
    page.route("**/api/v1/photos", lambda route: route.abort("connectionreset"))
    page.set_input_files(".pd-file", photo)
    expect(page.locator(".pd-photo.bad")).to_have_count(1)
    page.fill("#rp-description", SAID)
    until_kept(page, SAID)
    lose_photo_files(page)
    for _visit in range(2):
        page.reload()
        lost = "本浏览器已没有这些照片：photo.jpg"
        expect(page.locator(".rp-restored")).to_contain_text(lost)
        expect(page.locator(".pd-photo.bad .pd-state")).to_contain_text("photo.jpg")
        expect(page.locator(".pd-photo .pd-again")).to_be_hidden()
    page.locator(".pd-photo .pd-remove").click()
    expect(page.locator(".rp-restored")).not_to_contain_text("photo.jpg")
    page.reload()
    expect(page.locator(".rp-restored")).to_contain_text("已恢复未发送的草稿")
    expect(page.locator(".rp-restored")).not_to_contain_text("photo.jpg")


def test_a_photo_that_the_server_holds_is_sent_with_its_report_without_its_file(
    phone: BrowserContext, shared_served: Served, photo: Path
) -> None:
    page = form(phone, shared_served)
    fill(page, photo)
    until_kept(page, SAID, where="清河 K16+")
    lose_photo_files(page)
    page.reload()
    expect_restored(page)
    page.fill("#rp-description", "照片在服务器上，文件不在浏览器里。")
    expect(page.locator(".rp-restored")).not_to_contain_text("photo.jpg")
    with page.expect_request("**/api/v1/problems") as sent:
        page.locator(".rp-submit").click()
        expect(page.locator(".rp-alike, .rp-done").filter(visible=True)).to_be_visible()
        if page.locator(".rp-alike").is_visible():
            page.locator(".rp-alike button").last.click()
    assert len((sent.value.post_data_json or {})["photo_ids"]) == 1
    expect(page.locator(".rp-done")).to_be_visible()
