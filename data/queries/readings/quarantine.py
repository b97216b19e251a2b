"""Reads of refused messages in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.rows import rows_as
from data.tolerances import Tolerance
from data.vocabulary import Refusal

_WHERE = """
WHERE (:pending IS FALSE OR replayed_at IS NULL)
    AND (CAST(:reason AS text) IS NULL OR reason = :reason)
    AND (CAST(:topic AS text) IS NULL OR topic = :topic)
"""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One refused message; ``payload`` holds its first bytes, ``size`` its full length.

    Only one that ``is_whole`` can be replayed, and is taken in where ``mendable_by`` is tolerated.
    ``is_sum`` stands for ``seen_count`` messages beyond their hour's budget, of which ``size``
    bytes came and none are kept.
    """

    id: int
    topic: str
    payload: bytes
    size: int
    reason: Refusal
    detail: str
    seen_count: int
    first_received_at: UtcDatetime
    last_received_at: UtcDatetime
    replayed_at: UtcDatetime | None
    is_whole: bool
    is_sum: bool
    mendable_by: tuple[Tolerance, ...] | None


def quarantined(
    connection: Connection,
    *,
    reason: Refusal | None = None,
    topic: str | None = None,
    pending: bool = True,
    limit: int = 100,
    payload_bytes: int = 1000,
) -> list[Quarantined]:
    """Returns the newest refused messages, with the first bytes of each message.

    ``pending`` leaves out those that were taken in since.
    """
    rows = connection.execute(
        text(
            f"""
            SELECT id, topic, substring(payload FOR :bytes) AS payload, payload_length AS size,
            reason, detail, seen_count, first_received_at, last_received_at, replayed_at,
            NOT is_sum AND length(payload) = payload_length AS is_whole, is_sum,
            mendable_by
            FROM quarantine {_WHERE} ORDER BY last_received_at DESC, id DESC LIMIT :limit
            """
        ),
        {
            "pending": pending,
            "reason": reason,
            "topic": topic,
            "limit": limit,
            "bytes": payload_bytes,
        },
    )
    return rows_as(Quarantined, rows)


def quarantine_counts(connection: Connection, *, pending: bool = True) -> Sequence[tuple[str, int]]:
    """Returns (reason, number) of the messages in quarantine, the commonest first.

    One that came again counts once; those beyond an hour's budget count each.
    """
    rows = connection.execute(
        text(
            """
            SELECT reason, sum(CASE WHEN is_sum THEN seen_count ELSE 1 END)
            FROM quarantine WHERE (:pending IS FALSE OR replayed_at IS NULL)
            GROUP BY reason ORDER BY 2 DESC, reason
            """
        ),
        {"pending": pending},
    )
    return [(row[0], int(row[1])) for row in rows]
