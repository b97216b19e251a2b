"""Writes four weeks of readings of made devices through ingest, under an earlier clock."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import Engine

from dashboard.demo import watch
from dashboard.demo.faults import Faulty
from dashboard.demo.progress import Progress
from dashboard.parts.wording import _
from data.clock import Clock, UtcDatetime, to_utc
from data.records import StationCode
from ingest.inbox import Message
from ingest.screening.screen import Screen
from ingest.simulator.devices import Device, message
from ingest.simulator.values import chance
from ingest.storage.writer import Counts, Writer
from ingest.topics import topic_of

WEEKS = 4
SECTION_STEP = timedelta(hours=4)
OUTFALL_STEP = timedelta(hours=1)
TRAVEL = timedelta(seconds=2)
MISSED_SHARE = 0.015
BATCH = 1000
POLLUTED = "QC-S13"
"""A clean section that ran foul for most of a day; its problem has been signed off since."""
SPILL, SPILL_BEGAN, SPILL_ENDED = 3.0, timedelta(days=15), timedelta(days=14.2)
Then = Callable[[UtcDatetime], None]


def write(engine: Engine, clock: Clock, progress: Progress, then: Then) -> Counts:
    """Stores invented readings as if sent over the last four weeks; returns the counts stored.

    After each batch ``then`` is called with the arrival time of the newest of its messages.
    """
    end = clock()
    messages = iter(sorted(made_messages(end), key=lambda each: each.received_at))
    screen, writer, counts = Screen(), Writer(), Counts()
    while batch := list(islice(messages, BATCH)):
        counts += write_batch(engine, screen, writer, batch)
        progress(_("{count} readings of four weeks").format(count=counts.total))
        then(batch[-1].received_at)
    return counts


def write_batch(engine: Engine, screen: Screen, writer: Writer, batch: Sequence[Message]) -> Counts:
    """Writes a batch of messages in one transaction; returns the counts of what was stored."""
    with engine.begin() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101  a connection that begun has its driver's
        with raw.cursor() as cursor:
            return writer.write(cursor, screen.sort(cursor, batch), batch[-1].received_at)


def made_messages(end: UtcDatetime) -> Iterator[Message]:
    """Yields each simulated device's messages of the four weeks up to ``end``, a few left out."""
    for section in watch.sections():
        last = end - timedelta(days=section.silent_days)
        yield from _of(section.device, SECTION_STEP, end, to_utc(last))
    for outfall in watch.outfalls():
        yield from _of(outfall.device, OUTFALL_STEP, end, end)


def _of(device: Device, step: timedelta, end: UtcDatetime, last: UtcDatetime) -> Iterator[Message]:
    count = int(timedelta(weeks=WEEKS) / step)
    whole = int(end.timestamp() // step.total_seconds()) * step.total_seconds()
    lag = timedelta(seconds=end.timestamp() - whole)
    faulty = Faulty(device, to_utc(end - lag))
    for back in range(count, -1, -1):
        at = to_utc(end - lag - back * step)
        missed = back > 1 and chance(device.code, "missed", at) < MISSED_SHARE
        if at > last or (missed and not faulty.is_faulty(at)):
            continue
        topic = topic_of(StationCode(device.code))
        payload = message(faulty, at, _spilt(device, at, end), faulty.flags(at))
        yield Message(topic, payload, to_utc(at + TRAVEL))


def _spilt(device: Device, at: UtcDatetime, end: UtcDatetime) -> float:
    """Returns how much spilt pollution passes the device at that moment."""
    runs_by = end - SPILL_BEGAN <= at <= end - SPILL_ENDED
    return SPILL if device.code == POLLUTED and runs_by else 0.0
