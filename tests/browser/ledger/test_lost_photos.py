"""A draft whose photos the browser has lost says so, and sends those that the server holds."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.report_form import SAID, expect_restored, fill, form, until_kept
from tests.fixtures.served import Served


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
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = form(phone, shared_served)
    page.route("**/api/v1/photos", lambda route: route.abort("connectionreset"))
    page.set_input_files(".pd-file", photo_file)
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
    phone: BrowserContext, shared_served: Served, photo_file: Path
) -> None:
    page = form(phone, shared_served)
    fill(page, photo_file)
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
