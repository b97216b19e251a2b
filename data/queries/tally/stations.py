"""The stations of a tally, and since when readings are due of each."""

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.phrases import literal
from data.queries.rows import row_as
from data.queries.scope import STATION_VISIBLE, Scope
from data.queries.tally.window import Window
from data.records import StationId
from data.vocabulary import StationKind

_STATIONS = f"""
SELECT station.id, station.code, station.name, station.name_en, station.kind, station.interval_s,
    station.started_at, station.ended_at, first.hour AS first_hour, latest_reading.observed_at,
    coalesce(river.name, lake.name) AS water, coalesce(river.name_en, lake.name_en) AS water_en,
    spell.began_at AS silent_since, problem.number AS problem,
    problem.id AS problem_id
FROM station
LEFT JOIN reach ON reach.id = station.reach_id
LEFT JOIN river ON river.id = reach.river_id
LEFT JOIN lake ON lake.id = station.lake_id
LEFT JOIN latest_reading ON latest_reading.station_id = station.id
LEFT JOIN offline_spell AS spell ON spell.station_id = station.id AND spell.ended_at IS NULL
LEFT JOIN problem ON problem.id = spell.problem_id
LEFT JOIN LATERAL (SELECT hour FROM hour_account WHERE station_id = station.id
    ORDER BY hour LIMIT 1) AS first ON true
WHERE {STATION_VISIBLE}
    AND (CAST(:id AS bigint) IS NULL OR station.id = :id)
    AND (:kind = '' OR station.kind = :kind)
    AND (:search = '' OR station.code ILIKE :like OR station.name ILIKE :like
        OR station.name_en ILIKE :like OR river.name ILIKE :like OR lake.name ILIKE :like
        OR river.name_en ILIKE :like OR lake.name_en ILIKE :like)
    AND (station.ended_at IS NULL OR station.ended_at > :start)
    AND (station.started_at IS NULL OR station.started_at < :end)
ORDER BY station.code
"""


@dataclass(frozen=True, slots=True)
class TallyStation:
    """A station whose messages and due readings are counted, and since when it is silent.

    ``began_s`` says from when on readings are due, in seconds of the epoch: from its start, but not
    before its first message; nan for one that never sent anything and has no start or is an intake.
    ``silent_since``, ``problem`` (its number) and ``problem_id`` describe a lasting silence.
    """

    id: StationId
    code: str
    name: str
    name_en: str | None
    kind: StationKind
    water: str | None
    water_en: str | None
    interval_s: int
    began_s: float
    ended_at: UtcDatetime | None
    observed_at: UtcDatetime | None
    silent_since: UtcDatetime | None
    problem: str | None
    problem_id: int | None

    def until_s(self, until: UtcDatetime) -> float:
        """Returns when readings stop being due: ``until`` or the station's end; s since 1970."""
        return min(until, self.ended_at or until).timestamp()

    @property
    def interval(self) -> timedelta:
        """The time between two readings of the station."""
        return timedelta(seconds=self.interval_s)


def tally_stations(
    connection: Connection,
    scope: Scope,
    window: Window,
    *,
    search: str = "",
    kind: StationKind | None = None,
    station: StationId | None = None,
) -> list[TallyStation]:
    """Returns the scope's stations that were in service at any time of the window, by code."""
    bound = {
        **scope.bound,
        "id": station,
        "kind": kind.value if kind else "",
        "search": search,
        "like": f"%{literal(search)}%",
        "start": window.start,
        "end": window.end,
    }
    rows = connection.execute(text(_STATIONS), bound).all()
    heard = min((row.first_hour for row in rows if row.first_hour), default=None)
    return [
        row_as(
            TallyStation,
            row,
            began_s=_began_s(row.kind, row.started_at, row.first_hour, heard),
        )
        for row in rows
    ]


def _began_s(
    kind: str,
    started_at: UtcDatetime | None,
    first_hour: UtcDatetime | None,
    heard: UtcDatetime | None,
) -> float:
    """Returns since when readings of a station are due, in seconds since 1970; nan if never.

    ``heard`` is when messages of any station began to be counted.
    """
    if first_hour is None and (started_at is None or heard is None or kind == StationKind.INTAKE):
        return math.nan
    began = [each for each in (started_at, first_hour or heard) if each is not None]
    return max(began).timestamp()
