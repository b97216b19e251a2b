"""What is typed in a dialog stays: Back asks first, and whoever comes second goes on with it."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.desks import Desk, Photos, begin, finish, send_report
from tests.fixtures.served import Served
from tests.running.pages import until_in_page, until_map_is_gone

TYPED = "重复上报，详见上一件。"
HOW_DASH_TELLS_IT = ["body stream already read", '/_dash-update-component"}}']
"""What Dash writes of a callback that is refused, as of a page that is read anew meanwhile."""

LOOKED_AT = """said => {
    dispatchEvent(new Event('focus'));
    return document.querySelector('.om-session')?.textContent.includes(said);
}"""
"""Looks at the window once more, and answers whether its line says that."""


def go_back(page: Page) -> None:
    """The browser's own step back; a swipe on a phone does the same."""
    page.evaluate("history.back()")


def go_on(page: Page, address: str) -> None:
    """Opens a page of the app as a row of a list does, without loading the frame anew."""
    page.evaluate(
        "address => { history.pushState({}, '', address);"
        " dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }",
        address,
    )


def come_second(desk: Desk, address: str, action: str, typed: str) -> tuple[Page, Locator]:
    """A window and the dialog sent from it, while another had the problem accepted."""
    first, second = desk(Role.OFFICE, address), desk(Role.OFFICE, address)
    dialog = begin(second, action)
    dialog.locator("textarea").fill(typed)
    finish(first, begin(first, "accept"), "待交办")
    dialog.locator("footer .btn").last.click()
    return second, dialog


def test_back_closes_an_empty_dialog_and_asks_before_it_leaves_a_filled_one(
    desk: Desk, shared_served: Served, photo: Photos
) -> None:
    page = desk(Role.OFFICE, "/ledger", width=390)
    address = send_report(shared_served, photo(61), "岸边有一堆建筑垃圾。")
    go_on(page, address)
    dialog = begin(page, "refuse")
    go_back(page)
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(shared_served.url + address)
    dialog = begin(page, "refuse")
    dialog.locator("textarea").fill(TYPED)
    for back in ("history.back()", "history.go(-2)", "history.back(); history.back()"):
        page.evaluate(back)
        expect(dialog.locator(".pd-leaving")).to_contain_text("尚未提交")
        expect(page.locator(".pb-stat")).to_have_text("待受理")
        expect(page).to_have_url(shared_served.url + address)
        dialog.get_by_role("button", name="继续填写").click()
        expect(dialog.locator("textarea")).to_have_value(TYPED)
    dialog.evaluate("dialog => dialog.close()")  # what a phone's second Back in a row does
    expect(dialog.locator(".pd-leaving")).to_be_visible()
    expect(dialog.locator("textarea")).to_have_value(TYPED)
    dialog.get_by_role("button", name="放弃").click()
    expect(dialog).to_have_count(0)
    finish(page, begin(page, "accept"), "待交办")
    go_back(page)
    expect(page).to_have_url(f"{shared_served.url}/ledger")


def test_who_comes_second_goes_on_with_what_was_typed(
    desk: Desk, shared_served: Served, photo: Photos, refusals: list[str]
) -> None:
    refusals.append("409 (Conflict)")
    address = send_report(shared_served, photo(62), "岸边又有一堆建筑垃圾。")
    typed = "请尽快处理。"
    second, dialog = come_second(desk, address, "press", typed)
    refused = dialog.locator(".pd-refused")
    expect(refused).to_contain_text("当前状态：待交办。")
    expect(refused).to_contain_text("请核对后再次确认")
    expect(second.locator(".pb-stat")).to_have_text("待交办")
    expect(dialog.locator("textarea")).to_have_value(typed)
    dialog.locator("footer .btn").last.click()
    expect(dialog).to_have_count(0)
    expect(second.locator(".pb-story")).to_contain_text(typed)


def test_a_step_that_is_gone_names_the_one_taken_and_leaves_what_was_typed_to_be_copied(
    desk: Desk, shared_served: Served, photo: Photos, refusals: list[str]
) -> None:
    refusals.append("409 (Conflict)")
    address = send_report(shared_served, photo(63), "岸边第三堆建筑垃圾。")
    second, dialog = come_second(desk, address, "refuse", TYPED)
    expect(second.get_by_text("页面已更新")).to_contain_text("受理")
    expect(second.locator(".pb-stat")).to_have_text("待交办")
    refused = dialog.locator(".pd-refused")
    expect(refused).to_contain_text("现在不能办理这一步")
    expect(refused).to_contain_text("当前状态：待交办。")
    expect(dialog.locator("textarea")).to_have_value(TYPED)
    expect(dialog.locator("footer .btn").last).to_be_disabled()


@pytest.mark.parametrize("left", ["back", "Escape", "cross", "beside", "取消"])
def test_a_form_in_a_dialog_asks_before_it_is_left(
    left: str, desk: Desk, shared_served: Served
) -> None:
    page = desk(Role.ADMINISTRATOR, "/accounts")
    page.get_by_role("button", name="新建账号").click()
    dialog, name = page.get_by_role("dialog"), page.locator("#accounts-new-name")
    name.fill("上游新人")
    if left == "back":
        go_back(page)
    elif left == "beside":
        page.mouse.click(10, 400)
    elif left == "Escape":
        page.keyboard.press("Escape")
    elif left == "cross":
        dialog.locator(".mantine-Modal-close").click()
    else:
        dialog.get_by_role("button", name=left).click()
    leaving = dialog.locator(".om-leaving")
    expect(leaving).to_contain_text("尚未提交")
    leaving.get_by_role("button", name="继续填写").click()
    expect(name).to_have_value("上游新人")
    dialog.get_by_role("button", name="取消").click()
    leaving.get_by_role("button", name="放弃").click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(f"{shared_served.url}/accounts")


def test_the_station_s_form_asks_too_and_its_cancel_closes_it_while_empty(desk: Desk) -> None:
    page = desk(Role.OFFICE, "/stations")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="新增测站").click()
    page.locator("#stations-map canvas").click()
    expect(page.locator("#stations-field-lon")).not_to_have_value("")
    page.keyboard.press("Escape")
    expect(dialog.locator(".om-leaving")).to_contain_text("尚未提交")
    dialog.get_by_role("button", name="放弃").click()
    expect(dialog).to_have_count(0)
    for typed in ("", "X-9"):
        page.get_by_role("button", name="新增测站").click()
        page.locator("#stations-field-code").fill(typed)
        canvas = page.wait_for_selector("#stations-map canvas")
        dialog.get_by_role("button", name="取消").click()
        if typed:
            expect(dialog.locator(".om-leaving")).to_contain_text("尚未提交")
        else:
            expect(dialog).to_have_count(0)
            assert canvas
            until_map_is_gone(page, canvas)


def test_what_was_typed_for_one_of_several_that_was_refused_stays(
    desk: Desk, shared_served: Served, photo: Photos
) -> None:
    made = [send_report(shared_served, photo(64 + nth), f"第 {nth} 堆。") for nth in range(2)]
    ids = [address.rpartition("/")[2] for address in made]
    page = desk(Role.OFFICE, "/ledger?view=all&problem=" + "&problem=".join(ids))
    for nth in range(2):
        page.locator(f'.ag-row[row-index="{nth}"] input[type=checkbox]').check()
    bar = page.locator("#ledger-bulk-bar")
    expect(bar).to_contain_text("已选 2 件")
    bar.get_by_role("button", name="督办").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(TYPED)
    with shared_served.database.app.begin() as connection:
        connection.execute(
            text("UPDATE problem SET version = version + 1 WHERE id = :id"), {"id": ids[0]}
        )
    dialog.get_by_role("button", name="确认").click()
    expect(dialog).to_contain_text("督办：已办理 1 件。")
    expect(dialog.locator(".lg-refused li")).to_have_count(1)
    expect(dialog.get_by_role("textbox")).to_have_value(TYPED)


NO_WORKER = ("maplibre-gl-worker.mjs", "Worker failed to load")
"""A map that is drawn anew after the session ended; a watched browser keeps no file."""


def test_a_session_that_ends_under_a_filled_dialog_loses_nothing(
    desk: Desk, shared_served: Served, photo: Photos, refusals: list[str]
) -> None:
    refusals += ["401 (Unauthorized)", *HOW_DASH_TELLS_IT, *NO_WORKER]
    address = send_report(shared_served, photo(81), "岸边还有一堆建筑垃圾。")
    page = desk(Role.OFFICE, address)
    dialog = begin(page, "press")
    dialog.locator("textarea").fill(TYPED)
    until_in_page(page, "() => document.querySelector('[data-spot]')?.spot?.loaded()")
    page.context.clear_cookies()
    dialog.locator("footer .btn").last.click()
    expect(page.locator(".om-session")).to_contain_text("已填写的内容仍在本页")
    expect(page.get_by_role("button", name="在新标签页登录")).to_be_visible()
    expect(dialog.locator("textarea")).to_have_value(TYPED)
    shared_served.sign_in(page.context, shared_served.logins[Role.OFFICE], "zh")
    finish(page, dialog, "待受理")
    expect(page.locator(".om-session")).to_have_count(0)
    dialog = begin(page, "press")
    dialog.locator("textarea").fill(TYPED)
    page.context.clear_cookies()
    dialog.locator("footer .btn").last.click()
    expect(page.locator(".om-session")).to_contain_text("已填写的内容仍在本页")
    dialog.get_by_role("button", name="取消").click()
    dialog.get_by_role("button", name="放弃").click()
    page.wait_for_url("**/sign-in?next=*")


def test_a_page_acts_for_no_account_that_signed_in_after_it_was_opened(
    desk: Desk, shared_served: Served, photo: Photos, refusals: list[str]
) -> None:
    refusals += ["412 (Precondition Failed)", *HOW_DASH_TELLS_IT]
    address = send_report(shared_served, photo(82), "岸边又来一堆建筑垃圾。")
    page = desk(Role.OFFICE, address)
    dialog = begin(page, "press")
    typed = "本页的话，不是别人的话。"
    dialog.locator("textarea").fill(typed)
    shared_served.sign_in(page.context, shared_served.logins[Role.CHIEF], "zh")
    dialog.locator("footer .btn").last.click()
    expect(dialog.locator(".pd-refused")).to_contain_text("本页由另一账号打开")
    expect(page.locator(".om-session")).to_contain_text("本浏览器已改由另一账号登录")
    expect(dialog.locator("textarea")).to_have_value(typed)
    page.reload()
    expect(page.locator(".pb-story > li")).to_have_count(1)


def send_unanswered(page: Page) -> list[Route]:
    """Sends the new account; nine seconds later the page says that no answer came, as is true."""
    unanswered: list[Route] = []

    def hold(route: Route) -> None:
        unanswered.append(route)

    page.route("**/_dash-update-component*", hold)
    page.clock.install()
    page.get_by_role("dialog").get_by_role("button", name="创建账号").click()
    page.clock.fast_forward(9000)
    expect(page.locator(".om-session")).to_contain_text("服务器暂未答复")
    return unanswered


def test_the_line_of_a_session_is_in_reach_of_the_keyboard_and_stays_while_it_is_true(
    desk: Desk, shared_served: Served, refusals: list[str]
) -> None:
    refusals += ["401 (Unauthorized)", "412 (Precondition Failed)", "ERR_INTERNET_DISCONNECTED"]
    refusals += ["403 (Forbidden)", *HOW_DASH_TELLS_IT]
    page = desk(Role.ADMINISTRATOR, "/accounts")
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="新建账号").click()
    dialog, line = page.get_by_role("dialog"), page.locator(".om-session")
    page.locator("#accounts-new-name").fill("上游新人")
    unanswered = send_unanswered(page)
    page.unroute("**/_dash-update-component*")
    page.context.clear_cookies()
    for route in unanswered:
        route.continue_()
    expect(dialog.locator(".om-session")).to_contain_text("已填写的内容仍在本页")
    page.locator("#accounts-new-name").focus()
    for _time in range(12):
        page.keyboard.press("Tab")
        if line.locator(":focus").count():
            break
    expect(line.get_by_role("button")).to_be_focused()

    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(line).to_contain_text("登录已失效")
    shared_served.sign_in(page.context, shared_served.logins[Role.OFFICE], "zh")
    until_in_page(page, LOOKED_AT, "另一账号")  # the network may be back a moment later than said
    line.get_by_role("button").click()  # and stays, asked by the browser
    expect(line).to_contain_text("另一账号")
    expect(page.locator("#accounts-new-name")).to_have_value("上游新人")
    dialog.get_by_role("button", name="取消").click()
    dialog.get_by_role("button", name="放弃").click()
    expect(dialog).to_have_count(0)
    # The page says it still, unless it asked for something meanwhile and gave way to the other's.
    line_stays = page.locator("body > .om-session").filter(has_text="另一账号")
    others_page = page.get_by_role("heading", name="您的账号无权查看此页面")
    expect(line_stays.or_(others_page)).to_be_visible()


def test_that_no_answer_came_is_said_only_while_what_was_sent_is_still_there(desk: Desk) -> None:
    page = desk(Role.ADMINISTRATOR, "/accounts")
    page.get_by_role("button", name="新建账号").click()
    dialog, line = page.get_by_role("dialog"), page.locator(".om-session")
    page.locator("#accounts-new-name").fill("上游新人")
    unanswered = send_unanswered(page)
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="放弃").click()
    expect(dialog).to_have_count(0)
    expect(line).to_have_count(0)
    page.unroute("**/_dash-update-component*")
    for route in unanswered:
        route.continue_()
