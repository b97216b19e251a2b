"""Takes quarantined messages in again, once their station is registered or their cause gone."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import psycopg

from data.clock import UtcDatetime
from data.database import transaction
from data.logs import first_line
from data.records import Refused, StationId
from data.tolerances import Tolerance
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.running.outage import FAULTS
from ingest.running.pipeline import Pipeline, cursor_of
from ingest.screening.screen import Entry, Screened, refuse
from ingest.stations import Cursor
from ingest.storage.writer import Counts

PAGE = 500
ATTEMPTS: Final = 5
"""Ingest writes the same accounts in batches of its own: one of the two may have to yield."""

_PAGE = """
SELECT id, topic, payload, first_received_at, station_id FROM quarantine
WHERE replayed_at IS NULL AND NOT is_sum AND length(payload) = payload_length
    AND id > %(after)s AND (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(kinds)s::text[] IS NULL OR mendable_by && %(kinds)s::text[])
    AND (%(station)s::bigint IS NULL OR station_id = %(station)s)
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_NOT_WHOLE = """
SELECT coalesce(sum(CASE WHEN is_sum THEN seen_count ELSE 1 END), 0)::bigint FROM quarantine
WHERE replayed_at IS NULL AND (is_sum OR length(payload) < payload_length)
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
"""
_TAKEN = "UPDATE quarantine SET replayed_at = now() WHERE id = ANY(%s)"
_STILL = "UPDATE quarantine SET reason = %s, detail = %s, mendable_by = %s WHERE id = %s"
_WITHDRAW = """
INSERT INTO hour_account AS a (station_id, hour, received, refused)
SELECT station_id, date_trunc('hour', received_at, 'UTC') AS hour, -count(*), -count(*)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS message (station_id, received_at)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (station_id, hour) DO UPDATE SET
    received = a.received + excluded.received, refused = a.refused + excluded.refused
"""


@dataclass(slots=True)
class Replayed:
    """Counts of a replay: ``counts`` of messages stored, ``still`` of those refused, by reason.

    ``not_whole`` are messages of which too little is kept to take them in, ever.
    """

    counts: Counts = field(default_factory=Counts)
    still: Counter[Refusal] = field(default_factory=Counter)
    not_whole: int = 0


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the quarantined messages: by reason, by what would mend them, by station."""

    reason: Refusal | None = None
    kinds: list[Tolerance] | None = None
    station: StationId | None = None


EVERY: Final = Which()


def replay(pipeline: Pipeline, which: Which = EVERY, *, most_s: float = math.inf) -> Replayed:
    """Processes quarantined messages again, as new ones; those refused again stay there.

    Begins no further page after ``most_s`` seconds.

    A message counts as received when it first came, and so does the hourly tally: what was refused
    in that hour becomes stored, a duplicate and so on in the same hour. Each page is one
    transaction: a replay that is broken off or run twice takes nothing in twice.
    """
    done = Replayed()
    until = time.monotonic() + most_s
    after: int | None = 0
    while after is not None and time.monotonic() < until:
        page = Replayed()
        after = _persist(pipeline, after, which, page)
        done.counts += page.counts
        done.still += page.still
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection).execute(_NOT_WHOLE, {"reason": which.reason})
        (done.not_whole,) = cursor.fetchone() or (0,)
    return done


def _persist(pipeline: Pipeline, after: int, which: Which, page: Replayed) -> int | None:
    """Replays a page of messages, again after a deadlock; returns its last id, None at the end."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _page(pipeline, after, which, page)
        except psycopg.errors.DeadlockDetected:
            page.counts, page.still = Counts(), Counter()
    return _page(pipeline, after, which, page)


def _page(pipeline: Pipeline, after: int, which: Which, done: Replayed) -> int | None:
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection)
        cursor.execute(_PAGE, {"after": after, "limit": PAGE, **asdict(which)})
        rows = cursor.fetchall()
        if not rows:
            return None
        messages = [Message(topic, payload, at) for _, topic, payload, at, _ in rows]
        groups = list(zip(rows, pipeline.sort_by_message(messages), strict=True))
        readable = [
            (row[0], group)
            for row, group in groups
            if any(isinstance(each, Screened) for each in group)
        ]
        written, faulty = _write(pipeline, cursor, readable, done)
        cursor.execute(_TAKEN, (sorted(written),))
        _withdraw(cursor, ((row[4], row[3]) for row in rows if row[0] in written))
        left = [(row[0], group) for row, group in groups if row[0] not in written]
        still = [(n, faulty.get(n) or _first_refusal(group)) for n, group in left]
        cursor.executemany(
            _STILL,
            [(each.reason, each.detail, sorted(each.mendable_by) or None, n) for n, each in still],
        )
        done.still.update(each.reason for _, each in still)
        return int(rows[-1][0])


def _first_refusal(group: Iterable[Entry]) -> Refused:
    return next(each for each in group if isinstance(each, Refused))


def _write(
    pipeline: Pipeline,
    cursor: Cursor,
    readable: Sequence[tuple[int, Sequence[Entry]]],
    done: Replayed,
) -> tuple[set[int], dict[int, Refused]]:
    """Writes the messages; returns the ids written, and those that the database rejects.

    What is refused in a message that holds readings too goes into quarantine by itself.
    """
    entries = [each for _, group in readable for each in group]
    try:
        with cursor.connection.transaction():
            done.counts += pipeline.write(cursor, entries)
    except FAULTS as error:
        if len(readable) == 1:
            n, group = readable[0]
            each = next(each for each in group if isinstance(each, Screened))
            refused = refuse(each.message, Refusal.DATABASE, first_line(error))
            return set(), {n: replace(refused, station_id=each.station.id)}
        middle = len(readable) // 2
        left, right = (
            _write(pipeline, cursor, part, done) for part in (readable[:middle], readable[middle:])
        )
        return left[0] | right[0], left[1] | right[1]
    done.still.update(each.reason for each in entries if isinstance(each, Refused))
    return {n for n, _ in readable}, {}


def _withdraw(cursor: Cursor, messages: Iterable[tuple[StationId | None, UtcDatetime]]) -> None:
    """Subtracts these messages' refusals from the hourly tally.

    The writer has counted each as received and by its new fate, under its station.
    """
    columns: list[tuple[Any, ...]] = list(zip(*messages, strict=True))
    if columns:
        cursor.execute(_WITHDRAW, tuple(map(list, columns)))
