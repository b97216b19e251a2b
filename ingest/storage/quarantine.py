"""Puts refused messages into quarantine; the same one again is counted."""

import hashlib
from collections.abc import Iterable
from typing import Final

from data.encodings import with_marks
from data.records import Refused
from ingest.details import kept_detail
from ingest.stations import Cursor
from ingest.topics import PREFIX, station_in

LONGEST_TOPIC: Final = 255
"""No topic of ours is as long. The index could not hold one of many thousand letters."""

SUM_DETAIL: Final = "beyond the hour's budget: counted, not kept"

_INSERT = """
INSERT INTO quarantine AS q (topic, payload, payload_sha256, reason, detail, seen_count,
    first_received_at, last_received_at, station_id, payload_length, is_sum, mendable_by)
SELECT topic, payload, digest, reason, detail, seen, first_at, last_at, station, length, is_sum,
    string_to_array(nullif(mending, ''), ' ')
FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::int[],
    %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bool[], %s::text[])
    AS refused (topic, payload, digest, reason, detail, seen, first_at, last_at, station, length,
    is_sum, mending)
ON CONFLICT (topic, payload_sha256) DO UPDATE SET
    reason = excluded.reason, detail = excluded.detail, mendable_by = excluded.mendable_by,
    seen_count = q.seen_count + excluded.seen_count,
    payload_length = CASE WHEN q.is_sum
        THEN q.payload_length + excluded.payload_length ELSE q.payload_length END,
    first_received_at = CASE WHEN q.replayed_at IS NULL
        THEN q.first_received_at ELSE excluded.first_received_at END,
    station_id = CASE WHEN q.replayed_at IS NULL THEN q.station_id ELSE excluded.station_id END,
    last_received_at = greatest(q.last_received_at, excluded.last_received_at),
    replayed_at = NULL
"""


def put(cursor: Cursor, refused: Iterable[Refused]) -> None:
    """Stores refused messages in quarantine, each with the station that its refusal counts for.

    One that had been taken in since and is refused anew counts from now: the arrival that a replay
    may take in is the first of those that still wait. Those that are only counted share a row of
    their station, hour and reason.
    """
    groups: dict[tuple[str, bytes], list[Refused]] = {}
    for each in refused:
        groups.setdefault(_sum_key(each) if each.is_counted_only else _key(each), []).append(each)
    if not groups:
        return
    rows = [
        (
            topic,
            same[0].payload,
            digest,
            same[-1].reason.value,
            SUM_DETAIL if is_sum else kept_detail(with_marks(same[-1].detail)),
            len(same),
            (earliest := min(same, key=lambda each: each.received_at)).received_at,
            max(each.received_at for each in same),
            earliest.station_id,
            sum(each.length for each in same) if is_sum else same[0].length,
            is_sum,
            "" if is_sum else " ".join(sorted(same[-1].mendable_by)),
        )
        for (topic, digest), same in sorted(groups.items())
        for is_sum in [same[0].is_counted_only]
    ]
    cursor.execute(_INSERT, tuple(map(list, zip(*rows, strict=True))))


def _key(refused: Refused) -> tuple[str, bytes]:
    digest = refused.whole.sha256 if refused.whole else hashlib.sha256(refused.payload).digest()
    return with_marks(refused.topic)[:LONGEST_TOPIC], digest


def _sum_key(refused: Refused) -> tuple[str, bytes]:
    """Returns the topic and hash of the row that counts a station's messages of an hour and reason.

    The topic is a filter, which nobody can publish to; all unregistered stations share one.
    """
    station = station_in(refused.topic) if refused.station_id is not None else None
    topic = f"{PREFIX}/{station or '+'}/#"
    text = f"{topic} {refused.received_at:%Y-%m-%dT%H} {refused.reason}"
    return topic, hashlib.sha256(text.encode()).digest()
