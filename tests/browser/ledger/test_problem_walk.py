"""A problem's whole way in Chromium with four accounts, and what stops a step on it."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from data.vocabulary import Role
from problem_ledger.record.verify import verify_problem
from tests.fixtures.desks import LAT, LON, Desk, Photos, begin, finish, send_report
from tests.fixtures.served import Served
from tests.running.pages import until_in_page


def report(page: Page, photo: Path) -> str:
    """The form filled in and sent, its window closed; the address of the new problem."""
    page.get_by_role("button", name=re.compile("^河岸")).click()
    page.get_by_text("建筑垃圾堆放", exact=True).click()
    page.set_input_files(".pd-file", photo)
    expect(page.locator(".pd-photo.kept")).to_have_count(1)
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K16+")
    page.fill("#rp-description", "河岸堆放建筑垃圾约 12 m³。")
    page.locator(".rp-submit").click()
    expect(page.locator(".rp-done")).to_contain_text("问题已登记")
    address = page.get_by_role("link", name="查看问题").get_attribute("href")
    assert address
    page.context.close()
    return address


def mark_on_the_map(page: Page) -> None:
    """The one map's button is pressed, then the place; the form opens with it."""
    until_in_page(page, "() => window.onemap?.ready && window.onemap.map.loaded()")
    page.locator("[data-map-action=report]").click()
    x, y = page.evaluate(
        "([lon, lat]) => { const { map } = window.onemap;"
        " map.jumpTo({center: [lon, lat], zoom: 13});"
        " const at = map.project([lon, lat]), box = map.getCanvas().getBoundingClientRect();"
        " return [box.x + at.x, box.y + at.y]; }",
        [LON, LAT],
    )
    page.mouse.click(x, y)
    page.wait_for_url("**/ledger/report?*")


def explain(dialog: Locator, sentence: str) -> None:
    """The photo taken elsewhere is shown as doubtful; only a sentence lets the step go on."""
    doubts = dialog.locator(".pd-checks .doubtful")
    expect(doubts).to_have_count(2)
    expect(doubts.filter(has_text="两张照片相距").locator(".v")).to_have_text("75 km")
    place = doubts.filter(has_text="与问题位置相距")
    expect(place.locator(".v")).to_have_text("75 km，不在本地拍摄")
    expect(doubts.get_by_role("img", name="存疑")).to_have_count(2)
    expect(dialog.locator("footer .btn").last).to_contain_text("仍予")
    dialog.locator("footer .btn").last.click()
    field = dialog.locator("[data-field=explanation]")
    expect(field.locator(".pd-wrong")).to_be_visible()
    field.locator("textarea").fill(sentence)


def submit(page: Page, photo: Path, words: str) -> None:
    dialog = begin(page, "submit")
    dialog.locator(".pd-file").set_input_files(photo)
    expect(dialog.locator(".pd-photo.kept")).to_have_count(1)
    dialog.locator("textarea").fill(words)
    finish(page, dialog, "待复核")


def test_four_accounts_take_a_problem_from_its_report_to_its_sign_off(
    desk: Desk, shared_served: Served, photo: Photos
) -> None:
    reporter = desk(Role.PATROLLER, "/")
    mark_on_the_map(reporter)
    address = report(reporter, photo(1))
    office = desk(Role.OFFICE, address)
    dialog = begin(office, "accept")
    dialog.get_by_text("较严重", exact=True).click()
    finish(office, dialog, "待交办")
    dialog = begin(office, "assign")
    dialog.get_by_role("combobox").click()
    dialog.get_by_role("option", name="上游镇水利站").click()
    expect(dialog).to_contain_text("30 个工作日")
    dialog.locator("[data-field=requirement] textarea").fill("清运垃圾，恢复岸坡。")
    finish(office, dialog, "待签收")
    office.context.close()

    unit = desk(Role.UNIT_MEMBER, address)
    expect(unit.locator(".pb-who")).to_contain_text("责任单位（上游镇水利站）")
    finish(unit, begin(unit, "sign_for"), "整改中")
    submit(unit, photo(2), "已清运 6 m³。")
    expect(unit.locator(".pb-bar .btn.p")).to_have_count(0)

    checker = desk(Role.PATROLLER, address)
    expect(checker.locator(".pb-who")).to_contain_text("与责任单位无隶属关系")
    dialog = begin(checker, "return")
    dialog.locator("textarea").fill("岸坡仍有残留。")
    finish(checker, dialog, "退回")
    expect(unit.locator(".pb-stat")).to_have_text("退回")
    submit(unit, photo(3, away_deg=0.8), "已全部清运，岸坡复绿。")
    unit.context.close()
    expect(checker.locator(".pb-stat")).to_have_text("待复核")
    dialog = begin(checker, "verify")
    dialog.locator(".pd-file").set_input_files(photo(4))
    expect(dialog.locator(".pd-photo.kept")).to_have_count(1)
    dialog.locator("footer .btn").last.click()
    expect(dialog.locator(".pd-wrong", has_text="请给出位置。")).to_be_visible()
    dialog.get_by_role("button", name="使用本机定位").click()
    expect(dialog.locator(".pd-said")).to_contain_text("精度 ±6 m")
    explain(dialog, "手机定位漂移，现场已核实。")
    finish(checker, dialog, "待销号")
    checker.context.close()

    chief = desk(Role.CHIEF, address)
    dialog = begin(chief, "sign_off")
    expect(dialog.locator(".pd-checks .missing")).to_have_count(0)
    dialog.locator("textarea").first.fill("现场已恢复，同意销号。")
    explain(dialog, "照片定位有误，同意。")
    finish(chief, dialog, "已销号")
    expect(chief.locator(".pb-story")).to_contain_text("对存疑项的说明：手机定位漂移，现场已核实。")
    told = chief.locator(".pb-story li b").all_inner_texts()
    assert told == ["销号", "现场复核通过", "申请销号", "退回整改", "申请销号", "签收", "交办",
                    "受理", "登记"]  # fmt: skip
    expect(chief.locator(".pb-told .tag.gr")).to_have_text("存证链完整")
    with shared_served.database.app.connect() as connection:
        assert verify_problem(connection, int(address.rpartition("/")[2])).intact
    with chief.context.expect_page() as opened:
        chief.get_by_role("link", name="销号单").click()
    opened.value.close()


def test_a_reader_without_a_step_reads_whose_turn_it_is(
    desk: Desk, shared_served: Served, photo: Photos
) -> None:
    address = send_report(shared_served, photo(21), "第三处。")
    auditor = desk(Role.AUDITOR, address)
    expect(auditor.locator(".pb-who")).to_have_text("待河长办受理")
    expect(auditor.locator(".pb-bar .btn")).to_have_count(0)
    there = re.compile(rf"^/#map=14/[\d.]+/[\d.]+&sel=problem:{address.rpartition('/')[2]}$")
    expect(auditor.locator(".pb-whole")).to_have_attribute("href", there)
    english = desk(Role.AUDITOR, address, language="en", width=390)
    expect(english.locator(".pb-who")).to_have_text("Waiting for the chief office to accept it")
    wide = english.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_a_problem_that_may_not_be_known_is_not_told(desk: Desk, shared_served: Served) -> None:
    with shared_served.database.app.connect() as connection:
        beyond = connection.execute(
            text("SELECT coalesce(max(id), 0) + 1000 FROM problem")
        ).scalar()
    page = desk(Role.AUDITOR, f"/ledger/{beyond}")
    expect(page.get_by_text("您的账号无权查看该问题")).to_be_visible()
    for number in ("x", "9" * 30):
        page.goto(f"{shared_served.url}/ledger/{number}")
        expect(page.get_by_text("您的账号无权查看该问题")).to_be_visible()


def test_a_report_tells_what_it_lacks_and_takes_a_typed_chainage(
    desk: Desk, photo: Photos, refusals: list[str]
) -> None:
    refusals.append("400 (Bad Request)")
    page = desk(Role.PATROLLER, "/ledger/report", width=390)
    submit_button = page.locator(".rp-submit")
    submit_button.click()
    expect(page.locator(".pd-refused")).to_have_text("请选择问题类别。")
    page.get_by_role("button", name=re.compile("^排污口")).click()
    submit_button.click()
    expect(page.locator(".pd-refused")).to_have_text("请给出位置。")
    page.get_by_text("输入桩号或坐标").click()
    page.get_by_label("桩号，如 K12+350").fill("K5+5x")
    page.locator(".rp-line").first.get_by_role("button", name="定位").click()
    expect(page.locator(".rp-preview .bad")).to_contain_text("K12+350")
    page.get_by_label("桩号，如 K12+350").fill("K5+545")
    page.locator(".rp-line").first.get_by_role("button", name="定位").click()
    expect(page.locator(".rp-form .rp-placed")).to_contain_text("清河 K5+545")
    text_file = photo(31).with_suffix(".txt")
    text_file.write_text("not a photo")
    page.set_input_files(".pd-file", text_file)
    expect(page.locator(".pd-photo.bad")).to_contain_text("JPEG")
    page.get_by_role("button", name="移除").click()
    page.fill("#rp-description", "晴天仍有污水流出。")
    submit_button.click()
    expect(page.locator(".rp-done")).to_contain_text("问题已登记")
