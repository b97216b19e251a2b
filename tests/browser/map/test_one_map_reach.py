"""The one map for every hand and eye: keyboard, phone, dark, and a line that breaks."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page

from data.queries.map.changes import last_change_no
from tests.fixtures.map import MapPage, fail_tiles_once, row_of
from tests.fixtures.served import Served
from tests.made.ledger.acts import report
from tests.made.map.newest import tell_class, tell_compliance
from tests.running.pages import hold

MapOf = Callable[..., MapPage]
SEEN_CHANGE = 24
"""Of 255: a pixel that differs by more is seen to be another."""

SETTLED = "sheet => Promise.all(sheet.getAnimations().map(each => each.finished))"


@pytest.fixture
def filled(shared_served: Served) -> Served:
    basin, ingest = shared_served.basin, shared_served.database.ingest
    tell_class(ingest, basin.section_up, 2)
    tell_class(ingest, basin.section_down, 5)
    tell_compliance(ingest, basin.outfall, "exceeding", multiple=0.6)
    return shared_served


def test_the_keyboard_reaches_everything(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    page.focus("[data-filter=below]")
    page.keyboard.press("Enter")
    assert page.get_attribute("[data-filter=below]", "aria-pressed") == "true"
    drawn = "window.onemap.map.queryRenderedFeatures({layers: ['sections']})"
    opened.until(f"{drawn}.length === 1 && {drawn}[0].id === {filled.basin.section_down}")
    page.keyboard.press("Escape")
    assert page.get_attribute("[data-filter=below]", "aria-pressed") == "false"
    page.focus("[data-layer=sections]")
    page.keyboard.press("Space")
    assert opened.tell("return map.getLayoutProperty('sections', 'visibility')") == "none"
    page.keyboard.press("Space")
    page.focus("[data-map-action=list]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#one-map-list-rows button")
    rows = page.locator("#one-map-list-rows button b").all_inner_texts()
    assert rows[0] == "下游断面", "what needs a look comes first"
    assert page.evaluate("() => document.activeElement.innerText").startswith("Ⅴ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    opened.until("location.hash.includes('sel=section:')")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.is_hidden("#one-map-list")
    assert opened.wrongs == []


def test_the_list_holds_the_waters_too(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    page.click("[data-map-action=list]")
    page.click("[data-list=water]")
    page.wait_for_selector("text=清河·下游镇段")
    page.click("#one-map-list-rows button:has-text('镜湖')")
    assert opened.tell("return app.selection.now") == {"kind": "lake", "id": filled.basin.lake}
    assert opened.wrongs == []


def looks_below(page: Page, height: int) -> Image.Image:
    """What the page shows below that height, in grey."""
    return Image.open(BytesIO(page.screenshot())).convert("L").crop((0, height, 1280, 720))


def test_the_map_stays_whole_beside_hits_that_scroll(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    before = looks_below(opened.page, 480)
    opened.tell(
        """const hit = {kind: "river", id: 1, name: "清河"};
        app.search.found = Array(20).fill(hit);
        app.search.show();"""
    )
    assert opened.tell("return app.search.list.scrollHeight > app.search.list.clientHeight")
    changed = ImageChops.difference(before, looks_below(opened.page, 480)).histogram()
    assert sum(changed[SEEN_CHANGE:]) < sum(changed) / 1000


@pytest.mark.parametrize("phone", [False, True])
def test_the_map_stays_as_it_is_while_an_answer_is_waited_for(
    filled: Served, map_page: MapOf, *, phone: bool
) -> None:
    opened = map_page(filled)
    opened.open(phone=phone)
    size = "return [app.scene.box.clientHeight, map.getCanvas().clientHeight]"
    before, middle = opened.tell(size), opened.tell("return map.getCenter().toArray()")
    held = hold(opened.page, "**/_dash-update-component*")
    opened.tell(f"app.choose({{kind: 'section', id: {filled.basin.section_up}}})")
    opened.page.wait_for_selector("#one-map-drawer-frame:not([hidden])")
    opened.page.wait_for_selector("._dash-loading-callback", state="attached")
    opened.until("!window.onemap.map.isMoving()")
    assert opened.tell(size) == before
    for route in held:
        route.continue_()
    opened.page.wait_for_selector("._dash-loading-callback", state="detached")
    opened.tell("app.choose(null)")
    opened.until("!window.onemap.map.isMoving()")
    assert opened.tell(size) == before
    assert opened.tell("return map.getCenter().toArray()") == pytest.approx(middle, abs=0.001)


def test_a_phone_has_the_map_first_and_a_sheet(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open(phone=True)
    page = opened.page
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert page.is_hidden("#one-map-panel")
    page.click("[data-map-action=unfold]")
    assert page.is_visible("#one-map-panel")
    page.click("[data-map-action=fold]")
    number = filled.basin.section_down
    opened.tell(f"return app.choose({{kind: 'section', id: {number}}})")
    page.wait_for_selector("#one-map-drawer-frame:not([hidden])")
    handle = page.locator(".mp-handle")
    sheet = page.locator("#one-map-drawer-frame")
    opened.until("!window.onemap.map.isMoving()")
    sheet.evaluate(SETTLED)
    half = sheet.bounding_box()
    assert half is not None
    at = opened.tell(
        "return map.project(map.querySourceFeatures('selected')[0].geometry.coordinates).y"
    )
    assert at < half["y"], "what is selected lies in the free part"
    handle.press("ArrowUp")
    assert sheet.get_attribute("data-height") == "full"
    handle.press("ArrowDown")
    handle.press("ArrowDown")
    assert sheet.get_attribute("data-height") == "peek"
    sheet.evaluate(SETTLED)
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, 120, steps=4)
    page.mouse.up()
    assert sheet.get_attribute("data-height") == "full"
    assert opened.wrongs == []


def test_dark_is_dark_as_a_whole(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    light = opened.tell("return map.getPaintProperty('land', 'fill-color')")
    opened.page.evaluate("() => window.onemapTheme.set('dark')")
    opened.until("window.onemap.map.getPaintProperty('land', 'fill-color') === '#171E26'")
    assert light == "#F3F4EF"
    colour = opened.tell("return map.getPaintProperty('reaches', 'line-color')")
    assert "#E87B30" in colour, "waters take the theme's colours"
    assert opened.wrongs == []


DARK_AT_ONCE = """
  new MutationObserver((_changes, seen) => {
    if (!document.querySelector(".maplibregl-canvas")) return;
    seen.disconnect();
    window.onemapTheme.set("dark");
  }).observe(document, {childList: true, subtree: true});
"""


def test_a_map_that_is_being_made_when_the_theme_changes_is_of_the_new_one(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.page.add_init_script(DARK_AT_ONCE)
    opened.open()
    dark = "getPaintProperty('land', 'fill-color') === '#171E26'"
    opened.until(f"window.onemap.map.{dark}")
    opened.page.evaluate("() => window.onemapTheme.set('light')")
    problem = report(filled.office).problem_id
    opened.page.goto(f"{filled.url}/ledger/{problem}")
    opened.until(f"document.querySelector('[data-spot]')?.spot?.{dark}")
    assert opened.wrongs == []


def test_a_broken_line_is_told_and_comes_back(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    opened.until("window.onemap.app.live.source?.readyState === 1")
    page.route("**/events*", lambda route: route.fulfill(status=503))
    opened.tell("app.live.open()")
    page.wait_for_selector("#one-map-live[data-state=lost]")
    assert "网络已断开" in page.inner_text("#one-map-notice")
    assert "第" in page.inner_text("#one-map-live")
    tell_class(filled.database.ingest, filled.basin.section_up, 4)
    page.unroute("**/events*")
    page.wait_for_selector("#one-map-live[data-state=live]", timeout=30_000)
    assert page.is_hidden("#one-map-notice")
    opened.until(f"{row_of('reaches', filled.basin.reach_up)}?.cls === 4")
    assert [wrong for wrong in opened.wrongs if "503" not in wrong] == []


def test_a_server_without_its_database_is_told_on_a_line_that_stands(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    opened.until("window.onemap.app.live.source?.readyState === 1")
    opened.tell("app.live.source.dispatchEvent(new MessageEvent('lost', {data: '{}'}))")
    page.wait_for_selector("#one-map-live[data-state=lost]")
    assert "起未实时更新" in page.inner_text("#one-map-notice")
    assert "未实时更新" in page.inner_text("#one-map-live")
    opened.tell("app.live.source.dispatchEvent(new MessageEvent('live', {data: '{}'}))")
    page.wait_for_selector("#one-map-live[data-state=live]")
    assert page.is_hidden("#one-map-notice")
    assert opened.wrongs == []


def test_the_month_is_a_switch_away(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    page.click("[data-basis=month]")
    opened.until("location.hash.includes('basis=month')")
    opened.until("document.querySelector('[data-note=basis]').textContent.includes('均值')")
    assert page.inner_text("[data-count=below]") == "0", "no reading of this month is kept"
    tell_class(filled.database.ingest, filled.basin.section_up, 6)
    with filled.database.app.connect() as connection:
        number = last_change_no(connection)
    opened.until(f"window.onemap.app.state.change_no >= {number}")
    assert page.inner_text("[data-count=below]") == "0", "means don't follow single readings"
    page.click("[data-basis=now]")
    opened.until("document.querySelector('[data-count=below]').textContent === '2'")
    assert opened.wrongs == []


def test_a_failed_load_is_told_and_tried_again(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    page = opened.page
    page.route("**/api/v1/map/state*", lambda route: route.fulfill(status=500))
    opened.open()
    page.wait_for_selector("text=地图数据加载失败")
    page.unroute("**/api/v1/map/state*")
    page.click("text=重试")
    page.wait_for_selector("#one-map-notice", state="hidden")
    assert page.inner_text("[data-count=below]") != ""
    assert opened.tell("return map.getCenter().lng") == pytest.approx(112.2, abs=0.3)
    assert [wrong for wrong in opened.wrongs if "500" not in wrong] == []


def test_tiles_that_failed_are_asked_for_again(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    fail_tiles_once(opened.page)
    opened.open()
    tiles = "window.onemap.map.style.tileManagers.onemap._inViewTiles.getAllTiles()"
    opened.until(f"{tiles}.every(tile => tile.state === 'loaded')")
    assert [wrong for wrong in opened.wrongs if "/tiles/" not in wrong and "Pn" not in wrong] == []
