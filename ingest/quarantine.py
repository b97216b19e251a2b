"""Refused messages into quarantine: bytes, topic and reason; the same one again is counted."""

import hashlib
from collections.abc import Iterable

from data.records import Refused
from ingest.stations import Cursor

LONGEST_DETAIL = 500

_INSERT = """
INSERT INTO quarantine AS q (topic, payload, payload_sha256, reason, detail, seen_count,
    first_received_at, last_received_at)
SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::int[],
    %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (topic, payload_sha256) DO UPDATE SET
    reason = excluded.reason, detail = excluded.detail,
    seen_count = q.seen_count + excluded.seen_count,
    last_received_at = greatest(q.last_received_at, excluded.last_received_at),
    replayed_at = NULL
"""


def put(cursor: Cursor, refused: Iterable[Refused]) -> None:
    """Every refused message lies in quarantine."""
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
            min(each.received_at for each in same),
            max(each.received_at for each in same),
        )
        for (topic, digest), same in sorted(groups.items())
    ]
    cursor.execute(_INSERT, tuple(map(list, zip(*rows, strict=True))))


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _clean(text: str) -> str:
    """Text that PostgreSQL can hold: without NUL and lone surrogates."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
