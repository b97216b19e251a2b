"""Stations with their state now, and notice boards, as the map draws them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text

from data import clock
from data.clock import UtcDatetime
from data.queries.rows import rows_as
from data.queries.scope import NOTICE_BOARD_VISIBLE, STATION_VISIBLE, Scope
from data.settings import QualitySettings
from data.vocabulary import EvaluationState, StationKind, WaterClass

STATE_NOW = (
    "CASE WHEN latest.station_id IS NULL OR latest.state = 'none' THEN 'none'"
    " WHEN latest.fresh_until < :now THEN 'stale' ELSE latest.state END"
)
"""A class is told at writing; that it has gone stale is told at reading."""

SILENT = (
    "COALESCE(latest.received_at, '-infinity') < :now"
    " - GREATEST(:fresh_hours * interval '1 hour',"
    " :fresh_intervals * station.interval_s * interval '1 second')"
)
"""Longer without a word than max(24 h, 3 intervals)."""

IS_DEVICE = "(station.kind = 'section' OR latest.station_id IS NOT NULL)"
"""Every section is meant to report; an outfall or intake is a device once it ever did."""

IN_SERVICE = "(station.ended_at IS NULL OR station.ended_at > :now)"

STATION_FACTS = f"""
    station.id, station.kind, station.code, station.name, station.name_en, station.body,
    station.reach_id, station.lake_id, station.chainage_m, station.bank,
    ST_X(station.geom) AS lon, ST_Y(station.geom) AS lat,
    {STATE_NOW} AS state, latest.water_class, latest.meets_target, latest.have_count,
    latest.required_count, latest.multiple, latest.deciding, latest.observed_at,
    CASE WHEN latest.fresh_until >= :now THEN latest.compliance END AS compliance,
    COALESCE(section.target_class, 3) AS target_class,
    {IS_DEVICE} AS is_device, {IS_DEVICE} AND {SILENT} AS is_offline"""

_FIRST_TWO = text(
    f"SELECT station.kind, station.id FROM station WHERE {IN_SERVICE} AND {STATION_VISIBLE} LIMIT 2"
)
_BOARD_COUNT = text(f"SELECT count(*) FROM notice_board WHERE {NOTICE_BOARD_VISIBLE}")

STATION_SOURCE = """
    FROM station LEFT JOIN latest_reading latest ON latest.station_id = station.id
    LEFT JOIN section ON section.station_id = station.id"""


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A station and its state now, in CGCS2000 degrees; ``water_class``: last determined."""

    id: int
    kind: StationKind
    code: str
    name: str
    name_en: str | None
    body: str
    reach_id: int | None
    lake_id: int | None
    chainage_m: float | None
    bank: str | None
    lon: float
    lat: float
    state: EvaluationState
    water_class: int | None
    meets_target: bool | None
    have_count: int | None
    required_count: int | None
    multiple: float | None
    deciding: Sequence[str] | None
    observed_at: UtcDatetime | None
    compliance: str | None
    target_class: int
    is_device: bool
    is_offline: bool
    sample_count: int | None = None
    valid_share: float | None = None

    @property
    def shown_class(self) -> int:
        """The water-quality class to colour the station by, 0 if it has none now."""
        return (self.water_class or 0) if self.state is EvaluationState.GRADED else 0

    @property
    def meets(self) -> bool | None:
        """Whether the section meets its target now, None if its class is unknown."""
        return self.meets_target if self.state is EvaluationState.GRADED else None

    def graded_as(
        self, state: EvaluationState, water_class: WaterClass | None, **others: Any
    ) -> "StationRecord":
        """Returns a copy with another water-quality class, such as that of a month."""
        meets = None if water_class is None else int(water_class) <= self.target_class
        return replace(self, state=state, water_class=water_class, meets_target=meets, **others)

    def feature(self) -> dict[str, Any]:
        """Returns the station as a GeoJSON feature with short property names."""
        properties = {
            "kind": self.kind.value,
            "code": self.code,
            "name": self.name,
            "name_en": self.name_en,
            "cls": self.shown_class,
            "last": self.water_class,
            "state": self.state.value,
            "meets": self.meets,
            "target": self.target_class,
            "have": self.have_count,
            "need": self.required_count,
            "comp": self.compliance,
            "mult": self.multiple,
            "off": self.is_offline,
            "at": self.observed_at.isoformat() if self.observed_at else None,
            "reach": self.reach_id,
            "lake": self.lake_id,
            "n": self.sample_count,
            "valid": self.valid_share,
        }
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": {"type": "Point", "coordinates": [self.lon, self.lat]},
            "properties": {key: value for key, value in properties.items() if value is not None},
        }


def freshness(now: UtcDatetime | None, quality: QualitySettings | None) -> dict[str, object]:
    """Returns the values of the SQL parameters in ``STATE_NOW``, ``SILENT`` and ``IN_SERVICE``."""
    quality = quality or QualitySettings()
    return {
        "now": now or clock.now(),
        "fresh_hours": quality.fresh_hours,
        "fresh_intervals": quality.fresh_intervals,
    }


def stations(
    connection: Connection,
    scope: Scope,
    kinds: Collection[StationKind] = tuple(StationKind),
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
    only: Collection[int] | None = None,
) -> list[StationRecord]:
    """Returns the stations in service, of these kinds and visible in the scope, by code."""
    rows = connection.execute(
        text(
            f"""
            SELECT {STATION_FACTS} {STATION_SOURCE}
            WHERE station.kind = ANY(:kinds) AND {IN_SERVICE} AND {STATION_VISIBLE}
            AND (CAST(:only AS bigint[]) IS NULL OR station.id = ANY(CAST(:only AS bigint[])))
            ORDER BY station.code
            """
        ),
        {
            **scope.bound,
            **freshness(now, quality),
            "kinds": [str(kind) for kind in kinds],
            "only": None if only is None else sorted(only),
        },
    )
    return rows_as(StationRecord, rows)


def only_station(connection: Connection, scope: Scope, now: UtcDatetime) -> dict[str, Any] | None:
    """Returns the kind and id of the one station in service in the scope; None unless it is one."""
    rows = connection.execute(_FIRST_TWO, {**scope.bound, "now": now}).all()
    return {"kind": rows[0].kind, "id": rows[0].id} if len(rows) == 1 else None


def board_count(connection: Connection, scope: Scope) -> int:
    """Returns how many notice boards are visible in the scope."""
    return int(connection.execute(_BOARD_COUNT, scope.bound).scalar_one())


def boards(
    connection: Connection, scope: Scope, *, only: Collection[int] | None = None
) -> list[dict[str, Any]]:
    """Returns the notice boards visible in the scope, as GeoJSON features with integer ids."""
    rows = connection.execute(
        text(
            f"""
            SELECT notice_board.id, notice_board.code, notice_board.name,
            ST_X(notice_board.geom) AS lon, ST_Y(notice_board.geom) AS lat
            FROM notice_board WHERE {NOTICE_BOARD_VISIBLE}
            AND (CAST(:only AS bigint[]) IS NULL
            OR notice_board.id = ANY(CAST(:only AS bigint[])))
            ORDER BY notice_board.code
            """
        ),
        {**scope.bound, "only": None if only is None else sorted(only)},
    )
    return [
        {
            "type": "Feature",
            "id": row.id,
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {"kind": "notice_board", "code": row.code, "name": row.name},
        }
        for row in rows
    ]
