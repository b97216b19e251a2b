"""Sends the news of one channel: at once when it is rung for, then at most once a pause."""

import asyncio
import logging
from collections.abc import Callable, Collection
from functools import partial
from time import monotonic

from dashboard.frame.channel import Channel, Listener
from dashboard.frame.offload import kind_of_work
from data.background import watched_task
from data.errors import ServiceDown

AGAIN_S = 1.0
"""News that couldn't be read is asked for again after so long."""

SLOW_S = 3.0
"""News that takes longer to read counts as missing meanwhile."""

LOGGER = logging.getLogger(__name__)


class Sender:
    """Reads and sends a channel's news, never twice at the same time.

    ``is_failing``: it couldn't be read when last tried, or reading takes long; ``changed`` is
    called whenever that turns.
    """

    def __init__(
        self,
        channel: Channel,
        listeners: Collection[Listener],
        pause_s: float,
        changed: Callable[[], None],
    ) -> None:
        self.channel = channel
        self.listeners = listeners
        self.pause_s = pause_s
        self.changed = changed
        self.is_failing = False
        self.is_rung = False
        self.next_s = 0.0
        self.sending: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Has the news read and sent, once more where that goes on just now."""
        self.is_rung = True
        if self.sending is None or self.sending.done():
            self.sending = watched_task(self._send(), f"news of {self.channel.counted_as}")

    async def _send(self) -> None:
        kind_of_work.set(f"news of {self.channel.counted_as}")
        while self.is_rung:
            await asyncio.sleep(max(0.0, self.next_s - monotonic()))
            self.is_rung, self.next_s = False, monotonic() + self.pause_s
            slow = asyncio.get_running_loop().call_later(SLOW_S, partial(self._turn, failing=True))
            try:
                await self.channel.send_news(self.listeners)
            except ServiceDown as error:
                if not self.is_failing:
                    LOGGER.warning("live: no news of %s (%s)", self.channel.counted_as, error.code)
                self._turn(failing=True)
                self.is_rung, self.next_s = True, monotonic() + AGAIN_S
            else:
                self._turn(failing=False)
            finally:
                slow.cancel()

    def _turn(self, *, failing: bool) -> None:
        if self.is_failing != failing:
            self.is_failing = failing
            self.changed()
