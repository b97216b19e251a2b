"""Days and months belong to Beijing, whatever zone the machine is in."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from data.clock import BUSINESS_ZONE, Span, business_date, business_day, now, start_of_day, to_utc

ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Shanghai")


@pytest.fixture(params=ZONES)
def machine_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The zone of the machine, set as an administrator would: nothing may depend on it."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.usefixtures("machine_zone")
def test_the_day_turns_at_midnight_in_beijing() -> None:
    last = datetime(2026, 2, 28, 15, 59, 59, 999999, tzinfo=UTC)
    assert business_date(last) == date(2026, 2, 28)
    assert business_date(last + timedelta(microseconds=1)) == date(2026, 3, 1)
    assert start_of_day(date(2026, 3, 1)) == datetime(2026, 2, 28, 16, tzinfo=UTC)


@pytest.mark.usefixtures("machine_zone")
def test_a_day_is_half_open_and_24_hours_long() -> None:
    day = business_day(date(2024, 2, 29))
    assert day.end - day.start == timedelta(hours=24)
    assert day.start in day
    assert day.end not in day
    assert day.end == business_day(date(2024, 3, 1)).start


@pytest.mark.usefixtures("machine_zone")
def test_now_is_utc_and_the_same_instant_everywhere() -> None:
    assert now().utcoffset() == timedelta(0)
    assert abs(now().timestamp() - time.time()) < 5


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="without offset"):
        to_utc(datetime(2026, 3, 1, 8))  # noqa: DTZ001  the point of the test
    local = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert to_utc(local) == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_span_can_not_end_before_it_starts() -> None:
    at = to_utc(datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="ends before"):
        Span(at, to_utc(at - timedelta(seconds=1)))


def test_beijing_had_no_summer_time_in_our_years() -> None:
    offsets = {datetime(year, month, 1, tzinfo=BUSINESS_ZONE).utcoffset()
               for year in range(2000, 2040) for month in range(1, 13)}  # fmt: skip
    assert offsets == {timedelta(hours=8)}


@pytest.mark.parametrize("zone", ZONES)
def test_a_device_time_means_the_same_under_any_machine_zone(zone: str) -> None:
    program = (
        "from data.clock import now\n"
        "from ingest.codecs.json_v1 import decode\n"
        'raw = decode(b\'{"time": "2026-03-01T00:00:00+08:00", "values": {"ph": 7}}\','
        " 'A-1', now())\n"
        "print(raw.observed_at.isoformat())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "2026-02-28T16:00:00+00:00"
