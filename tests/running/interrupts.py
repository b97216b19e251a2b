"""Interrupts that playwright survives, so that fixtures can still close what they opened."""

import asyncio
from types import FrameType

from greenlet import getcurrent


def raise_in_test(_number: int, _frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt in the test that runs; a handler of signals.

    While a test waits for the browser, playwright's event loop runs in a greenlet below the
    test's. Raised there, the interrupt may end the task that reads the browser's answers, and who
    then closes the browser fails. So the loop passes it up between two of its tasks.
    """
    top = here = getcurrent()
    while top.parent is not None:
        top = top.parent
    if top is here:
        raise KeyboardInterrupt
    asyncio.get_running_loop().call_soon_threadsafe(top.throw, KeyboardInterrupt)
