"""Deadlines in working days: the official calendar, its end, the lights."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import BUSINESS_ZONE, UtcDatetime, business_date
from data.procedure.deadlines import (
    AmberRule,
    after_months,
    due,
    due_on,
    light,
    official_calendar,
    working_days_between,
)
from data.words.ledger import Light, Status


def at(text: str) -> UtcDatetime:
    """An instant told in Beijing time."""
    local = datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)
    return UtcDatetime(local.astimezone(UTC))


# The notice for 2026: 15 to 23 February off, 14 and 28 February worked; 1 to 7 October off,
# 20 September and 10 October worked.
@pytest.mark.parametrize(
    ("start", "days", "end", "amber"),
    [
        ("2026-11-02T10:00", 10, "2026-11-16T18:00", "2026-11-11T00:00"),
        ("2026-11-02T00:00", 1, "2026-11-03T18:00", "2026-11-02T00:00"),
        ("2026-11-06T23:59", 1, "2026-11-09T18:00", "2026-11-06T23:59"),
        ("2026-02-13T09:00", 1, "2026-02-14T18:00", "2026-02-13T09:00"),
        ("2026-02-13T09:00", 2, "2026-02-24T18:00", "2026-02-13T09:00"),
        ("2026-02-13T09:00", 6, "2026-02-28T18:00", "2026-02-25T00:00"),
        ("2026-09-30T09:00", 5, "2026-10-13T18:00", "2026-10-09T00:00"),
        ("2026-03-02T09:00", 60, "2026-05-28T18:00", "2026-05-12T00:00"),
    ],
)
def test_a_deadline_counts_working_days(start: str, days: int, end: str, amber: str) -> None:
    found = due(at(start), days)
    assert found.at == at(end)
    assert found.amber_at == at(amber)
    assert not found.is_provisional


def test_the_day_is_that_of_the_business_zone() -> None:
    late = UtcDatetime(datetime(2026, 11, 2, 16, 30, tzinfo=UTC))
    assert due(late, 1).at == at("2026-11-04T18:00")


def test_beyond_the_calendar_it_is_provisional() -> None:
    year = official_calendar().last
    start = at(f"{year}-12-28T09:00")
    found = due(start, 10)
    assert found.is_provisional
    assert working_days_between(start, found.at) == 10
    first = date(year + 1, 1, 1)
    assert official_calendar().is_working(first) is (first.weekday() < 5)


@given(
    st.floats(1.1e9, 2.2e9), st.integers(1, 120),
    st.integers(1, 10), st.floats(0, 1),
)  # fmt: skip
def test_every_deadline_holds_its_days(start: float, days: int, few: int, share: float) -> None:
    begun = UtcDatetime(datetime.fromtimestamp(start, UTC))
    amber = AmberRule(few, share)
    found = due(begun, days, amber)
    assert working_days_between(begun, found.at) == days
    assert begun <= found.amber_at < found.at
    assert official_calendar().is_working(business_date(found.at))
    left = working_days_between(found.amber_at, found.at)
    assert left <= amber.days(days)
    named = due_on(begun, business_date(found.at), amber)
    assert named.at == found.at
    assert working_days_between(named.amber_at, named.at) == left
    assert working_days_between(found.at, begun) == -working_days_between(begun, found.at)


def test_a_named_day_must_lie_ahead() -> None:
    with pytest.raises(ValueError, match="deadline"):
        due_on(at("2026-11-03T18:00"), date(2026, 11, 3))
    with pytest.raises(ValueError, match="deadline"):
        due(at("2026-11-03T18:00"), 0)


def test_lights() -> None:
    found = due(at("2026-11-02T10:00"), 10)
    moment = timedelta(microseconds=1)

    def shown(now: datetime, status: Status = Status.ASSIGNED) -> Light:
        return light(found.at, found.amber_at, status, UtcDatetime(now))

    assert shown(found.amber_at - moment) is Light.GREEN
    assert shown(found.amber_at) is Light.AMBER
    assert shown(found.at - moment) is Light.AMBER
    assert shown(found.at) is Light.RED
    assert shown(found.at, Status.SIGNED_OFF) is Light.NONE
    assert light(None, None, Status.REGISTERED, found.at) is Light.NONE


def test_months_end_where_the_month_does() -> None:
    assert after_months(at("2026-08-31T09:00"), 6) == at("2027-02-28T09:00")
    assert after_months(at("2026-11-22T23:30"), 6) == at("2027-05-22T23:30")
