"""What changes without a message: values grow old, limits and targets are edited."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from data.clock import UtcDatetime
from data.database import transaction
from data.records import StationId
from data.vocabulary import Compliance, EvaluationState, Parameter, WaterClass
from ingest import current
from ingest.assessment import Assessment, Assessor
from ingest.latest import read_latest
from ingest.pipeline import cursor_of
from ingest.stations import Cursor, find_by_id

PAGE = 500

_PAGE = """
SELECT station_id, latest::text, state, water_class, deciding, have_count, required_count,
    meets_target, compliance, multiple, fresh_until
FROM latest_reading WHERE station_id > %s ORDER BY station_id LIMIT %s
"""
_OFFLINE = """
SELECT count(*) FROM station s LEFT JOIN latest_reading l ON l.station_id = s.id
WHERE (s.ended_at IS NULL OR s.ended_at > %(now)s)
    AND (l.fresh_until IS NULL OR l.fresh_until <= %(now)s)
"""
_AHEAD = """
SELECT ensure_reading_partition(%(now)s::timestamptz + ahead)
FROM unnest(ARRAY[interval '0', interval '1 month']) AS ahead
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: stations assessed anew, changed by it, and without a young value."""

    assessed: int
    changed: int
    offline: int


class Sweep:
    """Assesses every station again, a page at a time so that messages don't wait for it."""

    def __init__(self, engine: Engine, assessor: Assessor) -> None:
        self._engine = engine
        self._assessor = assessor
        self._after = 0
        self._assessed = 0
        self._changed = 0

    def turn(self, now: UtcDatetime) -> Swept | None:
        """One page assessed; the sum when it was the last one, and the next turn starts over."""
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
        """The last station of the page, None when no station is left after it."""
        cursor.execute(_PAGE, (self._after, PAGE))
        rows = cursor.fetchall()
        facts = find_by_id(cursor, [row[0] for row in rows])
        differing = [
            station
            for station, latest, *told in rows
            if self._assessor.assess(facts[station], read_latest(latest), now) != _stored(told)
        ]
        if differing:
            locked = current.lock(cursor, differing)
            current.put(
                cursor,
                (
                    (station, row, self._assessor.assess(facts[station], row.latest, now))
                    for station, row in locked.items()
                    if row.latest
                ),
            )
        self._assessed += len(rows)
        self._changed += len(differing)
        return rows[-1][0] if len(rows) == PAGE else None


def _stored(told: list[Any]) -> Assessment:
    """The assessment as the row holds it."""
    state, water_class, deciding, have, required, meets, compliance, multiple, until = told
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
