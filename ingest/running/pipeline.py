"""Turns messages into committed rows: screens, makes partitions, writes, waits out outages."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import cast

import psycopg
from sqlalchemy import Connection, Engine

from data import clock
from data.database import transaction
from data.database_clock import CheckClock
from data.quality.rules import Rules
from data.records import Refused
from data.settings import IngestSettings, QualitySettings
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.running.bisection import write_all
from ingest.running.outage import persist
from ingest.screening.assessment import Assessor
from ingest.screening.screen import Entry, Screen, Screened, refuse
from ingest.stations import Cursor
from ingest.storage.budget import Budget
from ingest.storage.partitions import (
    Month,
    Partitions,
    make_partitions,
    month_of,
    months_of,
    outside,
)
from ingest.storage.writer import Counts, Writer


def cursor_of(connection: Connection) -> Cursor:
    """Returns psycopg's cursor, for COPY, within the connection's transaction."""
    return cast("psycopg.Connection", connection.connection.driver_connection).cursor()


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed batch: its counts, and its messages' readings and refusals, in order."""

    counts: Counts
    entries: Sequence[Entry]


class _Stopped(Exception):
    """Raised when stopped before a database outage ended."""


class Pipeline:
    """Writes batches of messages to the database, for the worker as well as for a replay."""

    def __init__(
        self,
        engine: Engine,
        settings: IngestSettings | None = None,
        quality: QualitySettings | None = None,
        *,
        now: clock.Clock = clock.now,
        check_clock: CheckClock | None = None,
    ) -> None:
        settings = settings or IngestSettings()
        self.engine = engine
        self._check_clock = check_clock
        self.assessor = Assessor(quality)
        self._now = now
        self._partitions = Partitions()
        self._writer = Writer(
            self.assessor,
            late=timedelta(minutes=settings.late_minutes),
            partitions=self._partitions,
        )
        self._screen = Screen(
            payload_bytes=settings.payload_bytes,
            message_readings=settings.message_readings,
            future=timedelta(minutes=settings.future_minutes),
            oldest=timedelta(days=settings.oldest_days) if settings.oldest_days else None,
            detection=Rules(quality or QualitySettings()).detection,
        )
        self._budget = Budget(settings.quarantine_bytes, settings.stranger_bytes)

    def take_in(self, messages: Sequence[Message], stopping: threading.Event) -> Committed | None:
        """Commits the batch, waiting while the database is away; None if stopped before that.

        A batch that was not committed must come again. Raises ServiceDown where ``check_clock``
        finds this process's clock wrong: by it every message would be judged and stamped.
        """
        if self._check_clock is not None and persist(self._check_clock, stopping) is None:
            return None
        entries = persist(lambda: self.sort(messages), stopping)
        if entries is None:
            return None

        def write(part: Sequence[Entry]) -> Counts:
            counts = persist(lambda: self._commit(part), stopping)
            if counts is None:
                raise _Stopped
            return counts

        try:
            return Committed(*write_all(write, self._kept(entries), self._budget.keep))
        except _Stopped:
            return None

    def commit(self, messages: Sequence[Message]) -> Counts:
        """Commits the batch; a message that the database rejects is refused without the others.

        Raises what the database raises in an outage; then the same batch may be given again.
        """
        return write_all(self._commit, self._kept(self.sort(messages)), self._budget.keep)[0]

    def _kept(self, entries: Sequence[Entry]) -> list[Entry]:
        """Cuts refusals to what quarantine keeps of them; once a batch, however often written."""
        return [self._cut(e) if isinstance(e, Refused) or e.remains else e for e in entries]

    def _cut(self, entry: Entry) -> Entry:
        if isinstance(entry, Refused):
            return self._budget.keep(entry)
        return entry._replace(remains=self._budget.keep(entry.remains)) if entry.remains else entry

    def sort(self, messages: Sequence[Message]) -> list[Entry]:
        """Returns the messages' readings and refusals, in order; creates missing partitions."""
        return self._sort_marked(messages)[0]

    def sort_by_message(self, messages: Sequence[Message]) -> list[list[Entry]]:
        """Returns for each message its readings and refusals; creates missing partitions."""
        entries, ends = self._sort_marked(messages)
        return [entries[begin:end] for begin, end in pairwise([0, *ends])]

    def _sort_marked(self, messages: Sequence[Message]) -> tuple[list[Entry], list[int]]:
        with transaction(self.engine) as connection:
            cursor = cursor_of(connection)
            entries, ends = self._screen.sort_marked(cursor, messages)
            entries = self._refuse_outside(cursor, entries)
        months = self._partitions.missing(e.reading.raw for e in entries if isinstance(e, Screened))
        if months:
            with transaction(self.engine) as connection:
                make_partitions(cursor_of(connection), months)
            self._partitions.remember(months)
        return entries, ends

    def _refuse_outside(self, cursor: Cursor, entries: list[Entry]) -> list[Entry]:
        """Refuses the readings of months that were moved out of the database to files.

        The database would refuse them too, one by one: each in some twenty transactions.
        """
        this_month = month_of(self._now())
        months = months_of(e.reading.raw for e in entries if isinstance(e, Screened))
        gone = outside(cursor, {month for month in months if month < this_month})
        return [_refused(each, gone) for each in entries] if gone else entries

    def write(self, cursor: Cursor, entries: Sequence[Entry], *, is_tallied: bool = True) -> Counts:
        """Writes readings and refusals in the caller's transaction; returns the counts."""
        return self._writer.write(cursor, entries, self._now(), is_tallied=is_tallied)

    def _commit(self, entries: Sequence[Entry]) -> Counts:
        with transaction(self.engine) as connection:
            return self.write(cursor_of(connection), entries)


def _refused(entry: Entry, gone: Collection[Month]) -> Entry:
    """Returns the entry, turned into a refusal if its month is among those moved to files."""
    if not isinstance(entry, Screened) or month_of(entry.reading.raw.observed_at) not in gone:
        return entry
    refused = refuse(entry.message, Refusal.DATABASE, "its month was moved to an archive")
    return replace(refused, station_id=entry.station.id)
