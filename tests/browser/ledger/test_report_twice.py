"""The report form suggests open problems close by before it sends, and names them afterwards."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from data.vocabulary import Role
from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.running.folders import ROOT

LON, LAT = 112.2004, 32.66


def reported(served: Served) -> dict[str, str]:
    """A problem that is open already, reported by another phone."""
    with served.client(served.logins[Role.OFFICE]) as client:
        body = {
            "place": {"x": LON, "y": LAT},
            "category": "dumping.rubbish",
            "source": "inspection",
            "description": "堆放生活垃圾。",
        }
        made = client.post("/api/v1/problems", json=body, headers={"Idempotency-Key": "known-one"})
        assert made.status_code in (200, 201), made.text
        told: dict[str, str] = made.json()
        return told


def fill(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/ledger/report?lon={LON}&lat={LAT + 0.001}")
    page.get_by_role("button", name=re.compile("^乱堆")).click()
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K")
    page.fill("#rp-description", "又见生活垃圾。")
    page.locator(".rp-submit").click()


def refuse_twice(page: Page, served: Served) -> None:
    """The report is sent for nobody, then for another account; the server takes neither."""
    posts: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            posts.append(request.url)

    page.on("request", note)
    page.context.clear_cookies()
    page.locator(".rp-submit").click()
    page.wait_for_url("**/sign-in?next=*")
    assert [url for url in posts if url.endswith("/api/v1/problems")] == []
    send_restored(page, served)
    served.sign_in(page.context, served.logins[Role.OFFICE], "zh")
    page.locator(".rp-alike").get_by_role("button", name="都不是").click()
    expect(page.locator(".rp-foot .pd-refused")).to_contain_text("本页由另一账号打开")
    send_restored(page, served)


def send_restored(page: Page, served: Served) -> None:
    """The patroller's draft, sent again: it is asked anew whether the problem is known."""
    served.sign_in(page.context, served.logins[Role.PATROLLER], "zh")
    page.goto(f"{served.url}/ledger/report")
    expect(page.locator(".rp-restored")).to_contain_text("已恢复未发送的草稿")
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K")
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-alike")).to_be_visible()
    expect(page.locator(".rp-done")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_an_open_problem_close_by_is_suggested(
    context: BrowserContext, shared_served: Served, width: int
) -> None:
    known = reported(shared_served)
    shared_served.sign_in(context, shared_served.logins[Role.PATROLLER], "zh")
    page = context.new_page()
    wrongs: list[str] = []
    watch(page, wrongs, shared_served.url)
    page.set_viewport_size({"width": width, "height": 900})
    fill(page, shared_served)
    alike = page.locator(".rp-alike")
    expect(alike).to_contain_text("是否就是下列")
    expect(alike).to_contain_text(f"{known['number']} · 111 m 外有一件")
    expect(alike.get_by_role("link", name="查看").first).to_have_attribute("href", known["url"])
    alike.get_by_role("button", name="就是这一件").first.click()
    page.wait_for_url(f"**{known['url']}")
    if width == 390:
        assert wrongs == []
        return
    fill(page, shared_served)
    expect(alike).to_be_visible()
    refuse_twice(page, shared_served)
    wrongs.clear()
    alike.get_by_role("button", name="都不是").click()
    expect(page.locator(".rp-done .rp-same")).to_contain_text(known["number"])
    page.get_by_role("link", name="查看问题").click()
    expect(page.locator(".pb-same")).to_contain_text(known["number"])
    assert wrongs == []


def test_a_photo_that_the_browser_can_not_show_is_shown_once_it_is_kept(
    context: BrowserContext, shared_served: Served
) -> None:
    case: Path = ROOT / "tests" / "cases" / "photo-heic-turned" / "in.heic"
    shared_served.sign_in(context, shared_served.logins[Role.PATROLLER], "zh")
    page = context.new_page()
    page.goto(f"{shared_served.url}/ledger/report")
    page.set_input_files(".pd-file", case)
    expect(page.locator(".pd-photo.kept img")).to_have_attribute(
        "src", re.compile(r"/api/v1/photos/\d+\?size=thumb")
    )
