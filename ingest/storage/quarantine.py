"""Puts refused messages into quarantine; the same one again is counted."""

import hashlib
from collections.abc import Iterable

from data.records import Refused
from ingest.stations import Cursor

LONGEST_DETAIL = 500

_INSERT = """
INSERT INTO quarantine AS q (topic, payload, payload_sha256, reason, detail, seen_count,
    first_received_at, last_received_at, station_id, payload_length)
SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::int[],
    %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[])
ON CONFLICT (topic, payload_sha256) DO UPDATE SET
    reason = excluded.reason, detail = excluded.detail,
    seen_count = q.seen_count + excluded.seen_count,
    first_received_at = CASE WHEN q.replayed_at IS NULL
        THEN q.first_received_at ELSE excluded.first_received_at END,
    station_id = CASE WHEN q.replayed_at IS NULL THEN q.station_id ELSE excluded.station_id END,
    last_received_at = greatest(q.last_received_at, excluded.last_received_at),
    replayed_at = NULL
"""


def put(cursor: Cursor, refused: Iterable[Refused]) -> None:
    """Stores refused messages in quarantine, each with the station that its refusal counts for.

    One that had been taken in since and is refused anew counts from now: the arrival that a replay
    may take in is the first of those that still wait.
    """
    groups: dict[tuple[str, bytes], list[Refused]] = {}
    for each in refused:
        found = groups.setdefault((_clean(each.topic), _digest(each.payload)), [])
        found.append(each)
    if not groups:
        return
    rows = [
        (
            topic,
            same[0].payload,
            digest,
            same[-1].reason.value,
            _clean(same[-1].detail)[:LONGEST_DETAIL],
            len(same),
            (earliest := min(same, key=lambda each: each.received_at)).received_at,
            max(each.received_at for each in same),
            earliest.station_id,
            len(same[0].payload),
        )
        for (topic, digest), same in sorted(groups.items())
    ]
    cursor.execute(_INSERT, tuple(map(list, zip(*rows, strict=True))))


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _clean(text: str) -> str:
    """Returns the text without NUL and lone surrogates, which PostgreSQL can't store."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
