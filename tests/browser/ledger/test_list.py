"""The ledger's list in Chromium: tabs, filters, orders, views, a press, cards, live changes."""

import re

from playwright.sync_api import expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.ledger_list import COUNT, OpenList, held, number, rows
from tests.fixtures.served import Served
from tests.made.ledger.acts import report
from tests.running.pages import PATIENCE_S
from tests.running.waiting import shared, until

AT_ROW = "() => document.activeElement?.closest('.ag-row')?.getAttribute('row-index')"


def test_tabs_and_filters_live_in_the_address(open_list: OpenList, filled_ledger: Served) -> None:
    page = open_list()
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name=re.compile("^逾期")).click()
    expect(page).to_have_url(re.compile(r"/ledger\?view=overdue$"))
    expect(page.locator(".lg-grid .lt:not(.r)")).to_have_count(0)
    overdue = held(
        filled_ledger,
        "SELECT count(*) FROM problem WHERE due_at <= now()"
        " AND status NOT IN ('refused', 'signed_off', 'archived')",
    )[0]
    expect(page.locator("#ledger-found")).to_have_text(f"共 {overdue} 件")
    expect(page.locator("#ledger-count-overdue")).to_have_text(str(overdue))
    page.get_by_role("button", name="严重程度").click()
    page.get_by_role("checkbox", name="重大", exact=True).check()
    page.get_by_role("checkbox", name="一般", exact=True).check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"view=overdue&severity=major&severity=general$"))
    expect(page.locator("#ledger-label-severity")).to_have_text("严重程度：重大等 2 项")
    expect(page.locator("#ledger-export")).to_have_attribute("href", re.compile("severity=general"))
    page.reload()
    expect(page.locator("#ledger-label-severity")).to_have_text("严重程度：重大等 2 项")
    words = page.locator('.lg-grid .ag-row:has(.lg-number) [col-id="severity"]')
    expect(words.first).to_be_visible()
    assert {word.strip() for word in words.all_inner_texts()} <= {"重大", "一般"}
    page.get_by_role("button", name="清除严重程度").click()
    expect(page).to_have_url(re.compile(r"/ledger\?view=overdue$"))
    expect(page.locator("#ledger-found")).to_have_text(f"共 {overdue} 件")


def test_rows_come_as_they_are_scrolled_to_in_the_order_of_the_heading(open_list: OpenList) -> None:
    page = open_list("?view=all")
    page.locator('.ag-header-cell[col-id="number"]').click()
    expect(page).to_have_url(re.compile(r"view=all&sort=number$"))
    expect(page.locator('.ag-row[row-index="0"] .lg-number')).to_have_text("419999-2026-00001")
    page.locator('.ag-header-cell[col-id="number"]').click()
    expect(page).to_have_url(re.compile(r"sort=-number$"))
    expect(page.locator('.ag-row[row-index="0"] .lg-number')).to_have_text(
        f"419999-2026-{COUNT:05}"
    )
    page.evaluate("dash_ag_grid.getApi('ledger-grid').ensureIndexVisible(110, 'top')")
    assert number(page, 112) == f"419999-2026-{COUNT - 112:05}"
    page.reload()
    assert number(page, 0) == f"419999-2026-{COUNT:05}"


def test_a_row_leads_to_its_problem_and_tells_the_next_step(
    open_list: OpenList, filled_ledger: Served
) -> None:
    page = open_list("?view=waiting&status=registered")
    row = page.locator('.ag-row[row-index="0"]')
    expect(row.locator(".lg-acts .btn")).to_be_hidden()
    row.hover()
    expect(row.locator(".lg-acts .btn")).to_have_text("受理")
    name = number(page, 0)
    found = held(filled_ledger, f"SELECT id FROM problem WHERE number = '{name}'")[0]
    expect(row.locator(".lg-number")).to_have_attribute("href", f"/ledger/{found}")
    expect(row.locator(".lg-acts .btn")).to_have_attribute("href", f"/ledger/{found}#accept")


def test_a_link_opens_the_step_it_names(open_list: OpenList, filled_ledger: Served) -> None:
    problem = report(filled_ledger.office)
    page = open_list("?view=waiting&q=" + problem.number)
    page.locator('.ag-row[row-index="0"]').hover()
    page.locator('.ag-row[row-index="0"] .lg-acts .btn').click()
    expect(page.get_by_role("dialog")).to_contain_text("受理")
    expect(page).to_have_url(re.compile(rf"/ledger/{problem.problem_id}$"))


def test_a_view_is_saved_opened_and_removed(open_list: OpenList) -> None:
    page = open_list("?view=all&status=assigned")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="保存当前筛选").click()
    page.get_by_label("视图名称").fill("待签收的")
    page.get_by_role("button", name="保存", exact=True).click()
    saved = page.locator(".lg-saved", has_text="待签收的")
    expect(saved).to_be_visible()
    page.goto(page.url.partition("?")[0])
    saved.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"\?view=all&status=assigned$"))
    expect(page.locator("#ledger-label-status")).to_have_text("状态：待签收")
    saved.get_by_role("button", name="删除视图").click()
    expect(saved).to_have_count(0)


def test_nothing_found_says_so_and_leads_on(open_list: OpenList) -> None:
    page = open_list("?q=没有这样的字&station=424242")
    empty = page.locator("#ledger-empty")
    expect(empty).to_contain_text("没有符合条件的问题")
    expect(page.get_by_text("测站：424242")).to_be_visible()
    empty.get_by_role("button", name="清除筛选").click()
    expect(page).to_have_url(re.compile(r"/ledger$"))
    expect(rows(page).first).to_be_visible()
    expect(empty).to_be_hidden()


def test_a_phone_shows_cards(open_list: OpenList) -> None:
    page = open_list("?view=all", role=Role.PATROLLER)
    page.set_viewport_size({"width": 390, "height": 844})
    cards = page.locator(".lg-card")
    expect(cards).to_have_count(20)
    expect(page.locator(".lg-rows")).to_be_hidden()
    expect(page.locator("#ledger-export")).to_be_hidden()
    page.get_by_role("button", name="再看一些").click()
    expect(cards).to_have_count(40)
    wide = page.evaluate("document.querySelector('.lg-page').scrollWidth")
    assert wide <= 390


def test_an_auditor_reads_in_english_and_reports_nothing(open_list: OpenList) -> None:
    page = open_list(role=Role.AUDITOR, language="en")
    expect(page.get_by_role("heading", name="Problem ledger")).to_be_visible()
    expect(page.locator(".ag-header")).to_contain_text("Responsible unit")
    expect(page.locator(".lg-grid .lt").first).to_contain_text(re.compile("working day|today"))
    expect(page.locator(".om-page > header").get_by_text("Report a problem")).to_have_count(0)
    page.locator('.ag-row[row-index="0"] input[type=checkbox]').check()
    expect(page.locator("#ledger-bulk-bar")).to_contain_text("no step in common")


def test_a_step_of_somebody_else_is_seen_without_a_reload(
    open_list: OpenList, filled_ledger: Served
) -> None:
    page = open_list("?view=all&sort=-number")
    name = number(page, 3)
    with filled_ledger.database.app.begin() as connection:
        connection.execute(
            text("UPDATE problem SET last_actor = '现场复查组' WHERE number = :name"),
            {"name": name},
        )
    expect(page.locator('.ag-row[row-index="3"] .lg-last')).to_contain_text("现场复查组")
    assert number(page, 3) == name


def test_a_row_opens_by_click_enter_and_middle_click_and_leads_to_the_next(
    open_list: OpenList, filled_ledger: Served
) -> None:
    made = [report(filled_ledger.office) for _problem in range(3)]
    query = "?view=all&" + "&".join(f"problem={each.problem_id}" for each in made) + "&sort=number"
    page = open_list(query)
    cell, shown = '.ag-row[row-index="{}"] [col-id="place"]'.format, page.locator(".pb-number")
    expect(page.locator(cell(0))).to_have_css("cursor", "pointer")
    with page.context.expect_page() as apart:
        page.locator(cell(0)).click(button="middle")
    expect(apart.value.locator(".pb-number")).to_have_text(made[0].number)
    apart.value.close()
    page.locator(cell(0)).click()
    expect(shown).to_have_text(made[0].number)
    expect(page.get_by_role("link", name="上一件")).to_have_count(0)
    page.get_by_role("link", name="下一件").click()
    expect(shown).to_have_text(made[1].number)
    page.locator(".pb-way").get_by_role("link", name="问题台账").click()
    expect(page).to_have_url(re.compile(re.escape(query) + "$"))

    def is_below() -> bool:  # news of the ledger may draw the grid anew
        page.locator(cell(1)).focus()
        page.keyboard.press("ArrowDown")
        return bool(page.evaluate(AT_ROW) == "2")

    until(is_below, patience_s=shared(PATIENCE_S))
    page.keyboard.press("Enter")
    expect(shown).to_have_text(made[2].number)


def test_marked_text_and_boxes_open_no_row(open_list: OpenList) -> None:
    page = open_list("?view=all&sort=number")
    expect(rows(page).first).to_be_visible()
    place = page.locator('.ag-row[row-index="0"] .lg-place').bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 4, place["y"] + 10)
    page.mouse.down()
    page.mouse.move(place["x"] + 90, place["y"] + 10, steps=4)
    page.mouse.up()
    assert page.evaluate("String(getSelection())").strip() != ""
    box = page.locator('.ag-row[row-index="2"] [col-id^="ag-Grid-Selection"]')
    box.click(position={"x": 2, "y": 2})
    expect(page).to_have_url(re.compile(r"/ledger\?view=all&sort=number$"))
    page.get_by_role("checkbox", name="选择已载入的问题（最多 50 件）").check()
    expect(page.locator("#ledger-bulk-bar")).to_contain_text("已选 50 件")
