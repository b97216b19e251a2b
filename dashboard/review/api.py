"""Values in doubt and what the office says of them, over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dashboard.frame.answers import Id, Instant, Number, Read, Sent
from dashboard.frame.auth import Action, User, current_user, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.review.reads import require_divisions
from dashboard.waters.readings_api import AsOf, moment_asked
from data.clock import to_utc
from data.database import transaction
from data.errors import BadInput
from data.people.reviews import MOST_AT_ONCE, MOST_LETTERS, NewReview, ValueKey, record
from data.queries.review.findings import (
    DoubtedValue,
    FindingFilter,
    Review,
    Standing,
    doubted_values,
)
from data.queries.review.reviews import divisions_of, reviews_of
from data.query_values import read_month
from data.vocabulary import PARAMETERS, Parameter, Period
from data.words.review import Finding, QualityTest, Verdict


class ReviewOut(Read):
    """What was said of a value; ``value`` stands in place of the raw one in a correction."""

    id: int
    verdict: Verdict
    value: float | None
    reason: str
    who: str
    known_from: datetime


class FoundOut(Read):
    """What one test says against a value; bounds of what it expected, null where open."""

    test: QualityTest
    finding: Finding
    low: float | None
    high: float | None
    detail: str


class DoubtedOut(Read):
    """A value in doubt."""

    station_id: int
    station: str
    code: str
    observed_at: datetime
    period: Period
    parameter: Parameter
    unit: str
    value: float | None = Field(description="as measured; null where its month was moved out")
    flag: str | None
    below: float | None = Field(description="detection limit it lies below")
    found: list[FoundOut]
    review: ReviewOut | None = Field(description="the newest one")


class DoubtedPage(BaseModel):
    """Values in doubt, the newest first; ``total`` is counted up to 10,000."""

    total: int
    rows: list[DoubtedOut]


class ReviewIn(Sent):
    """A review of one value by who had seen its newest review, ``seen_id``."""

    station_id: Id
    observed_at: Instant
    period: Period = Period.INSTANT
    parameter: Parameter
    verdict: Verdict = Field(description="withdraw: as if nobody had looked")
    value: Number | None = Field(None, description="of a correction")
    reason: str = Field(max_length=MOST_LETTERS)
    seen_id: Annotated[int, Field(ge=0, le=2**53)] = Field(
        0, description="id of its newest review that was seen, 0 for none"
    )


class ReviewsIn(Sent):
    """Reviews that are taken together or not at all."""

    reviews: Annotated[list[ReviewIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ReviewedOut(BaseModel):
    """The ids of the reviews in the order they were given."""

    ids: list[int]


class ReviewsOut(BaseModel):
    """The reviews of a value, the oldest first."""

    reviews: list[ReviewOut]


def doubted_out(value: DoubtedValue) -> DoubtedOut:
    """Returns the API's document of a value that quality tests put in doubt."""
    key = value.key
    return DoubtedOut.of(
        value,
        station_id=key.station_id,
        observed_at=key.observed_at,
        period=key.period,
        parameter=key.parameter,
        unit=PARAMETERS[key.parameter].unit,
    )


def review_of(review: ReviewIn) -> NewReview:
    """Converts a review from a request into one to store."""
    at = to_utc(review.observed_at)
    key = ValueKey(review.station_id, at, review.period, review.parameter)
    return NewReview(key, review.verdict, review.reason, review.value, review.seen_id)


def keep_reviews(deps: Deps, user: User, body: ReviewsIn) -> list[int]:
    """Records the reviews, all or none; returns the reviews' ids in the order of the request.

    Raises what ``record`` raises, Forbidden and NotFound.
    """
    reviews = [review_of(each) for each in body.reviews]
    with transaction(deps.engine) as connection:
        stations = {each.key.station_id for each in reviews}
        require_divisions(divisions_of(connection, visible_to(user), stations).values())
        return record(connection, user.account_id, reviews, deps.clock)


def read_reviews(deps: Deps, user: User, key: ValueKey, as_of: datetime | None) -> list[Review]:
    """Reads the value's reviews up to ``as_of``, the oldest first. Raises NotFound or BadInput."""
    with transaction(deps.engine) as connection:
        return reviews_of(connection, visible_to(user), key, moment_asked(as_of))


def listed(
    deps: Deps, user: User, chosen: FindingFilter, start: int
) -> tuple[int, list[DoubtedValue]]:
    """Reads a page of the values in doubt that the user may see."""
    with transaction(deps.engine) as connection:
        return doubted_values(connection, visible_to(user), chosen, start=start)


def router(deps: Deps) -> APIRouter:
    """Returns the routes ``/api/v1/readings``."""
    routes = APIRouter(prefix="/api/v1/readings", tags=["data review"])

    @routes.get("/findings")
    async def findings(
        standing: Standing = Standing.OPEN,
        station: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        parameter: Parameter | None = None,
        test: QualityTest | None = None,
        finding: Finding | None = None,
        month: Annotated[str, Query(description="such as 2026-11", max_length=60)] = "",
        start: Annotated[int, Query(ge=0, le=10**6)] = 0,
    ) -> DoubtedPage:
        """Values that tests speak against; those still to be reviewed by default."""
        chosen = FindingFilter(standing, station, parameter, test, finding, month_asked(month))
        total, rows = await off(listed, deps, current_user(), chosen, start)
        return DoubtedPage(total=total, rows=[doubted_out(row) for row in rows])

    @routes.get("/reviews")
    async def history(
        station: Annotated[int, Query(ge=1, le=2**53)],
        observed_at: Annotated[datetime, Query(description="with offset")],
        parameter: Parameter,
        period: Period = Period.INSTANT,
        as_of: AsOf = None,
    ) -> ReviewsOut:
        """What was said of one value, up to a moment."""
        at = moment_asked(observed_at)
        if at is None:
            raise BadInput("Give times with an offset, the earlier one first.")
        key = ValueKey(station, at, period, parameter)
        reviews = await off(read_reviews, deps, current_user(), key, as_of)
        return ReviewsOut(reviews=reviews)

    @routes.post("/reviews", status_code=201)
    async def review(body: ReviewsIn) -> ReviewedOut:
        """Keep, reject, correct or withdraw: all of these or none.

        409 where a value has a newer review than the one seen.
        """
        user = require(Action.REVIEW_READINGS)
        return ReviewedOut(ids=await off(keep_reviews, deps, user, body))

    return routes


def month_asked(month: str) -> date | None:
    """Returns the first day of a month like 2026-11, None for "". Raises BadInput."""
    return read_month("month", month) if month else None
