"""Looks at every page of the made county with axe-core: languages, widths and themes.

``PYTHONPATH=. .venv/bin/python -m benchmarks.axe [PAGE ...]`` makes a server of its own on a
private cluster, prints what axe finds where, how many views it looked at, and exits with 1 when it
found anything. ``./onemap test`` looks at fewer: tests/browser/house/test_every_page.py.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.rig.private_database import county_database
from data.errors import BadInput
from tests.contract import county
from tests.contract.test_pictures import PAGES
from tests.contract.test_pictures import Page as Shown
from tests.fixtures.browser import FLAGS
from tests.running.dashboard_process import running_dashboard
from tests.running.folders import ROOT

AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES: Final = ("zh", "en")
WIDTHS: Final = (1440, 1024, 390)
THEMES: Final = ("light", "dark")
SETTLED_MS: Final = 800
"""For a grid that draws its head after its first row."""

FOUND: Final = """() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
    violations.flatMap(({id, nodes}) => nodes.map(({target}) => `${id}: ${target.join(" ")}`)))"""


def looked_at(page: Page, width: int) -> Iterator[tuple[str, list[str]]]:
    """Yields each theme with what axe finds in the open page at that width."""
    page.set_viewport_size({"width": width, "height": 900})
    for theme in THEMES:
        page.evaluate("theme => window.onemapTheme.set(theme)", theme)
        page.wait_for_timeout(100)
        yield theme, page.evaluate(FOUND)


def measure(url: str, browser: Browser, chosen: dict[str, str], pages: list[Shown]) -> int:
    """Prints what axe finds on the pages; returns how many views had something."""
    views, bad = 0, 0
    tokens = {"": ""} | {
        login: county.sign_in(url, login) for login in {each.login for each in pages if each.login}
    }
    for shown, language in product(pages, LANGUAGES):
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        context.add_init_script(path=AXE)
        kept = {"onemap_session": tokens[shown.login], "onemap_language": language}
        context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in kept.items() if value]
        )
        page = context.new_page()
        page.emulate_media(reduced_motion="reduce")
        page.goto(url + shown.address.format(**chosen))
        for selector in shown.shown:
            page.locator(selector).first.wait_for(state="attached")
        page.wait_for_timeout(SETTLED_MS)
        for width in WIDTHS:
            for theme, found in looked_at(page, width):
                views, bad = views + 1, bad + bool(found)
                for each in found:
                    print(f"{shown.name} {language} {width} {theme}: {each}")
        context.close()
    print(f"{views} views of {len(pages)} pages; {bad} with violations")
    return bad


def main(names: Sequence[str]) -> int:
    """Looks at the named pages, or at all; returns 1 when axe found anything.

    Raises BadInput for a page that isn't one.
    """
    known = [each.name for each in PAGES]
    if unknown := sorted(set(names) - set(known)):
        raise BadInput("There is no page {name}.", name=unknown[0], mend=", ".join(known))
    pages = [each for each in PAGES if not names or each.name in names]
    with (
        county_database() as (database, folder),
        running_dashboard(
            database.urls["app"], folder / "server.log", {}, "tests.contract.county:app"
        ) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        return int(measure(url, browser, county.chosen(database), pages) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
