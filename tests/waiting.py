"""Waiting for what another process does, always with a bound."""

import time
from collections.abc import Callable


def until(
    condition: Callable[[], object], *, patience_s: float = 10.0, every_s: float = 0.02
) -> None:
    """Return as soon as the condition holds; fail when it doesn't within the time given."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"not so within {patience_s} s"
        time.sleep(every_s)
