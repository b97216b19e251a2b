"""Problems and patrols on the one map in Chromium: pins, drawer, strip, bell, report by a click."""

from collections.abc import Callable

import pytest

from data.vocabulary import Role
from data.words.ledger import Light
from tests.fixtures.map import MapPage, row_of
from tests.fixtures.served import Served
from tests.made.map.newest import tell_class
from tests.made.map.problems import close_problem, four_pins, put_notice, put_patrol, put_problem

MapOf = Callable[..., MapPage]
TRACK = "LINESTRING(112.203 32.72,112.203 32.70)"
RED = [207, 46, 39]


class Filled:
    """The served basin and its problems by light."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.owner = served.database.owner
        self.pins = four_pins(self.owner, served.basin)
        self.patrol = put_patrol(self.owner, served.basin.reach_up, TRACK)
        tell_class(served.database.ingest, served.basin.section_down, 4)


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Filled:
    return Filled(shared_served)


def press(opened: MapPage, lon: float, lat: float, up: int = 0) -> None:
    """A click so many pixels above a place."""
    opened.until("!window.onemap.map.isMoving() && window.onemap.map.loaded()")
    x, y = opened.tell(
        f"const p = map.project([{lon}, {lat}]), box = map.getCanvas()"
        ".getBoundingClientRect(); return [p.x + box.x, p.y + box.y]"
    )
    opened.page.mouse.click(x, y - up)


def test_a_pin_is_red_with_its_days_and_opens_the_problem(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    opened.open("/#map=12/32.74/112.2")
    page = opened.page
    red = filled.pins[Light.RED]
    assert opened.row("problems", red)["light"] == "red"
    label = opened.tell("return JSON.stringify(map.getLayoutProperty('overdue', 'text-field'))")
    assert "逾 " in label
    lit = opened.pixel(112.2, 32.7409)
    assert all(abs(one - other) <= 24 for one, other in zip(lit, RED, strict=True)), lit
    press(opened, 112.2, 32.74, up=14)
    page.wait_for_selector(f"[data-shows='problem:{red}']")
    assert page.inner_text(".dw h2") == "岸边生活垃圾"
    assert "逾 " in page.inner_text(".dw-title .lt.r")
    assert page.get_attribute(".dw-foot a", "href") == f"/ledger/{red}"
    assert f"sel=problem:{red}" in page.evaluate("() => location.hash")
    assert opened.wrongs == []


CHIPS = """() => {
  const { map } = window.onemap;
  const boxes = (layers, of) => map.queryRenderedFeatures({ layers }).map((each) => {
    const { x, y } = map.project(each.geometry.coordinates), { dx = 0, dy = 0, w, h } = of(each);
    return { x: x + dx, y: y + dy, w, h };
  });
  const chips = boxes(["chips"], ({ properties: p }) =>
    ({ dx: p.at[0], dy: p.at[1], w: 24 + 7 * String(p.n_late || p.n_soon).length, h: 18 }));
  const discs = boxes(["sections", "clusters"], ({ properties: p }) =>
    p.n ? { w: 34, h: 34 } : { w: p.cls === 6 ? 38 : 28, h: 28 });
  const meet = (a, b) =>
    Math.abs(a.x - b.x) < (a.w + b.w) / 2 && Math.abs(a.y - b.y) < (a.h + b.h) / 2;
  const covered = chips.filter((chip) => discs.some((disc) => meet(chip, disc)));
  return { discs: discs.length, covered: covered.length };
}"""


def test_from_afar_no_chip_covers_the_disc_of_a_section(filled: Filled, map_page: MapOf) -> None:
    basin = filled.served.basin
    made = [
        put_problem(filled.owner, f"411381-2026-0004{step}", reach, 112.2, lat, Light.RED)
        for step, (reach, lat) in enumerate(
            ((basin.reach_down, 32.5), (basin.reach_down, 32.501), (basin.reach_up, 32.7))
        )
    ]
    late = (
        "window.onemap.map.queryRenderedFeatures({layers: ['chips']})"
        ".reduce((sum, each) => sum + each.properties.n_late, 0)"
    )
    opened = map_page(filled.served, Role.OFFICE)
    opened.open("/#map=8/32.6/112.2")
    opened.until("window.onemap.app.live.source?.readyState === 1")
    for zoom in (8, 9, 10.4):
        opened.tell(f"map.jumpTo({{zoom: {zoom}}})")
        opened.until(f"{late} === {len(made) + 1} && window.onemap.map.areTilesLoaded()")
        seen = opened.page.evaluate(CHIPS)
        assert seen["discs"] > 0, zoom
        assert seen["covered"] == 0, zoom
        assert opened.tell("return map.queryRenderedFeatures({layers: ['problems']})") == []
    for number in made:
        close_problem(filled.owner, number)
    opened.until(f"{late} === 1")
    assert opened.wrongs == []


def test_tracks_and_problems_on_time_come_close_by(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    drawn = (
        "window.onemap.map.queryRenderedFeatures({layers: ['patrols', 'problems']})"
        ".map(({properties}) => properties.light ?? 'track')"
    )
    opened.open("/#map=10.4/32.6/112.2")
    assert opened.page.evaluate(f"() => {drawn}") == []
    assert opened.page.is_visible(".mp-from-afar")
    for lat, what in ((32.71, "track"), (32.45, "green")):
        opened.tell(f"map.jumpTo({{zoom: 11.2, center: [112.2, {lat}]}})")
        opened.until(f"{drawn}.includes('{what}')")
    assert opened.page.is_hidden(".mp-from-afar")
    assert opened.wrongs == []


def test_strip_panel_and_navigation_count_what_is_open(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    opened.open()
    opened.until("document.querySelector('[data-told=overdue]').textContent === '1'")
    page = opened.page
    assert "mp-bad" in (page.get_attribute("[data-told=overdue]", "class") or "")
    assert page.get_attribute(".mp-kp:has([data-told=waiting])", "href") == "/ledger?view=waiting"
    assert page.inner_text("[data-ledger-number=patrols]") == "今日 1"
    assert page.inner_text("#shell-nav [data-overdue]") == "1"
    page.click("[data-layer=problems]")
    assert opened.tell("return map.getLayoutProperty('problems', 'visibility')") == "none"
    assert opened.tell("return map.getLayoutProperty('chips', 'visibility')") == "none"
    page.click("[data-layer=patrols]")
    opened.until("location.hash.includes('off=problems,patrols')")
    assert opened.wrongs == []


def test_a_step_moves_the_pins_of_an_open_map(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    opened.open("/#map=11.5/32.66/112.2")
    opened.until("window.onemap.app.live.source?.readyState === 1")
    opened.until("document.querySelector('[data-ledger-number=problems]').textContent")
    before = int(opened.page.inner_text("[data-ledger-number=problems]"))
    basin = filled.served.basin
    number = put_problem(
        filled.owner, "411381-2026-00031", basin.reach_up, 112.2, 32.66, Light.AMBER
    )
    opened.until(f"{row_of('problems', number)}?.light === 'amber'")
    count = "Number(document.querySelector('[data-ledger-number=problems]').textContent)"
    opened.until(f"{count} === {before + 1}")
    close_problem(filled.owner, number)
    opened.until(f"!{row_of('problems', number)}")
    opened.until(f"{count} === {before}")
    assert opened.wrongs == []


def test_waters_tell_their_problems_and_patrols(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    basin, page = filled.served.basin, opened.page
    opened.open(f"/#sel=reach:{basin.reach_down}")
    page.wait_for_selector(".dw-prb button")
    first = page.locator(".dw-prb button").first
    assert first.get_attribute("data-select-id") == str(filled.pins[Light.AMBER])
    assert "K12+350" in first.inner_text()
    added = put_problem(filled.owner, "411381-2026-00032", basin.reach_down, 112.2, 32.5, Light.RED)
    page.wait_for_selector(f".dw-prb [data-select-id='{added}']")
    close_problem(filled.owner, added)
    page.wait_for_selector(f".dw-prb [data-select-id='{added}']", state="detached")
    first.click()
    page.wait_for_selector(f"[data-shows='problem:{filled.pins[Light.AMBER]}']")
    page.goto("about:blank")  # an open map on its way to the problem would write its own address
    opened.open(f"/#sel=section:{basin.section_up}")
    page.wait_for_selector(f".dw-walk [data-select-id='{filled.patrol}']")
    page.click(".dw-walk button")
    page.wait_for_selector(f"[data-shows='patrol:{filled.patrol}']")
    assert "有效" in page.inner_text(".dw-title")
    assert "甲" not in page.inner_text(".dw"), "no patroller is named"
    assert opened.wrongs == []


def test_a_click_reports_a_problem_at_its_place(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.PATROLLER)
    opened.open("/#map=12/32.46/112.2")
    page = opened.page
    page.click("[data-map-action=report]")
    assert "点选问题位置" in page.inner_text("#one-map-report-hint")
    page.keyboard.press("Escape")
    assert page.is_hidden("#one-map-report-hint")
    page.click("[data-map-action=report]")
    with page.expect_navigation(url=lambda url: "/ledger/report" in url, wait_until="commit"):
        press(opened, 112.2, 32.47)
    asked = page.evaluate("() => Object.fromEntries(new URLSearchParams(location.search))")
    assert float(asked["lon"]) == pytest.approx(112.2, abs=0.001)
    assert float(asked["lat"]) == pytest.approx(32.47, abs=0.001)
    assert asked["reach"] == str(filled.served.basin.reach_down)


def test_a_number_is_found_and_opened(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.CHIEF)
    opened.open()
    page = opened.page
    opened.search("2026-00003")
    page.keyboard.press("Enter")
    green = filled.pins[Light.GREEN]
    page.wait_for_selector(f"[data-shows='problem:{green}']")
    opened.until("!window.onemap.map.isMoving()")
    assert opened.tell("return map.getCenter().lat") == pytest.approx(32.45, abs=0.05)
    assert opened.wrongs == []


def test_enter_takes_what_was_typed_not_what_was_found_for_its_beginning(
    filled: Filled, map_page: MapOf
) -> None:
    opened = map_page(filled.served, Role.CHIEF)
    opened.open()
    opened.tell(
        """const {search} = app, {input} = search, {fetch} = window;
        input.focus();
        input.value = "2026-0000";
        return fetch(`/api/v1/search?q=${input.value}`).then(async (answer) => {
            window.fetch = async () => answer;
            const asked = search.ask();
            window.fetch = fetch;
            input.value = "2026-00003";
            input.dispatchEvent(new Event("input"));
            await asked;
            input.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}));
        });"""
    )
    opened.page.wait_for_selector(f"[data-shows='problem:{filled.pins[Light.GREEN]}']")
    assert opened.wrongs == []


def test_enter_in_the_search_reports_nothing(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    opened.open()
    page = opened.page
    page.click("[data-map-action=report]:visible")
    page.fill("#one-map-search-input", "2026-00003")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-shows='problem:{filled.pins[Light.GREEN]}']")
    assert "/report" not in page.url
    assert opened.tell("return app.ledger.reporting.on") is True
    assert opened.wrongs == []


def test_the_bell_rings_lists_and_is_read(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.CHIEF)
    opened.open()
    page = opened.page
    opened.until("window.onemap.app.live.source?.readyState === 1")
    assert page.is_hidden(".om-bell .dot")
    put_notice(filled.owner, filled.pins[Light.RED], filled.served.logins[Role.CHIEF])
    page.wait_for_selector(".om-bell .dot", state="visible")
    page.click("[data-bell]")
    page.wait_for_selector(".om-notices a.new")
    assert "411381-2026-00001" in page.inner_text(".om-notices a.new")
    page.click(".om-notices header .btn")
    page.wait_for_selector(".om-notices a.new", state="detached")
    page.wait_for_selector(".om-bell .dot", state="hidden")
    page.keyboard.press("Escape")
    assert page.is_hidden(".om-notices")
    assert opened.wrongs == []


def test_a_neighbours_map_knows_no_problem(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.NEIGHBOUR)
    opened.open(f"/#sel=problem:{filled.pins[Light.RED]}")
    page = opened.page
    for selector in (
        "[data-told]",
        "[data-layer=problems]",
        "[data-map-action=report]",
        "[data-bell]",
    ):
        assert page.locator(selector).count() == 0, selector
    assert opened.tell("return map.getLayer('problems') === undefined")
    assert opened.tell("return map.getSource('onemap').tiles[0].includes('/tiles/waters/')")
    page.wait_for_selector(".dw [role=alert]")
    assert "411381" not in page.inner_text(".dw")
    assert opened.wrongs == []


def test_the_list_beside_the_map_reaches_every_pin(filled: Filled, map_page: MapOf) -> None:
    opened = map_page(filled.served, Role.OFFICE)
    opened.open()
    page = opened.page
    page.click(".mp-pf [data-map-action=list]")
    page.click("[data-list=problem]")
    page.wait_for_selector("#one-map-list-rows [data-kind=problem]")
    first = page.locator("#one-map-list-rows [data-kind=problem]").first
    assert first.get_attribute("data-id") == str(filled.pins[Light.RED])
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-shows='problem:{filled.pins[Light.RED]}']")
    assert opened.wrongs == []
