"""The rows of ``latest_reading``: locked, merged and written in one go."""

from collections.abc import Iterable
from dataclasses import dataclass

from data.clock import UtcDatetime
from data.records import StationId
from ingest.assessment import Assessment
from ingest.latest import Latest, read_latest, write_latest
from ingest.stations import Cursor

_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_latest (
    station_id bigint, observed_at timestamptz, received_at timestamptz, latest text, state text,
    water_class int2, deciding text, have_count int2, required_count int2, meets_target bool,
    compliance text, multiple float8, fresh_until timestamptz
) ON COMMIT DELETE ROWS
"""
_TYPES = (
    "int8", "timestamptz", "timestamptz", "text", "text",
    "int2", "text", "int2", "int2", "bool",
    "text", "float8", "timestamptz",
)  # fmt: skip
_UPDATE = """
UPDATE latest_reading AS l SET
    change_no = nextval('latest_reading_change_no'),
    observed_at = s.observed_at, received_at = s.received_at, latest = s.latest::jsonb,
    state = s.state, water_class = s.water_class, deciding = string_to_array(s.deciding, ','),
    have_count = s.have_count, required_count = s.required_count, meets_target = s.meets_target,
    compliance = s.compliance, multiple = s.multiple, fresh_until = s.fresh_until
FROM staged_latest s WHERE l.station_id = s.station_id
"""
_LOCK = """
SELECT station_id, latest::text, observed_at, received_at FROM latest_reading
WHERE station_id = ANY(%s) ORDER BY station_id FOR UPDATE
"""
_START = """
INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state)
SELECT id, now(), now(), '{}', 'none' FROM unnest(%s::bigint[]) AS id ORDER BY id
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Current:
    """A station's newest values and the times of the newest message among them."""

    latest: Latest
    observed_at: UtcDatetime | None
    received_at: UtcDatetime | None


def lock(cursor: Cursor, stations: Iterable[StationId]) -> dict[StationId, Current]:
    """What is known of each station now, locked; a station met first gets its row."""
    wanted = sorted(stations)
    found = _lock_rows(cursor, wanted)
    missing = [station for station in wanted if station not in found]
    if missing:
        cursor.execute(_START, (missing,))
        found |= _lock_rows(cursor, missing)
    return found


def _lock_rows(cursor: Cursor, stations: list[StationId]) -> dict[StationId, Current]:
    cursor.execute(_LOCK, (stations,))
    found = {}
    for station, text, observed_at, received_at in cursor.fetchall():
        latest = read_latest(text)
        if latest:
            found[station] = Current(latest, observed_at, received_at)
        else:
            found[station] = Current({}, None, None)
    return found


def put(cursor: Cursor, rows: Iterable[tuple[StationId, Current, Assessment]]) -> None:
    """The rows hold these values and assessments, each with a new change number."""
    cursor.execute(_STAGING)
    with cursor.copy("COPY staged_latest FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(_TYPES)
        for station, current, told in rows:
            copy.write_row(
                (
                    station, current.observed_at, current.received_at,
                    write_latest(current.latest), told.state.value,
                    told.water_class, ",".join(told.deciding), told.have_count,
                    told.required_count, told.meets_target,
                    told.compliance.value if told.compliance else None,
                    told.multiple, told.fresh_until,
                )
            )  # fmt: skip
    cursor.execute(_UPDATE)
    cursor.execute("NOTIFY onemap_reading")
