"""A station's newest values and the course of one of them, over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.frame.answers import Read
from dashboard.frame.auth import Action, User, current_user, may, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.waters.series_file import csv_text
from data.clock import BUSINESS_ZONE, Span, UtcDatetime, to_utc
from data.database import long_transaction, transaction
from data.errors import BadInput
from data.people.access_log import Logged, log
from data.quality.means import Mean
from data.queries.readings.course import FLAG_CODES, MOST_POINTS, RULE_CODES, Series, series
from data.queries.review.reviews import signatures
from data.queries.scope import Scope
from data.queries.stations.facts import StationFacts, station_facts
from data.vocabulary import PARAMETERS, Bank, BodyKind, Flag, Parameter, StationKind

MOST_ROWS = 120_000
"""The most rows of one exported file: a reading each five minutes for 400 days is 115,200."""

BELOW_SAYS = "detection limit it lies below; then value is what counts in its place"

Start = Annotated[datetime | None, Query(alias="from", description="with offset")]
End = Annotated[datetime | None, Query(alias="to", description="with offset; default: now")]
AsOf = Annotated[
    datetime | None,
    Query(description="with offset: by what was known then; default: all that is known now"),
]


class NewestValue(Read):
    """The newest value of one parameter."""

    value: float
    unit: str
    at: datetime
    flag: Flag = Field(description="N is normal; others are never graded")
    below: float | None = Field(description=BELOW_SAYS)


class StationOut(Read):
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
    """One measurement: as measured, and the value that counts."""

    at: datetime
    value: float = Field(description="as measured, never changed")
    flag: Flag
    below: float | None = Field(description=BELOW_SAYS)
    counted: float | None = Field(description="null: left out of means, classes and loads")
    verdict: str | None = Field(
        description="keep, reject or correct in review, failed in the second look, or null"
    )


class MeanOut(Read):
    """The mean of the values that count, with what stands behind it."""

    value: float | None
    count: int
    valid_share: float | None = Field(description="of what the interval promised, at most 1")


class SeriesOut(BaseModel):
    """The course of a parameter, thinned so that its extremes stay."""

    station: str
    parameter: Parameter
    unit: str
    interval_s: float
    start: datetime = Field(description="first instant asked for")
    end: datetime = Field(description="first instant no longer asked for")
    measured_count: int = Field(description="values in the span before thinning")
    as_of: datetime | None = Field(description="by what was known then; null: by all known now")
    mean: MeanOut
    points: list[Point]


def station_out(facts: StationFacts) -> StationOut:
    """Returns a station with its newest values as the API's document."""
    return StationOut.of(
        facts,
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
            parameter: NewestValue.of(each, unit=PARAMETERS[parameter].unit, at=each.observed_at)
            for parameter, each in facts.latest.items()
        },
    )


def series_out(
    facts: StationFacts,
    parameter: Parameter,
    span: Span,
    found: Series,
    as_of: UtcDatetime | None = None,
) -> SeriesOut:
    """Returns a parameter's values at a station over a span as the API's document."""
    return SeriesOut(
        station=facts.code,
        parameter=parameter,
        unit=PARAMETERS[parameter].unit,
        interval_s=facts.interval.total_seconds(),
        start=span.start,
        end=span.end,
        measured_count=found.measured_count,
        as_of=as_of,
        mean=found.mean or Mean(None, 0, None),
        points=[point_of(found, at) for at in range(len(found))],
    )


def point_of(found: Series, at: int) -> Point:
    """Returns the measurement at that index of the series as the API's document."""
    return Point(
        at=datetime.fromtimestamp(int(found.at_s[at]), BUSINESS_ZONE),
        value=float(found.raw[at]),
        flag=FLAG_CODES[found.flag[at]],
        below=found.limit_at(at),
        counted=float(found.value[at]) if found.run[at] >= 0 else None,
        verdict=RULE_CODES[found.rule[at]] or None,
    )


def span_asked(start: datetime | None, end: datetime | None, now: UtcDatetime) -> Span:
    """Returns the span from ``start`` to ``end``, by default the last seven days.

    Raises BadInput for times without an offset, or in the wrong order.
    """
    try:
        last = to_utc(end) if end else now
        first = to_utc(start) if start else UtcDatetime(last - timedelta(days=7))
        return Span(first, last)
    except (ValueError, OverflowError) as error:
        raise BadInput("Give times with an offset, the earlier one first.") from error


def moment_asked(as_of: datetime | None) -> UtcDatetime | None:
    """Returns ``as_of`` in UTC, None if not given; raises BadInput without a time-zone offset."""
    try:
        return to_utc(as_of) if as_of else None
    except ValueError as error:
        raise BadInput("Give times with an offset, the earlier one first.") from error


def read_station(deps: Deps, scope: Scope, station_id: int) -> StationFacts:
    """Reads a station; raises NotFound if absent or outside the scope."""
    with transaction(deps.engine) as connection:
        return station_facts(connection, scope, station_id)


def read_series(
    deps: Deps,
    scope: Scope,
    station_id: int,
    parameter: Parameter,
    span: Span,
    points: int,
    as_of: UtcDatetime | None = None,
) -> tuple[StationFacts, Series]:
    """Reads a station and one parameter's values, thinned to at most ``points``.

    Raises NotFound, or BadInput for too long a span.
    """
    with transaction(deps.engine) as connection:
        facts = station_facts(connection, scope, station_id)
        found = series(connection, station_id, parameter, span, facts.interval, points, as_of)
        return facts, found


def exported(
    deps: Deps,
    user: User,
    station_id: int,
    parameter: Parameter,
    span: Span,
    as_of: UtcDatetime | None = None,
) -> tuple[StationFacts, str]:
    """Returns the station and its values as CSV; notes the export in the access log.

    Raises NotFound, and BadInput for a span with more rows than a file holds: none is left out.
    """
    scope = visible_to(user)
    with long_transaction(deps.engine) as connection:
        facts = station_facts(connection, scope, station_id)
        whole = series(connection, station_id, parameter, span, facts.interval, MOST_ROWS, as_of)
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
        signed = signatures(connection, whole.review[whole.review > 0].tolist())
    return facts, csv_text(facts, parameter, whole, signed, named=may(user, Action.READ_REVIEWS))


def router(deps: Deps) -> APIRouter:
    """Returns the API routes of stations and their readings."""
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
        as_of: AsOf = None,
    ) -> SeriesOut:
        """The course of a parameter over at most 400 days, thinned to so many points."""
        span, known = span_asked(start, end, deps.clock()), moment_asked(as_of)
        scope = visible_to(current_user())
        facts, found = await off(
            read_series, deps, scope, station_id, parameter, span, points, known
        )
        return series_out(facts, parameter, span, found, known)

    @routes.get("/{station_id}/series.csv", response_class=Response)
    async def file(
        station_id: int,
        parameter: Parameter,
        start: Start = None,
        end: End = None,
        as_of: AsOf = None,
    ) -> Response:
        """The same without thinning, as a file for a spreadsheet; the access log keeps who.

        Beside the raw value stand the one that counts, the verdict, who gave it, when and why.
        """
        span, known = span_asked(start, end, deps.clock()), moment_asked(as_of)
        facts, text = await off(exported, deps, current_user(), station_id, parameter, span, known)
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
