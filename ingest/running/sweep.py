"""Assesses stations without a message: values age or are reviewed, limits and targets change."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from data.clock import UtcDatetime
from data.database import transaction
from data.records import StationId
from data.vocabulary import Compliance, EvaluationState, Parameter, WaterClass
from ingest.running.pipeline import cursor_of
from ingest.screening.assessment import Assessment, Assessor
from ingest.stations import Cursor, find_by_id
from ingest.storage import current
from ingest.storage.latest import Latest, read_latest
from ingest.storage.rulings import NewestKey, Reviews, ruled

PAGE = 500

_PAGE = """
SELECT station_id, latest::text, state, water_class, deciding, have_count, required_count,
    meets_target, compliance, multiple, fresh_until
FROM latest_reading WHERE station_id > %s ORDER BY station_id LIMIT %s
"""
_THESE = "SELECT station_id, latest::text FROM latest_reading WHERE station_id = ANY(%s)"
_OFFLINE = """
SELECT count(*) FROM station s LEFT JOIN latest_reading l ON l.station_id = s.id
WHERE (s.ended_at IS NULL OR s.ended_at > %(now)s)
    AND (l.fresh_until IS NULL OR l.fresh_until <= %(now)s)
"""
_AHEAD = """
SELECT ensure_reading_partition(%(now)s::timestamptz + ahead)
FROM unnest(ARRAY[interval '0', interval '1 month', interval '2 months']) AS ahead
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """Counts of a sweep: stations assessed, changed by the sweep, and without a recent value."""

    assessed: int
    changed: int
    offline: int


class Sweep:
    """Assesses all stations again, page by page, so that incoming messages needn't wait."""

    def __init__(self, engine: Engine, assessor: Assessor) -> None:
        self._engine = engine
        self._assessor = assessor
        self._reviews = Reviews()
        self._after = 0
        self._assessed = 0
        self._changed = 0

    def reviewed(self, now: UtcDatetime) -> int:
        """Applies new reviews of stations' newest values; returns how many stations changed."""
        with transaction(self._engine) as connection:
            cursor = cursor_of(connection)
            spots, mark = self._reviews.newly(cursor)
            cursor.execute(_THESE, (sorted({spot.station for spot in spots}),))
            held = {station: read_latest(latest) for station, latest in cursor.fetchall()}
            changed = ruled(cursor, held, spots)
            self._write(cursor, changed, now, spots)
        self._reviews.took(mark)
        return len(changed)

    def turn(self, now: UtcDatetime) -> Swept | None:
        """Assesses one page of stations; returns the counts after the last page, else None.

        Before the first page it creates the partitions of this month and the next two.
        """
        with transaction(self._engine) as connection:
            cursor = cursor_of(connection)
            if not self._after:
                cursor.execute(_AHEAD, {"now": now})
        with transaction(self._engine) as connection:
            cursor = cursor_of(connection)
            last = self._page(cursor, now)
            if last is not None:
                self._after = last
                return None
            cursor.execute(_OFFLINE, {"now": now})
            (offline,) = cursor.fetchone() or (0,)
        swept = Swept(self._assessed, self._changed, offline)
        self._after = self._assessed = self._changed = 0
        return swept

    def _page(self, cursor: Cursor, now: UtcDatetime) -> StationId | None:
        """Assesses a page of stations; returns the page's last station, None on the last page."""
        cursor.execute(_PAGE, (self._after, PAGE))
        rows = cursor.fetchall()
        facts = find_by_id(cursor, [row[0] for row in rows])
        held: dict[StationId, Latest] = {row[0]: read_latest(row[1]) for row in rows}
        changed = ruled(cursor, held)
        differing = {
            station
            for station, _latest, *stored in rows
            if self._assessor.assess(facts[station], held[station], now) != _stored(stored)
        }
        differing |= changed.keys()
        self._write(cursor, differing, now)
        self._assessed += len(rows)
        self._changed += len(differing)
        return rows[-1][0] if len(rows) == PAGE else None

    def _write(
        self,
        cursor: Cursor,
        stations: Iterable[StationId],
        now: UtcDatetime,
        asked: Iterable[NewestKey] = (),
    ) -> None:
        """Locks stations and writes their assessments and newest values, rulings applied."""
        wanted = sorted(stations)
        if not wanted:
            return
        facts = find_by_id(cursor, wanted)
        locked = current.lock(cursor, wanted)
        changed = ruled(cursor, {station: row.latest for station, row in locked.items()}, asked)
        for station, values in changed.items():
            locked[station].latest.update(values)
        current.put(
            cursor,
            (
                (station, row, self._assessor.assess(facts[station], row.latest, now))
                for station, row in locked.items()
                if row.latest
            ),
        )


def _stored(columns: list[Any]) -> Assessment:
    """Returns the assessment stored in a row's columns."""
    state, water_class, deciding, have, required, meets, compliance, multiple, until = columns
    return Assessment(
        state=EvaluationState(state),
        water_class=WaterClass(water_class) if water_class is not None else None,
        deciding=tuple(Parameter(key) for key in deciding),
        have_count=have,
        required_count=required,
        meets_target=meets,
        compliance=Compliance(compliance) if compliance else None,
        multiple=multiple,
        fresh_until=until,
    )
