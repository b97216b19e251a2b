"""Tells the office when ingest refuses many messages of one station; once for each burst."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, text

from data.clock import UtcDatetime
from data.database import transaction
from data.notices.queue import Subject, queue_notice
from data.words.ledger import NoticeKind
from data.words.notices import SubjectKind

INGEST: Final = Subject(SubjectKind.SERVICE, "ingest")
"""The subject of refused messages that name no registered station."""

QUIET: Final = timedelta(hours=6)
"""A burst is over after so long without an hour of many refusals; what follows is a new one."""

_NOW: Final = text("""
SELECT hour_account.station_id, station.code, max(refused) AS refused,
    coalesce(station.division_id, reach.division_id, lake.division_id) IS NULL AS is_nowhere
FROM hour_account LEFT JOIN station ON station.id = hour_account.station_id
    LEFT JOIN reach ON reach.id = station.reach_id LEFT JOIN lake ON lake.id = station.lake_id
WHERE hour >= date_trunc('hour', CAST(:now AS timestamptz), 'UTC') - interval '1 hour'
    AND refused >= :least
GROUP BY 1, 2, 4 ORDER BY 2
""")
_BEGAN: Final = """
SELECT max(hour) FROM (
    SELECT hour, lag(hour) OVER (ORDER BY hour) AS earlier FROM hour_account
    WHERE {those} AND refused >= :least
) AS many WHERE earlier IS NULL OR hour - earlier > :quiet
"""
_OF_STATION: Final = text(_BEGAN.format(those="station_id = :station"))
_OF_NONE: Final = text(_BEGAN.format(those="station_id IS NULL"))


def announce_bursts(engine: Engine, now: UtcDatetime, least: int) -> int:
    """Queues a notice for each new burst of refusals; returns how many bursts were new.

    A burst is a row of hours with at least ``least`` refused messages of a station, QUIET apart at
    most. Those of no registered station are a burst of ingest itself.
    """
    with transaction(engine) as connection:
        rows = connection.execute(_NOW, {"now": now, "least": least}).all()
        return sum(_announce(connection, row, now, least) for row in rows)


def _announce(connection: Connection, row: Row[Any], now: UtcDatetime, least: int) -> bool:
    bound = {"station": row.station_id, "least": least, "quiet": QUIET}
    query = _OF_NONE if row.code is None else _OF_STATION
    began = connection.execute(query, bound).scalar_one()
    subject = INGEST
    if row.code is not None:
        kind = SubjectKind.SERVICE if row.is_nowhere else SubjectKind.STATION
        subject = Subject(kind, row.code)
    facts = {"refused": row.refused}
    key = f"{began:%Y-%m-%dT%H}"
    return queue_notice(connection, subject, NoticeKind.REFUSALS, key, now, facts) > 0
