"""What the map's strip must know of each station to count it at any time, and who may see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.map.strip import Trait
from data.queries.rows import rows_as
from data.queries.scope_index import Keys, station_keys
from data.queries.stations.standing import (
    IS_DEVICE,
    STATION_FACTS,
    STATION_SOURCE,
    StationRecord,
    freshness,
)
from data.settings import QualitySettings

_MORE: Final = """
    station.division_id, along.river_id, latest.state AS written_state,
    latest.compliance AS written_compliance, latest.fresh_until,
    latest.received_at + GREATEST(:fresh_hours * interval '1 hour',
        :fresh_intervals * station.interval_s * interval '1 second') AS silent_at,
    station.ended_at"""
_SOURCE: Final = f"{STATION_SOURCE} LEFT JOIN reach along ON along.id = station.reach_id"
_ALL: Final = text(
    f"""
    SELECT station.id, station.kind, station.reach_id, station.lake_id,
        ST_X(station.geom) AS lon, ST_Y(station.geom) AS lat,
        latest.water_class, latest.meets_target, {IS_DEVICE} AS is_device, {_MORE}
    {_SOURCE}
    """
)
_SOME: Final = text(f"SELECT {STATION_FACTS}, {_MORE} {_SOURCE} WHERE station.id = ANY(:stations)")
_SIGNATURE: Final = text(
    """
    SELECT count(*) AS stations, COALESCE(max(id), 0) AS newest, max(changed_at) AS changed_at,
        (SELECT count(*) FROM section_represents) AS represented FROM station
    """
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A station's newest judgement as written, the moments at which it changes by time, its keys.

    ``silent_at`` is None for a station that never reported.
    """

    id: int
    kind: str
    division_id: int | None
    reach_id: int | None
    river_id: int | None
    lake_id: int | None
    lon: float
    lat: float
    written_state: str | None
    water_class: int | None
    meets_target: bool | None
    written_compliance: str | None
    is_device: bool
    fresh_until: UtcDatetime | None
    silent_at: UtcDatetime | None
    ended_at: UtcDatetime | None

    @property
    def keys(self) -> Keys:
        """The keys by which scopes see the station."""
        return station_keys(self.id, self.division_id, self.reach_id, self.river_id, self.lake_id)

    def trait(self, now: datetime) -> Trait | None:
        """Returns what the strip counts of the station at ``now``; None when out of service.

        The same as ``STATE_NOW``, ``SILENT`` and ``IN_SERVICE`` say within the database.
        """
        if self.ended_at is not None and self.ended_at <= now:
            return None
        state = self.written_state or "none"
        is_stale = self.fresh_until is not None and self.fresh_until < now
        is_fresh = self.fresh_until is not None and not is_stale
        is_silent = self.silent_at is None or self.silent_at < now
        return Trait(
            self.kind,
            "stale" if is_stale and state != "none" else state,
            self.water_class,
            self.meets_target,
            self.written_compliance if is_fresh else None,
            self.is_device,
            self.is_device and is_silent,
        )

    def turns_at(self, now: datetime) -> datetime | None:
        """Returns the next moment, not before ``now``, at which the trait may change by time."""
        moments = (self.fresh_until, self.silent_at, self.ended_at)
        return min((each for each in moments if each is not None and each >= now), default=None)


def standings(
    connection: Connection, now: UtcDatetime, quality: QualitySettings | None = None
) -> list[Standing]:
    """Returns the standing of every station, in service or not."""
    return rows_as(Standing, connection.execute(_ALL, freshness(now, quality)))


def standings_of(
    connection: Connection,
    stations: Collection[int],
    now: UtcDatetime,
    quality: QualitySettings | None = None,
) -> list[tuple[Standing, StationRecord]]:
    """Returns the standing of these stations, and each as the map draws it at ``now``."""
    bound = {**freshness(now, quality), "stations": sorted(stations)}
    rows = connection.execute(_SOME, bound).all()
    return list(zip(rows_as(Standing, rows), rows_as(StationRecord, rows), strict=True))


def stations_signature(connection: Connection) -> tuple[Any, ...]:
    """Returns what differs once a station was added, moved, changed or removed."""
    return tuple(connection.execute(_SIGNATURE).one())
