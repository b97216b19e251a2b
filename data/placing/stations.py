"""Places or moves one station, by hand or from a file, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shapely.geometry import Point
from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from data import clock
from data.errors import BadInput, Conflict
from data.placing import facts as station_facts
from data.placing.codes import check_code
from data.placing.facts import KIND_OF, Facts, IntakeFacts, OutfallFacts, SectionFacts
from data.placing.spots import WITHIN_M, Spot, preview
from data.records import StationCode, StationId
from data.tables.stations import station
from data.texts import fit_name
from data.vocabulary import StationKind
from gis.crs import CGCS2000
from gis.ellipsoid import distance_m

__all__ = [
    "Facts",
    "IntakeFacts",
    "OutfallFacts",
    "Placed",
    "PlacementOutcome",
    "SectionFacts",
    "Spot",
    "StationPlacement",
    "place_station",
    "preview",
]

INTERVAL: Final = timedelta(hours=4)


class PlacementOutcome(StrEnum):
    """What became of a placement."""

    CREATED = "created"
    MOVED = "moved"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


FIRST_START = date(1949, 10, 1)
"""No station of today's offices began before."""

LONGEST_PLAN = timedelta(days=366)
"""A station may be entered so long before it begins to report."""


@dataclass(frozen=True, slots=True)
class StationPlacement:
    """A request to place (create or move) a station; ``x`` is east, ``y`` north in ``crs``.

    None leaves a value as it is. With ``move`` an existing station takes the new values, without it
    that is a conflict. ``expected_version`` is the version that was looked at.
    """

    kind: StationKind
    code: str
    name: str
    x: float
    y: float
    crs: str = "EPSG:4490"
    name_en: str | None = None
    interval: timedelta | None = None
    started_at: datetime | None = None
    within_m: float = WITHIN_M
    may_allow_more: bool = False
    """Whether who places it may give a larger ``within_m``; a refusal then says so."""
    facts: Facts | None = None
    move: bool = False
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The result of placing a station; ``moved_m`` is how far it moved, None if it is new."""

    station_id: StationId
    code: StationCode
    outcome: PlacementOutcome
    spot: Spot
    version: int
    moved_m: float | None


def place_station(
    connection: Connection,
    placement: StationPlacement,
    *,
    today: date | None = None,
    located: Spot | BadInput | None = None,
) -> Placed:
    """Creates or moves a station, snapped to its water; a repeated request changes nothing.

    ``located`` is what ``previews`` found of its place, if it was looked up before.
    Raises BadInput (code, kind, coordinates, too far from water) or Conflict (it exists, or
    somebody else changed it first).
    """
    today = today or clock.business_date(clock.now())
    placement = _with_fit_texts(placement)
    _check(placement)
    _check_start(placement, today)
    if isinstance(located, BadInput):
        raise located
    spot = located or preview(
        connection,
        placement.x,
        placement.y,
        placement.crs,
        within_m=placement.within_m,
        may_allow_more=placement.may_allow_more,
    )
    values = _values(placement, spot)
    existing = (
        connection.execute(
            select(
                station,
                func.ST_X(station.c.geom).label("lon"),
                func.ST_Y(station.c.geom).label("lat"),
            )
            .where(station.c.code == placement.code)
            .with_for_update()
        )
        .mappings()
        .first()
    )
    if existing is None:
        return _create(connection, placement, spot, values, today)
    return _change(connection, placement, spot, values, existing, today)


def _check_start(placement: StationPlacement, today: date) -> None:
    """Raises BadInput for a start that can't be right: a mistyped year, another cell's number."""
    if placement.started_at is None:
        return
    day = clock.business_date(placement.started_at)
    if not FIRST_START <= day <= today + LONGEST_PLAN:
        raise BadInput(
            "The start {day} of station {code} can't be right.",
            mend="Give the day on which it began to report, such as 2026-03-01.",
            day=day,
            code=placement.code,
        )


def _with_fit_texts(placement: StationPlacement) -> StationPlacement:
    """Returns the placement with its texts as they are kept. Raises BadInput for unfit ones."""
    named = replace(placement, name=fit_name(placement.name))
    if placement.name_en is not None:
        named = replace(named, name_en=fit_name(placement.name_en))
    if placement.facts is None:
        return named
    texts: dict[str, Any] = {
        each.name: fit_name(value)
        for each in fields(placement.facts)
        if type(value := getattr(placement.facts, each.name)) is str
    }
    return replace(named, facts=replace(placement.facts, **texts))


def _check(placement: StationPlacement) -> None:
    if not placement.name:
        raise BadInput("A station needs a name.")
    if placement.facts and KIND_OF[type(placement.facts)] is not placement.kind:
        raise BadInput("These facts aren't those of a station of kind {kind}.", kind=placement.kind)


def _values(placement: StationPlacement, spot: Spot) -> dict[str, object]:
    """Returns the station's columns to write, without those the request doesn't give."""
    values: dict[str, object] = {
        "name": placement.name,
        "body": spot.body.value,
        "reach_id": spot.reach_id,
        "lake_id": spot.lake_id,
        "division_id": spot.division_id,
        "chainage_m": spot.chainage_m,
        "offset_m": spot.offset_m,
        "bank": spot.bank.value if spot.bank else None,
        "source_crs": spot.source_crs,
        "source_x": spot.source_x,
        "source_y": spot.source_y,
    }
    if placement.name_en is not None:
        values["name_en"] = placement.name_en
    if placement.interval is not None:
        values["interval_s"] = int(placement.interval.total_seconds())
    if placement.started_at is not None:
        values["started_at"] = clock.to_utc(placement.started_at)
    return values


def point_value(lon: float, lat: float) -> ColumnElement[object]:
    """Returns the SQL expression that stores a point in a column."""
    return func.ST_SetSRID(func.ST_MakePoint(lon, lat), CGCS2000)


def _create(
    connection: Connection,
    placement: StationPlacement,
    spot: Spot,
    values: Mapping[str, object],
    today: date,
) -> Placed:
    if placement.expected_version is not None:
        raise Conflict("The station {code} is no longer there.", code=placement.code)
    check_code(placement.code)
    columns = {"interval_s": int(INTERVAL.total_seconds()), **values}
    station_id = connection.execute(
        insert(station)
        .values(
            code=placement.code,
            kind=placement.kind.value,
            geom=point_value(spot.lon, spot.lat),
            **columns,
        )
        .returning(station.c.id)
    ).scalar_one()
    station_facts.write_new(connection, station_id, placement.kind, placement.facts, today)
    return Placed(
        StationId(station_id), StationCode(placement.code), PlacementOutcome.CREATED, spot, 1, None
    )


def _change(
    connection: Connection,
    placement: StationPlacement,
    spot: Spot,
    values: Mapping[str, object],
    existing: RowMapping,
    today: date,
) -> Placed:
    station_id, version = StationId(existing["id"]), int(existing["version"])
    if existing["kind"] != placement.kind:
        raise Conflict(
            "{code} is already the code of a station of kind {kind}: {name}.",
            code=placement.code,
            kind=existing["kind"],
            name=existing["name"],
        )
    if placement.expected_version not in (None, version):
        raise Conflict(
            "Somebody else changed the station {code} in the meantime.",
            mend="Look at it again.",
            code=placement.code,
        )
    changed = {name: value for name, value in values.items() if existing[name] != value}
    new_facts = station_facts.differs(
        connection, station_id, placement.kind, placement.facts, today
    )
    moved_m = distance_m(Point(existing["lon"], existing["lat"]), Point(spot.lon, spot.lat))
    if not changed and not new_facts and moved_m == 0:
        outcome = PlacementOutcome.UNCHANGED
    elif not placement.move:
        raise Conflict(
            "There is already a station {code}: {name}.",
            mend="Move or change it on purpose, or choose another code.",
            code=placement.code,
            name=existing["name"],
        )
    else:
        outcome = PlacementOutcome.MOVED if moved_m else PlacementOutcome.UPDATED
        version += 1
        connection.execute(
            update(station)
            .where(station.c.id == station_id)
            .values(
                geom=point_value(spot.lon, spot.lat),
                version=version,
                changed_at=func.now(),
                **changed,
            )
        )
        if new_facts and placement.facts:
            station_facts.rewrite(connection, station_id, placement.kind, placement.facts, today)
    return Placed(station_id, StationCode(placement.code), outcome, spot, version, moved_m)
