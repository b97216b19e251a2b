"""The files of rivers and lakes over HTTP, as typed documents."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from dashboard.frame.answers import PathId, Read
from dashboard.frame.auth import Action, User, current_user, divisions_where, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.database import transaction
from data.queries.scope import Scope
from data.queries.waters.file import ReachFile, Water, WaterFile, read_lake_file, read_river_file
from data.queries.waters.file_stations import StationFile
from data.queries.waters.list import Kind, Listing, Sort, Standing, river_list

MOST_ROWS = 200


class RiverBrief(Read):
    """A water in the list; lengths in metres, ``worst_class`` 1 to 6 or null."""

    water: Water
    id: int
    kind: Kind
    name: str
    name_en: str | None
    code: str | None
    basin: str | None
    length_m: float | None
    area_m2: float | None
    reach_count: int
    section_count: int
    met_count: int
    below_count: int
    unsure_count: int
    worst_class: int | None
    outfall_count: int
    exceeding_count: int
    observed_at: datetime | None
    chief: str | None


class RiverPage(Read):
    """One page of waters, how many fit and how many there are."""

    rows: list[RiverBrief]
    found_count: int
    all_count: int
    as_of: datetime


class Facts(Read):
    """A water's basic facts, which change rarely; places as (longitude, latitude) in CGCS2000."""

    water: Water
    id: int
    kind: Kind
    name: str
    name_en: str | None
    code: str | None
    code_scheme: str | None
    basin: str | None
    length_m: float | None
    area_m2: float | None
    flows_into: str | None
    flows_into_id: int | None
    flows_into_chainage_m: float | None
    source_at: tuple[float, float]
    mouth_at: tuple[float, float] | None
    divisions: list[str]
    source: str
    remark: str


class Reach(Read):
    """A reach; ``water_class`` is null for the reason in ``state``."""

    id: int
    code: str | None
    name: str
    chainage_from_m: float
    chainage_to_m: float
    division: str | None
    state: str
    water_class: int | None
    observed_at: datetime | None
    decided_by: str | None


class Excess(Read):
    """A value beyond its limit; ``multiple`` is null where it has no meaning."""

    parameter: str
    value: float
    limit: float
    multiple: float | None
    below: bool
    basis: str


class Station(Read):
    """A section, outfall or intake as it stands now."""

    id: int
    kind: str
    code: str
    name: str
    chainage_m: float | None
    bank: str | None
    lon: float
    lat: float
    state: str
    water_class: int | None
    target_class: int | None
    meets_target: bool | None
    compliance: str | None
    observed_at: datetime | None
    exceedances: list[Excess]
    missing: list[str]


class Chief(Read):
    """A chief who answers for the water on the day of the file's ``as_of``."""

    name: str
    post: str
    phone: str = Field(description="empty unless the reader may know it")
    level: str
    is_general: bool
    division: str | None
    reach_ids: list[int]
    valid_from: date
    valid_to: date | None


class Board(Read):
    """A notice board."""

    code: str
    name: str
    chainage_m: float | None
    bank: str | None
    phone: str
    content_version: str
    set_on: date | None


class RiverFile(Read):
    """The file of a river or lake; ``hidden_count`` reaches lie outside the reader's scope."""

    facts: Facts
    water_class: int | None
    state: str
    reaches: list[Reach]
    hidden_count: int
    stations: list[Station]
    chiefs: list[Chief]
    boards: list[Board]
    as_of: datetime


def reach_document(reach: ReachFile) -> Reach:
    """Returns a reach of a water's file as the API's document."""
    return Reach.of(
        reach,
        state=reach.colour.state.value,
        water_class=reach.colour.water_class or None,
        observed_at=reach.colour.observed_at,
        decided_by=reach.decided_by.record.code if reach.decided_by else None,
    )


def station_document(file: StationFile) -> Station:
    """Returns a station of a water's file as the API's document."""
    record = file.record
    return Station.of(
        record,
        kind=record.kind.value,
        state=record.state.value,
        water_class=record.shown_class or None,
        target_class=file.target_class,
        meets_target=record.meets,
        exceedances=file.exceedances,
        missing=[each.value for each in file.missing],
    )


def document(water_file: WaterFile) -> RiverFile:
    """Returns the file of a river or lake as the API's document."""
    return RiverFile.of(
        water_file,
        water_class=water_file.colour.water_class or None,
        state=water_file.colour.state.value,
        reaches=[reach_document(each) for each in water_file.reaches],
        stations=[station_document(each) for each in water_file.stations],
        chiefs=[each for each in water_file.chiefs if each.is_current],
    )


def read_list(deps: Deps, scope: Scope, **chosen: object) -> Listing:
    """Reads one page of the list of rivers and lakes within the scope."""
    with transaction(deps.engine) as connection:
        return river_list(
            connection,
            scope,
            now=deps.clock(),
            quality=deps.quality,
            **chosen,  # type: ignore[arg-type] # the route's own types are the list's
        )


def read_file(deps: Deps, user: User, water: Water, number: int) -> WaterFile:
    """Reads the file of a river or lake; raises NotFound if absent or outside the scope."""
    scope, phones_in = visible_to(user), divisions_where(user, Action.READ_PHONES)
    read = read_river_file if water == "river" else read_lake_file
    with transaction(deps.engine) as connection:
        return read(
            connection, number, scope, now=deps.clock(), quality=deps.quality, phones_in=phones_in
        )


def router(deps: Deps) -> APIRouter:
    """Returns the API routes ``/api/v1/rivers`` and ``/api/v1/lakes``."""
    routes = APIRouter(prefix="/api/v1", tags=["files"])

    @routes.get("/rivers")
    async def list_rivers(
        q: Annotated[str, Query(max_length=64)] = "",
        kind: Kind | None = None,
        standing: Standing | None = None,
        sort: Sort = "worst",
        start: Annotated[int, Query(ge=0, le=10**6)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    ) -> RiverPage:
        """Rivers, canals, lakes and reservoirs with how they stand now."""
        chosen = {"phrase": q, "kind": kind, "standing": standing, "sort": sort}
        listing = await off(
            read_list, deps, visible_to(current_user()), **chosen, start=start, limit=limit
        )
        return RiverPage.of(listing)

    @routes.get("/rivers/{river_id}")
    async def read_river(river_id: PathId) -> RiverFile:
        """The file of a river; 404 when it isn't there or not visible."""
        return document(await off(read_file, deps, current_user(), "river", river_id))

    @routes.get("/lakes/{lake_id}")
    async def read_lake(lake_id: PathId) -> RiverFile:
        """The file of a lake or reservoir; 404 when it isn't there or not visible."""
        return document(await off(read_file, deps, current_user(), "lake", lake_id))

    return routes
