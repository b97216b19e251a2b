"""Quarantined messages taken in again, now that their station is registered or their cause gone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.database import transaction
from data.records import Refused
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.outage import FAULTS, first_line
from ingest.pipeline import Pipeline, cursor_of
from ingest.screen import Entry, Taken, refuse
from ingest.stations import Cursor
from ingest.writer import Counts

PAGE = 500

_PAGE = """
SELECT id, topic, payload, first_received_at FROM quarantine
WHERE replayed_at IS NULL AND id > %(after)s AND (%(reason)s::text IS NULL OR reason = %(reason)s)
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_TAKEN = "UPDATE quarantine SET replayed_at = now() WHERE id = ANY(%s)"
_STILL = "UPDATE quarantine SET reason = %s, detail = %s WHERE id = %s"


@dataclass(slots=True)
class Replayed:
    """What became of the quarantined messages: ``counts`` of those taken in, the rest by reason."""

    counts: Counts = field(default_factory=Counts)
    still: Counter[Refusal] = field(default_factory=Counter)


def replay(pipeline: Pipeline, reason: Refusal | None = None) -> Replayed:
    """Every pending message has gone the way of a new one; what is still refused stays.

    A message counts as received when it first came. Each page is one transaction: a replay that is
    broken off or run twice takes nothing in twice.
    """
    done = Replayed()
    after = 0
    while True:
        last = _page(pipeline, after, reason, done)
        if last is None:
            return done
        after = last


def _page(pipeline: Pipeline, after: int, reason: Refusal | None, done: Replayed) -> int | None:
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection)
        cursor.execute(_PAGE, {"after": after, "reason": reason, "limit": PAGE})
        rows = cursor.fetchall()
        if not rows:
            return None
        messages = [Message(topic, payload, at) for _, topic, payload, at in rows]
        entries = pipeline.sort(messages)
        taken = [
            (row[0], each)
            for row, each in zip(rows, entries, strict=True)
            if isinstance(each, Taken)
        ]
        refused = [
            (row[0], each)
            for row, each in zip(rows, entries, strict=True)
            if isinstance(each, Refused)
        ]
        ids, faulty = _write(pipeline, cursor, taken, done)
        refused += faulty
        cursor.execute(_TAKEN, (ids,))
        cursor.executemany(_STILL, [(each.reason, each.detail, n) for n, each in refused])
        done.still.update(each.reason for _, each in refused)
        return int(rows[-1][0])


def _write(
    pipeline: Pipeline, cursor: Cursor, taken: Sequence[tuple[int, Taken]], done: Replayed
) -> tuple[list[int], list[tuple[int, Refused]]]:
    """The ids that were written, and what the database refuses one by one."""
    entries: list[Entry] = [each for _, each in taken]
    try:
        with cursor.connection.transaction():
            done.counts += pipeline.write(cursor, entries)
    except FAULTS as error:
        if len(taken) == 1:
            refused = refuse(taken[0][1].message, Refusal.DATABASE, first_line(error))
            return [], [(taken[0][0], refused)]
        middle = len(taken) // 2
        left, right = (
            _write(pipeline, cursor, part, done) for part in (taken[:middle], taken[middle:])
        )
        return left[0] + right[0], left[1] + right[1]
    return [n for n, _ in taken], []
