"""Runs blocking work in threads of our own, so that one kind of request can't hold up the rest."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from data.database_errors import busy, database_error

P = ParamSpec("P")
T = TypeVar("T")

SLOW_S = 0.5
"""Work that took longer makes its kind a slow one, until it is quick again."""

kind_of_work: ContextVar[str] = ContextVar("kind_of_work", default="")
"""What the current request asks for: the kind of which only a share may be at work at once."""


@dataclass(eq=False, slots=True)
class Waiting:
    """Work that waits for a thread, and the future that is done once there is one."""

    kind: str
    turn: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Workers:
    """Threads for blocking work; used from one event loop.

    No kind of work may have more than ``share`` of the threads, and all kinds that are slow just
    now together no more than half: where a table is locked, whatever doesn't need it goes on.
    ``most_waiting`` bounds the line, ``wait_s`` the time in it; who doesn't fit is refused as busy.
    """

    def __init__(
        self, threads: int, *, most_waiting: int = 200, wait_s: float = 10, share: float = 0.25
    ) -> None:
        self.threads = threads
        self.most_waiting = most_waiting
        self.wait_s = wait_s
        self.most_of_kind = max(1, round(threads * share))
        self.most_slow = max(1, threads // 2)
        self.pool = ThreadPoolExecutor(threads, "onemap-work")
        self.running: Counter[str] = Counter()
        self.begun: dict[Future[Any], tuple[str, float]] = {}
        self.slow: dict[str, float] = {}
        self.line: deque[Waiting] = deque()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls the function in a thread with the request's context and returns its result.

        Raises Busy where it didn't get a thread in time, and our own errors for the database's.
        """
        kind = kind_of_work.get()
        await self._turn(kind)
        call = partial(copy_context().run, function, *args, **kwargs)
        work = self.pool.submit(call)
        self.begun[work] = kind, monotonic()
        loop = asyncio.get_running_loop()
        work.add_done_callback(partial(self._done, loop))
        try:
            return await asyncio.wrap_future(work)
        except Exception as error:
            ours = database_error(error)
            if ours is None:
                raise
            raise ours from error

    async def _turn(self, kind: str) -> None:
        """Returns once the kind may use one more thread, which then counts as used."""
        if not self.line and self._has_room(kind):
            self.running[kind] += 1
            return
        if len(self.line) >= self.most_waiting:
            raise busy()
        waiting = Waiting(kind)
        self.line.append(waiting)
        self._call_next()
        try:
            async with asyncio.timeout(self.wait_s):
                await waiting.turn
        except TimeoutError:
            self._leave(waiting)
            raise busy() from None
        except asyncio.CancelledError:
            self._leave(waiting)
            raise

    def _leave(self, waiting: Waiting) -> None:
        """Takes from the line what waits no more; a turn that came just then is passed on."""
        if waiting in self.line:
            self.line.remove(waiting)
        elif waiting.turn.done() and not waiting.turn.cancelled():
            self._free(waiting.kind)

    def _has_room(self, kind: str) -> bool:
        """Returns whether one more work of the kind may begin now."""
        now = monotonic()
        hanging = Counter(kind for kind, since in self.begun.values() if now - since >= SLOW_S)
        if sum(self.running.values()) >= self.threads or self.running[kind] >= self.most_of_kind:
            return False
        if kind not in hanging and kind not in self.slow:
            return True
        slow = self.slow.keys() | hanging.keys()
        return sum(self.running[each] for each in slow) < self.most_slow

    def _done(self, loop: asyncio.AbstractEventLoop, work: "Future[Any]") -> None:
        """Frees the thread of finished work; called in that thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._finished, work)
            return
        self._finished(work)

    def _finished(self, work: "Future[Any]") -> None:
        kind, since = self.begun.pop(work)
        if monotonic() - since >= SLOW_S:
            self.slow[kind] = since
        else:
            self.slow.pop(kind, None)
        self._free(kind)

    def _free(self, kind: str) -> None:
        self.running[kind] -= 1
        if not self.running[kind]:
            del self.running[kind]
        self._call_next()

    def _call_next(self) -> None:
        """Gives free threads to whoever waits longest and may have one."""
        for waiting in list(self.line):
            if sum(self.running.values()) >= self.threads:
                return
            if waiting.turn.done():
                self.line.remove(waiting)
            elif self._has_room(waiting.kind):
                self.line.remove(waiting)
                self.running[waiting.kind] += 1
                waiting.turn.set_result(None)

    def close(self) -> None:
        """Ends the threads once their work is done, without waiting for it."""
        self.pool.shutdown(wait=False, cancel_futures=True)


workers_of_app: ContextVar[Workers | None] = ContextVar("workers_of_app", default=None)
"""The threads of the app that answers the current request; set by its guard."""

_spare: list[Workers] = []


def _workers() -> Workers:
    """Returns the app's threads or, outside any app, a few that all share."""
    workers = workers_of_app.get()
    if workers is None:
        if not _spare:
            _spare.append(Workers(8, share=1))
        workers = _spare[0]
    return workers


async def off(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls the function in a thread, which leaves the event loop free, and returns its result.

    Raises Busy where no thread was free in time, and our own errors for those of the database.
    """
    return await _workers().run(function, *args, **kwargs)


@contextlib.asynccontextmanager
async def in_turn(turns: asyncio.Semaphore | asyncio.Lock) -> AsyncIterator[None]:
    """Holds one of the turns within the block; raises Busy where none was free in time."""
    try:
        async with asyncio.timeout(_workers().wait_s):
            await turns.acquire()
    except TimeoutError:
        raise busy() from None
    try:
        yield
    finally:
        turns.release()
