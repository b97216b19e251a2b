"""Stations for a river's file: their state now and the reason for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from data.clock import UtcDatetime, business_date
from data.quality.compliance import OutfallLimit
from data.quality.exceedances import Exceedance
from data.quality.rules import Rules
from data.queries.rows import row_as
from data.queries.scope import Scope
from data.queries.stations.facts import newest_values
from data.queries.stations.standing import StationRecord, stations
from data.settings import QualitySettings
from data.vocabulary import (
    BodyKind,
    Compliance,
    EvaluationState,
    Parameter,
    StationKind,
    WaterClass,
)

MORE_FACTS = text(
    """
    SELECT station.id, station.interval_s, division.name AS division, reach.name AS reach,
    COALESCE(section.attribute, '') AS attribute, section.required, section.target_class,
    COALESCE(section.is_border, false) AS is_border,
    COALESCE(outfall.owner, intake.owner, '') AS owner,
    COALESCE(outfall.permit_no, intake.permit_no, '') AS permit_no,
    COALESCE(outfall.category, '') AS category,
    COALESCE(outfall.discharge_mode, '') AS discharge_mode, outfall.grade,
    COALESCE(intake.purpose, '') AS purpose, intake.permitted_volume_m3a, latest.latest,
    ARRAY(SELECT jsonb_build_array(parameter, lower, upper, basis) FROM outfall_limit held
    WHERE held.station_id = station.id AND held.valid_from <= :today
    AND (held.valid_to IS NULL OR held.valid_to > :today)) AS limits
    FROM station LEFT JOIN division ON division.id = station.division_id
    LEFT JOIN reach ON reach.id = station.reach_id
    LEFT JOIN section ON section.station_id = station.id
    LEFT JOIN outfall ON outfall.station_id = station.id
    LEFT JOIN intake ON intake.station_id = station.id
    LEFT JOIN latest_reading latest ON latest.station_id = station.id
    WHERE station.id = ANY(:ids)
    """
)


@dataclass(frozen=True, slots=True)
class StationFile:
    """A station in a water's file, with its state and the reasons for that state.

    ``exceedances`` are those that count now, the worst first; ``missing`` the required parameters
    without a usable value; ``last_class`` the class of a stale section by its last values.
    ``target_class`` is None where none was set and Ⅲ is used.
    """

    record: StationRecord
    interval: timedelta
    division: str | None
    reach: str | None
    exceedances: tuple[Exceedance, ...] = ()
    missing: tuple[Parameter, ...] = ()
    last_class: int | None = None
    target_class: int | None = None
    attribute: str = ""
    is_border: bool = False
    owner: str = ""
    permit_no: str = ""
    category: str = ""
    discharge_mode: str = ""
    grade: str | None = None
    purpose: str = ""
    permitted_volume_m3a: float | None = None

    @property
    def is_below_target(self) -> bool:
        """Whether the station is a section whose class is worse than its target."""
        return self.record.kind is StationKind.SECTION and self.record.meets is False

    @property
    def is_unsure(self) -> bool:
        """Whether the station is a section whose class can't be determined now."""
        graded = self.record.state is EvaluationState.GRADED
        return self.record.kind is StationKind.SECTION and not graded

    @property
    def is_exceeding(self) -> bool:
        """Whether the station is an outfall beyond its limits now."""
        return self.record.compliance == Compliance.EXCEEDING


def station_files(
    connection: Connection,
    scope: Scope,
    ids: Collection[int],
    *,
    now: UtcDatetime,
    quality: QualitySettings,
) -> list[StationFile]:
    """Returns those of the stations visible in the scope, downstream, then by code."""
    shown = stations(connection, scope, now=now, quality=quality, only=ids)
    rows = connection.execute(
        MORE_FACTS, {"ids": [each.id for each in shown], "today": business_date(now)}
    )
    more = {row.id: row for row in rows}
    files = [_file(record, more[record.id], now, quality) for record in shown]
    return sorted(files, key=lambda each: (each.record.chainage_m or 0.0, each.record.code))


def _file(
    record: StationRecord, row: Row[Any], now: UtcDatetime, quality: QualitySettings
) -> StationFile:
    interval = timedelta(seconds=row.interval_s)
    exceedances, missing, last_class = _reasons(record, row, interval, now, quality)
    return row_as(
        StationFile,
        row,
        record=record,
        interval=interval,
        exceedances=exceedances,
        missing=missing,
        last_class=last_class,
    )


def _reasons(
    record: StationRecord,
    row: Row[Any],
    interval: timedelta,
    now: UtcDatetime,
    quality: QualitySettings,
) -> tuple[tuple[Exceedance, ...], tuple[Parameter, ...], int | None]:
    """Returns exceedances, missing parameters and a section's last class, as far as they apply."""
    latest, rules = newest_values(row.latest or {}), Rules(quality)
    if record.kind is StationKind.SECTION:
        required = row.required
        evaluation = rules.section(
            latest,
            body=BodyKind(record.body),
            target=WaterClass(record.target_class),
            required=[Parameter(key) for key in required] if required else None,
            now=now,
            interval=interval,
        )
        last = int(evaluation.last_grade.water_class) if evaluation.last_grade else None
        return evaluation.exceedances, evaluation.missing, last
    if record.kind is StationKind.OUTFALL:
        limits = [
            OutfallLimit(Parameter(parameter), low, high, basis)
            for parameter, low, high, basis in row.limits
        ]
        judged = rules.outfall(latest, limits, now=now, interval=interval)
        return judged.exceedances, (), None
    return (), (), None
