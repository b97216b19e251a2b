"""Moments that can't be true are recognised, and said why."""

from datetime import UTC, datetime, timedelta

import pytest

from data.clock import UtcDatetime
from data.moments import Doubt, Window, hour_24_as_next_day, implausible

NOW = UtcDatetime(datetime(2026, 11, 28, 18, 0, tzinfo=UTC))
LIVE = Window(NOW, oldest=timedelta(days=400))
DECLARED = Window(NOW)


def at(text: str) -> UtcDatetime:
    return UtcDatetime(datetime.fromisoformat(text).astimezone(UTC))


@pytest.mark.parametrize(
    "moment",
    ["2026-11-28T18:10:00+00:00", "2026-11-01T00:00+08:00", "2025-11-01T00:00+00:00"],
)
def test_ten_minutes_ahead_weeks_of_backlog_and_a_year_are_plausible(moment: str) -> None:
    assert implausible(at(moment), LIVE) is None


@pytest.mark.parametrize(
    ("moment", "doubt", "corrected", "weeks"),
    [
        ("2007-04-14T18:00:00+00:00", Doubt.ROLLED, "2026-11-28T18:00:00+00:00", 1024),
        ("2006-12-31T12:00:00+00:00", Doubt.UNSET, None, 0),
        ("1987-08-29T18:00:00+00:00", Doubt.ROLLED, "2026-11-28T18:00:00+00:00", 2048),
        ("2046-07-14T17:00:00+00:00", Doubt.ROLLED, "2026-11-28T17:00:00+00:00", -1024),
        ("1969-12-31T16:00:00+00:00", Doubt.UNSET, None, 0),
        ("1970-01-01T09:30:00+08:00", Doubt.UNSET, None, 0),
        ("1980-01-06T00:00:17+00:00", Doubt.UNSET, None, 0),
        ("2000-01-01T00:00:05+08:00", Doubt.UNSET, None, 0),
        ("2010-01-02T03:00:00+00:00", Doubt.UNSET, None, 0),
        ("2016-01-01T00:00:00+08:00", Doubt.UNSET, None, 0),
        ("1899-12-30T00:00:00+00:00", Doubt.UNSET, None, 0),
        ("0001-01-01T00:00:00+00:00", Doubt.UNSET, None, 0),
        ("2015-06-01T00:00:00+00:00", Doubt.OLD, None, 0),
        ("2026-11-28T18:10:01+00:00", Doubt.AHEAD, None, 0),
        ("9999-12-31T23:59:59+00:00", Doubt.AHEAD, None, 0),
    ],
)
def test_why_a_moment_is_not_plausible(
    moment: str, doubt: Doubt, corrected: str | None, weeks: int
) -> None:
    found = implausible(at(moment), LIVE)
    assert found is not None
    assert (found.doubt, found.weeks) == (doubt, weeks)
    assert found.corrected == (at(corrected) if corrected else None)


def test_a_declared_history_may_be_old_but_not_before_its_start_nor_ahead() -> None:
    assert implausible(at("1991-05-01T00:00:00+00:00"), DECLARED) is None
    assert implausible(at("2000-01-01T00:00:00+00:00"), DECLARED) is None
    started = Window(NOW, start=at("2020-01-01T00:00:00+00:00"))
    for moment, doubt in (
        ("2019-06-01T00:00:00+00:00", Doubt.BEFORE),
        ("2007-04-14T18:00:00+00:00", Doubt.ROLLED),
        ("2000-01-01T00:00:00+00:00", Doubt.UNSET),
        ("2026-12-28T00:00:00+00:00", Doubt.AHEAD),
    ):
        found = implausible(at(moment), started)
        assert found is not None
        assert found.doubt is doubt


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-28T24:00:00+08:00", "2026-11-29T00:00:00+08:00"),
        ("2026-12-31 24:00", "2027-01-01 00:00"),
        ("20261130240000", "20261201000000"),
        ("2026:02:28 24:00:00", "2026:03:01 00:00:00"),
        ("2026-11-28T24:00:00.000Z", "2026-11-29T00:00:00.000Z"),
        ("2026-11-28T24:01:00Z", "2026-11-28T24:01:00Z"),
        ("2026-13-41T24:00:00Z", "2026-13-41T24:00:00Z"),
        ("9999-12-31T24:00:00Z", "9999-12-31T24:00:00Z"),
        ("2026-11-28T23:59:59Z", "2026-11-28T23:59:59Z"),
    ],
)
def test_24_o_clock_is_the_next_day_s_0_o_clock(written: str, read: str) -> None:
    assert hour_24_as_next_day(written) == read
