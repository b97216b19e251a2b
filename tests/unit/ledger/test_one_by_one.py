"""What stands in the way of one thing keeps no other waiting."""

import logging

import psycopg
import pytest

from data.errors import Conflict
from problem_ledger.work.isolation import one_by_one


def test_the_later_ones_are_done_and_the_failure_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def halve(number: int) -> int | None:
        if number == 3:
            raise Conflict("Three is odd.")
        return number // 2 if number % 2 == 0 else None

    with caplog.at_level(logging.ERROR):
        assert one_by_one("halving", [2, 3, 5, 8], halve) == [1, 4]
    assert caplog.messages == ["halving, 3: Three is odd."]


def test_an_outage_stops_them_all() -> None:
    def fail(number: int) -> int | None:
        raise psycopg.OperationalError("away")

    with pytest.raises(psycopg.OperationalError):
        one_by_one("halving", [1, 2], fail)


def test_a_busy_table_or_a_fault_of_ours_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    def halve(number: int) -> int:
        if number == 3:
            raise psycopg.errors.LockNotAvailable("locked")
        if number == 5:
            raise ZeroDivisionError("ours")
        return number // 2

    with caplog.at_level(logging.ERROR):
        assert one_by_one("halving", [2, 3, 5, 8], halve) == [1, 4]
    assert caplog.messages == [
        "halving, 3: locked", "halving, 5 ended by a fault: ZeroDivisionError",
    ]  # fmt: skip
