"""What the office tolerates in a station's messages is mended, also in those that wait."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from data.clock import UtcDatetime
from data.database import transaction
from data.errors import NotFound
from data.records import StationCode, StationId
from data.tolerances import Tolerance
from ingest.inbox import Message
from ingest.running.lane_process import Answer
from ingest.running.pipeline import Pipeline
from ingest.running.replay import replay
from ingest.running.waiting import take_in_waiting
from ingest.storage.writer import Counts
from ingest.tolerances import switch_off, switch_on
from ingest.topics import Channel, topic_of
from tests.made.database import Database
from tests.made.readings.messages import one, register, rows

CASES = Path(__file__).parents[2] / "cases"
ARRIVED = UtcDatetime(datetime(2026, 11, 28, 16, 5, tzinfo=UTC))
STORED = "SELECT observed_at, coalesce(ph, cod_mgl) FROM reading ORDER BY observed_at"
WAITING = "SELECT reason, mendable_by FROM quarantine WHERE replayed_at IS NULL ORDER BY id"
UNTRUE = (
    "SELECT count(*) FROM hour_account WHERE received <> stored + filled + duplicate + conflict"
    " + refused OR least(received, stored, filled, duplicate, conflict, refused) < 0"
)


def beijing(hour: int, minute: int) -> datetime:
    """A moment of 28 November 2026 in Beijing; hour 24 is the next day's first."""
    return datetime(2026, 11, 27, 16, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)


def sent(case: str, channel: Channel = Channel.READING) -> Message:
    """The message of a case, as it arrived."""
    return of((CASES / case / "in.txt").read_bytes(), channel)


def of(payload: bytes, channel: Channel = Channel.READING) -> Message:
    return Message(topic_of(StationCode("S1"), channel), payload, ARRIVED)


def pipeline_of(database: Database) -> Pipeline:
    """A pipeline that has not asked for any station yet."""
    return Pipeline(database.ingest, now=lambda: ARRIVED)


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1", "S2")
    return pipeline_of(database)


def station(database: Database, code: str = "S1") -> StationId:
    found = one(database.owner, "SELECT id FROM station WHERE code = :code", code=code)
    assert isinstance(found, int)
    return StationId(found)


def tolerate(database: Database, *kinds: Tolerance) -> None:
    with transaction(database.app) as connection:
        switch_on(connection, station(database), kinds, None)


FIELD = (
    ("mqtt-no-offset", Channel.READING, Tolerance.ASSUME_BEIJING, [(beijing(18, 1), 7.1)]),
    ("mqtt-bom", Channel.READING, Tolerance.STRIP, [(beijing(18, 9), 7.1)]),
    ("mqtt-trailing-nul", Channel.READING, Tolerance.STRIP, [(beijing(18, 10), 7.1)]),
    (
        "mqtt-array",
        Channel.READING,
        Tolerance.ARRAY,
        [(beijing(18, 12), 7.1), (beijing(18, 13), 7.2)],
    ),
    ("hj212-hour24", Channel.HJ212, Tolerance.HOUR24, [(beijing(24, 0), 12.1)]),
    ("hj212-split-bit", Channel.HJ212, Tolerance.WHOLE_FRAME, [(beijing(18, 0), 12.1)]),
    ("hj212-gbk-info", Channel.HJ212, Tolerance.GBK_TEXT, [(beijing(18, 0), 12.1)]),
)
"""Cases of the field, on which topic, what mends each, and the readings in it."""


def test_cases_of_the_field_wait_with_their_cure_and_are_taken_in_whole(
    pipeline: Pipeline, database: Database
) -> None:
    for case, channel, kind, stored in FIELD:
        message = sent(case, channel)
        assert pipeline_of(database).commit([message]) == Counts(refused=1), case
        assert [mending for _, mending in rows(database.owner, WAITING)] == [[kind]], case
        tolerate(database, kind)
        done = replay(pipeline_of(database))
        assert not done.still, case
        assert rows(database.owner, STORED) == stored, case
        assert one(database.owner, UNTRUE) == 0, case
        assert pipeline_of(database).commit([message]) == Counts(duplicate=len(stored)), case
        with transaction(database.app) as connection:
            switch_off(connection, station(database), [kind], None)
        with database.owner.begin() as connection:
            connection.exec_driver_sql("TRUNCATE reading, hour_account")
    payloads = rows(database.owner, "SELECT payload FROM quarantine ORDER BY id")
    assert payloads == [(sent(case).payload,) for case, *_ in FIELD]


def test_a_message_with_three_faults_names_all_that_would_mend_it(
    pipeline: Pipeline, database: Database
) -> None:
    good = b'{"time":"2026-11-28T18:09:00","values":{"ph":7.1}}'
    pipeline.commit([of(b"\xef\xbb\xbf[" + good + b"]\0")])
    assert rows(database.owner, WAITING) == [("shape", ["array", "assume_beijing", "strip"])]
    tolerate(database, Tolerance.STRIP, Tolerance.ARRAY)
    assert not replay(pipeline_of(database)).counts.stored
    assert rows(database.owner, WAITING) == [("time", ["assume_beijing"])]
    tolerate(database, Tolerance.ASSUME_BEIJING)
    assert replay(pipeline_of(database)).counts == Counts(stored=1)


def test_one_bad_reading_of_an_array_costs_none_of_the_others(
    pipeline: Pipeline, database: Database
) -> None:
    tolerate(database, Tolerance.ARRAY)
    bad = b'{"id":"b","time":"2026-11-28T18:13:00","values":{"ph":7.2}}'
    good = b'{"id":"a","time":"2026-11-28T18:12:00+08:00","values":{"ph":7.1}}'
    entries = pipeline.sort([of(b"[" + good + b", " + bad + b",7]"), of(good + b"\n" + good)])
    done = pipeline.take_in([of(b"[" + good + b", " + bad + b",7]")], threading.Event())
    assert len(entries) == 5
    assert done is not None
    assert done.counts == Counts(stored=1, refused=2)
    kept = "SELECT payload, reason, mendable_by FROM quarantine ORDER BY payload"
    assert rows(database.owner, kept) == [
        (b"7", "shape", None), (bad, "time", ["assume_beijing"]),
    ]  # fmt: skip
    assert one(database.owner, UNTRUE) == 0
    assert Answer.to(done).receipts == [
        ("onemap/v1/S1/receipt", b'{"ids":["a"]}'),
        ("onemap/v1/S1/receipt", b'{"refused":[{"id":"b","reason":"time"}]}'),
    ]
    tolerate(database, Tolerance.ASSUME_BEIJING)
    assert replay(pipeline_of(database)).counts == Counts(stored=1)
    assert one(database.owner, UNTRUE) == 0


def test_readings_of_one_message_that_share_an_id_are_named_once_all_are_stored(
    pipeline: Pipeline, database: Database
) -> None:
    tolerate(database, Tolerance.ARRAY)
    one_of = '{"id":"m","time":"2026-11-28T18:1%d:00%s","values":{"ph":7.1}}'
    both = [one_of % (2, "+08:00"), one_of % (3, "+08:00")]
    spoilt = [one_of % (4, "+08:00"), one_of % (5, "")]
    for readings, receipt in (
        (both, b'{"ids":["m"]}'),
        (spoilt, b'{"refused":[{"id":"m","reason":"time"}]}'),
    ):
        done = pipeline.take_in([of(f"[{','.join(readings)}]".encode())], threading.Event())
        assert done is not None
        assert [payload for _, payload in Answer.to(done).receipts] == [receipt]


def test_too_many_readings_in_a_message_are_refused_as_one(
    pipeline: Pipeline, database: Database
) -> None:
    tolerate(database, Tolerance.ARRAY)
    assert pipeline.commit([of(b"[" + b"{}," * 1000 + b"{}]")]) == Counts(refused=1)
    assert one(database.owner, "SELECT detail FROM quarantine") == (
        "more than 1000 readings in a message"
    )


def test_what_a_tolerance_would_bring_in_at_an_impossible_time_is_no_cure(
    pipeline: Pipeline, database: Database
) -> None:
    pipeline.commit([of(b'{"time":"2026-11-29T18:01:00","values":{"ph":7.1}}')])
    assert rows(database.owner, WAITING) == [("time", None)]


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (
            b'{"time":"2026-11-29 24:00:00","values":{"ph":7.1}}',
            "24:00 is 0:00 of the next day",
        ),
        (
            b'{"time":"2026-11-29T24:00:00+08:00","values":{"ph":7.1}}',
            "24:00 is 0:00 of the next day",
        ),
        (b'[[{"time":"2026-11-28T18:01:00","values":{"ph":7.1}}]]', "not an object"),
        (
            b'{"time":"2026-11-28T18:01:00","values":{"ph":7.1}}',
            "time has no offset from UTC, as in +08:00 or Z; to tolerate it: assume_beijing",
        ),
        (
            b'\xef\xbb\xbf[{"time":"2026-11-28T18:01:00","values":{"ph":7.1}}]',
            "the message holds several readings; to tolerate it: strip, array, assume_beijing",
        ),
    ],
)
def test_the_detail_names_a_tolerance_only_where_it_would_help(
    pipeline: Pipeline, database: Database, payload: bytes, detail: str
) -> None:
    pipeline.commit([of(payload)])
    ((said, mending),) = rows(database.owner, "SELECT detail, mendable_by FROM quarantine")
    assert said == detail
    assert ("to tolerate it" in str(said)) == (mending is not None)


def test_each_byte_order_mark_of_several_is_stripped(
    pipeline: Pipeline, database: Database
) -> None:
    mark = b"\xef\xbb\xbf"
    good = b'{"time":"2026-11-28T18:01:00+08:00","values":{"ph":7.1}}'
    for payload in (2 * mark + good, mark + b" " + mark + good + b"\0"):
        assert pipeline.commit([of(payload)]) == Counts(refused=1)
    assert rows(database.owner, WAITING) == [("not_json", ["strip"])] * 2
    tolerate(database, Tolerance.STRIP)
    assert replay(pipeline_of(database)).counts == Counts(stored=1, duplicate=1)


def test_ingest_takes_in_what_waited_by_itself_and_says_so_on_the_row(
    pipeline: Pipeline, database: Database
) -> None:
    messages = [sent("mqtt-no-offset"), sent("mqtt-bom")]
    elsewhere = Message("onemap/v1/S2/reading", messages[0].payload, ARRIVED)
    pipeline.commit([*messages, elsewhere])
    assert take_in_waiting(pipeline_of(database)) == 0
    tolerate(database, Tolerance.ASSUME_BEIJING)
    replayed = "SELECT taken_in, replayed_at IS NULL FROM tolerance"
    assert take_in_waiting(pipeline_of(database)) == 1
    assert rows(database.owner, replayed) == [(1, True)]
    assert take_in_waiting(pipeline_of(database), settled_s=0) == 0
    assert rows(database.owner, replayed) == [(1, False)]
    assert len(rows(database.owner, WAITING)) == 2
    with transaction(database.app) as connection:
        assert switch_on(connection, None, [Tolerance.ASSUME_BEIJING], None)
    assert take_in_waiting(pipeline_of(database)) == 1
    assert one(database.owner, UNTRUE) == 0


def test_a_replay_by_the_command_counts_for_the_tolerances_once(
    pipeline: Pipeline, database: Database
) -> None:
    bare = b'{"time":"2026-11-28T18:01:00","values":{"ph":7.1}}'
    elsewhere = Message("onemap/v1/S2/reading", bare, ARRIVED)
    pipeline.commit([of(bare + b"\0"), sent("mqtt-no-offset"), elsewhere])
    tolerate(database, Tolerance.ASSUME_BEIJING, Tolerance.STRIP)
    with transaction(database.app) as connection:
        switch_on(connection, None, [Tolerance.ASSUME_BEIJING], None)
    counted = "SELECT kind, station_id IS NULL, taken_in FROM tolerance ORDER BY 1, 2"
    for _ in range(2):
        replay(pipeline_of(database))
        assert rows(database.owner, counted) == [
            ("assume_beijing", False, 2), ("assume_beijing", True, 3), ("strip", False, 1),
        ]  # fmt: skip
        take_in_waiting(pipeline_of(database), settled_s=0)


def test_a_tolerance_is_switched_on_once_and_its_rows_stay(
    pipeline: Pipeline, database: Database
) -> None:
    strip = [Tolerance.STRIP]
    with transaction(database.app) as connection:
        assert switch_on(connection, station(database), strip, None) == strip
        assert switch_on(connection, station(database), strip, None) == []
        assert switch_off(connection, station(database), strip, None) == strip
        with pytest.raises(NotFound):
            switch_off(connection, station(database), strip, None)
        assert switch_on(connection, station(database), strip, None) == strip
    assert rows(database.owner, "SELECT kind, ended_at IS NULL FROM tolerance ORDER BY id") == [
        ("strip", False), ("strip", True),
    ]  # fmt: skip
    for statement in ("DELETE FROM tolerance", "UPDATE tolerance SET kind = 'array'"):
        with pytest.raises(DBAPIError), transaction(database.app) as connection:
            connection.exec_driver_sql(statement)
    with (
        pytest.raises(DBAPIError, match="ended, never changed"),
        transaction(database.app) as connection,
    ):
        connection.exec_driver_sql(
            "UPDATE tolerance SET ended_at = now() WHERE ended_at IS NOT NULL"
        )
    with transaction(database.app) as connection:
        switch_off(connection, station(database), strip, None)
    assert pipeline_of(database).commit([sent("mqtt-bom")]) == Counts(refused=1)
