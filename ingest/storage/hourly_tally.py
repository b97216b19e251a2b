"""The tally of each station and hour: what arrived, its fate, what was measured.

Written in the transaction of the batch itself, so that it holds what is stored: a message that
comes again after a crash before the commit was never counted, one that comes again after it counts
as received and as a duplicate.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Final

from data.clock import UtcDatetime
from data.records import Refused, StationId
from data.vocabulary import Period
from ingest.stations import Cursor
from ingest.storage.copy_rows import whole_numbers
from ingest.storage.readings import Accepted, Fate

_COLUMNS: Final = (
    "received", "stored", "filled", "duplicate", "conflict", "refused", "late", "instants",
    "minutes", "hours", "partial",
)  # fmt: skip
_PLACE: Final = {name: place for place, name in enumerate(_COLUMNS)}
_PLACE_OF: Final = {fate: _PLACE[fate.value] for fate in Fate}
_OF_PERIOD: Final = {
    Period.INSTANT: _PLACE["instants"],
    Period.MINUTE: _PLACE["minutes"],
    Period.HOUR: _PLACE["hours"],
}
_HOUR_S: Final = 3600
Key = tuple[StationId | None, int]
"""A station and the number of an hour since 1970."""


class HourlyTally:
    """Counts messages by hour and station; late: by more than ``late`` and than the interval."""

    def __init__(self, late: timedelta) -> None:
        self._late = late

    def add(self, cursor: Cursor, accepted: Iterable[Accepted], refused: Iterable[Refused]) -> None:
        """Adds a batch's messages to the stored counts of the hour in which they arrived.

        Readings stored as new are also counted in the hour in which they were observed.
        """
        counted: dict[Key, list[int]] = {}
        for each in accepted:
            self._add_accepted(counted, each)
        for refusal in refused:
            line = _line(counted, refusal.station_id, refusal.received_at)
            line[_PLACE["received"]] += 1
            line[_PLACE["refused"]] += 1
        if counted:
            stations, hours = zip(*counted, strict=True)
            columns = dict(zip(_COLUMNS, zip(*counted.values(), strict=True), strict=True))
            filled = {"station_id": stations, "hour": hours}
            filled |= {name: column for name, column in columns.items() if any(column)}
            cursor.execute(_statement(tuple(filled)), list(map(whole_numbers, filled.values())))

    def _add_accepted(self, counted: dict[Key, list[int]], accepted: Accepted) -> None:
        (_, reading, station, remains), fate, _ = accepted
        received_at, observed_at = reading.received_at, reading.raw.observed_at
        line = _line(counted, station.id, received_at)
        line[_PLACE["received"]] += 1
        line[_PLACE_OF[fate]] += 1
        if remains is not None:
            line[_PLACE["partial"]] += 1
        if fate is not Fate.STORED:
            return
        if received_at - observed_at > max(self._late, station.interval):
            line[_PLACE["late"]] += 1
        place = _OF_PERIOD.get(reading.raw.period)
        if place is not None:
            _line(counted, station.id, observed_at)[place] += 1


def _line(
    counted: dict[Key, list[int]], station: StationId | None, moment: UtcDatetime
) -> list[int]:
    """Returns the station's list of counts for the hour that contains the moment."""
    key = station, int(moment.timestamp() // _HOUR_S)
    line = counted.get(key)
    if line is None:
        line = counted[key] = [0] * len(_COLUMNS)
    return line


@cache
def _statement(names: tuple[str, ...]) -> str:
    """Returns the SQL statement that adds these columns to the hourly tally.

    Mostly three of the eleven are needed, and each that is left out saves a third.
    """
    adding = names[2:]
    return f"""
        INSERT INTO hour_account AS a ({", ".join(names)})
        SELECT station_id, to_timestamp(hour * {_HOUR_S}), {", ".join(adding)}
        FROM unnest({", ".join(["%s::bigint[]"] * 2 + ["%s::int[]"] * len(adding))})
            AS given ({", ".join(names)})
        ORDER BY station_id, hour
        ON CONFLICT (station_id, hour) DO UPDATE SET
            {", ".join(f"{name} = a.{name} + excluded.{name}" for name in adding)}
    """
