"""Turns for checking passwords: each check takes 64 MB and, for a moment, every core."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dashboard.frame.offload import in_turn
from data.errors import TooManyAttempts
from data.settings import DashboardSettings

BUSY_S = 5


class PasswordTurns:
    """Bounds how many passwords are checked at once, and how many sign-ins wait for that.

    Who signs in where the account did before has a lane apart, which strangers can't fill.
    """

    def __init__(self, settings: DashboardSettings) -> None:
        self._strangers = asyncio.Semaphore(settings.password_checks)
        self._known = asyncio.Semaphore(1)
        self._waiting = {False: 0, True: 0}
        self._most = settings.password_queue

    @asynccontextmanager
    async def turn(self, *, is_known: bool) -> AsyncIterator[None]:
        """Waits for a turn, kept during the block. Raises TooManyAttempts, or Busy after long."""
        if self._waiting[is_known] >= self._most:
            raise TooManyAttempts(
                "Too many sign-ins at once. Try again in {seconds} seconds.",
                seconds=BUSY_S,
                minutes=1,
            )
        self._waiting[is_known] += 1
        try:
            async with in_turn(self._known if is_known else self._strangers):
                yield
        finally:
            self._waiting[is_known] -= 1
