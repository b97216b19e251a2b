"""Accounts add up: by fate, by hour and by day, for one station and for whoever may see some."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc
from data.database import transaction
from data.errors import BadInput
from data.queries.scope import EVERYTHING, Scope
from data.queries.tally.counts import Tally, TallyTable, reasons, tally_table, unknown
from data.queries.tally.stations import tally_stations
from data.queries.tally.window import Grain, Window, window_of
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.readings.messages import GOOD, NOON, message, register

HOUR = timedelta(hours=1)
MIDNIGHT = to_utc(datetime(2026, 5, 15, tzinfo=BUSINESS_ZONE))


def at(hours: float) -> UtcDatetime:
    return to_utc(MIDNIGHT + hours * HOUR)


def read(
    database: Database, window: Window, *, scope: Scope = EVERYTHING, whole: bool = False
) -> TallyTable:
    with transaction(database.app) as connection:
        stations = tally_stations(connection, scope, window)
        return tally_table(connection, stations, window, whole=whole)


def take_in(database: Database, *messages: Message) -> None:
    Pipeline(database.ingest, now=lambda: NOON).commit(messages)


def of_code(told: TallyTable, code: str) -> Tally:
    tallies = zip(told.stations, told.of_stations(), strict=True)
    return next(tally for station, tally in tallies if station.code == code)


def test_every_message_meets_one_fate_and_every_gap_is_found(database: Database) -> None:
    register(database.owner, "S-1")
    five = [to_utc(at(0) + n * timedelta(minutes=5)) for n in range(36)]
    lost = {five[n] for n in (3, 4, 20)}
    take_in(database, *(message("S-1", each) for each in five if each not in lost))
    take_in(
        database,
        message("S-1", five[0], received_at=at(3.1)),
        message("S-1", five[1], GOOD | {"ph": 8.2}, received_at=at(3.1)),
        message("S-1", five[2], GOOD | {"temp": 20.0}, received_at=at(3.1)),
        message("S-1", five[3], received_at=at(3.1)),
        Message("onemap/v1/S-1/reading", b"{", at(3.2)),
        message("S-9", at(3.2)),
    )
    window = window_of(at(0), at(4), Grain.HOUR, at(3.5))
    told = read(database, window)
    assert told.sum() == Tally(38, 34, 1, 1, 1, 1, 1, expected=39, measured=34)
    assert told.sum().adds_up
    assert [each.missing for each in told.of_buckets()] == [1, 1, 0, 3]
    assert [each.received for each in told.of_buckets()] == [10, 11, 12, 5]
    assert [each.expected for each in told.of_buckets()] == [12, 12, 12, 3]
    by_day = read(database, window_of(at(0), at(4), Grain.DAY, at(3.5)))
    assert by_day.sum() == told.sum() == read(database, window, whole=True).sum()
    with transaction(database.app) as connection:
        assert unknown(connection, EVERYTHING, window) == Tally(received=1, refused=1)
        assert unknown(connection, Scope(), window) is None
        assert dict(reasons(connection, EVERYTHING, window)) == {
            Refusal.NOT_JSON: 1, Refusal.UNKNOWN_STATION: 1
        }  # fmt: skip
        assert reasons(connection, Scope(), window) == []


def test_more_than_is_due_hides_no_gap(database: Database) -> None:
    register(database.owner, "S-1", interval_s=900)
    often = [to_utc(at(0) + n * timedelta(minutes=1)) for n in range(60)]
    take_in(database, *(message("S-1", each) for each in (*often, at(2))))
    told = read(database, window_of(at(0), at(3), Grain.HOUR, at(12)))
    assert [each.missing for each in told.of_buckets()] == [0, 4, 3]
    assert [each.measured for each in told.of_buckets()] == [4, 0, 1]


def test_a_slow_device_owes_one_reading_for_each_of_its_intervals(database: Database) -> None:
    register(database.owner, "S-1", interval_s=4 * 3600)
    take_in(database, message("S-1", at(0.2)), message("S-1", at(11.9)))
    told = read(database, window_of(at(0), at(12), Grain.HOUR, at(12.5)))
    assert [each.expected for each in told.of_buckets()] == [1, 0, 0, 0] * 3
    assert [each.missing for each in told.of_buckets()] == [0, 0, 0, 0, 1, *[0] * 7]


def test_nothing_is_due_before_the_start_after_the_end_or_of_no_device(
    database: Database,
) -> None:
    register(database.owner, "begins", "ends", "silent", "unheard", interval_s=3600)
    with database.owner.begin() as connection:
        change = text("UPDATE station SET started_at = :start, ended_at = :end WHERE code = :code")
        for code, start, end in (
            ("begins", at(6), None), ("ends", at(-90), at(3)), ("silent", at(-90), None),
        ):  # fmt: skip
            connection.execute(change, {"code": code, "start": start, "end": end})
    take_in(
        database,
        *(message("begins", at(n)) for n in range(6, 12)),
        *(message("ends", at(n)) for n in range(3)),
    )
    told = read(database, window_of(at(0), at(12), Grain.HOUR, at(12.5)))
    due = {code: of_code(told, code).expected for code in ("begins", "ends", "silent", "unheard")}
    assert due == {"begins": 6, "ends": 3, "silent": 12, "unheard": 0}
    assert of_code(told, "silent").missing == 12
    assert of_code(told, "unheard").missing_share is None


@pytest.mark.parametrize(
    ("start", "end", "by"),
    [
        (at(3), at(3), Grain.HOUR),
        (at(4), at(3), Grain.HOUR),
        (at(0), at(24 * 9), Grain.HOUR),
        (at(0), at(24 * 400), Grain.DAY),
        (at(24 * 400), at(24 * 401), Grain.DAY),
        (datetime(2026, 5, 1), datetime(2026, 5, 2), Grain.DAY),  # noqa: DTZ001  that is the point
    ],
)
def test_no_window_that_makes_no_sense(start: datetime, end: datetime, by: Grain) -> None:
    with pytest.raises(BadInput):
        window_of(start, end, by, at(24 * 395) if by is Grain.DAY else at(24 * 20))


def test_others_see_their_own_divisions(database: Database) -> None:
    with database.owner.begin() as connection:
        basin = build_small_basin(connection)
    take_in(database, message("QH-01"), message("PW-01", values={"cod": 10.0}))
    window = window_of(NOON, NOON + HOUR, Grain.HOUR, to_utc(NOON + HOUR))
    mine = read(database, window, scope=Scope(divisions=frozenset({basin.town_up})))  # type: ignore[arg-type]  # an id of the builder
    everything = read(database, window)
    codes = {station.code for station in mine.stations}
    assert codes < {station.code for station in everything.stations}
    assert mine.sum().received < everything.sum().received == 2


def test_more_than_a_small_server_can_add_up_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(database.owner, "S-1", "S-2")
    monkeypatch.setattr("data.queries.tally.counts.MOST_CELLS", 6)
    assert len(read(database, window_of(at(0), at(3), Grain.HOUR, NOON)).stations) == 2
    with pytest.raises(BadInput, match="too many at once"):
        read(database, window_of(at(0), at(4), Grain.HOUR, NOON))
    assert read(database, window_of(at(0), at(4), Grain.HOUR, NOON), whole=True).stations
