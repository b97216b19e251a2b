"""Writes months of readings of made devices through ingest, under an earlier clock.

The last four weeks are dense and have faults and a spill; what came before is sparser, by season.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy import Engine

from dashboard.demo import watch
from dashboard.demo.faults import Faulty
from dashboard.demo.past import MONTH, Past
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
PAST_STEP = timedelta(hours=4)
TRAVEL = timedelta(seconds=2)
MISSED_SHARE = 0.015
BATCH = 1000
SAID_EACH = 10_000
POLLUTED = "QC-S13"
"""A clean section that ran foul for most of a day; its problem has been signed off since."""
SPILL, SPILL_BEGAN, SPILL_ENDED = 3.0, timedelta(days=15), timedelta(days=14.2)
Then = Callable[[UtcDatetime], None]


def write(engine: Engine, clock: Clock, progress: Progress, then: Then, months: int) -> Counts:
    """Stores invented readings as if sent over the last months; returns the counts stored.

    After each batch ``then`` is called with the arrival time of the newest of its messages.
    """
    messages = made_messages(clock(), months)
    screen, writer, counts = Screen(), Writer(), Counts()
    while batch := list(islice(messages, BATCH)):
        said = counts.total // SAID_EACH
        counts += write_batch(engine, screen, writer, batch)
        if counts.total // SAID_EACH > said:
            progress(_("{count:,} readings").format(count=counts.total))
        then(batch[-1].received_at)
    progress(_("{count:,} readings").format(count=counts.total))
    return counts


def write_batch(engine: Engine, screen: Screen, writer: Writer, batch: Sequence[Message]) -> Counts:
    """Writes a batch of messages in one transaction; returns the counts of what was stored."""
    with engine.begin() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101  a connection that begun has its driver's
        with raw.cursor() as cursor:
            return writer.write(cursor, screen.sort(cursor, batch), batch[-1].received_at)


def made_messages(end: UtcDatetime, months: int) -> Iterator[Message]:
    """Yields all simulated devices' messages in order of arrival, a few left out.

    They begin ``months`` before ``end``, at least the last four weeks before it.
    """
    instants = [*past_instants(end, months)]
    devices: list[tuple[Device, timedelta, float]] = []
    devices += [(each.device, SECTION_STEP, each.silent_days) for each in watch.sections()]
    devices += [(each.device, OUTFALL_STEP, 0.0) for each in watch.outfalls()]
    yield from merge(
        *(_past(device, instants, end) for device, _step, _days in devices),
        key=lambda each: each.received_at,
    )
    yield from merge(
        *(_of(device, step, end, to_utc(end - timedelta(days=days)))
          for device, step, days in devices),
        key=lambda each: each.received_at,
    )  # fmt: skip


def past_instants(end: UtcDatetime, months: int) -> Iterator[UtcDatetime]:
    """Yields the instants of the sparse part of the history, every four hours, in order."""
    step_s = PAST_STEP.total_seconds()
    first = int((end - months * MONTH).timestamp() // step_s)
    last = int((end - timedelta(weeks=WEEKS)).timestamp() // step_s)
    for number in range(first, last):
        yield to_utc(datetime.fromtimestamp(number * step_s, UTC))


def _past(device: Device, instants: Sequence[UtcDatetime], end: UtcDatetime) -> Iterator[Message]:
    """Yields the device's messages before the last four weeks, a few left out."""
    past = Past(device, to_utc(end - timedelta(weeks=WEEKS)), end)
    topic = topic_of(StationCode(device.code))
    for at in instants:
        if past.is_silent(at) or chance(device.code, "missed", at) < MISSED_SHARE:
            continue
        yield Message(topic, message(past, at), to_utc(at + TRAVEL))


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
