"""Reads of refused messages in quarantine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.rows import rows_as
from data.records import DivisionId, StationId
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


@dataclass(frozen=True, slots=True)
class Unmendable:
    """What waits of a station and topic for one reason that no tolerance mends.

    ``payload`` holds the first bytes of the newest message, ``detail`` is what is wrong with it.
    Without station it came for none that is registered. Of what was counted only (``is_sum``) no
    message is kept.
    """

    station_id: StationId | None
    code: str | None
    name: str | None
    name_en: str | None
    topic: str
    reason: Refusal
    count: int
    first_at: UtcDatetime
    last_at: UtcDatetime
    detail: str
    payload: bytes
    is_sum: bool


MOST_UNMENDABLE = 100

_UNMENDABLE = text(
    """
    WITH waiting AS (
        SELECT q.station_id, station.code, station.name, station.name_en, q.topic, q.reason,
            sum(q.seen_count)::bigint AS count, min(q.first_received_at) AS first_at,
            max(q.last_received_at) AS last_at, max(q.id) AS newest, count(*) OVER () AS groups
        FROM quarantine AS q LEFT JOIN station ON station.id = q.station_id
        WHERE q.replayed_at IS NULL
            AND (q.mendable_by IS NULL OR q.is_sum OR length(q.payload) < q.payload_length)
            AND (CAST(:divisions AS bigint[]) IS NULL OR station.division_id = ANY(:divisions))
        GROUP BY q.station_id, station.code, station.name, station.name_en, q.topic, q.reason
        ORDER BY last_at DESC, q.topic, q.reason LIMIT :most
    )
    SELECT waiting.*, newest.detail, substring(newest.payload FOR :bytes) AS payload,
        newest.is_sum
    FROM waiting JOIN quarantine AS newest ON newest.id = waiting.newest
    ORDER BY waiting.last_at DESC, waiting.topic, waiting.reason
    """
)


def unmendable(
    connection: Connection,
    *,
    divisions: Collection[DivisionId] | None = None,
    payload_bytes: int = 1000,
) -> tuple[list[Unmendable], int]:
    """Returns what waits and no tolerance mends, by station, topic and reason; and how many such.

    The latest first, MOST_UNMENDABLE at most. Of stations in the divisions, where given: messages
    for no station are shown to who may see everything.
    """
    listed = None if divisions is None else sorted(divisions)
    bound = {"divisions": listed, "most": MOST_UNMENDABLE, "bytes": payload_bytes}
    rows = connection.execute(_UNMENDABLE, bound).all()
    return rows_as(Unmendable, rows), rows[0].groups if rows else 0
