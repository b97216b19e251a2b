"""The drawers in Chromium: opened by a click on a symbol, read, charted, exported, closed."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from data.clock import UtcDatetime, now
from data.vocabulary import Role
from tests.fixtures.map import MapPage
from tests.fixtures.served import Served
from tests.made.readings.courses import CLEAN, hours_before, take_in, wave
from tests.made.readings.messages import message

MapOf = Callable[..., MapPage]


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Served:
    """A week of readings at two sections and an outfall with a permit, and two chiefs."""
    basin, database, end = shared_served.basin, shared_served.database, now()
    take_in(database.ingest, wave("QH-01", hours_before(end, 42)), end)
    stale = UtcDatetime(end - timedelta(hours=33))
    take_in(database.ingest, [message("JH-01", stale, CLEAN)], stale)
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outfall_limit (station_id, parameter, upper, basis, valid_from)"
                " VALUES (:id, 'cod', 50, '排污许可证', '2025-01-01')"
            ),
            {"id": basin.outfall},
        )
        person = connection.execute(
            text("INSERT INTO person (name, phone) VALUES ('甲', '000-1234') RETURNING id")
        ).scalar_one()
        connection.execute(
            text(
                "INSERT INTO responsibility (person_id, level, reach_id, valid_from)"
                " VALUES (:person, 'county', :reach, '2025-01-01')"
            ),
            {"person": person, "reach": basin.reach_up},
        )
    sewage = [message("PW-01", at, {"cod": 60.0, "flow": 0.05}) for at in hours_before(end, 25, 1)]
    take_in(database.ingest, sewage, end)
    return shared_served


def chart(opened: MapPage, place: str) -> Any:
    """What plotly has drawn there."""
    node = f"[id*='drawer-chart-graph'][id*='/{place}'] .js-plotly-plot"
    opened.until(f'document.querySelector("{node}")?.data?.[0]?.x?.length > 1')
    return opened.page.evaluate(
        f'() => {{ const plot = document.querySelector("{node}");'
        "return {points: plot.data[0].x.length, ink: plot.data[0].line.color,"
        "range: plot.layout.xaxis.range, shapes: plot.layout.shapes.length}; }"
    )


def test_a_click_on_a_section_opens_it(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled, Role.OFFICE)
    opened.open("/#map=11/32.65/112.2")
    at = opened.tell("const at = map.project([112.2, 32.7]); return [at.x, at.y]")
    box = opened.page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    drawer = opened.page.locator(".dw")
    expect(drawer.get_by_role("heading", level=2)).to_have_text("上游断面")
    head = drawer.locator(".dw-head")
    expect(head).to_contain_text("监测断面 · 清河 K11+090")
    expect(head).to_contain_text("默认目标 Ⅲ · 未达标")
    expect(head.locator(".dw-say b")).to_contain_text("倍（氨氮）")
    expect(head).to_contain_text("仅供参考")
    decides = drawer.locator("tr.dw-decides")
    expect(decides).to_have_count(1)
    expect(decides).to_contain_text("定类")
    expect(drawer.locator(".dw-aux").first).to_contain_text("mg/L 不参评")
    expect(drawer.locator(".dw-call").first).to_have_attribute("href", "tel:0001234")
    assert chart(opened, "now")["points"] == 42
    opened.page.keyboard.press("Escape")
    assert opened.page.is_hidden("#one-map-drawer-frame")
    assert opened.wrongs == []


def test_zooming_reads_the_part_and_the_dark_repaints(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open(f"/#sel=section:{filled.basin.section_up}")
    expect(opened.page.locator(".dw-who").first).to_be_visible()
    expect(opened.page.locator(".dw-call")).to_have_count(0)  # the auditor reads no telephone
    opened.page.get_by_role("tab", name="趋势").click()
    whole = chart(opened, "trend")
    assert whole["shapes"] == 11  # five bands, five strips, one limit
    plot = opened.page.locator("[id*='drawer-chart-plot'][id*='/trend']")
    expect(plot).to_have_attribute("aria-label", "上游断面 氨氮: " + _spoken(filled))
    shown = "document.querySelector(\"[id*='drawer-chart-graph'][id*='/trend'] .js-plotly-plot\")"
    opened.until(f"{shown}._fullLayout.width === {shown}.clientWidth")
    surface = plot.locator(".nsewdrag")
    drag = surface.bounding_box()
    assert drag is not None
    middle = {"x": drag["width"] * 0.5, "y": drag["height"] / 2}
    surface.hover(position=middle)  # waits until the charts around it have stopped moving it
    drag = surface.bounding_box()
    assert drag is not None
    with opened.page.expect_response("**/_dash-update-component*") as answer:
        opened.page.mouse.down()
        y = drag["y"] + drag["height"] / 2
        opened.page.mouse.move(drag["x"] + drag["width"] * 0.9, y, steps=4)
        opened.page.mouse.up()
    assert "drawer-chart-figure" in answer.value.text()
    opened.until(
        "document.querySelector(\"[id*='drawer-chart-graph'][id*='/trend'] .js-plotly-plot\")"
        f".data[0].x.length < {whole['points'] - 10}"
    )
    part = chart(opened, "trend")
    assert whole["range"][0] < part["range"][0] < part["range"][1] < whole["range"][1]
    opened.page.click("[data-theme-switch]")
    opened.until(
        "document.querySelector(\"[id*='drawer-chart-graph'][id*='/trend'] .js-plotly-plot\")"
        ".data[0].line.color.toLowerCase() === '#e7ebf1'"
    )
    assert part["ink"].lower() == "#18202e"
    assert opened.wrongs == []


def _spoken(served: Served) -> str:
    with served.database.app.connect() as connection:
        count, low, high, mean = connection.execute(
            text(
                "SELECT count(*), min(ammonia_nitrogen_mgl), max(ammonia_nitrogen_mgl),"
                " avg(ammonia_nitrogen_mgl) FROM reading WHERE station_id = :id"
            ),
            {"id": served.basin.section_up},
        ).one()
    told = f"共 {count} 个监测值，最低 {low:.3f}，最高 {high:.3f} mg/L"
    return f"{told} · 均值 {mean:.3f} mg/L · n = {count} · 有效 100%"


def test_csv_and_picture_are_saved_and_the_export_is_logged(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.open(f"/#sel=section:{filled.basin.section_up}")
    chart(opened, "now")
    with opened.page.expect_download() as saved:
        opened.page.get_by_role("link", name="导出 CSV").first.click()
    rows = list(csv.reader(StringIO(saved.value.path().read_text("utf-8-sig"))))
    assert rows[0][:4] == ["测站", "编码", "时间（北京时间）", "氨氮 (mg/L)"]
    assert rows[0][4:7] == ["低于检出限", "标记", "采用值"]
    assert rows[0][7:] == ["审核结论", "审核人", "审核时间（北京）", "审核理由"]
    assert len(rows) == 43
    with opened.page.expect_download() as picture:
        opened.page.get_by_role("button", name="保存图片 PNG").first.click()
    assert picture.value.suggested_filename == "QH-01-nh3n.png"
    assert picture.value.path().read_bytes()[:4] == b"\x89PNG"
    with filled.database.owner.connect() as connection:
        logged = connection.execute(
            text("SELECT object, detail ->> 'rows' FROM access_log WHERE action = 'export'")
        ).all()
    assert [tuple(row) for row in logged] == [("QH-01 nh3n", "42")]


def test_a_new_reading_shows_without_closing_anything(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open(f"/#sel=section:{filled.basin.section_down}")
    expect(opened.page.locator(".dw-say b")).to_have_text("尚无数据")
    opened.page.get_by_role("tab", name="档案").click()
    opened.until("window.onemap.app.live.source?.readyState === 1")
    end = now()
    take_in(filled.database.ingest, [message("QH-02", end, {**CLEAN, "tp": 0.26})], end)
    expect(opened.page.locator(".dw-say b")).to_have_text("超标 0.3 倍（总磷）", timeout=30_000)
    expect(opened.page.get_by_role("tab", name="档案")).to_have_attribute("aria-selected", "true")


def test_outfall_lake_and_reach_tell_their_finding(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    basin = filled.basin
    opened.open(f"/#sel=outfall:{basin.outfall}")
    drawer = opened.page.locator(".dw")
    expect(drawer.locator(".dw-say b")).to_have_text("超标 0.2 倍（化学需氧量）")
    expect(drawer).to_contain_text("排污许可证")
    expect(drawer).to_contain_text("259 kg")
    expect(drawer).to_contain_text("近 24 小时有效覆盖 100%")
    drawer.get_by_role("button", name="清河·下游镇段").click()
    expect(drawer.get_by_role("heading", level=2)).to_have_text("清河·下游镇段")
    opened.until(f"location.hash.includes('sel=reach:{basin.reach_down}')")
    expect(drawer).to_contain_text("K22+180–K44+360")
    drawer.get_by_role("button", name="污水厂排口").click()
    expect(drawer.get_by_role("heading", level=2)).to_have_text("污水厂排口")
    thing = json.dumps({"kind": "section", "id": basin.section_lake})
    opened.page.evaluate(
        f"() => window.dash_clientside.set_props('one-map-selection', {{data: {thing}}})"
    )
    expect(drawer.locator(".dw-say b")).to_have_text("设备离线 33 小时")
    expect(drawer.locator(".dw-say")).to_contain_text("最近一次 Ⅳ")
    assert opened.wrongs == []


def test_by_keyboard_the_drawer_takes_the_focus_and_gives_it_back(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.open_drawer("QH-01")
    page = opened.page
    page.keyboard.press("Tab")
    expect(page.locator(".dw [role=tab]").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="趋势")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".maplibregl-canvas")).to_be_focused()


def test_by_keyboard_the_drawer_gives_the_focus_back_to_the_row_that_opened_it(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    page.click("[data-map-action=list]")
    row = page.locator(f"#one-map-list-rows button[data-id='{filled.basin.section_lake}']")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".dw h2")).to_be_focused()
    expect(page.locator(".dw-plot.drawn").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    assert opened.wrongs == []


def test_a_phone_shows_large_values_in_english(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled, Role.CHIEF, "en")
    opened.open(f"/#sel=section:{filled.basin.section_up}", phone=True)
    tiles = opened.page.locator(".dw-tile")
    expect(tiles).to_have_count(4)
    expect(tiles.first).to_contain_text("Ammonia nitrogen")
    expect(tiles.first).to_be_visible()
    small = opened.page.evaluate(
        "() => [...document.querySelectorAll('.dw button, .dw a')].filter((each) =>"
        " each.offsetParent && each.getBoundingClientRect().height < 44)"
        ".map((each) => each.outerHTML.slice(0, 80))"
    )
    assert small == []
    assert opened.page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_what_may_not_be_seen_is_not_found(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open("/#sel=section:987654")
    drawer = opened.page.locator(".dw")
    expect(drawer.get_by_role("alert")).to_contain_text("没有这个测站")
    drawer.get_by_role("button", name="关闭").click()
    assert opened.page.is_hidden("#one-map-drawer-frame")
    with filled.client(filled.logins[Role.NEIGHBOUR]) as neighbour:
        number = filled.basin.section_up
        for tail in ("", "/series?parameter=nh3n", "/series.csv?parameter=nh3n"):
            assert neighbour.get(f"/api/v1/stations/{number}{tail}").status_code == 404
    with filled.client(filled.logins[Role.AUDITOR]) as auditor:
        course = auditor.get(f"/api/v1/stations/{number}/series?parameter=nh3n&points=20").json()
        assert course["measured_count"] == 42
        assert len(course["points"]) == 20
        assert auditor.get(f"/api/v1/stations/{number}").json()["latest"]["ph"]["flag"] == "N"
        wrong = {"parameter": "nh3n", "from": "2026-05-01T00:00:00"}
        assert auditor.get(f"/api/v1/stations/{number}/series", params=wrong).status_code == 400
