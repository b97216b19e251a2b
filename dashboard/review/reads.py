"""Reads the page of data review for the current user: the list, and one value's surroundings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from dashboard.frame.answers import MOST_ID
from dashboard.frame.auth import NOWHERE, Action, User, may, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.parts.charts import Course
from dashboard.parts.wording import _
from data.clock import Span, UtcDatetime, business_date
from data.database import transaction
from data.errors import BadInput, NotFound
from data.people.reviews import ValueKey
from data.quality.limits import limits_on
from data.queries.readings.course import series
from data.queries.review.findings import (
    PAGE_ROWS,
    DoubtedValue,
    FindingFilter,
    Review,
    Standing,
    doubted_values,
)
from data.queries.review.reviews import divisions_of, doubted_stations, reviews_of
from data.queries.review.surroundings import neighbour_of
from data.queries.scope import Scope
from data.queries.stations.facts import StationFacts, station_facts
from data.query_values import PageQuery, read_month, read_number, read_word, shortened
from data.records import DivisionId
from data.vocabulary import Parameter, Period, StationKind, WaterClass
from data.words.review import Finding, QualityTest

Word = TypeVar("Word", bound=StrEnum)

EPOCH: Final = UtcDatetime(datetime(1970, 1, 1, tzinfo=UTC))
AROUND: Final = timedelta(days=3)
MOST_PAGE: Final = 99_999


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the list of doubted values shows for the filters of the page's address."""

    chosen: FindingFilter
    page: int
    total: int
    rows: tuple[DoubtedValue, ...]
    stations: tuple[tuple[int, str, str, str | None], ...]
    may_review: frozenset[int]
    today: date
    unread: tuple[BadInput, ...] = ()

    @property
    def pages(self) -> int:
        """The number of the list's pages, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One value with its reviews and with the curves of values to compare with."""

    value: DoubtedValue | None
    key: ValueKey
    facts: StationFacts
    reviews: tuple[Review, ...]
    may_review: bool
    own: Course
    other: Course | None
    near: Course | None
    near_facts: StationFacts | None


def read_filter(page: PageQuery) -> FindingFilter:
    """The filter in the page's address; what can't be read is left out, and noted with ``page``."""
    return FindingFilter(
        standing=page.read(read_word, "standing", Standing, otherwise=Standing.OPEN),
        station_id=page.read(read_number, "station", 1, MOST_ID, otherwise=None),
        parameter=page.read(read_word, "parameter", Parameter, otherwise=None),
        test=page.read(read_word, "test", QualityTest, otherwise=None),
        finding=page.read(read_word, "finding", Finding, otherwise=None),
        month=page.read(read_month, "month", otherwise=None),
    )


def _word(words: type[Word], text: object) -> Word | None:
    return next((each for each in words if each.value == text), None)


def read(deps: Deps, user: User, asked: Mapping[str, Any]) -> Shown:
    """Reads the list of doubted values that the page's address asks for."""
    query = PageQuery(asked)
    chosen, page = read_address(query)
    scope = visible_to(user)
    with transaction(deps.engine) as connection:
        total, rows = doubted_values(connection, scope, chosen, start=(page - 1) * PAGE_ROWS)
        last = max(1, -(-total // PAGE_ROWS))
        if page > last:
            page = last
            total, rows = doubted_values(connection, scope, chosen, start=(page - 1) * PAGE_ROWS)
        stations = doubted_stations(connection, scope, chosen)
    allowed = frozenset(row.key.station_id for row in rows if may_review(user, row.division_id))
    return Shown(
        chosen, page, total, tuple(rows), tuple(stations), allowed, business_date(deps.clock()),
        tuple(query.unread),
    )  # fmt: skip


def may_review(user: User, division_id: int | None) -> bool:
    """Whether the user may review values of stations in that division."""
    return may(user, Action.REVIEW_READINGS, DivisionId(division_id or NOWHERE))


def require_divisions(divisions: Iterable[DivisionId | None]) -> None:
    """Checks that the current user may review in all these divisions. Raises Forbidden."""
    for division in set(divisions):
        require(Action.REVIEW_READINGS, division or NOWHERE)


def key_text(key: ValueKey) -> str:
    """A value's key as text: station, microseconds since 1970, period, parameter."""
    at = (key.observed_at - EPOCH) // timedelta(microseconds=1)
    return f"{key.station_id}.{at}.{key.period}.{key.parameter}"


def read_key(text: str) -> ValueKey | None:
    """Parses a value's key from the text of ``key_text``; None when it can't be read."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdecimal() and len(part) < 18 for part in parts[:2]):
        return None
    period, parameter = _word(Period, parts[2]), _word(Parameter, parts[3])
    if period is None or parameter is None:
        return None
    at = EPOCH + timedelta(microseconds=int(parts[1]))
    return ValueKey(int(parts[0]), UtcDatetime(at), period, parameter)


def read_address(query: PageQuery) -> tuple[FindingFilter, int]:
    """The filter and the list's page that the address asks for; the rest is noted in ``query``."""
    if value := query.text("value"):
        query.tried(require_key, value)
    return read_filter(query), query.read(read_number, "page", 1, MOST_PAGE, otherwise=1)


def require_key(text: str) -> ValueKey:
    """Parses a value's key. Raises BadInput when it can't be read."""
    key = read_key(text)
    if key is None:
        raise BadInput(
            "“{value}” can't be read as the key of a value; choose one in the list.",
            value=shortened(text),
        )
    return key


def read_around(deps: Deps, user: User, key: ValueKey, other: str | None) -> Surroundings:
    """Reads a value, its reviews and curves. Raises NotFound where its station isn't visible."""
    scope = visible_to(user)
    span = Span(UtcDatetime(key.observed_at - AROUND), UtcDatetime(key.observed_at + AROUND))
    with transaction(deps.engine) as connection:
        facts = station_facts(connection, scope, key.station_id)
        division = divisions_of(connection, scope, [key.station_id])[key.station_id]
        chosen = FindingFilter(standing=Standing.ALL, key=key)
        _total, values = doubted_values(connection, scope, chosen, rows=1)
        beside = _other(facts, key.parameter, other)
        named = [each.detail for value in values for each in value.found if each.detail]
        near = neighbour_of(connection, scope, key, named)
        near_facts = _facts(connection, scope, near)
        return Surroundings(
            value=values[0] if values else None,
            key=key,
            facts=facts,
            reviews=tuple(reviews_of(connection, scope, key)),
            may_review=may_review(user, division),
            own=course(connection, facts, key.parameter, span),
            other=course(connection, facts, beside, span) if beside else None,
            near=course(connection, near_facts, key.parameter, span) if near_facts else None,
            near_facts=near_facts,
        )


def _facts(connection: Connection, scope: Scope, station: int | None) -> StationFacts | None:
    try:
        return station_facts(connection, scope, station) if station else None
    except NotFound:
        return None


def _other(facts: StationFacts, own: Parameter, asked: str | None) -> Parameter | None:
    """The second graph's parameter: ``asked``, else the station's first other one, else None."""
    measured = [each for each in Parameter if each in facts.latest and each is not own]
    return next((each for each in measured if each == asked), next(iter(measured), None))


def course(connection: Connection, facts: StationFacts, parameter: Parameter, span: Span) -> Course:
    """Reads a parameter's curve in the span; for a section with the limit of its target class.

    Where no target is given that is Ⅲ.
    """
    found = series(connection, facts.id, parameter, span, facts.interval)
    classes, low, high = None, None, None
    if facts.kind is StationKind.SECTION:
        classes = limits_on(business_date(span.end)).surface[facts.body].get(parameter)
        if classes:
            low, high = classes.limit_of(facts.target or WaterClass.III)
    return Course(parameter, span, found, classes, low, high, _("Target limit"))
