"""A unit asks for more time in Chromium on a phone, and the office answers."""

from playwright.sync_api import expect

from data.vocabulary import Role
from tests.fixtures.desks import Desk, Photos, begin, finish, send_report
from tests.fixtures.served import Served


def test_a_unit_asks_on_its_phone_for_more_time_and_the_office_grants_it(
    desk: Desk, shared_served: Served, photo: Photos
) -> None:
    address = send_report(shared_served, photo(41), "第四处。")
    office = desk(Role.OFFICE, address)
    finish(office, begin(office, "accept"), "待交办")
    dialog = begin(office, "assign")
    dialog.get_by_role("combobox").click()
    dialog.get_by_role("option", name="上游镇水利站").click()
    dialog.locator("[data-field=requirement] textarea").fill("清运。")
    finish(office, dialog, "待签收")
    expect(office.locator(".pb-bar [data-problem-act=extend]")).to_have_count(0)

    unit = desk(Role.UNIT_MEMBER, address, width=390)
    finish(unit, begin(unit, "sign_for"), "整改中")
    expect(unit.locator(".pb-page h1")).to_be_focused()
    dialog = begin(unit, "ask_extension")
    expect(dialog).to_contain_text("最多延期 2 次，每次不超过 15 个工作日；已延期 0 次")
    day = dialog.locator("input[type=date]")
    asked, least, most = (day.evaluate(f"one => one.{name}") for name in ("value", "min", "max"))
    assert least <= asked < most
    dialog.locator("footer .btn").last.click()
    expect(dialog.locator(".pd-wrong").first).to_be_visible()
    dialog.locator("textarea").fill("连续降雨，机械无法进场。")
    dialog.locator(".pd-file").set_input_files(photo(42))
    expect(dialog.locator(".pd-photo.kept")).to_have_count(1)
    finish(unit, dialog, "整改中")
    waits = f"上游镇水利站申请延期至 {asked}理由：连续降雨，机械无法进场。"
    expect(unit.locator(".pb-asked")).to_contain_text(waits)
    assert unit.evaluate("document.documentElement.scrollWidth") <= 390

    expect(office.locator(".pb-asked")).to_contain_text(waits)
    expect(office.locator(".pb-who")).to_contain_text("延期批准人")
    as_the_list_tells_it(desk, asked)
    dialog = begin(office, "refuse_extension")
    expect(dialog.locator(".pd-basis")).to_contain_text("连续降雨，机械无法进场。")
    expect(dialog.locator(".pd-basis .pd-seen img")).to_have_count(1)
    office.keyboard.press("Escape")
    dialog = begin(office, "extend")
    expect(dialog.locator(".pd-basis")).to_contain_text("上游镇水利站 申请延期")
    expect(dialog.locator(".pd-basis")).to_contain_text(f"申请延至 {asked}")
    expect(dialog.locator(".pd-basis")).to_contain_text("连续降雨，机械无法进场。")
    dialog.locator(".pd-seen").click()
    expect(office.locator("dialog.pg img")).to_be_visible()
    office.go_back()
    expect(office.locator("dialog.pg")).to_have_count(0)
    expect(dialog.locator("input[type=date]")).to_have_value(asked)
    finish(office, dialog, "整改中")
    expect(office.locator(".pb-asked")).to_have_count(0)
    expect(office.locator(".pb-sup")).to_contain_text("已延期 1 次")
    expect(office.locator(".pb-story li b").first).to_have_text("批准延期")
    expect(unit.locator(".pb-asked")).to_have_count(0)


def as_the_list_tells_it(desk: Desk, asked: str) -> None:
    """The office reads day and reason in the list, on a phone on the card, its tab in view."""
    wide = desk(Role.OFFICE, "/ledger")
    expect(wide.locator('.ag-header-cell[col-id="asked"]')).to_have_count(0)
    wide.get_by_role("button", name="申请延期").click()
    cell = wide.locator('.ag-row [col-id="asked"]')
    expect(cell).to_have_text(f"申请延至 {asked}连续降雨，机械无法进场。")
    phone = desk(Role.OFFICE, "/ledger?view=extension", width=390)
    expect(phone.locator(".lg-card .lg-asks")).to_have_text(
        f"申请延至 {asked}连续降雨，机械无法进场。"
    )
    expect(phone.locator(".lg-tablist > .on")).to_be_in_viewport(ratio=1)
