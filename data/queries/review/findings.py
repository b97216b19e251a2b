"""Values with findings of the second look against them, and the newest review of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, text

from data.clock import Span, UtcDatetime, start_of_day
from data.people.reviews import ValueKey
from data.queries.scope import STATION_VISIBLE, Scope
from data.vocabulary import PARAMETERS, Parameter, Period
from data.words.review import Finding, QualityTest, Verdict

PAGE_ROWS: Final = 50
MOST_COUNTED: Final = 10_000
COLUMNS: Final = {p.value: str(f.column) for p, f in PARAMETERS.items() if f.column}


class Standing(StrEnum):
    """Which values are listed: still to look at, looked at, or both."""

    OPEN = "open"
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """The filter of the list of doubted values; None matches all, ``key`` a single value."""

    standing: Standing = Standing.OPEN
    station_id: int | None = None
    parameter: Parameter | None = None
    test: QualityTest | None = None
    finding: Finding | None = None
    month: date | None = None
    key: ValueKey | None = None

    @property
    def span(self) -> Span | None:
        """The month's span in the business zone, or the instant of the single value."""
        if self.key is not None:
            at = self.key.observed_at
            return Span(at, UtcDatetime(at + timedelta(microseconds=1)))
        if self.month is None:
            return None
        first = self.month.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        return Span(start_of_day(first), start_of_day(after))


@dataclass(frozen=True, slots=True)
class TestFinding:
    """The result of one quality test: the value should be from ``low`` to ``high`` (None: open)."""

    test: QualityTest
    finding: Finding
    low: float | None
    high: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Review:
    """A person's review of a doubted value: verdict, reason, reviewer and time."""

    id: int
    verdict: Verdict
    value: float | None
    reason: str
    who: str
    known_from: UtcDatetime


@dataclass(frozen=True, slots=True)
class DoubtedValue:
    """A measured value with the tests' findings and its newest review, perhaps withdrawn.

    ``value`` is as measured; where its month left the database, as a finding noted it, else None.
    ``below`` is the detection limit it lies below, if any.
    """

    key: ValueKey
    station: str
    station_en: str | None
    code: str
    division_id: int | None
    value: float | None
    flag: str | None
    below: float | None
    found: tuple[TestFinding, ...]
    review: Review | None

    @property
    def is_open(self) -> bool:
        """Whether the value awaits review: never reviewed, or the review was withdrawn."""
        return self.review is None or self.review.verdict is Verdict.WITHDRAW


_WITHIN = (
    "(CAST(:station AS bigint) IS NULL OR {t}.station_id = :station)"
    " AND (CAST(:parameter AS text) IS NULL OR {t}.parameter = :parameter)"
    " AND (CAST(:period AS text) IS NULL OR {t}.period = :period)"
    " AND (CAST(:start AS timestamptz) IS NULL OR {t}.observed_at >= :start)"
    " AND (CAST(:end AS timestamptz) IS NULL OR {t}.observed_at < :end)"
)
_NEWEST = (
    "SELECT review.id, review.verdict, review.value, review.reason, review.known_from,"
    " account.display_name AS who FROM reading_review review"
    " JOIN account ON account.id = review.account_id"
    " WHERE review.station_id = {t}.station_id AND review.observed_at = {t}.observed_at"
    " AND review.period = {t}.period AND review.parameter = {t}.parameter"
    " ORDER BY review.known_from DESC, review.id DESC LIMIT 1"
)
_KEY = "station_id, observed_at, period, parameter"
_DOUBTED = f"""
    SELECT doubted.* FROM (
        SELECT DISTINCT {_KEY} FROM reading_finding found WHERE {_WITHIN.format(t="found")}
            AND (CAST(:test AS text) IS NULL OR found.test = :test)
            AND (CAST(:finding AS text) IS NULL OR found.finding = :finding)
        UNION
        SELECT DISTINCT {_KEY} FROM reading_review said WHERE {_WITHIN.format(t="said")}
            AND CAST(:test AS text) IS NULL AND CAST(:finding AS text) IS NULL
            AND :standing <> 'open'
    ) doubted JOIN station ON station.id = doubted.station_id
    LEFT JOIN LATERAL ({_NEWEST.format(t="doubted")}) review ON true
    WHERE {STATION_VISIBLE} AND (:standing = 'all'
        OR (:standing = 'open') = (coalesce(review.verdict, 'withdraw') = 'withdraw'))
"""
_PAGE = text(
    f"""
    SELECT doubted.station_id, doubted.observed_at, doubted.period, doubted.parameter,
        station.name, station.name_en, station.code, station.division_id,
        CAST(coalesce(to_jsonb(reading) ->> (CAST(:columns AS jsonb) ->> doubted.parameter),
            reading.extra ->> doubted.parameter, (SELECT CAST(f.value AS text)
                FROM reading_finding f WHERE f.station_id = doubted.station_id
                AND f.observed_at = doubted.observed_at AND f.period = doubted.period
                AND f.parameter = doubted.parameter LIMIT 1)) AS float8) AS value,
        reading.flags ->> doubted.parameter AS flag,
        CAST(reading.below ->> doubted.parameter AS float8) AS below,
        review.id, review.verdict, review.value AS put, review.reason, review.known_from,
        review.who,
        (SELECT jsonb_agg(jsonb_build_array(f.test, f.finding, f.expected_low, f.expected_high,
            f.detail) ORDER BY f.finding, f.test) FROM reading_finding f
            WHERE f.station_id = doubted.station_id AND f.observed_at = doubted.observed_at
            AND f.period = doubted.period AND f.parameter = doubted.parameter) AS found
    FROM ({_DOUBTED} ORDER BY doubted.observed_at DESC, doubted.station_id, doubted.parameter,
        doubted.period LIMIT :rows OFFSET :start_row) doubted
    JOIN station ON station.id = doubted.station_id
    LEFT JOIN reading ON reading.station_id = doubted.station_id
        AND reading.observed_at = doubted.observed_at AND reading.period = doubted.period
    LEFT JOIN LATERAL ({_NEWEST.format(t="doubted")}) review ON true
    ORDER BY doubted.observed_at DESC, doubted.station_id, doubted.parameter, doubted.period"""
)
_COUNT = text(f"SELECT count(*) FROM ({_DOUBTED} LIMIT {MOST_COUNTED}) counted")


def doubted_values(
    connection: Connection,
    scope: Scope,
    chosen: FindingFilter,
    *,
    start: int = 0,
    rows: int = PAGE_ROWS,
) -> tuple[int, list[DoubtedValue]]:
    """Returns the number of matching values (up to MOST_COUNTED) and a page, newest first."""
    bound = _bound(scope, chosen)
    count = connection.execute(_COUNT, bound).scalar_one()
    page = connection.execute(_PAGE, {**bound, "rows": rows, "start_row": start})
    return count, [_value_of(row) for row in page]


def _bound(scope: Scope, chosen: FindingFilter) -> dict[str, Any]:
    span, key = chosen.span, chosen.key
    parameter = key.parameter if key else chosen.parameter
    return {
        **scope.bound,
        "columns": _json(COLUMNS),
        "standing": chosen.standing.value,
        "station": key.station_id if key else chosen.station_id,
        "parameter": parameter.value if parameter else None,
        "period": key.period.value if key else None,
        "test": chosen.test.value if chosen.test else None,
        "finding": chosen.finding.value if chosen.finding else None,
        "start": span.start if span else None,
        "end": span.end if span else None,
    }


def _json(columns: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{key}": "{value}"' for key, value in columns.items()) + "}"


def _value_of(row: Any) -> DoubtedValue:
    found: Sequence[Any] = row.found or ()
    return DoubtedValue(
        key=ValueKey(
            row.station_id,
            UtcDatetime(row.observed_at),
            Period(row.period),
            Parameter(row.parameter),
        ),
        station=row.name,
        station_en=row.name_en,
        code=row.code,
        division_id=row.division_id,
        value=row.value,
        flag=row.flag,
        below=row.below,
        found=tuple(
            TestFinding(QualityTest(test), Finding(said), low, high, detail)
            for test, said, low, high, detail in found
        ),
        review=Review(
            row.id,
            Verdict(row.verdict),
            row.put,
            row.reason,
            row.who,
            UtcDatetime(row.known_from),
        )
        if row.id
        else None,
    )
