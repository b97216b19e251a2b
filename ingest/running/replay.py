"""Takes quarantined messages in again, once their station is registered or their cause gone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import psycopg

from data.clock import UtcDatetime
from data.database import transaction
from data.records import Refused, StationId
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.running.outage import FAULTS, first_line
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
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_NOT_WHOLE = """
SELECT coalesce(sum(CASE WHEN is_sum THEN seen_count ELSE 1 END), 0)::bigint FROM quarantine
WHERE replayed_at IS NULL AND (is_sum OR length(payload) < payload_length)
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
"""
_TAKEN = "UPDATE quarantine SET replayed_at = now() WHERE id = ANY(%s)"
_STILL = "UPDATE quarantine SET reason = %s, detail = %s WHERE id = %s"
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


def replay(pipeline: Pipeline, reason: Refusal | None = None) -> Replayed:
    """Processes quarantined messages again, as new ones; those refused again stay there.

    A message counts as received when it first came, and so does the hourly tally: what was refused
    in that hour becomes stored, a duplicate and so on in the same hour. Each page is one
    transaction: a replay that is broken off or run twice takes nothing in twice.
    """
    done = Replayed()
    after: int | None = 0
    while after is not None:
        page = Replayed()
        after = _persist(pipeline, after, reason, page)
        done.counts += page.counts
        done.still += page.still
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection).execute(_NOT_WHOLE, {"reason": reason})
        (done.not_whole,) = cursor.fetchone() or (0,)
    return done


def _persist(pipeline: Pipeline, after: int, reason: Refusal | None, page: Replayed) -> int | None:
    """Replays a page of messages, again after a deadlock; returns its last id, None at the end."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _page(pipeline, after, reason, page)
        except psycopg.errors.DeadlockDetected:
            page.counts, page.still = Counts(), Counter()
    return _page(pipeline, after, reason, page)


def _page(pipeline: Pipeline, after: int, reason: Refusal | None, done: Replayed) -> int | None:
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection)
        cursor.execute(_PAGE, {"after": after, "reason": reason, "limit": PAGE})
        rows = cursor.fetchall()
        if not rows:
            return None
        messages = [Message(topic, payload, at) for _, topic, payload, at, _ in rows]
        entries = pipeline.sort(messages)
        screened = [
            (row[0], each)
            for row, each in zip(rows, entries, strict=True)
            if isinstance(each, Screened)
        ]
        refused = [
            (row[0], each)
            for row, each in zip(rows, entries, strict=True)
            if isinstance(each, Refused)
        ]
        ids, faulty = _write(pipeline, cursor, screened, done)
        refused += faulty
        cursor.execute(_TAKEN, (ids,))
        written = set(ids)
        _withdraw(cursor, ((row[4], row[3]) for row in rows if row[0] in written))
        cursor.executemany(_STILL, [(each.reason, each.detail, n) for n, each in refused])
        done.still.update(each.reason for _, each in refused)
        return int(rows[-1][0])


def _write(
    pipeline: Pipeline, cursor: Cursor, screened: Sequence[tuple[int, Screened]], done: Replayed
) -> tuple[list[int], list[tuple[int, Refused]]]:
    """Writes the messages; returns the ids written, and those that the database rejects."""
    entries: list[Entry] = [each for _, each in screened]
    try:
        with cursor.connection.transaction():
            done.counts += pipeline.write(cursor, entries)
    except FAULTS as error:
        if len(screened) == 1:
            n, each = screened[0]
            refused = refuse(each.message, Refusal.DATABASE, first_line(error))
            return [], [(n, replace(refused, station_id=each.station.id))]
        middle = len(screened) // 2
        left, right = (
            _write(pipeline, cursor, part, done) for part in (screened[:middle], screened[middle:])
        )
        return left[0] + right[0], left[1] + right[1]
    return [n for n, _ in screened], []


def _withdraw(cursor: Cursor, messages: Iterable[tuple[StationId | None, UtcDatetime]]) -> None:
    """Subtracts these messages' refusals from the hourly tally.

    The writer has counted each as received and by its new fate, under its station.
    """
    columns: list[tuple[Any, ...]] = list(zip(*messages, strict=True))
    if columns:
        cursor.execute(_WITHDRAW, tuple(map(list, columns)))
