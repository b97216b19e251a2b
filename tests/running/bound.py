"""Processes that end with the run that started them, however that one ends."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
"""Source: prctl(2), linux/prctl.h."""


def bound(*command: str, death_signal: str = "KILL") -> list[str]:
    """The command as one to which the kernel sends the signal when the thread that started it ends.

    The process keeps its pid. Start it from the main thread.
    """
    return ["/usr/bin/setpriv", "--pdeathsig", death_signal, "--", *command]


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process the signal when its parent ends, even by kill -9."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)
