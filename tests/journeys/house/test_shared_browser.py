"""The one Chromium of a run: beside event loops of other tests."""

import asyncio

from playwright.sync_api import Page

from tests.fixtures.browser import Started


def test_a_test_without_pages_runs_a_loop_of_its_own(chromium: Started) -> None:
    assert chromium.browser.is_connected()
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"


def test_pages_open_after_another_loop_has_run(page: Page) -> None:
    assert page.evaluate("1 + 1") == 2
