"""Facts of sections, outfalls and intakes beside their place, and how they are written."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import Connection, Table, insert, select, text, update

from data.quality.compliance import OutfallLimit, limits_from_grade
from data.quality.limits import DischargeGrade
from data.records import ReachId
from data.tables import stations as tables
from data.vocabulary import Parameter, StationKind, WaterClass


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """Facts to store of a section (断面); None leaves a stored fact unchanged.

    ``represents`` are the reaches it colours; an empty set means the one it lies on.
    """

    attribute: str | None = None
    target_class: WaterClass | None = None
    required: tuple[Parameter, ...] | None = None
    is_border: bool | None = None
    represents: tuple[ReachId, ...] | None = None


@dataclass(frozen=True, slots=True)
class OutfallFacts:
    """Facts to store of an outfall (排污口); None leaves a stored fact unchanged.

    ``limits`` are the permit's own; a grade gives limits for every other parameter it knows.
    They hold from ``limits_from`` on, today unless given.
    """

    category: str | None = None
    owner: str | None = None
    permit_no: str | None = None
    discharge_mode: str | None = None
    grade: DischargeGrade | None = None
    limits: tuple[OutfallLimit, ...] | None = None
    limits_from: date | None = None


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """Facts to store of an intake (取水口); None leaves a stored fact unchanged."""

    owner: str | None = None
    permit_no: str | None = None
    permitted_volume_m3a: float | None = None
    purpose: str | None = None


Facts = SectionFacts | OutfallFacts | IntakeFacts
KIND_OF: dict[type[Facts], StationKind] = {
    SectionFacts: StationKind.SECTION,
    OutfallFacts: StationKind.OUTFALL,
    IntakeFacts: StationKind.INTAKE,
}
_ASIDE = frozenset({"represents", "limits", "limits_from"})


def differs(
    connection: Connection, station_id: int, kind: StationKind, facts: Facts | None, today: date
) -> bool:
    """Returns whether any given fact (not None) differs from the station's stored fact."""
    if facts is None:
        return False
    table = _table(kind)
    row = connection.execute(select(table).where(table.c.station_id == station_id)).mappings().one()
    if any(row[name] != value for name, value in _columns(facts).items()):
        return True
    if isinstance(facts, SectionFacts) and facts.represents is not None:
        return sorted(facts.represents) != _represented(connection, station_id)
    if isinstance(facts, OutfallFacts):
        wanted = _limits(facts, today)
        return wanted is not None and _as_kept(wanted) != _kept_limits(connection, station_id)
    return False


def write_new(
    connection: Connection, station_id: int, kind: StationKind, facts: Facts | None, today: date
) -> None:
    """Inserts the facts of a new station into the table of its kind."""
    values = _columns(facts) if facts else {}
    connection.execute(insert(_table(kind)).values(station_id=station_id, **values))
    if facts:
        _write_aside(connection, station_id, facts, today)


def rewrite(
    connection: Connection, station_id: int, kind: StationKind, facts: Facts, today: date
) -> None:
    """Updates the station's facts that aren't None; limits they replace get an end date and stay.

    Limits that would begin on or after the new ones' first day are deleted.
    """
    table, values = _table(kind), _columns(facts)
    if values:
        connection.execute(update(table).where(table.c.station_id == station_id).values(values))
    _write_aside(connection, station_id, facts, today)


def _table(kind: StationKind) -> Table:
    return {
        StationKind.SECTION: tables.section,
        StationKind.OUTFALL: tables.outfall,
        StationKind.INTAKE: tables.intake,
    }[kind]


def _columns(facts: Facts) -> dict[str, object]:
    values: dict[str, object] = {}
    for each in fields(facts):
        value = getattr(facts, each.name)
        if value is None or each.name in _ASIDE:
            continue
        if isinstance(value, WaterClass):
            value = int(value)
        elif isinstance(value, DischargeGrade):
            value = value.value
        elif isinstance(value, tuple):
            value = [entry.value for entry in value]
        values[each.name] = value
    return values


def _write_aside(connection: Connection, station_id: int, facts: Facts, today: date) -> None:
    if isinstance(facts, SectionFacts) and facts.represents is not None:
        _write_represents(connection, station_id, facts.represents)
    if isinstance(facts, OutfallFacts):
        wanted = _limits(facts, today)
        if wanted is not None and _as_kept(wanted) != _kept_limits(connection, station_id):
            _write_limits(connection, station_id, wanted, facts.limits_from or today)


def _represented(connection: Connection, station_id: int) -> list[int]:
    rows = connection.execute(
        text("SELECT reach_id FROM section_represents WHERE station_id = :id ORDER BY reach_id"),
        {"id": station_id},
    )
    return list(rows.scalars())


def _write_represents(connection: Connection, station_id: int, reaches: Sequence[ReachId]) -> None:
    connection.execute(
        text("DELETE FROM section_represents WHERE station_id = :id"), {"id": station_id}
    )
    for reach_id in sorted(set(reaches)):
        connection.execute(
            insert(tables.section_represents).values(station_id=station_id, reach_id=reach_id)
        )


def _limits(facts: OutfallFacts, today: date) -> tuple[OutfallLimit, ...] | None:
    """Returns the limits that an outfall's facts give, None if they don't mention limits."""
    if facts.grade is None:
        return facts.limits
    own = {limit.parameter: limit for limit in facts.limits or ()}
    template = limits_from_grade(facts.grade, facts.limits_from or today)
    return tuple({**{limit.parameter: limit for limit in template}, **own}.values())


def _as_kept(limits: Sequence[OutfallLimit]) -> set[tuple[str, float | None, float | None, str]]:
    return {(each.parameter.value, each.low, each.high, each.basis) for each in limits}


def _kept_limits(
    connection: Connection, station_id: int
) -> set[tuple[str, float | None, float | None, str]]:
    rows = connection.execute(
        text(
            """
            SELECT parameter, lower, upper, basis FROM outfall_limit
            WHERE station_id = :id AND valid_to IS NULL
            """
        ),
        {"id": station_id},
    )
    return {(parameter, lower, upper, basis) for parameter, lower, upper, basis in rows}


def _write_limits(
    connection: Connection, station_id: int, limits: Sequence[OutfallLimit], valid_from: date
) -> None:
    known = {"id": station_id, "day": valid_from}
    connection.execute(
        text("DELETE FROM outfall_limit WHERE station_id = :id AND valid_from >= :day"), known
    )
    connection.execute(
        text(
            """
            UPDATE outfall_limit SET valid_to = :day WHERE station_id = :id
            AND (valid_to IS NULL OR valid_to > :day)
            """
        ),
        known,
    )
    for limit in limits:
        connection.execute(
            insert(tables.outfall_limit).values(
                station_id=station_id,
                parameter=limit.parameter.value,
                lower=limit.low,
                upper=limit.high,
                basis=limit.basis,
                valid_from=valid_from,
            )
        )
