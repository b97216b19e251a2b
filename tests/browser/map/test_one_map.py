"""The one map in Chromium: drawn, alive, found, shared, without a word to another machine."""

from collections.abc import Callable

import pytest

from data.vocabulary import Role
from tests.fixtures.map import MapPage, row_of
from tests.fixtures.served import Served
from tests.made.map.newest import tell_class, tell_compliance
from tests.running.pages import PATIENCE_S
from tests.running.waiting import shared, until

MapOf = Callable[..., MapPage]
CLASS_4 = [244, 194, 31]
CLASS_6 = [168, 16, 56]


def drawn(opened: MapPage, layer: str) -> list[int]:
    """The ids of what a layer draws in the view, in order."""
    return sorted(
        opened.tell(
            f"return map.queryRenderedFeatures({{layers: ['{layer}']}}).map(({{id}}) => id)"
        )
    )


def close(seen: list[int], wanted: list[int]) -> bool:
    return all(abs(a - b) <= 24 for a, b in zip(seen, wanted, strict=True))


@pytest.fixture
def filled(shared_served: Served) -> Served:
    """The basin with a class of each kind; later tests change them as they like."""
    basin, ingest = shared_served.basin, shared_served.database.ingest
    tell_class(ingest, basin.section_up, 2)
    tell_class(ingest, basin.section_down, 4)
    tell_class(ingest, basin.section_lake, None, state="partial")
    tell_compliance(ingest, basin.outfall, "exceeding", multiple=0.6)
    return shared_served


def test_a_reading_recolours_the_open_map(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open("/#map=11.5/32.47/112.2&off=")
    basin = filled.basin
    assert opened.row("reaches", basin.reach_down)["cls"] == 4
    assert close(opened.pixel(112.2, 32.47), CLASS_4)
    opened.until("window.onemap.app.live.source?.readyState === 1")
    opened.page.evaluate("() => { window.before = 'still here'; }")
    tell_class(filled.database.ingest, basin.section_down, 6)
    opened.until(f"{row_of('reaches', basin.reach_down)}?.cls === 6")

    def is_drawn() -> bool:
        along = (opened.pixel(112.2, 32.47 + step * 0.0001) for step in range(12))
        return any(close(colour, CLASS_6) for colour in along)

    until(is_drawn, patience_s=shared(PATIENCE_S))
    assert opened.page.evaluate("() => window.before") == "still here"
    opened.until("document.querySelector('[data-count=below]').textContent === '1'")
    told = opened.row("sections", basin.section_down)
    assert (told["cls"], told["state"], told["meets"]) == (6, "graded", False)
    assert opened.tell("return map.hasImage('section|6|graded|r|')")
    assert opened.wrongs == []


def test_search_flies_there_and_selects(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open()
    page = opened.page
    opened.search("JH-0")
    assert page.inner_text("#one-map-search-list [role=option] b") == "镜湖湖心"
    page.keyboard.press("Enter")
    number = filled.basin.section_lake
    opened.until(f"location.hash.includes('sel=section:{number}')")
    opened.until("!window.onemap.map.isMoving()")
    centre = opened.tell("return [map.getCenter().lng, map.getCenter().lat]")
    assert centre == pytest.approx([112.31, 32.51], abs=0.02)
    assert page.is_visible("#one-map-drawer-frame")
    page.keyboard.press("Escape")
    assert page.is_hidden("#one-map-drawer-frame")
    page.keyboard.press("/")
    page.fill("#one-map-search-input", "没有这个名字")
    page.wait_for_selector("text=没有找到")
    assert opened.wrongs == []


def test_a_shared_link_restores_the_view(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    number = filled.basin.section_down
    opened.open(f"/#map=11.25/32.52/112.18&off=lakes,boards&filter=below&sel=section:{number}")
    page = opened.page
    assert opened.tell("return map.getZoom()") == pytest.approx(11.25, abs=0.01)
    assert page.get_attribute("[data-layer=lakes]", "aria-checked") == "false"
    assert page.get_attribute("[data-layer=sections]", "aria-checked") == "true"
    assert opened.tell("return map.getLayoutProperty('lakes', 'visibility')") == "none"
    assert page.get_attribute("[data-filter=below]", "aria-pressed") == "true"
    assert drawn(opened, "sections") == [number]
    assert page.is_visible("#one-map-drawer-frame")
    page.click("[data-layer=outfalls]")
    opened.until("location.hash.includes('off=lakes,outfalls,boards')")
    again = map_page(filled)
    again.open("/" + page.evaluate("() => location.hash"))
    for layer in ("lakes", "outfalls", "boards"):
        assert again.page.get_attribute(f"[data-layer={layer}]", "aria-checked") == "false"
    assert again.tell("return app.selection.now") == {"kind": "section", "id": number}
    assert opened.wrongs + again.wrongs == []


def test_a_click_selects_what_matters_most(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled)
    opened.open("/#map=11/32.5/112.2&off=")

    def click(lon: float, lat: float) -> object:
        """What a click at the place selects; the map may still move from the click before."""
        opened.until("!window.onemap.map.isMoving() && window.onemap.map.loaded()")
        at = opened.tell(
            f"const p = map.project([{lon}, {lat}]), box = map.getCanvas()"
            ".getBoundingClientRect(); return [p.x + box.x, p.y + box.y]"
        )
        opened.page.mouse.click(*at)
        return opened.tell(
            "return new Promise((done) => requestAnimationFrame(() =>"
            " requestAnimationFrame(() => done(app.selection.now))))"
        )

    basin = filled.basin
    for lon, lat, thing in (
        (112.2, 32.5, {"kind": "section", "id": basin.section_down}),
        (112.2, 32.46, {"kind": "reach", "id": basin.reach_down}),
        (112.302, 32.502, {"kind": "lake", "id": basin.lake}),
        (112.25, 32.56, None),
    ):
        until(lambda at=(lon, lat), thing=thing: click(*at) == thing, patience_s=shared(PATIENCE_S))
    assert opened.page.is_hidden("#one-map-drawer-frame")
    assert opened.wrongs == []


def test_numbers_and_letters_are_drawn_without_glyph_files(filled: Served, map_page: MapOf) -> None:
    opened = map_page(filled, language="en")
    opened.open("/#map=12/32.44/112.05&off=")
    assert not close(opened.pixel(112.05, 32.44), [255, 0, 255])
    opened.tell(
        "map.addSource('probe', {type: 'geojson', data: {type: 'Point',"
        " coordinates: [112.05, 32.44]}});"
        "map.addLayer({id: 'probe', type: 'symbol', source: 'probe', layout: {'text-field':"
        " 'K12Ⅳ', 'text-size': 60, 'text-allow-overlap': true, 'text-font': ['sans-serif']},"
        " paint: {'text-color': '#ff00ff'}});"
    )
    opened.until("window.onemap.map.loaded()")

    def is_drawn() -> bool:
        row = [opened.pixel(112.05 + step * 0.0008, 32.44) for step in range(-24, 25)]
        return sum(close(colour, [255, 0, 255]) for colour in row) >= 3

    until(is_drawn, patience_s=shared(PATIENCE_S))
    assert opened.page.inner_text(".mp-ph h2") == "Layers"
    assert opened.wrongs == []


def test_an_empty_area_says_so(served: Served, map_page: MapOf) -> None:
    with served.database.owner.begin() as connection:
        connection.exec_driver_sql(
            "WITH made AS (INSERT INTO division (name, level) VALUES ('空县', 'county')"
            " RETURNING id) UPDATE account_role SET division_id = made.id FROM made"
            " WHERE role = 'auditor'"
        )
    opened = map_page(served, Role.AUDITOR)
    opened.open()
    assert opened.page.is_visible("#one-map-empty")
    assert "还没有水系数据" in opened.page.inner_text("#one-map-empty")
    assert opened.page.inner_text("[data-count=meets]") == "–"
    assert opened.wrongs == []
