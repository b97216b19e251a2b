"""One lane: a process that takes in the messages of its stations, a batch at a time.

Its parent speaks with it over a pair of sockets: first the ``Setup``, then batches; each is
answered when it is committed. It ends when the parent closes its side, by will or by death, and
finishes what it was given before, unless the database is away.
"""

import logging
import queue
import signal
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Final, NamedTuple

from data import clock
from data.background import WatchedThread, watch_threads
from data.clock import UtcDatetime
from data.database import engine
from data.database_clock import CheckedClock
from data.logs import begin_logging
from data.records import Refused, Whole
from data.settings import IngestSettings, QualitySettings
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.running.collector import rest_collector
from ingest.running.pipeline import Committed, Pipeline
from ingest.storage.writer import Counts
from ingest.transport.receipts import receipts_of

LOG = logging.getLogger(__name__)
POOL_SIZE: Final = 2


class Setup(NamedTuple):
    """The first message to a lane (a process that writes batches): its settings."""

    number: int
    database_url: str
    ingest: IngestSettings
    quality: QualitySettings | None


class Batch(NamedTuple):
    """A batch of messages as columns, which pickle in a third of the time of objects."""

    topics: list[str]
    payloads: list[bytes]
    received_at: list[UtcDatetime]
    wholes: list[Whole | None]

    @classmethod
    def of(cls, messages: Sequence[Message]) -> "Batch":
        """Packs the messages without the transport's message ids, useless to other processes."""
        return cls(
            [each.topic for each in messages],
            [each.payload for each in messages],
            [each.received_at for each in messages],
            [each.whole for each in messages],
        )

    def messages(self) -> list[Message]:
        """Returns the packed messages as objects."""
        return [
            Message(topic, payload, at, whole=whole)
            for topic, payload, at, whole in zip(*self, strict=True)
        ]


class Answer(NamedTuple):
    """The result of a committed batch: counts, refusals by reason, receipts to send."""

    counts: Counts
    refused: dict[Refusal, int]
    receipts: list[tuple[str, bytes]]

    @classmethod
    def to(cls, done: Committed) -> "Answer":
        """Makes the answer to the parent process for a committed batch."""
        return cls(
            done.counts,
            dict(Counter(each.reason for each in done.entries if isinstance(each, Refused))),
            [(each.topic, each.payload) for each in receipts_of(done.entries)],
        )


def serve(parent: Connection) -> None:
    """Commits and answers each batch, until the parent process ends or sends no more."""
    setup: Setup = parent.recv()
    begin_logging(f"lane {setup.number}: ")
    on = engine(setup.database_url, pool_size=POOL_SIZE, application=f"onemap-lane-{setup.number}")
    check = CheckedClock(on, clock.now)
    pipeline = Pipeline(on, setup.ingest, setup.quality, check_clock=check)
    rest_collector()
    batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
    stopping = threading.Event()
    listening = WatchedThread("lane-listener", _listen, args=(parent, batches, stopping))
    listening.start()
    while (batch := batches.get()) is not None:
        done = pipeline.take_in(batch.messages(), stopping)
        if done is None:
            break
        try:
            parent.send(Answer.to(done))
        except OSError:
            break
    on.dispose()
    if listening.fault is not None:
        raise listening.fault


def _listen(
    parent: Connection, batches: "queue.SimpleQueue[Batch | None]", stopping: threading.Event
) -> None:
    """Queues batches as the parent sends them, so that the parent never waits to send."""
    try:
        while True:
            batches.put(parent.recv())
    except (EOFError, OSError):
        LOG.debug("the parent sends no more")
    finally:
        stopping.set()
        batches.put(None)


def main() -> None:
    """Runs a lane process on the socket whose number is the argument; ends only with the parent."""
    watch_threads()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    serve(Connection(int(sys.argv[1])))
