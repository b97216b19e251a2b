"""Locks, merges and writes rows of ``latest_reading``, with a memory of what was written last.

Reading the newest values of a station from their JSON takes longer than decoding its message, so
what this process wrote last is remembered and holds as long as the locked row has the same change
number: another writer gives it a new one, and a transaction undone leaves the old one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.clock import UtcDatetime
from data.records import StationId
from data.vocabulary import Flag, Parameter
from ingest.screening.assessment import Assessment
from ingest.stations import Cursor
from ingest.storage.copy_rows import (
    HEADER,
    TRAILER,
    Shape,
    number,
    small,
    text,
    timestamp,
    truth,
    whole_numbers,
)
from ingest.storage.latest import Latest, read_latest, take_all, take_newer, write_latest

_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_latest (
    station_id bigint, have_count int2, required_count int2, observed_at timestamptz,
    received_at timestamptz, latest text, state text, water_class int2, deciding text,
    meets_target bool, compliance text, multiple float8, fresh_until timestamptz
) ON COMMIT DELETE ROWS
"""
_FRONT = Shape("qhh", 13)
_MOST_REMEMBERED = 50_000
_UPDATE = """
UPDATE latest_reading AS l SET
    change_no = nextval('latest_reading_change_no'),
    observed_at = s.observed_at, received_at = s.received_at, latest = s.latest::json,
    state = s.state, water_class = s.water_class, deciding = string_to_array(s.deciding, ','),
    have_count = s.have_count, required_count = s.required_count, meets_target = s.meets_target,
    compliance = s.compliance, multiple = s.multiple, fresh_until = s.fresh_until
FROM staged_latest s WHERE l.station_id = s.station_id
RETURNING l.station_id, l.change_no
"""
_LOCK = """
SELECT station_id, change_no, latest::text, observed_at, received_at FROM latest_reading
WHERE station_id = ANY(%s::bigint[]) ORDER BY station_id FOR UPDATE
"""
_LOCK_ONLY = """
SELECT station_id, change_no FROM latest_reading
WHERE station_id = ANY(%s::bigint[]) ORDER BY station_id FOR UPDATE
"""
_START = """
INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state)
SELECT id, now(), now(), '{}', 'none' FROM unnest(%s::bigint[]) AS id ORDER BY id
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Current:
    """A station's newest values and the times of the newest message among them.

    No value is newer than ``newest_at``.
    """

    latest: Latest
    observed_at: UtcDatetime | None
    received_at: UtcDatetime | None
    change_no: int = 0
    newest_at: UtcDatetime | None = None

    def take(
        self,
        observed_at: UtcDatetime,
        received_at: UtcDatetime,
        values: Mapping[Parameter, float],
        flags: Mapping[Parameter, Flag],
        below: Mapping[Parameter, float],
    ) -> bool:
        """Stores those values that are newer than the present ones; returns whether any was."""
        if self.newest_at is None or self.newest_at < observed_at:
            self.newest_at = observed_at
            take_all(self.latest, observed_at, values, flags, below)
        elif not take_newer(self.latest, observed_at, values, flags, below):
            return False
        if self.observed_at is None or self.observed_at <= observed_at:
            self.observed_at, self.received_at = observed_at, received_at
        return True


class Memory:
    """A cache of the ``latest_reading`` rows as this process wrote them last."""

    def __init__(self) -> None:
        self._rows: dict[StationId, Current] = {}

    def take(self, station: StationId, change_no: int) -> Current | None:
        """Removes and returns the station's cached row, None unless it has that change number."""
        row = self._rows.pop(station, None)
        return row if row is not None and row.change_no == change_no else None

    def keep(self, rows: Mapping[StationId, Current]) -> None:
        """Caches the rows as they are written, before their transaction ends."""
        if len(self._rows) + len(rows) > _MOST_REMEMBERED:
            self._rows.clear()
        self._rows.update(rows)


def lock(
    cursor: Cursor, stations: Iterable[StationId], memory: Memory | None = None
) -> dict[StationId, Current]:
    """Locks and returns each station's ``latest_reading`` row; inserts one for a new station."""
    wanted = sorted(stations)
    found: dict[StationId, Current] = {}
    if memory is not None:
        cursor.execute(_LOCK_ONLY, (whole_numbers(wanted),))
        for station, change_no in cursor.fetchall():
            row = memory.take(station, change_no)
            if row is not None:
                found[station] = row
    for missing in range(2):
        rest = [station for station in wanted if station not in found]
        if not rest:
            break
        if missing:
            cursor.execute(_START, (whole_numbers(rest),))
        found |= _lock_rows(cursor, rest)
    return found


def _lock_rows(cursor: Cursor, stations: list[StationId]) -> dict[StationId, Current]:
    cursor.execute(_LOCK, (whole_numbers(stations),))
    found = {}
    for station, change_no, held, observed_at, received_at in cursor.fetchall():
        latest = read_latest(held)
        if latest:
            newest_at = max(each.observed_at for each in latest.values())
            found[station] = Current(latest, observed_at, received_at, change_no, newest_at)
        else:
            found[station] = Current({}, None, None, change_no)
    return found


def put(cursor: Cursor, rows: Iterable[tuple[StationId, Current, Assessment]]) -> None:
    """Writes stations' newest values and assessments; each row gets a new change number."""
    written: dict[StationId, Current] = {}
    stream = [HEADER]
    for station, current, assessment in rows:
        written[station] = current
        stream.append(_row(station, current, assessment))
    cursor.execute(_STAGING)
    with cursor.copy("COPY staged_latest FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"".join([*stream, TRAILER]))
    cursor.execute(_UPDATE)
    for station, change_no in cursor.fetchall():
        written[station].change_no = change_no
    cursor.execute("NOTIFY onemap_reading")


def _row(station: StationId, current: Current, assessment: Assessment) -> bytes:
    """Packs a row of ``staged_latest`` for binary COPY."""
    return (
        _FRONT.pack([station, assessment.have_count, assessment.required_count])
        + timestamp(current.observed_at)
        + timestamp(current.received_at)
        + text(write_latest(current.latest))
        + text(assessment.state.value)
        + small(assessment.water_class)
        + text(",".join(assessment.deciding))
        + truth(assessment.meets_target)
        + text(assessment.compliance.value if assessment.compliance else None)
        + number(assessment.multiple)
        + timestamp(assessment.fresh_until)
    )
