"""A map of which a part is late or fails shows the rest, says so once, and asks for all of it."""

from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.fixtures.map import MapPage
from tests.fixtures.served import Served
from tests.running.pages import hold
from tests.running.waiting import until

MapPages = Callable[[Served], MapPage]


def test_one_late_tile_holds_up_neither_the_map_nor_its_names(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    page, held = opened.page, list[Route]()
    opened.until_pictured()

    def hold_one(route: Route) -> None:
        if held:
            route.fallback()
        else:
            held.append(route)

    page.context.route("**/tiles/**", hold_one)
    page.goto(shared_served.url)
    until(lambda: held or page.wait_for_timeout(20))
    opened.until("window.onemap?.ready && !document.querySelector('.mp-first, .mp-coming')")
    opened.until("window.onemap.map.querySourceFeatures('names').length > 0")
    notice = page.locator("#one-map-notice")
    expect(notice).to_contain_text("部分地图数据加载较慢")
    held[0].fallback()
    expect(notice).to_be_hidden()
    assert opened.wrongs == []


def test_who_takes_hold_of_a_map_that_is_coming_sees_the_map(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    page = opened.page
    opened.until_pictured()
    held = hold(page.context, "**/tiles/**")
    page.goto(shared_served.url)
    opened.until("window.onemap?.map")
    expect(page.locator(".mp-canvas")).to_have_class("mp-canvas mp-coming maplibregl-map")
    page.mouse.move(700, 500)
    page.mouse.down()
    expect(page.locator(".mp-first")).to_have_count(0)
    page.mouse.up()
    for each in held:
        each.fallback()
    page.context.unroute("**/tiles/**")


def test_state_and_tiles_that_fail_together_are_both_had_by_one_retry(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    page = opened.page
    broken = ("**/api/v1/map/state*", "**/tiles/**")
    for each in broken:
        page.context.route(each, lambda route: route.fulfill(status=503))
    page.goto(shared_served.url)
    notice = page.locator("#one-map-notice")
    expect(notice).to_contain_text("地图数据加载失败")
    opened.until("window.onemap.app.lacking === 'failed'")
    page.context.unroute(broken[1])
    opened.until("window.onemap.app.lacking === ''")
    expect(notice).to_contain_text("地图数据加载失败")
    page.context.unroute(broken[0])
    notice.get_by_role("link", name="重试").click()
    opened.until("window.onemap.app.state !== null")
    expect(notice).to_be_hidden()


def test_tiles_that_fail_still_are_told_of_after_the_state_came(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    page = opened.page
    page.context.route("**/tiles/**", lambda route: route.fulfill(status=503))
    page.goto(shared_served.url)
    opened.until("window.onemap?.app?.lacking === 'failed'")
    opened.tell("return app.load()")
    expect(page.locator("#one-map-notice")).to_contain_text("地图数据加载失败")


def test_the_lost_line_is_told_beside_the_legend(map_page: MapPages, shared_served: Served) -> None:
    opened = map_page(shared_served)
    opened.open()
    opened.tell("app.line('lost', 3)")
    page = opened.page
    for width in (1440, 1312, 1200, 1024, 768):
        page.set_viewport_size({"width": width, "height": 900})
        live = page.locator("#one-map-live").bounding_box()
        legend = page.locator("#one-map-legend").bounding_box()
        assert live
        assert legend
        beside = live["x"] + live["width"] <= legend["x"]
        above = live["y"] + live["height"] <= legend["y"]
        assert beside or above, width
