"""Everything stored about one station: place, names, duties, limits and newest values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from data.clock import UtcDatetime, to_utc
from data.errors import NotFound
from data.queries.rows import row_as, rows_as
from data.queries.scope import STATION_VISIBLE, Scope
from data.queries.whereabouts import WHERE_FACTS, WHERE_JOINS, Where, where_of
from data.records import LatestValue
from data.vocabulary import BodyKind, Flag, Parameter, StationKind, WaterClass

_OWN = (
    "attribute",
    "is_border",
    "category",
    "discharge_mode",
    "grade",
    "owner",
    "permit_no",
    "permitted_volume_m3a",
    "purpose",
)

_STATION = text(
    f"""
    SELECT station.id, station.code, station.name, station.name_en, station.kind, station.body,
        station.interval_s, station.started_at, station.offset_m,
        ST_X(station.geom) AS lon, ST_Y(station.geom) AS lat, {WHERE_FACTS.format(of="station")},
        section.attribute, section.target_class AS target, section.required, section.is_border,
        outfall.category, outfall.discharge_mode, outfall.grade,
        COALESCE(outfall.owner, intake.owner) AS owner,
        COALESCE(outfall.permit_no, intake.permit_no) AS permit_no,
        intake.permitted_volume_m3a, intake.purpose, latest.latest, latest.received_at
    FROM station {WHERE_JOINS.format(of="station")}
    LEFT JOIN section ON section.station_id = station.id
    LEFT JOIN outfall ON outfall.station_id = station.id
    LEFT JOIN intake ON intake.station_id = station.id
    LEFT JOIN latest_reading latest ON latest.station_id = station.id
    WHERE station.id = :id AND {STATION_VISIBLE}"""
)

_LIMITS = text(
    """
    SELECT parameter, lower AS low, upper AS high, basis, valid_from, valid_to FROM outfall_limit
    WHERE station_id = :id ORDER BY id
    """
)


@dataclass(frozen=True, slots=True)
class KeptLimit:
    """A stored limit of an outfall's permit, in force on ``[valid_from, valid_to)``."""

    parameter: Parameter
    low: float | None
    high: float | None
    basis: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Returns whether the limit is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A station as stored, at CGCS2000 degrees; ``interval`` is the time between readings.

    ``target`` is None where none was set. ``own`` holds the fields of its kind: attribute of a
    section, owner and permit of an outfall or intake.
    """

    id: int
    code: str
    name: str
    name_en: str | None
    kind: StationKind
    body: BodyKind
    where: Where
    lon: float
    lat: float
    interval: timedelta
    started_at: UtcDatetime | None
    target: WaterClass | None
    required: tuple[Parameter, ...] | None
    own: Mapping[str, Any]
    latest: Mapping[Parameter, LatestValue]
    received_at: UtcDatetime | None

    @property
    def observed_at(self) -> UtcDatetime | None:
        """When the station's newest value was measured; None without any."""
        return max((each.observed_at for each in self.latest.values()), default=None)


def station_facts(connection: Connection, scope: Scope, station_id: int) -> StationFacts:
    """Returns the station. Raises NotFound if there is none or outside the scope."""
    row = connection.execute(_STATION, {**scope.bound, "id": station_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such station.")
    return row_as(
        StationFacts,
        row,
        where=where_of(row._mapping),
        interval=timedelta(seconds=row.interval_s),
        required=tuple(Parameter(key) for key in row.required) if row.required else None,
        own={name: row._mapping[name] for name in _OWN if row._mapping[name] not in (None, "")},
        latest=newest_values(row.latest or {}),
    )


def newest_values(latest: Mapping[str, Mapping[str, Any]]) -> dict[Parameter, LatestValue]:
    """Returns the newest values by parameter, from the JSON of ``latest_reading.latest``."""
    return {
        Parameter(key): LatestValue(
            each["v"],
            to_utc(datetime.fromisoformat(each["t"])),
            Flag(each.get("f", Flag.NORMAL)),
            each.get("b"),
        )
        for key, each in latest.items()
    }


def kept_limits(connection: Connection, station_id: int) -> tuple[KeptLimit, ...]:
    """Returns all limits the outfall ever had, past ones too, in the order they were entered."""
    return tuple(rows_as(KeptLimit, connection.execute(_LIMITS, {"id": station_id})))
