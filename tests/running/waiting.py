"""Waiting for what another process does, always with a bound."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def until(
    condition: Callable[[], object], *, patience_s: float = 30.0, every_s: float = 0.02
) -> None:
    """Return as soon as the condition holds; fail when it doesn't within the time given.

    That is the time on an idle machine: it only ends what would go on for ever.
    """
    began = time.monotonic()
    while not condition():
        waited_s = time.monotonic() - began
        assert waited_s < patience_s or waited_s < shared(patience_s), f"not so in {waited_s:.0f} s"
        time.sleep(every_s)


def shared(seconds: float) -> float:
    """What a promise of so many seconds comes to while others use this machine's processors too.

    It is the promise itself on an idle machine, and its multiple by the processes a processor.
    """
    processors = len(os.sched_getaffinity(0))
    return seconds * max(1.0, os.getloadavg()[0] / processors)


def is_connected(port: int) -> bool:
    """Whether a server at this port of loopback has a connection that it hasn't closed.

    It has read all that came by those it has closed. Source: proc(5), /proc/net/tcp.
    """
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _number, own, _other, state, *_rest = row.split()
        if own == f"0100007F:{port:04X}" and state in {
            "01",
            "08",
        }:  # established, left by the other
            return True
    return False
