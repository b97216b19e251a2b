"""Newest values after the rulings of reviews and the second look: left out or corrected.

A value ruled out keeps its place among the newest ones with a flag that says so, so that it counts
for no class and hides no later one; the raw reading stays as it is.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from data.clock import UtcDatetime
from data.people.reviews import MOST_AT_ONCE
from data.queries.readings.counting import RULINGS
from data.records import LatestValue, StationId
from data.vocabulary import PARAMETERS, Flag, Parameter
from data.words.review import Finding, Verdict
from ingest.stations import Cursor
from ingest.storage.latest import Latest

LOOKED_BACK: Final = timedelta(days=10)
"""Older values colour nothing; those just reviewed or ruled out are looked at however old."""

OVERLAP: Final = 4 * MOST_AT_ONCE
"""Reviews are numbered before they are committed: so many numbers back one may still appear."""

RULED_OUT: Final = frozenset({Flag.FAILED, Flag.REJECTED})
_BOUND: Final = {":ids": "%(ids)s", ":start": "%(start)s", ":end": "%(end)s", ":as_of": "%(as_of)s"}


def _in_psycopg(sql: str) -> str:
    for name, placeholder in _BOUND.items():
        sql = sql.replace(name, placeholder)
    return sql


_RULED: Final = _in_psycopg(RULINGS)
_COUNT: Final = "SELECT count(*), max(id) FROM reading_review WHERE id > %s"
_NEWLY: Final = "SELECT station_id, parameter, observed_at, id FROM reading_review WHERE id > %s"
_RAW: Final = """
SELECT reading.station_id, reading.observed_at, reading.period, to_jsonb(reading)
FROM reading JOIN unnest(%s::bigint[], %s::timestamptz[]) AS asked (station_id, observed_at)
    ON asked.station_id = reading.station_id AND asked.observed_at = reading.observed_at
"""


class NewestKey(NamedTuple):
    """The key of one newest value: station, parameter, time."""

    station: StationId
    parameter: Parameter
    observed_at: UtcDatetime


class Reviews:
    """Finds the reviews of values made since the last look."""

    def __init__(self) -> None:
        self._last = self._seen = 0

    def newly(self, cursor: Cursor) -> tuple[frozenset[NewestKey], tuple[int, int]]:
        """Returns the values reviewed since the last look, and a mark to pass to ``took``.

        Reviews a little before them are included, and all at the first call.
        """
        since = max(0, self._last - OVERLAP)
        cursor.execute(_COUNT, (since,))
        count, last = cursor.fetchone() or (0, None)
        mark = (last or 0, count)
        if mark == (self._last, self._seen):
            return frozenset(), mark
        cursor.execute(_NEWLY, (since,))
        rows = cursor.fetchall()
        last = max((row[3] for row in rows), default=0)
        mark = (last, sum(row[3] > last - OVERLAP for row in rows))
        return frozenset(NewestKey(row[0], Parameter(row[1]), row[2]) for row in rows), mark

    def took(self, mark: tuple[int, int]) -> None:
        """Records that all reviews up to the mark have been applied."""
        self._last, self._seen = mark


def ruled(
    cursor: Cursor,
    latest: Mapping[StationId, Latest],
    asked: Iterable[NewestKey] = (),
) -> dict[StationId, Latest]:
    """Returns by station the newest values that a review or a failed test changes.

    A value is as measured again when nothing is ruled on it any more.
    """
    held = {
        NewestKey(station, parameter, each.observed_at): each
        for station, values in latest.items()
        for parameter, each in values.items()
    }
    if not held:
        return {}
    again = held.keys() & set(asked)
    again |= {spot for spot, each in held.items() if each.flag in RULED_OUT}
    newest = max(spot.observed_at for spot in held)
    oldest = min([newest - LOOKED_BACK, *(spot.observed_at for spot in again)])
    rulings = _rulings(cursor, sorted(latest), oldest, newest)
    wanted = again.union(spot for spot in held if spot in rulings)
    changed: dict[StationId, Latest] = {}
    for spot, (period, raw) in _raw(cursor, wanted).items():
        value = _after_ruling(raw, rulings.get(spot, {}).get(period))
        if value is not None and value != held[spot]:
            changed.setdefault(spot.station, {})[spot.parameter] = value
    return changed


def _rulings(
    cursor: Cursor, stations: list[StationId], oldest: datetime, newest: datetime
) -> dict[NewestKey, dict[str, tuple[str, float | None]]]:
    """Returns the reviewers' rulings on stations' values in a time span, by value and period."""
    cursor.execute(
        _RULED,
        {
            "ids": stations,
            "start": oldest,
            "end": newest + timedelta(microseconds=1),
            "as_of": "infinity",
        },
    )
    found: dict[NewestKey, dict[str, tuple[str, float | None]]] = {}
    for station, at, period, parameter, rule, value, _review in cursor.fetchall():
        found.setdefault(NewestKey(station, Parameter(parameter), at), {})[period] = (rule, value)
    return found


def _raw(cursor: Cursor, spots: Iterable[NewestKey]) -> dict[NewestKey, tuple[str, LatestValue]]:
    """Returns the measured value at each station, parameter and time, with the reading's period."""
    wanted = set(spots)
    if not wanted:
        return {}
    keys = sorted({(spot.station, spot.observed_at) for spot in wanted})
    cursor.execute(_RAW, ([key[0] for key in keys], [key[1] for key in keys]))
    rows = {}
    for station, at, period, row in cursor.fetchall():
        for spot in wanted:
            if (spot.station, spot.observed_at) == (station, at):
                value = _value_in(row, spot)
                if value is not None:
                    rows[spot] = (period, value)
    return rows


def _value_in(row: Mapping[str, Any], spot: NewestKey) -> LatestValue | None:
    column = PARAMETERS[spot.parameter].column
    number = row[str(column)] if column else (row["extra"] or {}).get(spot.parameter.value)
    if number is None:
        return None
    flag = (row["flags"] or {}).get(spot.parameter.value, Flag.NORMAL)
    below = (row["below"] or {}).get(spot.parameter.value)
    return LatestValue(float(number), spot.observed_at, Flag(flag), below)


def _after_ruling(raw: LatestValue, ruling: tuple[str, float | None] | None) -> LatestValue | None:
    """Returns the measured value with a ruling applied: corrected, or with another flag."""
    rule, put = ruling or ("", None)
    if rule == Verdict.CORRECT and put is not None:
        return LatestValue(put, raw.observed_at, Flag.NORMAL)
    flags = {
        Verdict.KEEP.value: Flag.NORMAL,
        Verdict.REJECT.value: Flag.REJECTED,
        Finding.FAILED.value: Flag.FAILED,
    }
    return raw._replace(flag=flags.get(rule, raw.flag))
