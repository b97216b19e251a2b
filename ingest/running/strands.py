"""Strands: threads of one process that share the stations, as lanes do between processes.

While one waits for the database, another decodes and checks. All messages of a station go to one
strand, in their order.
"""

import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

from data.background import WatchedThread
from data.settings import IngestSettings
from ingest.inbox import Inbox
from ingest.running.lane_process import Answer
from ingest.running.lanes import Committed
from ingest.running.pipeline import Pipeline

STRANDS: Final = 2
"""One at the database, one at its messages; a third would only wait for Python's lock."""

SWITCH_S: Final = 0.0005
"""Whom the database has answered waits at most so long for Python's lock; its default is 5 ms."""

IDLE_S: Final = 0.25


class Strand:
    """A thread that writes batches through its own pipeline."""

    def __init__(
        self,
        number: int,
        pipeline: Pipeline,
        inbox: Inbox,
        committed: Committed,
        settings: IngestSettings,
    ) -> None:
        self._number = number
        self._pipeline = pipeline
        self._inbox = inbox
        self._committed = committed
        self._settings = settings
        self._stopping = threading.Event()
        self._thread = WatchedThread(f"strand-{number}", self._run)

    @property
    def fault(self) -> BaseException | None:
        """The fault by which the thread has ended, if by any."""
        return self._thread.fault

    def start(self) -> None:
        """Starts the thread that writes batches."""
        self._thread.start()

    def stop(self) -> None:
        """Makes the thread begin no new batch."""
        self._stopping.set()

    def join(self) -> None:
        """Waits until the present batch is committed and reported, unless the database is away."""
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._take_batch()

    def _take_batch(self) -> None:
        messages = self._inbox.take(
            self._settings.batch_messages,
            fill_s=self._settings.batch_wait_ms / 1000,
            idle_s=IDLE_S,
            lane=self._number,
        )
        if not messages:
            return
        began = time.monotonic()
        done = self._pipeline.take_in(messages, self._stopping)
        if done is not None:
            self._committed(messages, Answer.to(done), time.monotonic() - began)


class Strands:
    """All strands (threads that write batches) of one worker."""

    def __init__(
        self,
        pipelines: Sequence[Pipeline],
        inbox: Inbox,
        committed: Committed,
        settings: IngestSettings,
    ) -> None:
        self._strands = [
            Strand(number, pipeline, inbox, committed, settings)
            for number, pipeline in enumerate(pipelines)
        ]

    def start(self) -> None:
        """Starts every strand (a thread) and makes Python switch between threads after SWITCH_S."""
        sys.setswitchinterval(SWITCH_S)
        for strand in self._strands:
            strand.start()

    def check(self) -> None:
        """Raises the error by which a strand (thread) has ended, if any has."""
        for strand in self._strands:
            if strand.fault is not None:
                raise strand.fault

    def stop(self) -> None:
        """Stops every strand; waits for its present batch, unless the database is away."""
        for strand in self._strands:
            strand.stop()
        for strand in self._strands:
            strand.join()
