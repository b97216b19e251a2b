"""Takes in by itself what waited in quarantine: for a tolerance, or until the office asks."""

import logging
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from data.database import transaction
from data.records import RawReading, StationId
from data.tolerances import Tolerance
from ingest.codecs.refusal import Unreadable
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline, cursor_of
from ingest.running.replay import Which, replay
from ingest.screening.decoding import readings_in
from ingest.stations import find_by_id
from ingest.topics import address_of

LOG = logging.getLogger(__name__)

MOST_S: Final = 2.0
"""So long one turn may take; the next goes on."""

SETTLED_S: Final = 15
"""By then every lane knows the tolerance: nothing is put into quarantine for lack of it."""

_DUE: Final = """
SELECT station_id, array_agg(kind ORDER BY kind), array_agg(id),
    bool_and(started_at < now() - make_interval(secs => %s))
FROM tolerance WHERE replayed_at IS NULL AND ended_at IS NULL
GROUP BY station_id ORDER BY min(id)
"""
_REPLAYED: Final = """
UPDATE tolerance SET taken_in = coalesce(taken_in, 0), replayed_at = now() WHERE id = ANY(%s)
"""
_LEFT: Final = """
SELECT EXISTS (SELECT FROM quarantine WHERE replayed_at IS NULL AND NOT is_sum
    AND length(payload) = payload_length AND mendable_by && %(kinds)s::text[]
    AND (%(station)s::bigint IS NULL OR station_id = %(station)s))
"""
_ASKED: Final = """
SELECT id, station_id, after_id FROM replay_request
WHERE done_at IS NULL AND asked_at < now() - make_interval(secs => %s) ORDER BY id
"""
_GONE_ON: Final = """
UPDATE replay_request SET taken_count = taken_count + %(taken)s,
    refused_count = refused_count + %(refused)s, after_id = coalesce(%(after)s, after_id),
    done_at = CASE WHEN %(after)s::bigint IS NULL THEN now() END
WHERE id = %(id)s
"""


def take_in_waiting(pipeline: Pipeline, *, settled_s: float = SETTLED_S) -> int:
    """Replays what waits for tolerances that were switched on lately; returns how much went in.

    What the office asked for is replayed once, ``settled_s`` later: by then the mapping that it
    saved is known. For a tolerance it is replayed again and again, until the tolerance is
    ``settled_s`` old and nothing is left: only then its row says that it is replayed.
    """
    with transaction(pipeline.engine) as connection:
        due = cursor_of(connection).execute(_DUE, (settled_s,)).fetchall()
        asked = cursor_of(connection).execute(_ASKED, (settled_s,)).fetchall()
    tolerated = sum(_take_in(pipeline, *row) for row in due)
    return tolerated + sum(_take_in_asked(pipeline, *row) for row in asked)


def _take_in(
    pipeline: Pipeline,
    station: StationId | None,
    kinds: list[Any],
    ids: list[int],
    is_settled: bool,
) -> int:
    which = Which(kinds=[Tolerance(kind) for kind in kinds], station=station)
    done = replay(pipeline, which, most_s=MOST_S)
    count = done.changed.taken_in
    with transaction(pipeline.engine) as connection:
        cursor = cursor_of(connection)
        cursor.execute(_LEFT, {"kinds": which.kinds, "station": station})
        (is_left,) = cursor.fetchone() or (False,)
        if is_settled and not is_left:
            cursor.execute(_REPLAYED, (ids,))
    if count:
        LOG.info("taken in from quarantine for %s: %d readings", ", ".join(kinds), count)
    return count


def _take_in_asked(pipeline: Pipeline, request: int, station: StationId, after: int) -> int:
    """Replays a turn of what the office asked for of a station; the next turn goes on."""
    done = replay(pipeline, Which(station=station), most_s=MOST_S, after=after)
    count = done.changed.taken_in
    with transaction(pipeline.engine) as connection:
        cursor_of(connection).execute(
            _GONE_ON,
            {"id": request, "taken": count, "refused": done.still.total(), "after": done.after},
        )
    if count:
        LOG.info("taken in from quarantine as the office asked: %d readings", count)
    return count


def preview(
    connection: Connection,
    station: StationId,
    message: Message,
    kinds: Collection[Tolerance],
    *,
    most: int,
) -> list[RawReading]:
    """Returns the readings in a quarantined message of the station, were these faults tolerated.

    Empty where nothing could be read even so.
    """
    facts = find_by_id(cursor_of(connection), [station]).get(station)
    if facts is None:
        return []
    lenient = replace(facts, tolerances=facts.tolerances | set(kinds))
    try:
        address = address_of(message.topic)
        found = readings_in(message.payload, address, lenient, message.received_at, most)
    except Unreadable:
        return []
    if isinstance(found, RawReading):
        return [found]
    return [reading for _, reading in found if isinstance(reading, RawReading)]
