"""Calls a function in a process of its own, which ends when it takes too long or too much memory.

What people upload is read there: a file made to hurt costs its own process, never the server's.
"""

import contextlib
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from data.errors import BadInput, OneMapError

Args = ParamSpec("Args")
Result = TypeVar("Result")

NICE: Final = 10
"""How far such a process steps back behind those that answer requests."""

READERS: Final = ("problem_ledger.patrols.track_reading", "problem_ledger.evidence.photo_bytes")
"""Modules that the process imports of which each call is a fork; it serves nothing itself."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many seconds a call may take, and how many MB of memory beyond what its process has."""

    seconds: float
    memory_mb: int


def call_bounded(
    bounds: Bounds, function: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """Calls the function in a process of its own and returns its result.

    Function, arguments and result are pickled. Raises what the function raises of our errors,
    BadInput when it reaches a bound, RuntimeError for any other failure in it.
    """
    processes = get_context("forkserver")
    processes.set_forkserver_preload(list(READERS))
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(
        target=_answer, args=(theirs, bounds, function, args, kwargs), daemon=True
    )
    try:
        process.start()
        theirs.close()
        if not ours.poll(bounds.seconds):
            raise _too_slow(bounds)
        try:
            kind, value = ours.recv()
        except EOFError:
            raise _too_slow(bounds) from None
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()
            process.join()
            process.close()
    if kind == "result":
        return value  # type: ignore[no-any-return]  # what the function returned
    if kind == "refused":
        error, message, mend, facts = value
        raise error(message, mend=mend, **facts)
    if kind == "memory":
        raise BadInput(
            "Reading this file takes more than {most} MB of memory.",
            mend="Split it, or export it again from the app or device it comes from.",
            most=bounds.memory_mb,
        )
    raise RuntimeError(f"a bounded call failed: {value}")


def _too_slow(bounds: Bounds) -> BadInput:
    return BadInput(
        "Reading this file takes longer than {most} s.",
        mend="Split it, or export it again from the app or device it comes from.",
        most=round(bounds.seconds),
    )


def _answer(
    answers: Connection,
    bounds: Bounds,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    """Sends what the function returns or raises; runs in the process of its own."""
    os.nice(NICE)
    seconds = int(bounds.seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    most = _used_bytes() + bounds.memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    answer: tuple[str, Any]
    try:
        answer = ("result", function(*args, **kwargs))
    except OneMapError as error:
        answer = ("refused", (type(error), error.message, error.mend, error.facts))
    except MemoryError:
        answer = ("memory", None)
    except Exception as error:  # noqa: BLE001 - told to the caller, which raises it
        answer = ("broken", f"{type(error).__name__}: {error}"[:1000])
    with contextlib.suppress(BrokenPipeError):
        answers.send(answer)


def _used_bytes() -> int:
    """Returns the size of this process's address space. Source: proc(5), /proc/pid/statm."""
    statm = Path("/proc/self/statm").read_text("ascii")
    return int(statm.split()[0]) * resource.getpagesize()
