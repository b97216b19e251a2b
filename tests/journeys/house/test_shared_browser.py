"""The one Chromium of a run: beside other event loops, and through interrupts."""

import asyncio
import signal

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.browser import Chromium
from tests.running.interrupts import raise_in_test


def test_a_test_without_pages_runs_a_loop_of_its_own(chromium: Chromium) -> None:
    assert chromium.started is not None
    assert chromium.started.is_connected()
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"


def test_pages_open_after_another_loop_has_run(page: Page) -> None:
    assert page.evaluate("1 + 1") == 2


def ask_for_ever(page: Page) -> None:
    while True:
        page.evaluate("1")


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_interrupted_waits_leave_the_browser_usable(page: Page) -> None:
    page.on("console", lambda _: None)
    page.evaluate("() => { setInterval(() => console.log('the browser has news'), 5); }")
    before = signal.signal(signal.SIGALRM, raise_in_test)
    try:
        for step in range(60):
            signal.setitimer(signal.ITIMER_REAL, 0.005 + 0.001 * (step % 20))
            with pytest.raises(KeyboardInterrupt):
                ask_for_ever(page)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert page.evaluate("1 + 1") == 2


def test_after_a_crash_the_next_module_gets_a_new_browser(
    browser: Browser, chromium: Chromium
) -> None:
    another = Chromium(chromium.kind, chromium.loop)
    crashing = another.running()
    crashing.close()
    fresh = another.running()
    assert fresh.is_connected()
    assert another.running() is fresh is not browser
    fresh.close()
