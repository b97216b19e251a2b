"""Switches on and off what ingest tolerates in messages; every such row is kept for ever."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, text

from data.errors import NotFound
from data.records import AccountId, StationId
from data.tolerances import Tolerance
from ingest.stations import Cursor

_SWITCH_ON: Final = text(
    """
    INSERT INTO tolerance (station_id, kind, started_by)
    SELECT :station_id, kind, :by FROM unnest(CAST(:kinds AS text[])) AS kind ORDER BY kind
    ON CONFLICT (station_id, kind) WHERE ended_at IS NULL DO NOTHING
    RETURNING kind
    """
)
_SWITCH_OFF: Final = text(
    """
    UPDATE tolerance SET ended_at = greatest(now(), started_at), ended_by = :by
    WHERE ended_at IS NULL AND kind = ANY(CAST(:kinds AS text[]))
        AND station_id IS NOT DISTINCT FROM CAST(:station_id AS bigint)
    RETURNING kind
    """
)


_TAKEN_IN = """
UPDATE tolerance SET taken_in = coalesce(tolerance.taken_in, 0) + found.count
FROM (
    SELECT active.id, sum(waited.count) AS count
    FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS waited (station_id, kind, count)
    JOIN tolerance AS active ON active.kind = waited.kind AND active.ended_at IS NULL
        AND (active.station_id IS NULL OR active.station_id = waited.station_id)
    GROUP BY active.id
) AS found
WHERE tolerance.id = found.id
"""


def count_taken_in(cursor: Cursor, found: Mapping[tuple[StationId, Tolerance], int]) -> None:
    """Adds the readings that had waited for a tolerance to those it took in, whoever replayed."""
    if found:
        lines = [(station, kind, count) for (station, kind), count in sorted(found.items())]
        cursor.execute(_TAKEN_IN, tuple(map(list, zip(*lines, strict=True))))


def switch_on(
    connection: Connection,
    station: StationId | None,
    kinds: Iterable[Tolerance],
    by: AccountId | None,
) -> list[Tolerance]:
    """Switches tolerances on, for every station if None; returns those that were off.

    ``by`` is None on the command line. Ingest knows within five seconds, and takes in what waits
    in quarantine for it.
    """
    rows = connection.execute(
        _SWITCH_ON, {"station_id": station, "kinds": sorted(set(kinds)), "by": by}
    )
    return [Tolerance(kind) for (kind,) in rows]


def switch_off(
    connection: Connection,
    station: StationId | None,
    kinds: Iterable[Tolerance],
    by: AccountId | None,
) -> list[Tolerance]:
    """Switches tolerances off; returns those that were on. What was taken in stays.

    Raises NotFound where none of them was on for the station, or for every station if None.
    """
    rows = connection.execute(
        _SWITCH_OFF, {"station_id": station, "kinds": sorted(set(kinds)), "by": by}
    ).all()
    if not rows:
        raise NotFound("This tolerance is not switched on.")
    return [Tolerance(kind) for (kind,) in rows]
