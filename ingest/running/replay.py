"""Takes quarantined messages in again, once their station is registered or their cause gone."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, NamedTuple

import psycopg

from data.clock import UtcDatetime
from data.database import transaction
from data.logs import first_line
from data.records import Refused, StationId
from data.tolerances import Tolerance
from data.vocabulary import Refusal
from ingest.details import kept_detail
from ingest.inbox import Message
from ingest.running.outage import FAULTS
from ingest.running.pipeline import Pipeline, cursor_of
from ingest.screening.screen import Entry, Screened, refuse
from ingest.stations import Cursor
from ingest.storage.writer import Counts
from ingest.tolerances import count_taken_in

PAGE = 500
ATTEMPTS: Final = 5
"""Ingest writes the same accounts in batches of its own: one of the two may have to yield."""

_PAGE = """
SELECT id, topic, payload, first_received_at, station_id, reason, detail,
    mendable_by FROM quarantine
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
_CORRECT = """
INSERT INTO hour_account AS a (station_id, hour, received, refused, partial)
SELECT station_id, date_trunc('hour', received_at, 'UTC') AS hour, sum(refused), sum(refused),
    sum(partial)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::int[])
    AS message (station_id, received_at, refused, partial)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (station_id, hour) DO UPDATE SET
    received = a.received + excluded.received, refused = a.refused + excluded.refused,
    partial = a.partial + excluded.partial
"""


@dataclass(slots=True)
class Replayed:
    """Counts of a replay: ``counts`` of messages stored, ``still`` of those refused, by reason.

    ``unchanged`` is the part of ``counts`` that was stored in part before and gave nothing new.
    ``not_whole`` are messages of which too little is kept to take them in, ever. ``after`` is the
    id of the last one looked at, None when none was left.
    """

    counts: Counts = field(default_factory=Counts)
    unchanged: Counts = field(default_factory=Counts)
    still: Counter[Refusal] = field(default_factory=Counter)
    not_whole: int = 0
    after: int | None = None

    @property
    def changed(self) -> Counts:
        """The messages that this replay brought further; no other counts as taken in."""
        return self.counts - self.unchanged


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the quarantined messages: by reason, by what would mend them, by station."""

    reason: Refusal | None = None
    kinds: list[Tolerance] | None = None
    station: StationId | None = None


EVERY: Final = Which()


def replay(
    pipeline: Pipeline, which: Which = EVERY, *, most_s: float = math.inf, after: int = 0
) -> Replayed:
    """Processes quarantined messages again, as new ones; those refused again stay there.

    Begins after the message of the id ``after``, and no further page after ``most_s`` seconds.

    A message counts as received when it first came, and so does the hourly tally: what was refused
    in that hour becomes stored, a duplicate and so on in the same hour. One stored in part fills in
    what can be read by now and waits for the rest. Each page is one transaction: a replay that is
    broken off or run twice takes nothing in twice.
    """
    done = Replayed(after=after)
    until = time.monotonic() + most_s
    while done.after is not None and time.monotonic() < until:
        page = Replayed()
        done.after = _persist(pipeline, done.after, which, page)
        done.counts += page.counts
        done.unchanged += page.unchanged
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
            page.counts, page.unchanged, page.still = Counts(), Counts(), Counter()
    return _page(pipeline, after, which, page)


def _page(pipeline: Pipeline, after: int, which: Which, done: Replayed) -> int | None:
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection)
        cursor.execute(_PAGE, {"after": after, "limit": PAGE, **asdict(which)})
        rows = cursor.fetchall()
        if not rows:
            return None
        groups = pipeline.sort_by_message([Message(row[1], row[2], row[3]) for row in rows])
        waiting = [
            _Waiting(row[0], row[3], row[4], row[5] == Refusal.PARTIAL, row[6], row[7], group)
            for row, group in zip(rows, groups, strict=True)
        ]
        written, faulty = _write_all(pipeline, cursor, waiting, done)
        read = [each for each in waiting if each.id in written]
        cursor.execute(_TAKEN, ([each.id for each in read if each.remains is None],))
        _correct_tally(cursor, read)
        count_taken_in(cursor, _by_tolerance(read))
        left = [each for each in waiting if each.id not in written]
        still = [(each, faulty.get(each.id) or _first_refusal(each.group)) for each in left]
        still += [(each, each.remains) for each in read if each.remains is not None]
        _note_why(cursor, still)
        done.still.update(each.reason_of(why) for each, why in still)
        return int(rows[-1][0])


class _Waiting(NamedTuple):
    """A message in quarantine, screened anew: its readings and refusals.

    One that ``is_partial`` has a reading in the archive and stands in the tally by its fate; any
    other stands there as refused, in the line of ``station_id``.
    """

    id: int
    received_at: UtcDatetime
    station_id: StationId | None
    is_partial: bool
    detail: str
    mendable_by: Sequence[Tolerance] | None
    group: Sequence[Entry]

    @property
    def only(self) -> Screened | None:
        """The reading of a message that is one reading; its bytes are those in quarantine."""
        entry = self.group[0]
        return entry if len(self.group) == 1 and isinstance(entry, Screened) else None

    @property
    def remains(self) -> Refused | None:
        """What is still refused of a message that is one reading, None if nothing is."""
        return self.only.remains if self.only else None

    @property
    def entries(self) -> Sequence[Entry]:
        """What is to be written; what remains of a single reading lies in quarantine already."""
        return self.group if self.only is None else [self.only._replace(remains=None)]

    @property
    def is_unchanged(self) -> bool:
        """Whether it was stored in part before, and lacks the very same still."""
        lacks = self.remains
        return self.is_partial and lacks is not None and kept_detail(lacks.detail) == self.detail

    def reason_of(self, why: Refused) -> Refusal:
        """Returns why it waits still; one stored in part stays so, whatever it lacks."""
        return Refusal.PARTIAL if self.is_partial else why.reason


def _by_tolerance(read: Iterable[_Waiting]) -> Counter[tuple[StationId, Tolerance]]:
    """Counts the readings taken in by station, and by the tolerances that they waited for."""
    found: Counter[tuple[StationId, Tolerance]] = Counter()
    for each in read:
        for entry in each.group:
            if isinstance(entry, Screened) and not each.is_unchanged:
                found.update((entry.station.id, kind) for kind in each.mendable_by or ())
    return found


def _first_refusal(group: Iterable[Entry]) -> Refused:
    return next(each for each in group if isinstance(each, Refused))


def _note_why(cursor: Cursor, still: Iterable[tuple[_Waiting, Refused]]) -> None:
    rows = [
        (
            each.reason_of(why),
            kept_detail(why.detail),
            sorted(why.mendable_by) or None,
            each.id,
        )
        for each, why in still
    ]
    cursor.executemany(_STILL, rows)


def _write_all(
    pipeline: Pipeline, cursor: Cursor, waiting: Sequence[_Waiting], done: Replayed
) -> tuple[set[int], dict[int, Refused]]:
    """Writes the messages that hold readings; those stored in part are tallied already."""
    readable = [each for each in waiting if any(isinstance(e, Screened) for e in each.group)]
    written: set[int] = set()
    faulty: dict[int, Refused] = {}
    for is_partial, is_unchanged in ((False, False), (True, False), (True, True)):
        kind = (is_partial, is_unchanged)
        part = [each for each in readable if (each.is_partial, each.is_unchanged) == kind]
        if part:
            before = done.counts
            ids, faults = _write(pipeline, cursor, part, done, is_tallied=not is_partial)
            if is_unchanged:
                done.unchanged += done.counts - before
            written |= ids
            faulty |= faults
    return written, faulty


def _write(
    pipeline: Pipeline,
    cursor: Cursor,
    readable: Sequence[_Waiting],
    done: Replayed,
    *,
    is_tallied: bool,
) -> tuple[set[int], dict[int, Refused]]:
    """Writes the messages; returns the ids written, and those that the database rejects.

    What is refused in a message that holds readings too goes into quarantine by itself.
    """
    entries = [entry for each in readable for entry in each.entries]
    try:
        with cursor.connection.transaction():
            done.counts += pipeline.write(cursor, entries, is_tallied=is_tallied)
    except FAULTS as error:
        if len(readable) == 1:
            reading = next(each for each in entries if isinstance(each, Screened))
            refused = refuse(reading.message, Refusal.DATABASE, first_line(error))
            return set(), {readable[0].id: replace(refused, station_id=reading.station.id)}
        middle = len(readable) // 2
        left, right = (
            _write(pipeline, cursor, part, done, is_tallied=is_tallied)
            for part in (readable[:middle], readable[middle:])
        )
        return left[0] | right[0], left[1] | right[1]
    done.still.update(each.reason for each in entries if isinstance(each, Refused))
    return {each.id for each in readable}, {}


def _correct_tally(cursor: Cursor, read: Iterable[_Waiting]) -> None:
    """Takes the messages' earlier counts out of the hourly tally: refused, or stored in part.

    The writer has counted each that was refused as received and by its new fate, under its station.
    """
    lines: list[tuple[Any, ...]] = []
    for each in read:
        if not each.is_partial:
            lines.append((each.station_id, each.received_at, -1, 0))
        change = (each.remains is not None) - each.is_partial
        if change and each.only is not None:
            lines.append((each.only.station.id, each.received_at, 0, change))
    if lines:
        cursor.execute(_CORRECT, tuple(map(list, zip(*lines, strict=True))))
