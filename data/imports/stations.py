"""Imports sections, outfalls and intakes: each row is placed as one station."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection

from data import clock
from data.errors import BadInput
from data.imports.locating import locate
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.placing.facts import Facts, IntakeFacts, OutfallFacts, SectionFacts
from data.placing.stations import Placed, PlacementOutcome, StationPlacement, place_station
from data.quality.compliance import OutfallLimit
from data.quality.limits import DischargeGrade
from data.queries.scope import EVERYTHING
from data.queries.stations.placed import stations_near
from data.queries.waters.finders import NamedReaches
from data.records import ReachId
from data.vocabulary import BodyKind, Parameter, StationKind, WaterClass
from gis.chainage import format_distance

MOST_NAMED: Final = 10
"""So many stations that stand beside another are named one by one."""


def import_sections(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Creates, moves or updates the sections of these rows, matched by code."""
    _take(connection, StationKind.SECTION, rows, options, outcome)


def import_outfalls(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Creates, moves or updates the outfalls of these rows and their limits, matched by code."""
    _take(connection, StationKind.OUTFALL, rows, options, outcome)


def import_intakes(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Creates, moves or updates the intakes of these rows, matched by code."""
    _take(connection, StationKind.INTAKE, rows, options, outcome)


def _take(
    connection: Connection,
    kind: StationKind,
    rows: Sequence[Row],
    options: Options,
    outcome: Outcome,
) -> None:
    seen: dict[str, int] = {}
    placed_now: list[Placed] = []
    on_lakes = 0
    places = {row.number: row.source for row in rows if row.source}
    located = locate(connection, places, options.within_m)
    named = {str(said) for row in rows for said in row.get("represents", tuple) or ()}
    reaches = NamedReaches(connection, named)
    for row in rows:
        before = seen.setdefault(row.text("code"), row.number)
        with each_refused(connection, [row], outcome) as done:
            if before != row.number:
                raise BadInput("It repeats the code of row {row}.", row=before)
            placement = _placement(reaches, kind, row, options)
            placed = place_station(
                connection, placement, today=options.today, located=located.get(row.number)
            )
            _count(placed, done)
            placed_now.append(placed)
            on_lakes += placed.spot.body is BodyKind.LAKE
    if on_lakes:
        outcome.note("{count} of them lie on lakes.", count=on_lakes)
    _note_near(connection, placed_now, options.near_m, outcome)


def _note_near(
    connection: Connection, placed: Sequence[Placed], near_m: float, outcome: Outcome
) -> None:
    """Notes the stations that were put beside another one; the first of them by name."""
    count = 0
    for each in placed if near_m else ():
        if each.outcome not in (PlacementOutcome.CREATED, PlacementOutcome.MOVED):
            continue
        spot = each.spot
        near = stations_near(connection, EVERYTHING, spot.lon, spot.lat, near_m, each.code)
        count += bool(near)
        if near and count <= MOST_NAMED:
            outcome.note(
                "{code} stands {metres} m from {other}: are they the same station?",
                code=each.code,
                metres=round(near[0].metres),
                other=near[0].code,
            )
    if count > MOST_NAMED:
        outcome.note("{count} more stand beside another station.", count=count - MOST_NAMED)


def _placement(
    reaches: NamedReaches, kind: StationKind, row: Row, options: Options
) -> StationPlacement:
    if row.source is None:
        raise BadInput("It has no geometry.")
    started_on = row.day("started_on")
    return StationPlacement(
        kind=kind,
        code=row.text("code"),
        name=row.name,
        x=row.source.x,
        y=row.source.y,
        crs=row.source.crs,
        name_en=row.text("name_en") or None,
        interval=row.span("interval"),
        started_at=clock.start_of_day(started_on) if started_on else None,
        within_m=options.within_m,
        may_allow_more=True,
        facts=_facts(reaches, kind, row),
        move=True,
    )


def _facts(reaches: NamedReaches, kind: StationKind, row: Row) -> Facts:
    if kind is StationKind.SECTION:
        return SectionFacts(
            attribute=row.text("attribute") or None,
            target_class=row.get("target_class", WaterClass),
            required=_parameters(row),
            is_border=row.get("is_border", bool),
            represents=_represents(reaches, row),
        )
    if kind is StationKind.OUTFALL:
        return OutfallFacts(
            category=row.text("category") or None,
            owner=row.text("owner") or None,
            permit_no=row.text("permit_no") or None,
            discharge_mode=row.text("discharge_mode") or None,
            grade=row.get("grade", DischargeGrade),
            limits=limits_of(row),
            limits_from=row.get("limits_from", date),
        )
    return IntakeFacts(
        owner=row.text("owner") or None,
        permit_no=row.text("permit_no") or None,
        permitted_volume_m3a=row.get("permitted_volume_m3a", float),
        purpose=row.text("purpose") or None,
    )


def limits_of(row: Row) -> tuple[OutfallLimit, ...] | None:
    """Returns the outfall's limits in the row, based on its permit; None if the row has none."""
    basis = row.text("permit_no") or "排污许可"
    found = []
    for parameter in Parameter:
        bounds = row.get(f"limit_{parameter}", tuple)
        if bounds:
            found.append(OutfallLimit(parameter, bounds[0], bounds[1], basis))
    return tuple(found) or None


def _parameters(row: Row) -> tuple[Parameter, ...] | None:
    listed = row.get("required", tuple)
    return tuple(each for each in listed if isinstance(each, Parameter)) if listed else None


def _represents(reaches: NamedReaches, row: Row) -> tuple[ReachId, ...] | None:
    listed = row.get("represents", tuple)
    if not listed:
        return None
    return tuple(ReachId(reaches.find_one(str(said)).id) for said in listed)


def _count(placed: Placed, outcome: Outcome) -> None:
    if placed.outcome is PlacementOutcome.CREATED:
        outcome.created += 1
    elif placed.outcome is PlacementOutcome.UNCHANGED:
        outcome.unchanged += 1
    else:
        outcome.updated += 1
    if placed.outcome is PlacementOutcome.MOVED and placed.moved_m is not None:
        outcome.note(
            "{code} was moved by {distance}.",
            code=placed.code,
            distance=format_distance(placed.moved_m),
        )
