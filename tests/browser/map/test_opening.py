"""The map opens over the basin that the document holds, in the same place, and nothing moves."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.fixtures.map import MapPage
from tests.fixtures.served import Served
from tests.running.pages import hold

MapPages = Callable[[Served], MapPage]

WATCHED: Final = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) shifted += each.value;
}).observe({ type: "layout-shift", buffered: true });
window.basin = null;
new MutationObserver(() => {
  const first = document.querySelector(".mp-opening > .mp-first");
  if (!first || basin || !document.querySelector(".mp-opening > .mp-canvas")) return;
  const { left, right, top, bottom } = first.querySelector(".mp-first-land").getBoundingClientRect();
  basin = { left, right, top, bottom };
}).observe(document, { childList: true, subtree: true });
"""  # noqa: E501
DRAWN: Final = """
const [west, south, east, north] = app.state.bounds;
const from = map.project([west, north]), to = map.project([east, south]);
const box = map.getContainer().getBoundingClientRect();
return { left: from.x + box.left, right: to.x + box.left, top: from.y + box.top,
  bottom: to.y + box.top };
"""


def assert_drawn_over_the_basin(opened: MapPage) -> None:
    """The map's area covers that of the document's picture, and nothing has moved."""
    basin = opened.page.evaluate("basin")
    drawn = opened.tell(DRAWN)
    assert basin is not None
    assert {side: pytest.approx(drawn[side], abs=3) for side in basin} == basin
    assert opened.page.evaluate("shifted") < 0.02


@pytest.mark.parametrize("phone", [False, True])
def test_the_map_takes_the_place_of_the_basin_and_nothing_moves(
    map_page: MapPages, shared_served: Served, phone: bool
) -> None:
    opened = map_page(shared_served)
    opened.until_pictured()
    opened.page.add_init_script(WATCHED)
    opened.open(phone=phone)
    assert_drawn_over_the_basin(opened)
    opened.until("!document.querySelector('.mp-first, .mp-opening, .mp-coming')")
    assert opened.wrongs == []


def test_a_nation_larger_than_a_phone_is_drawn_where_the_map_draws_it(
    map_page: MapPages, served: Served
) -> None:
    with served.database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE division SET geom = ST_Multi(ST_MakeEnvelope(80, 22, 128, 49, 4490))"
                " WHERE parent_id IS NULL"
            )
        )
    opened = map_page(served)
    opened.until_pictured()
    opened.page.add_init_script(WATCHED)
    opened.open(phone=True)
    assert opened.tell("return map.getZoom()") == pytest.approx(4)
    assert_drawn_over_the_basin(opened)


def test_words_come_after_the_first_view(map_page: MapPages, shared_served: Served) -> None:
    opened = map_page(shared_served)
    opened.open()
    named = ("river-names", "seats", "section-names", "clusters", "overdue")
    texts = ", ".join(f"map.getLayoutProperty('{each}', 'text-field')" for each in named)
    opened.until(f"(({{map}}) => [{texts}].every(Array.isArray))(window.onemap)")
    assert opened.wrongs == []


def test_a_map_that_is_left_before_it_is_there_stands_on_no_other_page(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    page = opened.page
    held = hold(page, "**/maplibre-gl.mjs*")
    page.goto(shared_served.url)
    page.locator("#shell-nav a[href='/rivers']").click()
    page.locator("table tbody tr").first.wait_for()
    expect(page.locator("#one-map-opening")).to_have_count(0)
    for each in held:
        each.continue_()
    page.unroute("**/maplibre-gl.mjs*")
    page.locator("a.brand").click()
    opened.until("window.onemap?.ready && window.onemap.map.areTilesLoaded()")
    assert opened.tell("return map.getCanvas().clientWidth") > 600
    assert opened.wrongs == []


def test_the_whole_area_stands_above_the_legend(map_page: MapPages, shared_served: Served) -> None:
    opened = map_page(shared_served)
    for width, height in ((1440, 900), (1366, 768), (1100, 800)):
        opened.page.set_viewport_size({"width": width, "height": height})
        opened.page.goto(shared_served.url)
        opened.until("window.onemap?.ready")
        legend = opened.page.locator("#one-map-legend").bounding_box()
        assert legend is not None
        assert opened.tell(DRAWN)["bottom"] <= legend["y"], width


def test_a_map_without_any_tile_keeps_the_first_picture_and_says_so(
    map_page: MapPages, served: Served
) -> None:
    opened = map_page(served)
    page = opened.page
    opened.until_pictured()
    with served.database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE map_place RENAME TO map_place_away"))
    page.goto(served.url)
    notice = page.locator("#one-map-notice")
    expect(notice).to_contain_text("地图数据加载失败")
    expect(page.locator("#one-map-stage .mp-first-land")).to_be_visible()
    with served.database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE map_place_away RENAME TO map_place"))
    page.locator("#one-map-notice-link").dispatch_event("click")  # it may have gone by itself
    expect(notice).to_be_hidden()
    expect(page.locator(".mp-first")).to_have_count(0)
    assert opened.tell("return map.queryRenderedFeatures({layers: ['reaches']}).length") > 0


def test_another_place_in_the_address_is_shown_at_once(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    opened.open("/#map=11.50/32.70000/112.10000")
    assert opened.tell("return map.getZoom()") == pytest.approx(11.5, abs=0.01)
    assert opened.tell("return map.getCenter().lat") == pytest.approx(32.7, abs=0.001)


def test_without_the_maps_library_the_page_is_drawn_and_says_so(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    page = opened.page
    page.route("**/maplibre-gl.mjs*", lambda route: route.abort())
    page.goto(shared_served.url)
    page.locator("#one-map-panel").wait_for()
    expect(page.locator("#one-map-notice")).to_contain_text("地图数据加载失败")
    page.unroute("**/maplibre-gl.mjs*")
    page.locator("#one-map-notice-link").click()
    opened.until("window.onemap?.ready && window.onemap.map.areTilesLoaded()")
    expect(page.locator("#one-map-notice")).to_be_hidden()


def test_one_who_comes_from_another_page_finds_the_map(
    map_page: MapPages, shared_served: Served
) -> None:
    opened = map_page(shared_served)
    opened.page.goto(f"{shared_served.url}/rivers")
    opened.page.locator("a.brand").click()
    opened.until("window.onemap?.ready && window.onemap.map.areTilesLoaded()")
    assert opened.tell("return map.getZoom()") > 7
    assert opened.wrongs == []
