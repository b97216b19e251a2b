"""The one map from afar: runs of several reaches, sections counted together, the month's tiles."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests.fixtures.map import MapPage, row_of
from tests.fixtures.served import Served
from tests.made.map.newest import tell_class
from tests.running.pages import PATIENCE_S
from tests.running.waiting import shared, until

MapOf = Callable[..., MapPage]
CLUSTERS = "window.onemap.map.queryRenderedFeatures({layers: ['clusters']})"


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Served:
    """Two reaches of one class and town, so that they are one run; one section is below target."""
    basin, ingest = shared_served.basin, shared_served.database.ingest
    with shared_served.database.owner.begin() as connection:
        connection.execute(text("UPDATE reach SET division_id = :town"), {"town": basin.town_down})
    tell_class(ingest, basin.section_up, 4, target=5)
    tell_class(ingest, basin.section_down, 4)
    return shared_served


def press(opened: MapPage, lon: float, lat: float) -> None:
    """A click at a place, once the map stands still."""
    opened.until("!window.onemap.map.isMoving() && window.onemap.map.loaded()")
    at = opened.tell(
        f"const p = map.project([{lon}, {lat}]), box = map.getCanvas()"
        ".getBoundingClientRect(); return [p.x + box.x, p.y + box.y]"
    )
    opened.page.mouse.click(*at)


def test_a_click_on_a_run_chooses_the_reach_that_lies_there(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    opened.open("/#map=9.6/32.6/112.2")
    runs = "window.onemap.map.queryRenderedFeatures({layers: ['reaches']})"
    opened.until(f"{runs}.length > 0")
    assert opened.page.evaluate(f"() => {runs}.every(({{properties: p}}) => p.reach === undefined)")
    basin = filled.basin
    for lat, reach in ((32.46, basin.reach_down), (32.65, basin.reach_up)):
        press(opened, 112.2, lat)
        opened.page.wait_for_selector(f"[data-shows='reach:{reach}']")
        assert opened.tell("return app.selection.now") == {"kind": "reach", "id": reach}
        opened.until(
            "window.onemap.map.querySourceFeatures('selected')"
            ".some(({properties}) => properties.kind === 'reach')"
        )
    assert opened.page.is_visible("#one-map-drawer-frame")
    assert opened.wrongs == []


def test_a_click_on_a_cluster_comes_closer(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open("/#map=5/32.6/112.2&filter=below")
    opened.until(f"{CLUSTERS}.length === 1")
    told = opened.page.evaluate(f"() => {CLUSTERS}[0].properties")
    assert (told["n"], told["cls"], told["n_below"]) == (3, 4, 1)

    def is_closer() -> bool:
        if opened.tell("return map.getZoom()") < 6:
            at = opened.page.evaluate(f"() => {CLUSTERS}[0]?.geometry.coordinates")
            if at:
                press(opened, *at)
        opened.until("!window.onemap.map.isMoving()")
        return bool(opened.tell("return map.getZoom() > 6.5"))

    until(is_closer, patience_s=shared(PATIENCE_S))
    assert opened.tell("return app.selection.now") is None
    assert opened.wrongs == []


def test_a_filter_from_afar_counts_what_it_lets_through(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open("/#map=5/32.6/112.2&filter=below")
    opened.until(f"{CLUSTERS}.length === 1")
    shown = opened.tell("return map.getLayoutProperty('clusters', 'text-field')")
    assert shown == ["to-string", ["get", "n_below"]]
    opened.page.click("[data-filter=meets]")
    opened.until(f"{CLUSTERS}[0]?.properties.n_meets === 1")
    opened.page.click("[data-filter=exceeding]")
    opened.until(f"{CLUSTERS}.length === 0")
    opened.page.click("[data-filter=below]")
    opened.until(f"{CLUSTERS}.length === 1")
    assert opened.wrongs == []


def test_from_afar_only_the_worst_water_has_a_disc_and_dots_come_before_the_others(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    discs = (
        "window.onemap.map.queryRenderedFeatures({layers: ['clusters', 'sections']})"
        ".map(({properties: p}) => p.cls)"
    )
    dots = "window.onemap.map.queryRenderedFeatures({layers: ['dots']}).length"
    opened.open("/#map=5.5/32.6/112.2")
    opened.until("window.onemap.map.loaded()")
    assert opened.page.evaluate(f"() => [{discs}.length, {dots}]") == [0, 0]
    opened.tell("map.jumpTo({zoom: 7.4})")
    opened.until(f"{dots} > 0 && {discs}.length === 0")
    tell_class(filled.database.ingest, filled.basin.section_down, 6)
    opened.until(f"{discs}.includes(6)")
    opened.tell("map.jumpTo({zoom: 5.5})")
    opened.until(f"String({discs}) === '6'")
    opened.tell("map.jumpTo({zoom: 4.5})")
    opened.until(f"{discs}.length === 0 && window.onemap.map.loaded()")
    opened.tell("map.jumpTo({zoom: 8.2})")
    opened.until(f"{discs}.length === 3")
    tell_class(filled.database.ingest, filled.basin.section_down, 4)
    opened.until(f"!{discs}.includes(6)")
    assert opened.wrongs == []


def test_the_month_has_tiles_of_its_own(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    section = row_of("sections", filled.basin.section_down)
    opened.open("/#map=11/32.6/112.2&basis=month")
    opened.until(f"{section}?.state === 'none'")
    opened.page.click("[data-basis=now]")
    opened.until(f"{section}?.cls === 4")
    opened.page.click("[data-basis=month]")
    opened.until(f"{section}?.state === 'none'")
    assert opened.wrongs == []


def test_what_changed_out_of_view_is_new_when_it_comes_back(
    filled: Served, map_page: MapOf
) -> None:
    opened = map_page(filled)
    basin = filled.basin
    opened.open("/#map=12/32.5/112.2")
    section = row_of("sections", basin.section_down)
    opened.until(f"{section}?.cls === 4")
    opened.until("window.onemap.app.live.source?.readyState === 1")
    opened.tell("map.jumpTo({center: [112.8, 32.9]})")
    opened.until(f"window.onemap.map.areTilesLoaded() && !{section}")
    tell_class(filled.database.ingest, basin.section_down, 2)
    opened.until("document.querySelector('[data-count=below]').textContent === '0'")
    opened.tell("map.jumpTo({center: [112.2, 32.5]})")
    opened.until(f"{section}?.cls === 2")
    tell_class(filled.database.ingest, basin.section_down, 4)
    opened.until(f"{section}?.cls === 4")
    assert opened.wrongs == []
