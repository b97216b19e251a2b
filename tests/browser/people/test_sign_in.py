"""Sign-in, the shell and one's own account in Chromium: both languages, light and dark, a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from data.vocabulary import Role
from tests.fixtures.served import Served
from tests.running.pages import PATIENCE_S, until_in_page
from tests.running.waiting import shared, until

SIGNED_OUT = "dispatchEvent(new Event('onemap:signed-out'))"


def fill(page: Page, served: Served, login: str, password: str) -> None:
    page.goto(f"{served.url}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("button[type=submit]")


@pytest.fixture
def watched(page: Page, shared_served: Served) -> Iterator[Page]:
    """A page that fails the test for a console error or a word to another machine."""
    wrong: list[str] = []
    page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((shared_served.url, "data:", "blob:"))
            else wrong.append(request.url)
        ),
    )
    yield page
    assert wrong == []


def test_a_chief_signs_in_and_out(watched: Page, shared_served: Served) -> None:
    fill(watched, shared_served, shared_served.logins[Role.CHIEF], shared_served.password)
    expect(watched.locator("#shell-nav a.on")).to_have_text("一张图")
    expect(watched.locator("#shell-nav")).not_to_contain_text("账号")
    until_in_page(watched, "() => window.onemap?.ready")
    watched.click(".me")
    expect(watched.get_by_text("县级河长 · 测试县")).to_be_visible()
    watched.get_by_text("退出登录").click()
    expect(watched.get_by_role("status")).to_have_text("您已退出登录。")
    watched.goto(f"{shared_served.url}/")
    expect(watched).to_have_url(f"{shared_served.url}/sign-in")


def test_the_language_is_switched_on_the_form_and_in_the_menu(
    watched: Page, shared_served: Served
) -> None:
    watched.goto(f"{shared_served.url}/accounts")
    expect(watched.locator("html")).to_have_attribute("lang", "zh-CN")
    watched.get_by_role("link", name="English").click()
    expect(watched.get_by_role("heading", name="Sign in")).to_be_visible()
    watched.fill("#login", shared_served.logins[Role.ADMINISTRATOR])
    watched.fill("#password", shared_served.password)
    watched.click("button[type=submit]")
    expect(watched).to_have_url(f"{shared_served.url}/accounts")
    expect(watched.get_by_role("heading", name="Accounts")).to_be_visible()
    watched.click(".me")
    watched.get_by_role("menuitem", name="中文").click()
    expect(watched.get_by_role("heading", name="账号")).to_be_visible()
    expect(watched.locator("html")).to_have_attribute("lang", "zh-CN")


def test_dark_is_kept_and_told_to_the_page(watched: Page, shared_served: Served) -> None:
    fill(watched, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    root = watched.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    expect(watched.locator(".om-theme")).to_be_visible()
    watched.evaluate("addEventListener('onemap:theme', e => (window.told = e.detail))")
    watched.click(".om-theme")
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    until_in_page(watched, "() => window.told === 'dark'")
    watched.reload()
    expect(watched.locator(".om-theme")).to_be_visible()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    background = watched.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(14, 19, 24)"


def test_a_failure_stays_on_the_form(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, "no.such.one", "wrong-password")
    expect(page.get_by_role("alert")).to_have_text("账号或密码不正确。")
    expect(page.locator("#login")).to_have_value("no.such.one")
    expect(page.locator("#password")).to_be_focused()
    page.fill("#password", "seen")
    page.get_by_role("button", name="显示密码").click()
    expect(page.locator("#password")).to_have_attribute("type", "text")


def test_the_form_works_without_scripts(browser: Browser, shared_served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shared_served.url}/account")
    page.fill("#login", shared_served.logins[Role.PATROLLER])
    page.fill("#password", shared_served.password)
    page.click("button[type=submit]")
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [390, 768, 1366])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, shared_served: Served, width: int
) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 844})
    page = context.new_page()
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    for path in ("/accounts", "/account"):
        page.goto(shared_served.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    if width == 390:
        page.goto(f"{shared_served.url}/accounts")
        expect(page.locator("#shell-tabs a.on")).to_have_text("账号")
        assert page.locator("#shell-tabs").bounding_box()["height"] == 72  # type: ignore[index] # it is drawn
        expect(page.locator(".bar")).to_be_hidden()
    context.close()


def test_a_phone_has_five_entries_and_the_others_under_more(
    browser: Browser, shared_served: Served
) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    page = context.new_page()
    fill(page, shared_served, shared_served.logins[Role.OFFICE], shared_served.password)
    page.goto(f"{shared_served.url}/quality")
    more = page.locator("#shell-tabs > .om-more")
    expect(page.locator("#shell-tabs > *")).to_have_count(5)
    expect(more).to_have_class("om-more on")
    more.locator("summary").click()
    expect(more.locator(".om-more-sheet a")).to_have_text(["数据审核", "测站", "数据核对", "我的"])
    page.keyboard.press("Escape")
    expect(more.locator("summary")).to_be_focused()
    expect(more.locator(".om-more-sheet")).to_be_hidden()
    page.keyboard.press("Enter")
    more.get_by_text("数据核对").click()
    expect(page).to_have_url(f"{shared_served.url}/accounting")
    expect(more.locator(".om-more-sheet")).to_be_hidden()
    more.locator("summary").click()
    page.mouse.click(195, 60)
    expect(more.locator(".om-more-sheet")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(
    ("width", "ledger"), [(768, "Ledger"), (1366, "Ledger"), (1440, "Problem ledger")]
)
def test_everything_in_the_bar_is_in_reach(
    browser: Browser, shared_served: Served, width: int, ledger: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{shared_served.url}/sign-in")
    page.get_by_role("link", name="English").click()
    page.fill("#login", shared_served.logins[Role.OFFICE])
    page.fill("#password", shared_served.password)
    page.click("button[type=submit]")
    expect(page.locator(".mp-search")).to_be_visible()
    nav = page.locator("#shell-nav")
    expect(nav.get_by_text(ledger, exact=True)).to_be_visible()
    assert nav.evaluate("nav => nav.scrollWidth - nav.clientWidth") <= 1
    box = page.locator(".me").bounding_box()
    assert box
    assert box["x"] + box["width"] <= width
    context.close()


def test_an_ended_session_leads_back_to_the_form(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    expect(page.locator("#accounts-list table")).to_be_visible()
    page.context.clear_cookies()
    page.locator("#accounts-search").fill("chief")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Faccounts"))
    page.fill("#login", shared_served.logins[Role.ADMINISTRATOR])
    page.fill("#password", shared_served.password)
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{shared_served.url}/accounts")
    page.go_back()
    expect(page.locator("#accounts-list table")).to_be_visible()
    expect(page).to_have_url(f"{shared_served.url}/accounts")


def test_who_is_signed_in_is_told_by_what_was_asked_last(page: Page, shared_served: Served) -> None:
    shared_served.sign_in(page.context, shared_served.logins[Role.PATROLLER], "zh")
    page.goto(f"{shared_served.url}/ledger/report")
    page.fill("#rp-description", "河面有浮油。")
    held: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.context.clear_cookies()
    page.route("**/api/v1/notices", hold_first)
    page.evaluate(SIGNED_OUT)
    until(lambda: held or page.wait_for_timeout(25), patience_s=shared(PATIENCE_S))
    shared_served.sign_in(page.context, shared_served.logins[Role.OFFICE], "zh")
    page.evaluate(SIGNED_OUT)
    line = page.locator(".om-session")
    expect(line).to_contain_text("另一账号")
    route, nobody = held[0]
    assert nobody.status == 401
    with page.expect_response("**/api/v1/notices"):
        route.fulfill(response=nobody)
    page.wait_for_timeout(200)
    expect(line).to_contain_text("另一账号")


def test_a_refusal_that_comes_late_is_asked_about_once_more(
    page: Page, shared_served: Served
) -> None:
    shared_served.sign_in(page.context, shared_served.logins[Role.PATROLLER], "zh")
    page.goto(f"{shared_served.url}/rivers")
    expect(page.locator(".rl-rows tbody tr").first).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"notices\?late"), hold)
    page.evaluate("() => void fetch('/api/v1/notices?late')")
    until(lambda: held or page.wait_for_timeout(25), patience_s=shared(PATIENCE_S))
    assert page.evaluate("fetch('/api/v1/notices').then(({ ok }) => ok)")
    page.context.clear_cookies()
    held[0].fulfill(status=401, body="{}")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Frivers$"))
