"""The office's page of stations in Chromium: found, added, moved, refused, in both languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.desks import Desk
from tests.fixtures.served import Served

Open = Callable[..., Page]


@pytest.fixture
def opened(desk: Desk) -> Open:
    """Opens the page for a role."""

    def made(role: Role = Role.OFFICE, language: str = "zh", query: str = "") -> Page:
        return desk(role, f"/stations{query}", language)

    return made


def box(page: Page, name: str) -> None:
    """The box stands ready; the form is open."""
    expect(page.locator(f"#stations-field-{name}")).to_be_visible()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#stations-field-{name}", value)


def test_a_station_is_added_where_the_preview_said(opened: Open, shared_served: Served) -> None:
    page = opened()
    page.get_by_role("button", name="新增测站").click()
    box(page, "name")
    expect(page.get_by_role("button", name="确认")).to_be_disabled()
    fill(page, name="新桥断面", code="XQ-01", lon="112.25", lat="32.55")
    preview = page.locator("#stations-preview")
    expect(preview).to_contain_text(re.compile(r"清河·下游镇段 距此 [\d,]+ m，最多允许 500 m"))
    expect(page.get_by_role("button", name="确认")).to_be_disabled()
    fill(page, lon="112.201")
    expect(preview).to_contain_text("清河 K27+7")
    expect(preview).to_contain_text("左岸，距河 94 m")
    expect(preview).to_contain_text("清河·下游镇段")
    page.locator("#stations-field-target").click()
    page.get_by_role("option", name="Ⅱ", exact=True).click()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("已添加 XQ-01")).to_be_visible()
    added = page.locator(".st-table tbody tr", has_text="XQ-01")
    expect(added).to_contain_text("清河 K27+7")
    expect(added).to_contain_text("Ⅱ")
    with shared_served.database.app.connect() as connection:
        target = connection.execute(
            text(
                "SELECT target_class FROM section JOIN station ON station.id = station_id"
                " WHERE code = 'XQ-01'"
            )
        ).scalar_one()
    assert target == 2


def test_the_kind_chooses_the_boxes(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="新增测站").click()
    box(page, "target")
    page.locator("#stations-kind-box").get_by_text("排污口").click()
    box(page, "grade")
    box(page, "permit")
    expect(page.locator("#stations-field-target")).to_be_hidden()
    page.locator("#stations-kind-box").get_by_text("取水口").click()
    box(page, "volume")
    expect(page.locator("#stations-field-grade")).to_be_hidden()
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#stations-field-volume")).to_be_hidden()


def test_a_change_by_somebody_else_is_told_and_loaded(opened: Open, shared_served: Served) -> None:
    page = opened()
    page.get_by_role("button", name="编辑：上游断面").click()
    box(page, "name")
    expect(page.locator("#stations-field-code")).not_to_be_editable()
    expect(page.locator("#stations-preview")).to_contain_text("K11+0")
    with shared_served.database.app.begin() as connection:
        connection.execute(
            text("UPDATE station SET version = version + 1, name = '上游桥' WHERE code = 'QH-01'")
        )
    fill(page, lat="32.69")
    expect(page.locator("#stations-preview")).to_contain_text("移动1,109 m")
    page.get_by_role("button", name="确认").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("您填写的内容已保留")
    expect(page.locator("#stations-field-lat")).to_have_value("32.69")
    page.get_by_role("button", name="载入最新内容").click()
    expect(page.locator("#stations-field-name")).to_have_value("上游桥")
    fill(page, lat="32.69")
    expect(page.locator("#stations-preview")).to_contain_text("移动1,109 m")
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("QH-01 移动了 1,109 m")).to_be_visible()


def test_the_filters_live_in_the_address(opened: Open) -> None:
    page = opened(query="?kind=outfall")
    rows = page.locator(".st-table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("PW-01")
    page.locator("#stations-kind").get_by_text("取水口").click()
    expect(rows).to_contain_text("QS-01")
    expect(page).to_have_url(re.compile(r"/stations\?kind=intake$"))
    page.fill("#stations-search", "没有的")
    page.get_by_role("button", name="清除筛选").click()
    expect(rows.first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/stations$"))


def test_a_row_opens_its_form_and_a_menu_leads_on(opened: Open, shared_served: Served) -> None:
    page = opened(query="?kind=intake")
    row = page.locator(".st-table tbody tr")
    row.get_by_role("button", name="更多").click()
    onward = page.get_by_role("menuitem", name="在一张图查看")
    here = f"/#sel=intake:{shared_served.basin.intake}"
    expect(onward).to_have_attribute("href", here)
    page.keyboard.press("Escape")
    row.locator(".st-place").click()
    expect(page.locator("#stations-field-code")).to_have_value("QS-01")


def test_a_click_on_the_map_places_a_new_station(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="新增测站").click()
    canvas = page.locator(".st-map .maplibregl-canvas")
    expect(canvas).to_be_visible()
    page.locator("#stations-field-crs").click()
    page.get_by_role("option", name="GCJ-02").click()
    canvas.click()
    expect(page.locator("#stations-field-lon")).to_have_value(re.compile(r"^112\.\d{6}$"))
    expect(page.locator("#stations-field-crs")).to_have_value("CGCS2000")
    expect(page.locator("#stations-preview")).to_contain_text(re.compile("距此|K\\d+"))
    page.locator("#stations-field-attribute").click()
    expect(page.get_by_role("option", name="国考")).to_be_visible()
    expect(page.get_by_role("option", name="其他")).to_be_visible()


def test_a_link_opens_the_form_of_one_station(opened: Open, shared_served: Served) -> None:
    page = opened(query=f"?edit={shared_served.basin.intake}")
    box(page, "volume")
    expect(page.locator("#stations-field-code")).to_have_value("QS-01")
    expect(page.locator("#stations-preview")).to_contain_text("右岸")


def test_others_find_no_page(shared_served: Served) -> None:
    with shared_served.client(shared_served.logins[Role.CHIEF]) as client:
        assert client.get("/stations", headers={"Accept": "text/html"}).status_code == 403


def test_the_form_speaks_english_and_fits_a_phone(opened: Open, context: BrowserContext) -> None:
    page = opened(language="en")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("window.onemapTheme.set('dark')")
    page.get_by_role("button", name="Edit 污水厂排口").click()
    box(page, "grade")
    expect(page.locator("#stations-preview")).to_contain_text("left bank")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    heights = page.eval_on_selector_all(
        ".st-foot .btn:not([hidden])", "all => all.map(each => each.offsetHeight)"
    )
    assert min(heights) >= 48
    page.keyboard.press("Escape")
    expect(page.locator("#stations-field-grade")).to_be_hidden()


FOREIGN = '{"t": 1777593600, "object": {"ph": 7.21, "nh3_ug": 480, "battery": 3.3}}'


def open_format(page: Page) -> None:
    """Opens the dialog of the form of the lower section's messages."""
    page.get_by_role("button", name="更多：下游断面").click()
    page.get_by_role("menuitem", name="报文格式").click()
    expect(page.locator("#stations-format-state")).to_be_visible()


def ask_for_what_was_cleared(page: Page) -> None:
    """A message that was fetched may go; a row that was cleared is asked about."""
    page.keyboard.press("Escape")
    open_format(page)
    page.get_by_role("button", name="取最近一条待处理消息").click()
    expect(page.locator("#stations-format-payload")).to_have_value(FOREIGN)
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#stations-format-state")).to_be_hidden()
    open_format(page)
    page.get_by_role("button", name="清空第 3 个指标").click()
    expect(page.get_by_label("路径 3", exact=True)).to_have_value("")
    page.get_by_role("button", name="取消").click()
    expect(page.locator(".om-leaving")).to_contain_text("尚未提交")


def test_a_foreign_message_is_mapped_tried_and_saved(opened: Open, shared_served: Served) -> None:
    with shared_served.database.ingest.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO quarantine (topic, payload, payload_sha256, reason, first_received_at,"
                " last_received_at, station_id, payload_length)"
                " SELECT 'onemap/v1/QH-02/reading', :payload, sha256(:payload), 'shape', now(),"
                " now(), id, length(:payload) FROM station WHERE code = 'QH-02'"
            ),
            {"payload": FOREIGN.encode()},
        )
    page = opened()
    open_format(page)
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#stations-format-state")).to_be_hidden()
    open_format(page)
    expect(page.locator("#stations-format-state")).to_contain_text("1 条消息待处理")
    expect(page.locator("#stations-format-rows")).to_be_hidden()
    page.locator("#stations-format-model").click()
    page.get_by_role("option", name="ChirpStack v4").click()
    expect(page.get_by_label("路径 1", exact=True)).to_have_value("object.temperature")
    page.get_by_role("button", name="清空第 1 个指标").click()
    page.get_by_label("路径 3", exact=True).fill("object.nh3_ug")
    page.get_by_label("指标与单位 3", exact=True).click()
    page.get_by_label("指标与单位 3", exact=True).fill("氨氮")
    page.get_by_role("option", name="氨氮 mg/L").click()
    page.get_by_role("button", name="增加指标").click()
    expect(page.get_by_label("路径 6", exact=True)).to_have_value("")
    page.get_by_role("button", name="取最近一条待处理消息").click()
    expect(page.locator("#stations-format-payload")).to_have_value(FOREIGN)
    page.get_by_role("button", name="试读", exact=True).click()
    result = page.locator("#stations-format-result")
    expect(result).to_contain_text("time 处没有时间")
    page.locator("#stations-format-time-path").fill("t")
    page.locator("#stations-format-time-format").click()
    page.get_by_role("option", name="自 1970 年起的秒数").click()
    page.get_by_label("系数 3", exact=True).fill("0.001")
    page.get_by_role("button", name="试读", exact=True).click()
    expect(result).to_contain_text("2026-05-01 08:00:00")
    expect(result).to_contain_text("氨氮0.48 mg/L")
    expect(result).to_contain_text("没有路径读取的数字：object.battery")
    expect(result).to_contain_text("消息中没有：object.conductivity, object.turbidity")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("请用其他代码另存")
    page.locator("#stations-format-code").fill("acme-1")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#stations-format-saved")).to_contain_text("已新增设备型号 acme-1")
    page.get_by_role("button", name="补收待处理消息").click()
    expect(page.locator("#stations-format-replayed")).to_contain_text("半分钟内完成补收")
    with shared_served.database.app.connect() as connection:
        kept = connection.execute(
            text(
                "SELECT m.code, count(r.id) FROM station s"
                " JOIN device_model m ON m.id = s.device_model_id"
                " LEFT JOIN replay_request r ON r.station_id = s.id"
                " WHERE s.code = 'QH-02' GROUP BY m.code"
            )
        ).one()
    assert tuple(kept) == ("acme-1", 1)
    ask_for_what_was_cleared(page)
