"""A browser that takes a page's picture once nothing in it moves any more."""

from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Final, Literal

from PIL import Image, ImageChops
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.fixtures.map import watch
from tests.running.pages import PATIENCE_S
from tests.running.waiting import shared, until

Scheme = Literal["light", "dark"]
WIDE: Final = (1440, 900)
PHONE: Final = (390, 844)

STANDS: Final = """shown => new Promise(told => requestIdleCallback(() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const visible = selector => all(selector).some(each => each.checkVisibility());
    const app = window.onemap;
    const maps = [app?.mounted && app.map, window.onemap_report_map,
        ...all("[data-spot], .mp-canvas").map(box => box.spot)].filter(Boolean);
    const stands = document.readyState === "complete" && document.fonts.status === "loaded"
        && (!app?.mounted || app.ready) && shown.every(visible)
        && !visible("[class*=skeleton], [data-dash-is-loading]")
        && maps.every(map => map.loaded() && map.areTilesLoaded() && !map.isMoving());
    requestAnimationFrame(() => requestAnimationFrame(() => told(stands)));
}))"""
"""Scripts idle, fonts there, what is told shown, no place waiting for its content, maps drawn."""

LABELS_ANEW: Final = """async () => {
    const maps = [window.onemap?.mounted && window.onemap.map, window.onemap_report_map,
        ...[...document.querySelectorAll("[data-spot], .mp-canvas")].map(box => box.spot)]
        .filter(Boolean);
    for (const map of maps) {
        const labelled = map.getStyle().layers.map(layer => layer.id).filter(id =>
            map.getLayer(id).type === "symbol"
            && map.getLayoutProperty(id, "visibility") !== "none");
        for (const seen of ["none", "visible"]) {
            const idle = new Promise(done => map.once("idle", done));
            labelled.forEach(id => map.setLayoutProperty(id, "visibility", seen));
            if (labelled.length) await idle;
        }
    }
}"""
"""Labels go and come again. Else they keep the side of their symbol that was free when they came,

which depends on the order in which tiles arrived.
"""


@dataclass
class Camera:
    """One page of the browser, what it still waits for, and what went wrong in it."""

    page: Page
    origin: str
    width: int
    wrongs: list[str] = field(default_factory=list)
    waiting: set[Request] = field(default_factory=set)

    def began(self, asked: Request) -> None:
        """The page waits for an answer; news that never end are no answer."""
        if asked.resource_type != "eventsource":
            self.waiting.add(asked)

    def ended(self, asked: Request) -> None:
        """The answer is there, or there will be none."""
        self.waiting.discard(asked)

    def open(self, address: str, shown: tuple[str, ...], height: int) -> Image.Image:
        """The light picture of the page at that address; ``shown`` are selectors of its content."""
        self.waiting.clear()
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": self.width, "height": height})
        self.page.goto(self.origin + address)
        return self.take(shown)

    def turn(self, scheme: Scheme, shown: tuple[str, ...]) -> Image.Image:
        """The picture of the same page in those colours."""
        self.page.emulate_media(color_scheme=scheme)
        return self.take(shown)

    def take(self, shown: tuple[str, ...]) -> Image.Image:
        """The picture when two in a row, a moment apart, are the same."""
        seen: list[Image.Image] = []

        def stands() -> bool:
            if self.waiting or not self.page.evaluate(STANDS, shown):
                seen.clear()
                self.page.wait_for_timeout(50)
                return False
            return True

        def same() -> bool:
            if not stands():
                return False
            seen.append(self._shot())
            if len(seen) > 1 and not ImageChops.difference(*seen[-2:]).getbbox():
                return not self.waiting
            self.page.wait_for_timeout(150)
            return False

        until(stands, patience_s=shared(PATIENCE_S))
        self.page.evaluate(LABELS_ANEW)
        until(same, patience_s=shared(PATIENCE_S))
        return seen[-1]

    def words(self) -> str:
        """Every line of words and figures that the page shows, in the order of the alphabet."""
        lines = self.page.inner_text("body").splitlines()
        return "".join(f"{line}\n" for line in sorted(filter(None, map(str.strip, lines))))

    def _shot(self) -> Image.Image:
        shot = self.page.screenshot(animations="disabled", caret="hide")
        return Image.open(BytesIO(shot)).convert("RGB")


def camera(
    browser: Browser, origin: str, token: str, present: datetime, size: tuple[int, int]
) -> Camera:
    """A camera of that size, signed in with the token, whose clock stands still."""
    context: BrowserContext = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": size[0], "height": size[1]},
        has_touch=size == PHONE,
        color_scheme="light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(shared(PATIENCE_S) * 1000)
    if token:
        context.add_cookies([{"name": "onemap_session", "value": token, "url": origin}])
    page = context.new_page()
    page.clock.set_fixed_time(present)
    made = Camera(page, origin, size[0])
    watch(page, made.wrongs, origin)
    page.on("request", made.began)
    page.on("requestfinished", made.ended)
    page.on("requestfailed", made.ended)
    return made
