"""Several problems of the ledger's list at once: chosen by boxes, pressed, assigned, exported."""

from playwright.sync_api import Page, Route, expect

from tests.fixtures.ledger_list import OpenList, held, number
from tests.fixtures.served import Served
from tests.running.pages import PATIENCE_S
from tests.running.waiting import shared, until

SHOWN_BOX = ".lg-grid .ag-row .ag-selection-checkbox:not(.ag-invisible, .ag-hidden)"


def begin(page: Page, step: str) -> None:
    """Choose the list's first two problems and press the button of a step for both."""
    bar = page.locator("#ledger-bulk-bar")
    for at in (0, 1):
        page.locator(f'.ag-row[row-index="{at}"] input[type=checkbox]').check()
        expect(bar).to_contain_text(f"已选 {at + 1} 件")
    bar.get_by_role("button", name=step, exact=True).click()


def test_a_row_that_is_still_on_its_way_has_no_box_to_tick(
    open_list: OpenList,
) -> None:
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held or "getRowsResponse" not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    page = open_list()
    page.route("**/_dash-update-component*", hold_first)
    page.reload()
    until(lambda: held or page.wait_for_timeout(25), patience_s=shared(PATIENCE_S))
    expect(page.locator(".lg-grid .ag-row").first).to_be_attached()
    expect(page.locator(SHOWN_BOX)).to_have_count(0)
    held[0].continue_()
    page.locator('.ag-row[row-index="0"] input[type=checkbox]').check()
    expect(page.locator("#ledger-bulk-bar")).to_contain_text("已选 1 件")
    expect(page.locator(SHOWN_BOX).first).to_be_visible()


def test_several_are_pressed_at_once(open_list: OpenList, filled_ledger: Served) -> None:
    page = open_list("?status=rectifying&sort=number")
    names = [number(page, at) for at in (0, 1)]
    begin(page, "督办")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("督办：2 件")
    dialog.get_by_role("textbox").fill("请加快清运")
    dialog.get_by_role("button", name="确认").click()
    expect(dialog).to_contain_text("督办：已办理 2 件。")
    told = held(
        filled_ledger,
        "SELECT number FROM problem JOIN problem_event event ON event.problem_id = problem.id"
        " WHERE event.action = 'press' AND convert_from(event.body, 'UTF8') LIKE '%请加快清运%'"
        " ORDER BY number",
    )
    assert told == names


def test_what_differs_in_its_steps_has_none_in_common(open_list: OpenList) -> None:
    page = open_list("?view=all&status=refused")
    page.locator('.ag-row[row-index="0"] input[type=checkbox]').check()
    bar = page.locator("#ledger-bulk-bar")
    expect(bar).to_contain_text("没有可批量办理的步骤")
    expect(bar.get_by_role("button", name="督办")).to_have_count(0)
    with page.expect_download() as download:
        bar.get_by_role("link", name="导出所选").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    bar.get_by_role("button", name="取消选择").click()
    expect(bar).to_be_hidden()


def test_several_are_accepted_and_assigned_to_one_unit(
    open_list: OpenList, filled_ledger: Served
) -> None:
    page = open_list("?view=all&status=registered&severity=general&sort=number")
    numbers = ", ".join(f"'{number(page, at)}'" for at in (0, 1))
    begin(page, "受理")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("各件沿用登记时的严重程度和类别。")
    dialog.get_by_role("button", name="确认").click()
    expect(dialog).to_contain_text("受理：已办理 2 件。")
    ids = held(filled_ledger, f"SELECT id FROM problem WHERE number IN ({numbers}) ORDER BY number")
    page = open_list("?view=all&sort=number&problem=" + "&problem=".join(map(str, ids)))
    begin(page, "交办")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="确认").click()
    expect(dialog).to_contain_text("请选择责任单位。")
    dialog.locator("#ledger-bulk-unit").click()
    page.get_by_role("option").first.click()
    dialog.get_by_role("textbox", name="整改要求").fill("七日内清运")
    dialog.get_by_role("button", name="确认").click()
    expect(dialog).to_contain_text("交办：已办理 2 件。")
    those = f"FROM problem WHERE number IN ({numbers}) AND status = 'assigned' AND due_at > now()"
    assert held(filled_ledger, f"SELECT DISTINCT requirement {those}") == ["七日内清运"]
    assert held(
        filled_ledger, f"SELECT count(*) {those} AND due_days > 0 AND due_rule <> 'set'"
    ) == [2]
