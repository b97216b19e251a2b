"""Which times of a history are to be doubted, and that a true old history is left in peace."""

from datetime import UTC, datetime

import numpy as np
import pytest

from data.clock import UtcDatetime
from ingest.history.doubtful_moments import doubtful_moments

NOW = UtcDatetime(datetime(2026, 11, 29, 12, tzinfo=UTC))


def doubted(*days: str) -> list[str]:
    at = np.array(days, dtype="datetime64[us]")
    mask = doubtful_moments(np.ones(len(days), dtype=np.int64), at, NOW)
    return [day for day, is_doubtful in zip(days, mask.tolist(), strict=True) if is_doubtful]


@pytest.mark.parametrize("odd", ["1991-03-01", "2007-04-15", "2000-01-01T00:05", "2010-01-02"])
def test_one_odd_time_among_recent_ones_is_found(odd: str) -> None:
    assert doubted("2026-11-26T08:00", odd, "2026-11-26T09:00") == [odd]


def test_a_clock_in_fault_is_found_where_all_of_its_rows_are_odd() -> None:
    assert doubted("2007-04-14", "2007-04-15") == ["2007-04-14", "2007-04-15"]


def test_a_true_history_is_left_in_peace() -> None:
    days = np.arange("2003-01-01", "2026-11-29", dtype="datetime64[D]").astype(str)
    assert doubted(*days) == []
    assert doubted("1996-05-01") == []
    assert doubted(*(f"{year}-05-01" for year in range(1995, 2026))) == []


def test_another_station_is_no_company() -> None:
    at = np.array(["2007-04-15", "2007-12-01", "2026-11-01"], dtype="datetime64[us]")
    assert doubtful_moments(np.array([1, 2, 1]), at, NOW).tolist() == [True, False, False]


def test_no_rows_are_no_doubt() -> None:
    assert doubted() == []
