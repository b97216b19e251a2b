"""The process of the second look: looks at what is new, again and again, or at a span anew."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Engine

from data import clock as clocks
from data.clock import Clock, Span, UtcDatetime
from data.database_errors import OUTAGES
from data.device_settings import QcSettings
from data.errors import ServiceDown
from data.logs import OutageLog
from ingest.qc import climatology, findings
from ingest.qc.climatology import Computed
from ingest.qc.look import look
from ingest.qc.partners import Partners, read_partners
from ingest.qc.rules import load_rules
from ingest.qc.windows import Due, due_stations, named_stations
from ingest.stations import Cursor

LOG = logging.getLogger(__name__)
T = TypeVar("T")

BATCH_ROWS: Final = 200_000
"""About so many readings are held at once: 60 MB of columns."""

BATCH_STATIONS: Final = 1000
CLIMATOLOGY_STATIONS: Final = 50
LONGEST_PAUSE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Done:
    """Counts of one pass: stations examined, findings added, findings withdrawn."""

    stations: int = 0
    added: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Done") -> "Done":
        return Done(
            self.stations + other.stations,
            self.added + other.added,
            self.withdrawn + other.withdrawn,
        )


class Watch:
    """Examines new readings by the quality tests until stopped; each batch is a transaction."""

    def __init__(
        self, engine: Engine, settings: QcSettings | None = None, *, clock: Clock = clocks.now
    ) -> None:
        self._engine = engine
        self._settings = settings or QcSettings()
        self._rules = load_rules(self._settings.rules)
        self._clock = clock
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Makes ``run`` finish its present batch and return."""
        self._stopping.set()

    def run(self) -> None:
        """Examines new readings until stopped; waits while the database is away.

        It waits too while its clock differs from the database's.
        """
        LOG.info("the second look has begun")
        pause_s, outage = 1.0, OutageLog(LOG)
        while not self._stopping.is_set():
            try:
                done = self.turn()
                outage.over()
                pause_s = 1.0
            except (*OUTAGES, ServiceDown) as error:
                outage.met(error)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            if done.stations:
                LOG.info("looked at %s stations: %s findings", done.stations, done.added)
            self._stopping.wait(self._settings.turn_seconds)

    def turn(self) -> Done:
        """Examines every station with new readings, unless stopped; returns the counts."""
        now = self._clock()
        due = self._ask(lambda cursor: due_stations(cursor, self._rules.look, now))
        return self._look_at(due, UtcDatetime(now + self._rules.look.every), None)

    def look_anew(self, span: Span, codes: Sequence[str] | None = None) -> Done:
        """Examines a time span again; the record of how far stations were examined stays as it is.

        Findings that are no longer found are deleted, except on values with a review. Raises
        NotFound for an unknown code.
        """
        due = self._ask(lambda cursor: named_stations(cursor, self._rules.look, span.start, codes))
        return self._look_at(due, span.end, span)

    def compute_climatology(self, codes: Sequence[str] | None = None) -> Computed:
        """Recomputes each month's usual span of values from all readings of these stations.

        ``codes`` None: of all stations. Returns the counts.
        """
        stations = self._ask(lambda cursor: climatology.stations_with_history(cursor, codes))
        done = Computed()
        for first in range(0, len(stations), CLIMATOLOGY_STATIONS):
            if self._stopping.is_set():
                break
            batch = stations[first : first + CLIMATOLOGY_STATIONS]
            with self._engine.begin() as connection:
                done += climatology.compute(connection, batch, self._rules)
        return done

    def _look_at(self, due: Sequence[Due], until: UtcDatetime, anew: Span | None) -> Done:
        if not due:
            return Done()
        known = self._ask(lambda cursor: read_partners(cursor, self._rules.contrast.furthest_km))
        done = Done()
        for batch in batches(due, until):
            if self._stopping.is_set():
                break
            done += self._ask(partial(self._look, batch=batch, until=until, known=known, anew=anew))
        return done

    def _look(
        self,
        cursor: Cursor,
        batch: Sequence[Due],
        until: UtcDatetime,
        known: Partners,
        anew: Span | None,
    ) -> Done:
        rows, looked = look(cursor, batch, until, self._rules, known)
        new = findings.write(cursor, rows)
        if anew is None:
            findings.note_looked(cursor, looked, self._clock())
            return Done(len(batch), new)
        stations = [each.id for each in batch]
        return Done(len(batch), new, findings.withdraw(cursor, stations, anew.start, anew.end))

    def _ask(self, what: Callable[[Cursor], T]) -> T:
        """Calls ``what`` in its own transaction and returns the result."""
        with self._engine.begin() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None  # noqa: S101  a connection that began has its driver's
            with raw.cursor() as cursor:
                return what(cursor)


def batches(due: Sequence[Due], until: UtcDatetime) -> Iterator[list[Due]]:
    """Yields the stations in order, in batches whose readings fit into memory.

    The number of readings is estimated from the stations' intervals; a device that sends more often
    makes its batch larger than meant, never wrong.
    """
    batch: list[Due] = []
    expected = 0.0
    for each in due:
        count = (until - each.read_from) / each.interval
        if batch and (expected + count > BATCH_ROWS or len(batch) == BATCH_STATIONS):
            yield batch
            batch, expected = [], 0.0
        batch.append(each)
        expected += count
    if batch:
        yield batch
