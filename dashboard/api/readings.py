"""A station's newest values and the course of one of them, over HTTP."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.auth import User, current_user, visible_to
from dashboard.deps import Deps
from dashboard.offload import off
from dashboard.views.measures import flag_word, parameter_name, unit_of
from dashboard.views.wording import _
from data.clock import BUSINESS_ZONE, Span, UtcDatetime, to_utc
from data.database import transaction
from data.errors import BadInput
from data.people.access_log import Logged, log
from data.queries.readings import FLAG_CODES, MOST_POINTS, Series, series
from data.queries.scope import Scope
from data.queries.station_facts import StationFacts, station_facts
from data.vocabulary import PARAMETERS, Bank, BodyKind, Flag, Parameter, StationKind

MOST_ROWS = 120_000
"""The most rows of one exported file: a reading each five minutes for 400 days is 115,200."""

Start = Annotated[datetime | None, Query(alias="from", description="with offset")]
End = Annotated[datetime | None, Query(alias="to", description="with offset; default: now")]


class NewestValue(BaseModel):
    """The newest value of one parameter."""

    value: float
    unit: str
    at: datetime
    flag: Flag = Field(description="N is normal; others are never graded")


class StationOut(BaseModel):
    """A station with its newest values by parameter key."""

    id: int
    code: str
    name: str
    kind: StationKind
    body: BodyKind
    river: str | None
    reach: str | None
    lake: str | None
    chainage_m: float | None
    bank: Bank | None
    longitude: float = Field(description="degrees, CGCS2000")
    latitude: float = Field(description="degrees, CGCS2000")
    interval_s: float = Field(description="seconds between two readings")
    target_class: int | None = Field(description="1 to 5; null where none was given")
    latest: dict[Parameter, NewestValue]


class Point(BaseModel):
    """One measurement."""

    at: datetime
    value: float
    flag: Flag


class SeriesOut(BaseModel):
    """The course of a parameter, thinned so that its extremes stay."""

    station: str
    parameter: Parameter
    unit: str
    interval_s: float
    start: datetime = Field(description="first instant asked for")
    end: datetime = Field(description="first instant no longer asked for")
    measured_count: int = Field(description="values in the span before thinning")
    points: list[Point]


def station_out(facts: StationFacts) -> StationOut:
    """The station as it leaves the house."""
    return StationOut(
        id=facts.id,
        code=facts.code,
        name=facts.name,
        kind=facts.kind,
        body=facts.body,
        river=facts.where.river,
        reach=facts.where.reach,
        lake=facts.where.lake,
        chainage_m=facts.where.chainage_m,
        bank=facts.where.bank,
        longitude=facts.lon,
        latitude=facts.lat,
        interval_s=facts.interval.total_seconds(),
        target_class=facts.target,
        latest={
            parameter: NewestValue(
                value=each.value,
                unit=PARAMETERS[parameter].unit,
                at=each.observed_at,
                flag=each.flag,
            )
            for parameter, each in facts.latest.items()
        },
    )


def series_out(facts: StationFacts, parameter: Parameter, span: Span, found: Series) -> SeriesOut:
    """The course as it leaves the house."""
    return SeriesOut(
        station=facts.code,
        parameter=parameter,
        unit=PARAMETERS[parameter].unit,
        interval_s=facts.interval.total_seconds(),
        start=span.start,
        end=span.end,
        measured_count=found.measured_count,
        points=[
            Point(
                at=datetime.fromtimestamp(int(at_s), BUSINESS_ZONE),
                value=float(value),
                flag=FLAG_CODES[flag],
            )
            for at_s, value, flag in zip(found.at_s, found.value, found.flag, strict=True)
        ],
    )


def span_asked(start: datetime | None, end: datetime | None, now: UtcDatetime) -> Span:
    """The span asked for, the last seven days by default.

    Raises BadInput for times without an offset, or in the wrong order.
    """
    try:
        last = to_utc(end) if end else now
        first = to_utc(start) if start else UtcDatetime(last - timedelta(days=7))
        return Span(first, last)
    except (ValueError, OverflowError) as error:
        raise BadInput("Give times with an offset, the earlier one first.") from error


def read_station(deps: Deps, scope: Scope, station_id: int) -> StationFacts:
    """The station when the scope may see it. Raises NotFound."""
    with transaction(deps.engine) as connection:
        return station_facts(connection, scope, station_id)


def read_series(
    deps: Deps, scope: Scope, station_id: int, parameter: Parameter, span: Span, points: int
) -> tuple[StationFacts, Series]:
    """The station and the course of the parameter. Raises NotFound or BadInput."""
    with transaction(deps.engine) as connection:
        facts = station_facts(connection, scope, station_id)
        return facts, series(connection, station_id, parameter, span, facts.interval, points)


def exported(
    deps: Deps, user: User, station_id: int, parameter: Parameter, span: Span
) -> tuple[StationFacts, str]:
    """The station and its values as CSV, with a row in the access log.

    Raises NotFound, and BadInput for a span with more rows than a file holds: none is left out.
    """
    scope = visible_to(user)
    with transaction(deps.engine) as connection:
        facts = station_facts(connection, scope, station_id)
        whole = series(connection, station_id, parameter, span, facts.interval, MOST_ROWS)
        if whole.measured_count > MOST_ROWS:
            raise BadInput("A file holds {most} rows; choose a shorter span.", most=MOST_ROWS)
        log(
            connection,
            Logged.EXPORT,
            account_id=user.account_id,
            about=f"{facts.code} {parameter.value}",
            detail={
                "from": span.start.isoformat(),
                "to": span.end.isoformat(),
                "rows": len(whole),
            },
        )
    return facts, csv_text(facts, parameter, whole)


def csv_text(facts: StationFacts, parameter: Parameter, whole: Series) -> str:
    """The values as CSV with a byte order mark, so that Excel reads it as UTF-8; Beijing time."""
    unit = unit_of(parameter)
    heading = f"{parameter_name(parameter)} ({unit})" if unit else parameter_name(parameter)
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow([_("Station"), _("Code"), _("Time (Beijing)"), heading, _("Flag")])
    name, code = plain_cell(facts.name), plain_cell(facts.code)
    for at_s, value, flag in zip(whole.at_s, whole.value, whole.flag, strict=True):
        at = datetime.fromtimestamp(int(at_s), BUSINESS_ZONE)
        word = flag_word(FLAG_CODES[flag])
        rows.writerow([name, code, f"{at:%Y-%m-%d %H:%M:%S}", f"{value:.10g}", word])
    return "\ufeff" + text.getvalue()


def plain_cell(text: str) -> str:
    """The text as a table shows it: one that would begin a formula is forced to be text."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def router(deps: Deps) -> APIRouter:
    """The routes of stations and their readings."""
    routes = APIRouter(prefix="/api/v1/stations", tags=["stations"])

    @routes.get("/{station_id}")
    async def station(station_id: int) -> StationOut:
        """A station with its newest values; 404 where it may not be known."""
        facts = await off(read_station, deps, visible_to(current_user()), station_id)
        return station_out(facts)

    @routes.get("/{station_id}/series")
    async def course(
        station_id: int,
        parameter: Parameter,
        start: Start = None,
        end: End = None,
        points: Annotated[int, Query(ge=10, le=MOST_POINTS)] = MOST_POINTS,
    ) -> SeriesOut:
        """The course of a parameter over at most 400 days, thinned to so many points."""
        span = span_asked(start, end, deps.clock())
        facts, found = await off(
            read_series, deps, visible_to(current_user()), station_id, parameter, span, points
        )
        return series_out(facts, parameter, span, found)

    @routes.get("/{station_id}/series.csv", response_class=Response)
    async def file(
        station_id: int, parameter: Parameter, start: Start = None, end: End = None
    ) -> Response:
        """The same without thinning, as a file for a spreadsheet; the access log keeps who."""
        span = span_asked(start, end, deps.clock())
        facts, text = await off(exported, deps, current_user(), station_id, parameter, span)
        first, last = (
            f"{each.astimezone(BUSINESS_ZONE):%Y%m%d}" for each in (span.start, span.end)
        )
        name = f"{facts.code}-{parameter.value}-{first}-{last}.csv"
        return Response(
            text,
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )

    return routes
