"""Compares this process's clock with the database's, by which everything stamped is judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from data.clock import Clock, UtcDatetime
from data.database import clock_differs, transaction

CHECK_EVERY_S = 10.0
CheckClock = Callable[[], object]
"""Raises ServiceDown while a clock is too far from the database's."""

_THERE = text("""
SELECT clock_timestamp() AS at,
    coalesce(nullif(current_setting('onemap.clock_seconds', true), '')::float8, 60) AS most
""")


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How many seconds a clock is ahead of the database's (< 0: behind), and how many it may be."""

    seconds: float
    most: float

    @property
    def is_fine(self) -> bool:
        """Whether what this clock stamps is accepted."""
        return abs(self.seconds) <= self.most

    def require(self) -> None:
        """Raises ServiceDown for a clock that is too far from the database's."""
        if not self.is_fine:
            raise clock_differs(self.seconds)


def clock_offset(connection: Connection, clock: Clock) -> ClockOffset:
    """Measures how far the clock is from the database's, to half the time the question takes."""
    before = clock()
    there = connection.execute(_THERE).one()
    after = clock()
    ahead = (before - there.at) + (after - before) / 2
    return ClockOffset(ahead.total_seconds(), float(there.most))


class CheckedClock:
    """A clock that raises ServiceDown while it is too far from the database's.

    It asks the database at most every ``CHECK_EVERY_S``, and at each call while it is wrong. For
    workers, which delete and send by the time: they stand still until the clock is right.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._checked_at: float | None = None

    def __call__(self) -> UtcDatetime:
        """Returns the present instant. Raises ServiceDown."""
        at = time.monotonic()
        if self._checked_at is None or at - self._checked_at >= CHECK_EVERY_S:
            with transaction(self._engine) as connection:
                clock_offset(connection, self._clock).require()
            self._checked_at = at
        return self._clock()
