"""Waiting for what another process does, always with a bound."""

import os
import time
from collections.abc import Callable


def until(
    condition: Callable[[], object], *, patience_s: float = 30.0, every_s: float = 0.02
) -> None:
    """Return as soon as the condition holds; fail when it doesn't within the time given."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"not so within {patience_s} s"
        time.sleep(every_s)


def shared(seconds: float) -> float:
    """What a promise of so many seconds comes to while others use this machine's processors too.

    It is the promise itself on an idle machine, and its multiple by the processes a processor.
    """
    processors = len(os.sched_getaffinity(0))
    return seconds * max(1.0, os.getloadavg()[0] / processors)
