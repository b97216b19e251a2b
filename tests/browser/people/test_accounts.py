"""The administrator's page in Chromium: an account from its making to its end."""

import re

from playwright.sync_api import Locator, Page, expect

from data.vocabulary import Role
from tests.browser.people.test_sign_in import fill
from tests.fixtures.served import Served
from tests.running.pages import until_in_page


def field(page: Page, name: str) -> Locator:
    return page.locator(f"#accounts-new-{name}")


def label_of(page: Page, name: str) -> Locator:
    return page.locator(f'label[for="accounts-new-{name}"]')


def choose(page: Page, box: str, word: str) -> None:
    page.locator(box).click()
    page.get_by_role("option", name=word, exact=True).click()


def leave(page: Page) -> None:
    """Closes the dialog, which asks first as something in it isn't sent."""
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    page.get_by_role("button", name="放弃").click()


def test_an_account_is_made_changed_and_disabled(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    for sign in ("columns", "people"):
        page.locator(f"#shell-nav-{sign}").click()
    page.get_by_role("button", name="新建账号").click()
    page.fill("#accounts-new-login", "zhang.san")
    page.fill("#accounts-new-name", "张三")
    choose(page, "#accounts-new-role", "河长")
    choose(page, "#accounts-new-level", "乡级河长")
    choose(page, "#accounts-new-division", "上游镇")
    page.get_by_role("button", name="创建账号").click()
    password = page.locator(".acc-password").inner_text()
    assert len(password) == 19
    dialog = page.get_by_role("dialog")
    for leaving in ("Escape", "back", "beside"):  # it is shown only this once
        if leaving == "beside":
            page.mouse.click(10, 400)
        elif leaving == "back":
            page.evaluate("history.back()")
        else:
            page.keyboard.press("Escape")
        expect(dialog.locator(".om-leaving")).to_contain_text("只显示这一次")
        dialog.get_by_role("button", name="尚未记下").click()
    expect(page.locator(".acc-password")).to_have_text(password)
    assert page.locator(".mantine-Notification-root").count() == 0
    dialog.get_by_role("button", name="已记下").click()
    expect(dialog).to_have_count(0)
    until_in_page(page, "() => !history.state?.onemapDialogs")
    page.locator("#accounts-search").fill("zhang")
    row = page.locator("tr", has_text="zhang.san")
    expect(row).to_contain_text("乡级河长 · 上游镇")
    expect(row).to_contain_text("待设密码")

    expect(row).to_contain_text("从未登录")

    row.get_by_text("张三").click()
    choose(page, "#accounts-add-role", "督查")
    expect(page.get_by_text("该角色将在全部行政区有效。")).to_be_hidden()
    choose(page, "#accounts-add-division", "全部行政区")
    expect(page.get_by_text("该角色将在全部行政区有效。")).to_be_visible()
    page.get_by_role("button", name="增加角色").click()
    expect(page.locator(".acc-roles li")).to_have_count(2)
    expect(page.locator(".acc-roles li", has_text="督查")).to_contain_text("全部行政区")
    page.locator(".acc-roles li", has_text="督查").get_by_role("button").click()
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".acc-roles li")).to_have_count(1)

    page.get_by_role("button", name="停用账号").click()
    expect(page.get_by_text("已登录的会话立即结束")).to_be_visible()
    page.get_by_role("button", name="确认").click()
    expect(page.locator("tr", has_text="zhang.san")).to_contain_text("已停用")

    page.get_by_role("button", name="重置密码").click()
    page.get_by_role("button", name="确认").click()
    page.get_by_role("button", name="已记下").click()
    expect(dialog).to_have_count(1)
    page.evaluate("history.back()")  # dialogs that followed one another left no step behind
    expect(dialog).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile("/accounting"))


def test_what_is_wrong_is_said(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    page.get_by_role("button", name="新建账号").click()
    page.fill("#accounts-new-login", "Zhang San")
    page.fill("#accounts-new-name", "张三")
    page.get_by_role("button", name="创建账号").click()
    expect(page.get_by_text("请选择角色。")).to_be_visible()
    expect(field(page, "role")).to_have_attribute("aria-invalid", "true")
    choose(page, "#accounts-new-role", "督查")
    page.get_by_role("button", name="创建账号").click()
    expect(page.get_by_text("请选择角色所在的行政区。")).to_be_visible()
    expect(field(page, "role")).not_to_have_attribute("aria-invalid", "true")
    expect(field(page, "division")).to_have_attribute("aria-invalid", "true")
    choose(page, "#accounts-new-division", "全部行政区")
    page.get_by_role("button", name="创建账号").click()
    expect(page.get_by_text("不能用作账号")).to_be_visible()
    expect(field(page, "login")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".mantine-Notification-root")).to_have_count(0)
    choose(page, "#accounts-new-role", "责任单位人员")
    page.fill("#accounts-new-login", shared_served.logins[Role.OFFICE])
    page.get_by_role("button", name="创建账号").click()
    for name in ("division", "unit"):
        expect(field(page, name)).to_have_attribute("aria-invalid", "true")
    expect(label_of(page, "unit")).to_contain_text("*")
    expect(label_of(page, "division")).not_to_contain_text("*")
    choose(page, "#accounts-new-division", "上游镇")
    choose(page, "#accounts-new-unit", "上游镇水利站")
    page.get_by_role("button", name="创建账号").click()
    expect(page.get_by_text("已被使用")).to_be_visible()
    expect(field(page, "login")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "unit")).not_to_have_attribute("aria-invalid", "true")
    leave(page)
    expect(page.locator("#accounts-new-login")).to_be_hidden()


def test_each_opening_of_a_dialog_begins_empty(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    page.get_by_role("button", name="新建账号").click()
    page.fill("#accounts-new-login", "li.si")
    choose(page, "#accounts-new-role", "河长办")
    choose(page, "#accounts-new-division", "全部行政区")
    leave(page)
    page.get_by_role("button", name="新建账号").click()
    expect(page.locator("#accounts-new-login")).to_have_value("")
    expect(page.locator("#accounts-new-role")).to_have_value("")
    expect(page.locator("#accounts-new-division")).to_have_value("")
    expect(page.get_by_text("该角色将在全部行政区有效。")).to_be_hidden()


def test_a_double_click_creates_one_account(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    page.get_by_role("button", name="新建账号").click()
    page.fill("#accounts-new-login", "wang.wu")
    page.fill("#accounts-new-name", "王五")
    choose(page, "#accounts-new-role", "督查")
    choose(page, "#accounts-new-division", "上游镇")
    page.get_by_role("button", name="创建账号").dblclick()
    expect(page.locator(".acc-password")).to_be_visible()
    expect(page.get_by_text("请求无法识别")).to_have_count(0)
    expect(page.get_by_text("已有")).to_have_count(0)


def test_the_search_finds_by_login_name_and_role(page: Page, shared_served: Served) -> None:
    fill(page, shared_served, shared_served.logins[Role.ADMINISTRATOR], shared_served.password)
    rows = page.locator("#accounts-list tbody tr")
    choose(page, "#accounts-role", "毗邻地区")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("从未登录")
    expect(rows).not_to_contain_text("正常")
    page.locator(".om-one button").click()
    expect(rows).not_to_have_count(1)
    admin = page.locator("tr", has_text=shared_served.logins[Role.ADMINISTRATOR])
    expect(admin).not_to_contain_text("从未登录")
    page.locator("#accounts-search").fill("neighb")
    expect(page.locator("#accounts-list tbody tr")).to_have_count(1)
    page.locator("#accounts-search").fill("%")
    expect(page.get_by_text("没有符合条件的账号")).to_be_visible()
