"""Turns at reading uploads: one at a time for each account, so many at a time for all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dashboard.frame.offload import in_turn
from data.bounded import Bounds
from data.errors import TooManyAttempts
from data.records import AccountId
from data.settings import DashboardSettings

MOST_WAITING = 8
"""Uploads of one account that wait at the same time; each holds its file on the disk."""


def upload_bounds(settings: DashboardSettings) -> Bounds:
    """Returns what reading one upload may take."""
    return Bounds(settings.upload_seconds, settings.upload_memory_mb)


class Turns:
    """Whose upload is read now. An account's second upload waits for its first, nobody else's."""

    def __init__(self, at_once: int) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._own: dict[AccountId, asyncio.Lock] = {}
        self._asked: Counter[AccountId] = Counter()

    @asynccontextmanager
    async def turn(self, account_id: AccountId) -> AsyncIterator[None]:
        """Waits for the account's turn. Raises TooManyAttempts while too many of it wait.

        Raises Busy where none was free in time beside those of other accounts.
        """
        if self._asked[account_id] >= MOST_WAITING:
            raise TooManyAttempts("Too many uploads of yours wait; send this one later.")
        self._asked[account_id] += 1
        own = self._own.setdefault(account_id, asyncio.Lock())
        try:
            async with own, in_turn(self._all):
                yield
        finally:
            self._asked[account_id] -= 1
            if not self._asked[account_id]:
                del self._asked[account_id], self._own[account_id]
