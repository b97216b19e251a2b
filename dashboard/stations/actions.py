"""What the office does to stations; each use case is one transaction and asks whether one may."""

from dataclasses import astuple, dataclass, fields
from datetime import timedelta
from typing import TypeVar

from shapely.geometry import Point
from sqlalchemy import Connection

from dashboard.frame.auth import (
    NOWHERE,
    Action,
    current_user,
    divisions_where,
    may,
    require,
    visible_to,
)
from dashboard.frame.deps import Deps
from data.database import transaction
from data.errors import BadInput, Conflict, Forbidden
from data.people.access_log import Logged, log
from data.placing import cells
from data.placing.facts import Facts, IntakeFacts, OutfallFacts, SectionFacts
from data.placing.spots import WITHIN_M, Spot
from data.placing.stations import Placed, PlacementOutcome, StationPlacement, place_station, preview
from data.queries.map.bounds import bounds
from data.queries.stations.placed import (
    NearStation,
    PlacedStation,
    StationForm,
    division_of_code,
    placed_stations,
    station_form,
    stations_near,
)
from data.query_values import read_text, read_word
from data.records import DivisionId, StationId
from data.vocabulary import StationKind
from gis.ellipsoid import distance_m
from ingest.broker.device_password import device_password

PAGE_ROWS = 20
MOST_LETTERS = 200
MOST_SEARCHED = 80
"""The most letters of a search among stations."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields of the station form as filled in; empty or None where left blank."""

    kind: str | None = None
    code: str | None = None
    name: str | None = None
    name_en: str | None = None
    crs: str | None = None
    lon: str | None = None
    lat: str | None = None
    interval: str | None = None
    target: str | None = None
    attribute: str | None = None
    border: bool | None = None
    grade: str | None = None
    category: str | None = None
    owner: str | None = None
    permit: str | None = None
    volume: str | float | None = None
    purpose: str | None = None


FIELDS = tuple(each.name for each in fields(Filled))


@dataclass(frozen=True, slots=True)
class Previewed:
    """The station's place if saved, how far it moves, and whether the user may place it there.

    ``near`` are other stations on that spot, of those the user may see.
    """

    spot: Spot
    moved_m: float | None
    allowed: bool
    near: tuple[NearStation, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a station did; ``password`` is the new device's one, shown once."""

    placed: Placed
    password: str | None


def divisions_written() -> frozenset[DivisionId] | None:
    """The divisions where the current user may create and move stations; None for all."""
    return divisions_where(require(Action.WRITE_STATIONS), Action.WRITE_STATIONS)


def list_stations(
    deps: Deps, search: str, kind: str | None, page: int
) -> tuple[int, list[PlacedStation]]:
    """Reads how many stations fit, and one page of the stations; pages count from 1.

    Raises BadInput for a kind that there is not, and for too long a search.
    """
    divisions = divisions_written()
    chosen = read_word("kind", kind, StationKind) if kind else None
    with transaction(deps.engine) as connection:
        start = (max(page, 1) - 1) * PAGE_ROWS
        return placed_stations(
            connection,
            divisions,
            search=read_text("q", search, MOST_SEARCHED),
            kind=chosen,
            start=start,
            rows=PAGE_ROWS,
        )


def choose_station(deps: Deps, station_id: StationId) -> StationForm:
    """Reads the values for a station's form. Raises NotFound or Forbidden."""
    require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        return _form_at(connection, station_id)


def map_bounds(deps: Deps) -> tuple[float, float, float, float] | None:
    """Returns west, south, east, north of what the user may see, in degrees; None for nothing."""
    with transaction(deps.engine) as connection:
        return bounds(connection, visible_to(current_user()))


def preview_point(
    deps: Deps, filled: Filled, station_id: StationId | None = None
) -> Previewed | None:
    """Finds where the form's point would be placed; None while coordinates are missing.

    Raises BadInput for coordinates that lie too far from any water, with the distance, Forbidden
    for a station one may not change: the distance would tell where it stands.
    """
    user = require(Action.WRITE_STATIONS)
    if not (filled.lon or "").strip() or not (filled.lat or "").strip():
        return None
    x, y = _coordinates(filled)
    with transaction(deps.engine) as connection:
        now = _form_at(connection, station_id) if station_id else None
        spot = preview(connection, x, y, filled.crs or "EPSG:4490", within_m=_within_m(now))
        near = stations_near(
            connection,
            visible_to(user),
            spot.lon,
            spot.lat,
            deps.stations.near_m,
            now.station.code if now else (filled.code or "").strip(),
        )
    moved_m = distance_m(Point(now.lon, now.lat), Point(spot.lon, spot.lat)) if now else None
    allowed = may(user, Action.WRITE_STATIONS, _place(spot.division_id))
    return Previewed(spot, moved_m, allowed, near if allowed else ())


def save(
    deps: Deps, filled: Filled, station_id: StationId | None = None, version: int | None = None
) -> Saved:
    """Creates or changes the station as the form says, if its version is still ``version``.

    Raises Forbidden, NotFound, BadInput or Conflict; nothing is written then. The device of a new
    station gets an account at our broker.
    """
    user = require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        now = _form_at(connection, station_id) if station_id else None
        if now is None:
            _require_free(connection, (filled.code or "").strip())
        placed = place_station(connection, placement_of(filled, now, version))
        _require_at(DivisionId(placed.spot.division_id) if placed.spot.division_id else None)
        if placed.outcome is not PlacementOutcome.UNCHANGED:
            about = f"{placed.outcome.value} {placed.code}"
            log(connection, Logged.STATION, account_id=user.account_id, about=about)
    return Saved(placed, None if now else device_password(placed.code))


def placement_of(
    filled: Filled, now: StationForm | None, version: int | None = None
) -> StationPlacement:
    """What to write for the form; of its ``facts`` those unchanged are None. Raises BadInput."""
    if now is None and filled.kind not in set(StationKind):
        raise BadInput("Choose what kind of station it is.")
    if any(isinstance(each, str) and len(each) > MOST_LETTERS for each in astuple(filled)):
        raise BadInput("At most {most} letters fit into a box.", most=MOST_LETTERS)
    x, y = _coordinates(filled)
    return StationPlacement(
        kind=now.station.kind if now else StationKind(str(filled.kind)),
        code=now.station.code if now else (filled.code or "").strip(),
        name=(filled.name or "").strip(),
        name_en=(filled.name_en or "").strip() or None,
        x=x,
        y=y,
        crs=filled.crs or "EPSG:4490",
        interval=_interval(filled.interval),
        within_m=_within_m(now),
        facts=_facts(filled, now),
        move=now is not None,
        expected_version=version if now else None,
    )


def _facts(filled: Filled, now: StationForm | None) -> Facts:
    kind = now.station.kind if now else StationKind(str(filled.kind))
    if kind is StationKind.SECTION:
        target = cells.water_class(filled.target) if filled.target else None
        return SectionFacts(
            attribute=_text(filled.attribute, now.attribute if now else None),
            target_class=_new(target, now.station.target_class if now else None),
            is_border=_new(bool(filled.border), now.is_border if now else None),
        )
    owner = _text(filled.owner, now.owner if now else None)
    permit = _text(filled.permit, now.permit_no if now else None)
    if kind is StationKind.OUTFALL:
        grade = cells.discharge_grade(filled.grade) if filled.grade else None
        return OutfallFacts(
            category=_text(filled.category, now.category if now else None),
            owner=owner,
            permit_no=permit,
            grade=_new(grade, now.station.grade if now else None),
        )
    volume = cells.number(str(filled.volume)) if filled.volume not in (None, "") else None
    return IntakeFacts(
        owner=owner,
        permit_no=permit,
        permitted_volume_m3a=_new(volume, now.permitted_volume_m3a if now else None),
        purpose=_text(filled.purpose, now.purpose if now else None),
    )


def _new(value: T | None, kept: T | None) -> T | None:
    """The new value if it differs from the stored one, else None (nothing is to be written)."""
    return None if value == kept else value


def _text(value: str | None, kept: str | None) -> str | None:
    return _new((value or "").strip(), kept or "")


def _coordinates(filled: Filled) -> tuple[float, float]:
    if not filled.lon or not filled.lat:
        raise BadInput("A station needs its longitude and latitude.")
    return cells.degrees(filled.lon), cells.degrees(filled.lat)


def _interval(seconds: str | None) -> timedelta | None:
    return cells.interval(seconds) if seconds else None


def _within_m(now: StationForm | None) -> float:
    """The greatest distance in metres between a point and its water, larger for one already off."""
    return max(WITHIN_M, (now.station.offset_m or 0) + 1) if now else WITHIN_M


def _place(division_id: int | None) -> DivisionId:
    return DivisionId(division_id) if division_id else NOWHERE


def _form_at(connection: Connection, station_id: StationId) -> StationForm:
    """The station's form values, if the user may change it. Raises NotFound or Forbidden."""
    found = station_form(connection, station_id)
    _require_at(found.station.division_id)
    return found


def _require_at(division_id: DivisionId | None) -> None:
    if not may(current_user(), Action.WRITE_STATIONS, _place(division_id)):
        raise Forbidden("This place is outside of the divisions you answer for.")


def _require_free(connection: Connection, code: str) -> None:
    """Raises Conflict if the code is taken by a station that the user may not change."""
    is_taken, division_id = division_of_code(connection, code)
    if is_taken and not may(current_user(), Action.WRITE_STATIONS, _place(division_id)):
        raise Conflict("The code {code} is taken.", mend="Choose another code.", code=code)
