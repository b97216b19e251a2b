"""Twelve pages look and read as recorded: wide and on a phone, light, and wide in the dark.

Pictures hold places and colours, too coarse for one digit that is another; the words beside them
hold every line that is read.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser
from sqlalchemy import text

from tests.contract import county
from tests.contract.camera import PHONE, WIDE, Camera, camera
from tests.contract.comparison import difference, reduced
from tests.contract.recorded import RECORDED, hold, names_of
from tests.made.database import Database
from tests.running.dashboard_process import running_dashboard
from tests.running.folders import ROOT, open_folder
from tests.running.pages import until_in_page

NAME: Final = "pictures"
FOLDER: Final = RECORDED / NAME
NOBODY, OFFICE, ADMINISTRATOR, CHIEF = "", "office", "admin", "chief"

README: Final = ROOT / "docs" / "images" / "one_map.png"
TAKEN_ANEW: Final = "ONEMAP_PICTURES" in os.environ
UNLIKE: Final = 8.0
"""From here on the README shows another page: the same page of another day comes to less."""

CLASSES_DRAWN: Final = """told => {
    const drawn = window.onemap.map.queryRenderedFeatures({layers: ["sections"]});
    const classes = new Set(drawn.map(feature => feature.properties.cls).filter(Boolean));
    return told.length === classes.size && told.every(cls => classes.has(cls));
}"""
SELECT: Final = """id => dash_clientside.set_props(
    "one-map-selection", {data: {kind: "section", id: Number(id)}}
)"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, its address, selectors of what it shows when it's done, and who looks at it.

    ``height`` is the wide window's: a page that scrolls may be shown whole.
    """

    name: str
    address: str
    shown: tuple[str, ...]
    login: str = OFFICE
    height: int = WIDE[1]


PAGES: Final = (
    Page("sign_in", "/sign-in", ("input[name=login]",), NOBODY),
    Page(
        "one_map",
        "/#sel=section:{section}",
        ("#one-map-stage .maplibregl-canvas", ".dw-plot.drawn"),
    ),
    Page("rivers", "/rivers", ("table tbody tr",)),
    Page("river", "/river/{river}", ("table tbody tr",), height=3200),
    Page("ledger", "/ledger", (".ag-row, #ledger-cards > *",)),
    Page("problem", "/ledger/{problem}", ("[data-spot] .maplibregl-canvas",), height=1000),
    Page("report", "/ledger/report", (".maplibregl-canvas",)),
    Page("patrols", "/patrols?patrol={patrol}", ("[data-drawn] .maplibregl-canvas",)),
    Page("quality", "/quality?value={value}", ("#quality-body tbody tr", ".dw-plot.drawn")),
    Page("stations", "/stations", ("table tbody tr",)),
    Page("accounting", "/accounting", ("table tbody tr",)),
    Page("accounts", "/accounts", ("table tbody tr",), ADMINISTRATOR),
)


@dataclass
class Site:
    """The app on the made county, and a camera for each who looks and each size."""

    url: str
    browser: Browser
    database: Database
    chosen: dict[str, str]
    cameras: dict[tuple[str, tuple[int, int]], Camera] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=lambda: {NOBODY: ""})

    def camera(self, login: str, size: tuple[int, int]) -> Camera:
        """The same camera for the same account and size."""
        if login not in self.tokens:
            self.tokens[login] = county.sign_in(self.url, login)
            county.settle_sign_ins(self.database)
        if (login, size) not in self.cameras:
            self.cameras[login, size] = camera(
                self.browser, self.url, self.tokens[login], county.PRESENT, size
            )
        return self.cameras[login, size]

    def look(self, page: Page) -> tuple[dict[str, Image.Image], dict[str, str]]:
        """The three pictures of a page, the dark one of the wide page as it stands; its words."""
        address = page.address.format(**self.chosen)
        wide, phone = self.camera(page.login, WIDE), self.camera(page.login, PHONE)
        pictures = {
            "wide": wide.open(address, page.shown, page.height),
            "dark": wide.turn("dark", page.shown),
            "phone": phone.open(address, page.shown, PHONE[1]),
        }
        assert wide.wrongs + phone.wrongs == []
        return pictures, {"wide": wide.words(), "phone": phone.words()}


@pytest.fixture(scope="module")
def site(shared_database: Database, browser: Browser) -> Iterator[Site]:
    """The county is filled and served once for all pages, which only look at it."""
    county.fill(shared_database)
    with (
        open_folder("pictures") as folder,
        running_dashboard(
            shared_database.urls["app"], folder / "server.log", {}, "tests.contract.county:app"
        ) as url,
    ):
        yield Site(url, browser, shared_database, county.chosen(shared_database))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_looks_as_recorded(page: Page, site: Site, renewed: str, tmp_path: Path) -> None:
    told = []
    pictures, words = site.look(page)
    for size, lines in words.items():
        hold(f"{NAME}/{page.name}-{size}.txt", lines, renewed)
    for view, found in pictures.items():
        name = f"{page.name}-{view}"
        if NAME in names_of(renewed):
            record(FOLDER / f"{name}.png", found)
        elif said := told_apart(name, found, tmp_path):
            told.append(said)
    assert not told, "\n".join(
        [*told, f"Was it meant? ./onemap test tests/contract --renew {NAME}"]
    )


def test_the_recorded_pictures_are_those_of_the_pages() -> None:
    files = ("wide.png", "dark.png", "phone.png", "wide.txt", "phone.txt")
    expected = {f"{page.name}-{file}" for page in PAGES for file in files}
    assert {file.name for file in FOLDER.iterdir()} == expected, "remove what no page shows"


def test_the_picture_in_the_readme_is_the_county_with_its_classes(
    site: Site, shared_database: Database, tmp_path: Path
) -> None:
    """It is like the page today, seen from afar; ``ONEMAP_PICTURES=1`` takes it anew."""
    with shared_database.app.begin() as connection:
        told = set(
            connection.execute(
                text("SELECT water_class FROM latest_reading WHERE state = 'graded'")
            ).scalars()
        ) - {None}
    assert len(told) >= 4, "the county shows good water and bad"
    camera = site.camera(CHIEF, WIDE)
    camera.open("/", ("#one-map-stage .maplibregl-canvas",), WIDE[1])
    until_in_page(camera.page, CLASSES_DRAWN, sorted(told))
    camera.page.evaluate(SELECT, site.chosen["section"])
    camera.page.get_by_role("heading", name="城关下").wait_for()
    camera.take((".js-plotly-plot .main-svg",))
    picture = README if TAKEN_ANEW else tmp_path / README.name
    camera.page.screenshot(path=picture)
    assert picture.stat().st_size > 50_000
    assert far_apart(Image.open(README), Image.open(picture)) < UNLIKE
    assert camera.wrongs == []


def far_apart(one: Image.Image, other: Image.Image) -> float:
    """How unlike two pictures are in the mean of their channels, 0 to 255, at a tenth of a page."""
    small = [each.convert("RGB").resize((144, 90)) for each in (one, other)]
    return float(np.mean(ImageStat.Stat(ImageChops.difference(*small)).mean))


def record(file: Path, found: Image.Image) -> None:
    """The picture is in the file; one that looks the same stays as it is."""
    if file.exists() and difference(Image.open(file), found) is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    reduced(found).save(file, optimize=True)


def told_apart(name: str, found: Image.Image, folder: Path) -> str:
    """Where the picture differs from the recorded one, and the files that show it; empty if not."""
    kept = FOLDER / f"{name}.png"
    if not kept.exists():
        return f"{name}: not recorded yet"
    wrong = difference(Image.open(kept), found)
    if wrong is None:
        return ""
    seen, marked = folder / f"{name}.png", folder / f"{name}-difference.png"
    found.save(seen)
    wrong.picture.save(marked)
    return f"{name}: {wrong}\n  recorded {kept}\n  found {seen}\n  difference {marked}"
