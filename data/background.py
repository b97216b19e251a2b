"""Background work that ends by a fault is told: logged with its name, counted, kept for who asks.

Every thread and task of the product is begun here; a test finds those that aren't. What follows a
fault is decided by whoever began the work: docs/decisions/0030-background-work.md lists it.
"""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any, Final, TypeVar

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")

FAULTS: Final[Counter[str]] = Counter()
"""How often the work of each name has ended by a fault since this process began."""

_counting = threading.Lock()
_sharing: set[asyncio.Task[None]] = set()


def note_fault(name: str, error: BaseException) -> None:
    """Logs the fault by which background work of that name has ended, and counts it."""
    with _counting:
        FAULTS[name] += 1
    LOG.error("%s ended by a fault: %s", name, type(error).__name__, exc_info=error)


class WatchedThread(threading.Thread):
    """A daemon thread whose fault is logged, counted and kept in ``fault``."""

    def __init__(self, name: str, work: Callable[..., object], *, args: Iterable[Any] = ()) -> None:
        super().__init__(name=name, target=work, args=tuple(args), daemon=True)
        self.fault: BaseException | None = None

    def run(self) -> None:
        """Does the work; keeps the fault by which it ends, if by any."""
        try:
            super().run()
        except BaseException as error:  # noqa: BLE001  kept for whoever began the thread
            self.fault = error
            note_fault(self.name, error)


def watched_task(work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    """Begins a task whose fault is logged and counted; whoever calls this keeps the task."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_task_ended)
    return task


def shared_task(work: Coroutine[Any, Any, Result], name: str) -> "asyncio.Future[Result]":
    """Begins work whose result or error goes to all who wait for the future.

    It goes on when one of them ends: they wait by ``asyncio.shield``.
    """
    result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    result.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def hand_over() -> None:
        try:
            found = await work
        except Exception as error:  # noqa: BLE001  goes to those who wait
            if not result.done():
                result.set_exception(error)
        else:
            if not result.done():
                result.set_result(found)
        finally:
            result.cancel()

    task = watched_task(hand_over(), name)
    _sharing.add(task)
    task.add_done_callback(_sharing.discard)
    return result


def _task_ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        note_fault(task.get_name(), error)


def watch_threads() -> None:
    """Makes every thread of this process, also those of libraries, tell the fault it ends by."""
    before = threading.excepthook
    if getattr(before, "tells_faults", False):
        return

    def thread_ended(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            note_fault(args.thread.name if args.thread else "a thread", args.exc_value)
        if before is not threading.__excepthook__:
            before(args)

    thread_ended.tells_faults = True  # type: ignore[attr-defined]  # not to be laid over itself
    threading.excepthook = thread_ended


class FaultCollector(Collector):
    """Gives the counts of faults to a registry of Prometheus."""

    def collect(self) -> Iterator[Metric]:
        """Yields the counts by the name of the work."""
        found = CounterMetricFamily(
            "onemap_background_faults", "Background work that ended by a fault.", labels=["name"]
        )
        with _counting:
            for name, count in FAULTS.items():
                found.add_metric([name], count)
        yield found
