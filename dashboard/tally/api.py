"""What arrived, what became of it and what is missing, over HTTP and as a file."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.frame.answers import MOST_ID, Read
from dashboard.frame.area import area_for
from dashboard.frame.auth import Action, User, require
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.workbook import xlsx_answer
from dashboard.tally.reads import scope_for, worst_first
from dashboard.tally.workbook import account_book
from data.database import transaction
from data.errors import BadInput, NotFound
from data.people.access_log import Logged, log
from data.queries.tally.counts import Tally, TallyTable, reasons, tally_table, unknown
from data.queries.tally.stations import TallyStation, tally_stations
from data.queries.tally.window import Grain, Window, window_of
from data.records import StationId
from data.vocabulary import Refusal, StationKind

MOST_STATIONS = 1000

Start = Annotated[
    datetime | None, Query(alias="from", description="with offset; default: a day before `to`")
]
End = Annotated[datetime | None, Query(alias="to", description="with offset; default: now")]
One = Annotated[
    int | None, Query(alias="station", ge=1, le=MOST_ID, description="the id of one station")
]
By = Annotated[Grain, Query(description="hour: 8 days at most; day: 366, days of Beijing")]


class TallyOut(Read):
    """Counts of messages by what became of them, and of readings that were due."""

    received: int = Field(description="stored + filled + duplicate + conflict + refused")
    stored: int
    filled: int = Field(description="the same reading again, with values it lacked")
    duplicate: int
    conflict: int = Field(description="the same reading again, with other values: kept apart")
    refused: int = Field(description="kept in quarantine")
    late: int = Field(description="of those stored")
    partial: int = Field(description="of those not refused: stored without some of their values")
    expected: int = Field(description="readings that were due by the station's interval")
    measured: int = Field(description="of the expected, those that are there")
    missing: int
    missing_share: float | None = Field(description="0 to 1; null where nothing was due")


class BucketOut(TallyOut):
    """The counts of one hour or day."""

    at: datetime


class StationTallyOut(TallyOut):
    """A station over the whole span."""

    id: int
    code: str
    name: str
    kind: StationKind
    interval_s: int
    newest_at: datetime | None = Field(description="of its newest reading")
    silent_since: datetime | None = Field(description="while its device is offline")
    problem: str | None = Field(description="number of the problem that tells of the silence")


class QuarantinedOut(BaseModel):
    """How many messages are in quarantine for one reason."""

    reason: Refusal
    count: int = Field(description="different messages that came last within the span")


class AccountingOut(BaseModel):
    """The tally of a span: messages by when they arrived, readings by when they were measured."""

    start: datetime
    end: datetime
    by: Grain
    due_until: datetime = Field(description="what is younger may still be under way")
    adds_up: bool = Field(description="each message received met exactly one fate")
    sum: TallyOut
    unknown: TallyOut | None = Field(
        description="messages of no known station; null for readers who may not see everything"
    )
    buckets: list[BucketOut]
    reasons: list[QuarantinedOut]
    station_count: int
    stations: list[StationTallyOut] = Field(description="the worst first")


def station_out(station: TallyStation, tally: Tally) -> StationTallyOut:
    """Returns a station with its tally (counts of messages and readings) as the API's document."""
    return StationTallyOut.of(
        tally,
        id=station.id,
        code=station.code,
        name=station.name,
        kind=station.kind,
        interval_s=station.interval_s,
        newest_at=station.observed_at,
        silent_since=station.silent_since,
        problem=station.problem,
    )


def window_asked(deps: Deps, start: datetime | None, end: datetime | None, by: Grain) -> Window:
    """Returns the window of time asked for, by default the last day; raises BadInput if invalid."""
    now = deps.clock()
    last = end or now
    try:
        return window_of(start or last - timedelta(days=1), last, by, now)
    except OverflowError as error:
        raise BadInput("Give times with an offset, the earlier one first.") from error


def read(
    deps: Deps, user: User, window: Window, station: int | None, first: int, most: int
) -> AccountingOut:
    """Returns message counts of the user's stations; raises NotFound for a hidden ``station``."""
    scope = scope_for(user)
    one = None if station is None else StationId(station)
    with transaction(deps.engine) as connection:
        stations = tally_stations(connection, scope, window, station=one)
        if one is not None and not stations:
            raise NotFound("There is no such station.")
        table = tally_table(connection, stations, window, whole=False)
        nameless = unknown(connection, scope, window) if one is None else None
        why = reasons(connection, scope, window, one)
    whole = table.sum()
    ranked = worst_first(table)
    return AccountingOut(
        start=window.start,
        end=window.end,
        by=window.by,
        due_until=window.until,
        adds_up=whole.adds_up and (nameless is None or nameless.adds_up),
        sum=whole,
        unknown=nameless,
        buckets=[
            BucketOut.of(each, at=at)
            for at, each in zip(window.buckets, table.of_buckets(), strict=True)
        ],
        reasons=[QuarantinedOut(reason=reason, count=count) for reason, count in why],
        station_count=len(ranked),
        stations=[station_out(*each) for each in ranked[first : first + most]],
    )


def exported(deps: Deps, user: User, window: Window, station: int | None) -> bytes:
    """Returns message counts as xlsx, logs the export; raises NotFound for a hidden ``station``."""
    scope = scope_for(user)
    one = None if station is None else StationId(station)
    with transaction(deps.engine) as connection:
        stations = tally_stations(connection, scope, window, station=one)
        if one is not None and not stations:
            raise NotFound("There is no such station.")
        table: TallyTable = tally_table(connection, stations, window, whole=False)
        nameless = unknown(connection, scope, window) if one is None else None
        why = reasons(connection, scope, window, one)
        log(
            connection,
            Logged.EXPORT,
            account_id=user.account_id,
            about="accounting.xlsx",
            detail={"window": window.label, "by": window.by.value, "rows": len(stations)},
        )
    area, who = area_for(deps, user), user.account.display_name
    return account_book(table, worst_first(table), nameless, why, area, deps.clock(), who)


def router(deps: Deps) -> APIRouter:
    """Returns the API routes of message counts, as JSON and as an xlsx file."""
    routes = APIRouter(prefix="/api/v1", tags=["accounting"])

    @routes.get("/accounting")
    async def accounting(
        start: Start = None,
        end: End = None,
        station: One = None,
        by: By = Grain.HOUR,
        first: Annotated[int, Query(ge=0, le=10**6, description="stations to skip")] = 0,
        most: Annotated[int, Query(ge=0, le=MOST_STATIONS)] = 100,
    ) -> AccountingOut:
        """Received, stored, duplicate, refused, late and missing, by hour or day and station."""
        user = require(Action.READ_ACCOUNTING)
        window = window_asked(deps, start, end, by)
        return await off(read, deps, user, window, station, first, most)

    @routes.get("/accounting.xlsx", response_class=Response)
    async def file(
        start: Start = None, end: End = None, station: One = None, by: By = Grain.HOUR
    ) -> Response:
        """The same as a file: stations, hours or days, reasons."""
        user = require(Action.READ_ACCOUNTING)
        window = window_asked(deps, start, end, by)
        made = await off(exported, deps, user, window, station)
        return xlsx_answer(made, f"accounting-{window.label}")

    return routes
