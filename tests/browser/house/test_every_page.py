"""Every page once in Chromium: readable by everybody (axe), and built from the one kit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.map import watch
from tests.fixtures.served import Served
from tests.made.ledger.acts import report
from tests.running.folders import ROOT
from tests.running.pages import until_in_page
from tests.running.waiting import shared

AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE: Final = {"width": 390, "height": 844}
WIDE: Final = {"width": 1440, "height": 900}
LEFT_PX: Final = 24
"""Where every page's title begins on a desk."""

VIOLATIONS: Final = """() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
    violations.flatMap(({id, nodes}) => nodes.map(({target, html}) =>
        `${id}: ${target.join(" ")} ${html.slice(0, 160)}`)))"""
DEAD_ROWS: Final = """() => {
    const hovered = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]
        .filter(rule => /\\btr[^ ]*:hover/.test(rule.selectorText ?? ""))
        .map(rule => rule.selectorText.replace(/(tr[^ ]*?):hover.*$/, "$1")));
    return [...document.querySelectorAll("main tbody tr, .ag-row")]
        .filter(row => row.matches(".ag-row") || hovered.some(each => row.matches(each)))
        .filter(row => !row.querySelector("[data-row-open]") && !row.dataset.qualityKey)
        .map(row => row.outerHTML.slice(0, 160));
}"""
OTHER_KITS: Final = """() => [...document.querySelectorAll(
    "select, main input[type=radio][role=tab], [role=dialog]:not(.mantine-Modal-content, .pd)"
)].map(each => each.outerHTML.slice(0, 160))"""

OTHER_FILTERS: Final = """() => [...document.querySelectorAll(
    ".om-page input:not([type=hidden], [type=checkbox], [type=radio]), .om-page select"
)].filter(each => !each.closest(".om-find, .om-pill, .qr-detail, .rp-form"))
    .map(each => each.outerHTML.slice(0, 160))"""
HEIGHTS: Final = """() => [...document.querySelectorAll(".om-find input, .om-pill")]
    .map(each => Math.round(each.getBoundingClientRect().height))"""
LISTS: Final = ("rivers", "ledger", "quality", "stations", "tally", "accounts")
"""Pages with a list: its search and its filters are the kit's, one as high as the other."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A page, its address, what it shows when it is there, and who looks at it."""

    name: str
    address: str
    shown: str
    login: str = "office"

    @property
    def is_framed(self) -> bool:
        """Whether it has the frame with the bar and a title in it."""
        return self.name not in ("one_map", "problem", "sign_in")


PAGES: Final = (
    Opened("sign_in", "/sign-in", "input[name=login]", ""),
    Opened("one_map", "/", "#one-map-stage .maplibregl-canvas"),
    Opened("rivers", "/rivers", "table tbody tr"),
    Opened("river", "/river/{river}", "table tbody tr"),
    Opened("ledger", "/ledger?view=all", ".lg-number"),
    Opened("problem", "/ledger/{problem}", ".pb-number"),
    Opened("report", "/ledger/report", ".rp-form"),
    Opened("patrols", "/patrols", ".pt-body"),
    Opened("quality", "/quality?standing=all", ".qr-card"),
    Opened("stations", "/stations", "table tbody tr"),
    Opened("tally", "/accounting", "table tbody tr"),
    Opened("accounts", "/accounts", "table tbody tr", "administrator"),
    Opened("account", "/account", "main h1"),
)


@pytest.fixture(scope="module")
def places(shared_served: Served) -> dict[str, int]:
    """The river and the problem whose pages are opened; the ledger has that problem."""
    made = report(shared_served.office)
    return {"river": shared_served.basin.river, "problem": made.problem_id}


@pytest.fixture
def window(context: BrowserContext) -> Iterator[Page]:
    """A window with axe in every page; an error of a page's script fails the test."""
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    yield page
    page.close()


def show(page: Page, served: Served, opened: Opened, places: dict[str, int]) -> None:
    if opened.login:
        served.sign_in(page.context, opened.login)
    page.goto(served.url + opened.address.format(**places))
    expect(page.locator(opened.shown).first).to_be_visible()


def violations(page: Page) -> dict[str, list[str]]:
    """What axe finds on the page as it stands, by theme."""
    found: dict[str, list[str]] = {}
    for theme in ("dark", "light"):
        page.evaluate("theme => window.onemapTheme.set(theme)", theme)
        if wrong := page.evaluate(VIOLATIONS):
            found[theme] = wrong
    return found


@pytest.mark.parametrize("opened", PAGES, ids=lambda opened: opened.name)
def test_a_page_is_readable_by_everybody_and_of_the_one_kit(
    opened: Opened, window: Page, shared_served: Served, places: dict[str, int]
) -> None:
    wrongs: list[str] = []
    watch(window, wrongs, shared_served.url)
    show(window, shared_served, opened, places)
    assert violations(window) == {}
    assert window.evaluate(DEAD_ROWS) == []
    assert window.evaluate(OTHER_KITS) == []
    if opened.is_framed:
        box = window.locator("main h1").first.bounding_box()
        assert box is not None
        assert box["x"] == pytest.approx(LEFT_PX, abs=1)
    assert window.evaluate(OTHER_FILTERS) == []
    heights = [set(window.evaluate(HEIGHTS))]
    window.set_viewport_size(PHONE)
    assert violations(window) == {}
    heights.append(set(window.evaluate(HEIGHTS)))
    assert heights == ([{32}, {48}] if opened.name in LISTS else [set(), set()])
    assert wrongs == []


@pytest.mark.parametrize(
    ("opened", "pressed"), [(PAGES[9], "新增测站"), (PAGES[11], "新建账号"), (PAGES[11], "管理")]
)
def test_a_dialog_is_readable_by_everybody(
    opened: Opened,
    pressed: str,
    window: Page,
    shared_served: Served,
    places: dict[str, int],
) -> None:
    show(window, shared_served, opened, places)
    window.get_by_role("button", name=pressed).first.click()
    expect(window.get_by_role("dialog").get_by_role("button").nth(1)).to_be_visible()
    assert violations(window) == {}
    expect(window.get_by_role("dialog").get_by_role("button", name="取消")).to_have_count(1)


def test_the_first_stop_of_the_keyboard_leads_past_the_bar(
    window: Page, shared_served: Served, places: dict[str, int]
) -> None:
    show(window, shared_served, PAGES[2], places)
    window.keyboard.press("Tab")
    expect(window.get_by_role("link", name="跳到正文")).to_be_focused()
    window.keyboard.press("Enter")
    expect(window.locator("#shell-main")).to_be_focused()
    assert window.url.endswith("/rivers")


def test_a_page_on_its_way_is_shown_to_be(
    window: Page, shared_served: Served, places: dict[str, int]
) -> None:
    show(window, shared_served, PAGES[2], places)
    mark = window.get_by_role("progressbar", name="正在载入")
    expect(mark).to_be_hidden()
    window.route(
        "**/_dash-update-component",
        lambda route: (window.wait_for_timeout(shared(0.4) * 1000), route.continue_()),
    )
    waited_ms: Any = window.evaluate(
        """() => new Promise(told => {
            const start = performance.now();
            const look = () => {
                const {visibility} = getComputedStyle(document.getElementById("shell-progress"));
                if (visibility === "visible") told(performance.now() - start);
                else requestAnimationFrame(look);
            };
            document.querySelector("#shell-nav a[href='/stations']").click();
            look();
        })"""
    )
    assert waited_ms < shared(0.15) * 1000
    expect(window.locator("table tbody tr").first).to_be_visible()
    expect(mark).to_be_hidden()
    until_in_page(window, "() => !document.documentElement.classList.contains('is-fetching')")
