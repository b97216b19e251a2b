"""Reads of what is tolerated in stations' messages, and of what waits for a tolerance."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.rows import rows_as
from data.records import DivisionId, StationId
from data.tolerances import BrokerRefusal, Tolerance


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A tolerance as it was switched on; without station for every station.

    ``started_by`` and ``ended_by`` are names of accounts, None for the command line. ``taken_in``
    counts the readings that had waited for it, None until ingest has begun.
    """

    id: int
    station_id: StationId | None
    code: str | None
    name: str | None
    name_en: str | None
    kind: Tolerance
    started_at: UtcDatetime
    started_by: str | None
    ended_at: UtcDatetime | None
    ended_by: str | None
    taken_in: int | None


@dataclass(frozen=True, slots=True)
class Mendable:
    """The messages of a station that the same tolerances would mend; the newest as an example."""

    station_id: StationId
    code: str
    name: str
    name_en: str | None
    division_id: DivisionId | None
    kinds: tuple[Tolerance, ...]
    count: int
    topic: str
    payload: bytes
    detail: str
    received_at: UtcDatetime


MOST_MENDABLE = 200

_TOLERATED = text(
    """
    SELECT tolerance.id, tolerance.station_id, station.code, station.name, station.name_en,
        tolerance.kind, tolerance.started_at, starter.display_name AS started_by,
        tolerance.ended_at, ender.display_name AS ended_by, tolerance.taken_in
    FROM tolerance
    LEFT JOIN station ON station.id = tolerance.station_id
    LEFT JOIN account AS starter ON starter.id = tolerance.started_by
    LEFT JOIN account AS ender ON ender.id = tolerance.ended_by
    WHERE (:ended OR tolerance.ended_at IS NULL)
        AND (CAST(:divisions AS bigint[]) IS NULL OR tolerance.station_id IS NULL
            OR station.division_id = ANY(:divisions))
    ORDER BY station.code NULLS FIRST, tolerance.kind, tolerance.id
    """
)
_MENDABLE = text(
    """
    SELECT * FROM (
        SELECT DISTINCT ON (q.station_id, q.mendable_by) q.station_id, station.code, station.name,
            station.name_en, station.division_id, q.mendable_by AS kinds,
            count(*) OVER (PARTITION BY q.station_id, q.mendable_by) AS count,
            q.topic, q.payload, q.detail, q.first_received_at AS received_at
        FROM quarantine AS q JOIN station ON station.id = q.station_id
        WHERE q.replayed_at IS NULL AND q.mendable_by IS NOT NULL
            AND NOT q.is_sum AND length(q.payload) = q.payload_length
            AND (CAST(:divisions AS bigint[]) IS NULL OR station.division_id = ANY(:divisions))
        ORDER BY q.station_id, q.mendable_by, q.last_received_at DESC, q.id DESC
    ) AS newest ORDER BY count DESC, code, kinds LIMIT :most
    """
)


def tolerated(
    connection: Connection,
    *,
    divisions: Collection[DivisionId] | None = None,
    ended: bool = False,
) -> list[Tolerated]:
    """Returns the tolerances in force, those for every station first; with ``ended`` also others.

    Those of stations in the divisions, where given, and those for every station.
    """
    listed = None if divisions is None else sorted(divisions)
    return rows_as(Tolerated, connection.execute(_TOLERATED, {"divisions": listed, "ended": ended}))


def mendable(
    connection: Connection, *, divisions: Collection[DivisionId] | None = None
) -> list[Mendable]:
    """Returns what waits in quarantine and could be taken in, by station and tolerances.

    Most messages first, MOST_MENDABLE rows at most; of stations in the divisions, where given.
    """
    listed = None if divisions is None else sorted(divisions)
    return rows_as(
        Mendable, connection.execute(_MENDABLE, {"divisions": listed, "most": MOST_MENDABLE})
    )


def station_of_code(connection: Connection, code: str) -> StationId:
    """Returns the id of the station with this code. Raises NotFound."""
    found = connection.execute(
        text("SELECT id FROM station WHERE code = :code"), {"code": code}
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no station {code}.", code=code)
    return StationId(found)


@dataclass(frozen=True, slots=True)
class Denied:
    """What the broker itself refused of an account; without account: of somebody unknown."""

    account: str
    kind: BrokerRefusal
    code: str | None
    name: str | None
    name_en: str | None
    count: int
    last_hour: UtcDatetime
    topic: str


MOST_DENIED = 100

_DENIED = text(
    """
    SELECT denied.account, denied.kind, station.code, station.name, station.name_en,
        sum(denied.seen_count)::bigint AS count, max(denied.hour) AS last_hour,
        (array_agg(denied.topic ORDER BY denied.hour DESC))[1] AS topic
    FROM broker_refusal AS denied LEFT JOIN station ON station.id = denied.station_id
    WHERE denied.hour >= :since AND (CAST(:divisions AS bigint[]) IS NULL
        OR station.division_id = ANY(:divisions))
    GROUP BY denied.account, denied.kind, station.code, station.name, station.name_en
    ORDER BY last_hour DESC, count DESC, denied.account, denied.kind LIMIT :most
    """
)


def denied_since(
    connection: Connection,
    since: UtcDatetime,
    *,
    divisions: Collection[DivisionId] | None = None,
) -> list[Denied]:
    """Returns what the broker itself refused since then, by account and kind, the latest first.

    Of stations in the divisions, where given: strangers are shown to who may see everything.
    """
    listed = None if divisions is None else sorted(divisions)
    values = {"since": since, "divisions": listed, "most": MOST_DENIED}
    return rows_as(Denied, connection.execute(_DENIED, values))


def code_and_division(connection: Connection, station: StationId) -> tuple[str, DivisionId | None]:
    """Returns a station's code and its division. Raises NotFound."""
    row = connection.execute(
        text("SELECT code, division_id FROM station WHERE id = :id"), {"id": station}
    ).one_or_none()
    if row is None:
        raise NotFound("There is no station {code}.", code=station)
    return row.code, row.division_id
