"""The ledger's own process: what nobody does by hand, done again and again until it is stopped."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import psycopg
import sqlalchemy.exc
from sqlalchemy import Engine

from data import clock as clocks
from data.background import note_fault
from data.clock import Clock
from data.database_errors import OUTAGES, is_busy
from data.errors import OneMapError
from data.logs import OutageLog, first_line
from data.queries.working_days import CHANGED
from data.settings import LedgerSettings
from problem_ledger.cases.rules import Rules, load_rules
from problem_ledger.record.heads import sign_head
from problem_ledger.record.keys import open_signer
from problem_ledger.work.exceedances import open_problems
from problem_ledger.work.notices import deliver
from problem_ledger.work.offline import open_silences
from problem_ledger.work.refusals import announce_bursts
from problem_ledger.work.reminders import remind
from problem_ledger.work.upkeep import (
    archive_watched,
    clear_stray_photos,
    remove_tracks,
    settle_deadlines,
)

LOG = logging.getLogger(__name__)

CHANNELS: Final = ("onemap_reading", "onemap_ledger", CHANGED)
SLICE_S: Final = 0.5
"""How long it waits for a notification before it looks whether it should stop."""

COALESCE_S: Final = 1.0
"""Told many times, it works once in so long."""

LONGEST_PAUSE_S: Final = 5.0


@dataclass(slots=True)
class Job:
    """A kind of work, run every ``every_s`` seconds and on notification; ``do`` returns a count."""

    name: str
    do: Callable[[], int]
    every_s: float
    woken_by: frozenset[str] = frozenset()
    due_at: float = 0.0

    def is_due(self, notified: Collection[str]) -> bool:
        """Returns whether the job is to run now: it is its time, or a notification woke it."""
        return bool(self.woken_by.intersection(notified)) or time.monotonic() >= self.due_at

    def done(self) -> int:
        """Runs the job, schedules its next run and returns the count of things done."""
        self.due_at = time.monotonic() + self.every_s
        return self.do()


class Worker:
    """Runs the jobs until stopped; each job is one or more transactions, harmless to repeat."""

    def __init__(
        self, engine: Engine, settings: LedgerSettings | None = None, *, clock: Clock = clocks.now
    ) -> None:
        self._engine = engine
        self._settings = settings or LedgerSettings()
        self._clock = clock
        self._stopping = threading.Event()
        self._outage = OutageLog(LOG)
        self._jobs = self._all_jobs(load_rules(self._settings.rules))

    def stop(self) -> None:
        """Makes ``run`` return after the present job."""
        self._stopping.set()

    def run(self) -> None:
        """Runs jobs until stopped; waits while the database is away and then continues."""
        pause_s = SLICE_S
        while not self._stopping.is_set():
            try:
                with self._listen() as connection:
                    self._follow(connection)
            except OUTAGES as error:
                self._outage.met(error)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def turn(self, notified: Collection[str] = CHANNELS) -> dict[str, int]:
        """Runs every job that is due or woken by ``notified``; returns the count of each job run.

        Raises OUTAGES: the database is away. Any other error (a busy table, a fault of ours) is
        logged, and the other jobs are still run.
        """
        done: dict[str, int] = {}
        for job in self._jobs:
            if self._stopping.is_set():
                break
            if not job.is_due(notified):
                continue
            try:
                done[job.name] = job.done()
            except (OneMapError, sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
                if isinstance(error, OUTAGES) and not is_busy(error):
                    job.due_at = 0.0
                    raise
                LOG.error("%s: %s", job.name, first_line(error))
            except Exception as error:  # noqa: BLE001  the other jobs can't help it
                note_fault(f"job of the ledger: {job.name}", error)
            if done.get(job.name):
                LOG.info("%s: %s", job.name, done[job.name])
        return done

    def _all_jobs(self, rules: Rules) -> list[Job]:
        engine, clock, often = self._engine, self._clock, self._settings.turn_seconds
        reading, ledger, calendar = (frozenset({each}) for each in CHANNELS)
        jobs = [
            Job(
                "problems opened", lambda: len(open_problems(engine, clock, rules)), often, reading
            ),
            Job("silences opened", lambda: len(open_silences(engine, clock, rules)), often),
            Job("problems reminded of", lambda: remind(engine, clock()), often),
            Job("bursts of refusals announced", self._announce_bursts, often),
            Job("notices delivered", lambda: deliver(engine, clock()), often, ledger),
            Job("problems archived", partial(archive_watched, engine, clock, rules), often),
            Job(
                "deadlines settled",
                partial(settle_deadlines, engine, clock, rules),
                60 * often,
                calendar,
            ),
            Job("photos cleared", lambda: clear_stray_photos(engine, clock()), 60 * often),
        ]
        months = self._settings.track_months
        if months:
            jobs.append(
                Job("tracks removed", lambda: remove_tracks(engine, clock(), months), 60 * often)
            )
        if self._settings.key is None:
            LOG.warning("heads are not signed: name a key's file in ONEMAP_LEDGER__KEY")
            return jobs
        every = timedelta(minutes=self._settings.head_minutes)
        signer = open_signer(self._settings.key)
        return [
            *jobs,
            Job("heads signed", lambda: int(sign_head(engine, signer, clock(), every)), often),
        ]

    def _announce_bursts(self) -> int:
        return announce_bursts(self._engine, self._clock(), self._settings.burst_refusals)

    def _listen(self) -> psycopg.Connection:
        url = self._engine.url.set(drivername="postgresql")
        connection = psycopg.connect(
            url.render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=5,
            application_name="onemap-ledger",
        )
        for channel in CHANNELS:
            connection.execute(f"LISTEN {channel}".encode())
        return connection

    def _follow(self, connection: psycopg.Connection) -> None:
        """Runs all jobs at once, then the due ones on each notification or time slice."""
        self.turn()
        self._outage.over()
        LOG.info("the ledger is at work")
        while not self._stopping.is_set():
            notified = {each.channel for each in connection.notifies(timeout=SLICE_S, stop_after=1)}
            if notified:
                self._stopping.wait(COALESCE_S)
                notified |= {each.channel for each in connection.notifies(timeout=0)}
            self.turn(notified)
