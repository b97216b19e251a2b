"""Pages that are waited for, whose policy forbids to evaluate strings, or that wait for answers."""

from playwright.sync_api import BrowserContext, ElementHandle, Page, Route

from tests.running.waiting import shared, until

PATIENCE_S = 30.0
"""On an idle machine; what is awaited may take longer on a busy one, and what never comes fails."""


def until_in_page(page: Page, function: str, argument: object = None) -> None:
    """Return as soon as the function of JavaScript, called in the page, answers something true.

    Playwright's own ``wait_for_function`` evaluates its string in the page when it isn't true at
    the first look; our pages' Content-Security-Policy refuses that, so that such a test passes on
    a fast machine alone. Every look here comes from outside the page, which no policy stops.
    """

    def holds() -> bool:
        if page.evaluate(function, argument):
            return True
        page.wait_for_timeout(25)
        return False

    until(holds, patience_s=shared(PATIENCE_S))


def until_map_is_gone(page: Page, canvas: ElementHandle) -> None:
    """Until the map on the canvas, whose page or dialog was left, draws no more.

    A browser has room for sixteen or so; one that stays takes the place of a map that is seen.
    """
    until_in_page(page, "canvas => canvas.getContext('webgl2').isContextLost()", canvas)


def hold(browser: BrowserContext | Page, address: str) -> list[Route]:
    """The requests to such addresses, which wait from now on until each is let go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    browser.route(address, keep)
    return held
