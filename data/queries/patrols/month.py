"""Duties of patrol in a month and what was walked, chief by chief."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor
from typing import Any, Final

from sqlalchemy import Connection, text

from data.clock import Span, UtcDatetime, business_date, start_of_day
from data.queries.levels import LEVELS
from data.queries.patrols.readers import COUNTED, Reader
from data.query_values import read_month
from data.vocabulary import ChiefLevel
from data.words.patrols import Duty


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in the business zone, seen from today; ``key`` is like 2026-11."""

    first_on: date
    today: date

    @property
    def key(self) -> str:
        """The year and month, like 2026-11."""
        return f"{self.first_on:%Y-%m}"

    @property
    def last_on(self) -> date:
        """The month's last day."""
        return (self.first_on + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def day_count(self) -> int:
        """The number of days in the month."""
        return self.last_on.day

    @property
    def span(self) -> Span:
        """The month as a span of time: from its first instant to the next month's first."""
        return Span(start_of_day(self.first_on), start_of_day(self.last_on + timedelta(days=1)))

    @property
    def is_over(self) -> bool:
        """Whether the month's last day has passed."""
        return self.today > self.last_on

    @property
    def passed_share(self) -> float:
        """The share of the month's days that have begun by today, 0 to 1."""
        return min(1.0, max(0.0, ((self.today - self.first_on).days + 1) / self.day_count))

    @property
    def judged_on(self) -> date:
        """The day on which the month's duties are judged: today or the month's nearest day."""
        return min(max(self.today, self.first_on), self.last_on)


@dataclass(frozen=True, slots=True)
class ChiefMonth:
    """The patrols a chief owes and has done in the months of the duty up to this month's end.

    ``duty_count`` patrols are owed in ``duty_months`` months, until ``due_on``. So far
    ``done_count`` were walked, ``valid_count`` of them valid and ``counted_count`` of those far
    enough apart to count; ``expected_count`` should count by now, fewer is behind. ``next_on`` is
    the day in this month by which the next one should be walked.
    """

    person_id: int
    name: str
    post: str
    level: ChiefLevel
    division_id: int | None
    division: str | None
    division_en: str | None
    duty_count: int
    duty_months: int
    duty_source: str
    duty_verified: bool
    due_on: date
    done_count: int
    valid_count: int
    counted_count: int
    expected_count: int
    is_behind: bool
    next_on: date | None
    last_valid_at: UtcDatetime | None
    stretches: tuple[tuple[float, float], ...] = ()
    """Chainages of the reaches of the post, metres; tells posts of the same name apart."""


_CHIEFS: Final = text(
    f"""WITH held AS (
        SELECT responsibility.*, coalesce(responsibility.division_id, reach.division_id,
            lake.division_id) AS within FROM responsibility
        LEFT JOIN reach ON reach.id = responsibility.reach_id
        LEFT JOIN lake ON lake.id = responsibility.lake_id
        WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)
    )
    SELECT DISTINCT ON (person.id) person.id, person.name, person.post, held.level,
        division.id AS division_id, division.name AS division,
        division.name_en AS division_en
    FROM held JOIN person ON person.id = held.person_id
    LEFT JOIN division ON division.id = held.within
    WHERE :scope_all OR held.within = ANY(:scope_divisions) OR person.account_id = :who
        OR (held.within IS NULL AND held.river_id = ANY(:scope_rivers))
    ORDER BY person.id, array_position({LEVELS}, held.level), held.id"""
)
_STRETCHES: Final = text(
    """
    SELECT person_id, chainage_from_m AS from_m, chainage_to_m AS to_m FROM responsibility
    JOIN reach ON reach.id = responsibility.reach_id WHERE person_id = ANY(:people)
    AND valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)
    ORDER BY person_id, reach.river_id, chainage_from_m
    """
)
_DONE: Final = text(
    f"""
    SELECT count(*) AS done, count(*) FILTER (WHERE is_valid) AS valid,
    count(*) FILTER (WHERE {COUNTED}) AS counted,
    max(ended_at) FILTER (WHERE is_valid) AS last_valid_at, person_id FROM patrol
    WHERE person_id = ANY(:people) AND started_at >= :start AND started_at < :end
    GROUP BY person_id
    """
)
_ORDER: Final = tuple(ChiefLevel)
YEARS: Final = range(2000, 2101)
"""Years whose months can be asked for."""


def month_of(day: date, now: UtcDatetime) -> Month:
    """Returns the business month that contains the day."""
    return Month(day.replace(day=1), business_date(now))


def month_named(key: str, now: UtcDatetime) -> Month:
    """Parses a key like 2026-11; returns this month for "".

    Raises BadInput for a key that can't be read or lies outside of YEARS.
    """
    return month_of(read_month("month", key, YEARS) if key else business_date(now), now)


def chiefs_of_month(
    connection: Connection, reader: Reader, month: Month, duties: Mapping[ChiefLevel, Duty]
) -> list[ChiefMonth]:
    """Returns the river chiefs in the reader's area with their month, highest post first."""
    bound = {**reader.bound, "day": month.judged_on}
    rows = connection.execute(_CHIEFS, bound).all()
    done = _done(connection, rows, month, duties)
    held = _stretches(connection, rows, month)
    chiefs = [
        replace(
            _chief(row, done.get(row.id), month, duties[ChiefLevel(row.level)]),
            stretches=tuple(held.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(
        chiefs, key=lambda each: (_ORDER.index(each.level), each.division or "", each.name)
    )


def _stretches(
    connection: Connection, rows: Sequence[Any], month: Month
) -> dict[int, list[tuple[float, float]]]:
    """Returns, by person, the chainages of their reaches; reaches that touch are one stretch."""
    bound = {"people": [row.id for row in rows], "day": month.judged_on}
    found: dict[int, list[tuple[float, float]]] = {}
    for person_id, start, end in connection.execute(_STRETCHES, bound):
        held = found.setdefault(person_id, [])
        if held and abs(held[-1][1] - start) < 1:
            held[-1] = (held[-1][0], end)
        else:
            held.append((start, end))
    return found


def _done(
    connection: Connection, rows: Sequence[Any], month: Month, duties: Mapping[ChiefLevel, Duty]
) -> dict[int, Any]:
    """Returns, by person, figures of the patrols walked in each duty's months up to this month."""
    found = {}
    for level in {row.level for row in rows}:
        bound = {
            "people": [row.id for row in rows if row.level == level],
            "start": duties[ChiefLevel(level)].span(month.first_on).start,
            "end": month.span.end,
        }
        for done in connection.execute(_DONE, bound):
            found[done.person_id] = done
    return found


def _chief(row: Any, done: Any, month: Month, duty: Duty) -> ChiefMonth:
    counted = done.counted if done else 0
    span = duty.span(month.first_on)
    start, due = business_date(span.start), business_date(span.end) - timedelta(days=1)
    days = (due - start).days + 1
    passed = min(1.0, max(0, (month.judged_on - start).days + 1) / days)
    if month.today < month.first_on:
        passed = 0.0
    expected = floor(duty.count * passed + 1e-9)
    return ChiefMonth(
        person_id=row.id,
        name=row.name,
        post=row.post,
        level=ChiefLevel(row.level),
        division_id=row.division_id,
        division=row.division,
        division_en=row.division_en,
        duty_count=duty.count,
        duty_months=duty.months,
        duty_source=duty.source,
        duty_verified=duty.verified,
        due_on=due,
        done_count=done.done if done else 0,
        valid_count=done.valid if done else 0,
        counted_count=counted,
        expected_count=expected,
        is_behind=counted < expected,
        next_on=_next_on(month, duty, start, days, counted),
        last_valid_at=done.last_valid_at if done else None,
    )


def _next_on(month: Month, duty: Duty, start: date, days: int, counted: int) -> date | None:
    """Returns the day of this month on which the duty's next patrol is due, None if none is.

    The duty's patrols are spread evenly over its days; the day is never before today. None: all are
    done, the month is over, or the day lies in another month.
    """
    if counted >= duty.count or month.is_over:
        return None
    day = start + timedelta(days=ceil(days * (counted + 1) / duty.count) - 1)
    day = max(day, month.today)
    return day if month.first_on <= day <= month.last_on else None
