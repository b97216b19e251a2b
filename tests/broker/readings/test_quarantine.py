"""What can't be taken in: kept with bytes and reason, apart from the rest, taken in later."""

import json
import threading
from collections.abc import Sequence
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from dashboard.parts.detail_words import detail_words
from data.clock import UtcDatetime
from data.queries.readings.quarantine import quarantine_counts, quarantined
from data.records import Refused
from data.vocabulary import Refusal
from ingest.inbox import Message
from ingest.running.lane_process import Answer
from ingest.running.pipeline import Pipeline
from ingest.running.replay import replay
from ingest.screening.screen import Entry, Screened
from ingest.storage.writer import Counts
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register, rows
from tests.running.folders import ROOT

REASONS = "SELECT reason, seen_count FROM quarantine ORDER BY id"


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1")
    return Pipeline(database.ingest, now=lambda: NOON)


def at(minutes: float) -> UtcDatetime:
    return UtcDatetime(NOON + timedelta(minutes=minutes))


def test_bytes_topic_and_reason_are_kept(pipeline: Pipeline, database: Database) -> None:
    broken = Message("onemap/v1/S1/reading", b"\x00\xff{", NOON)
    assert pipeline.commit([broken, message("S1"), broken]) == Counts(stored=1, refused=2)
    with database.app.connect() as connection:
        (found,) = quarantined(connection)
        assert quarantine_counts(connection) == [("not_json", 1)]
    assert (found.topic, found.payload, found.reason) == (
        "onemap/v1/S1/reading", b"\x00\xff{", Refusal.NOT_JSON,
    )  # fmt: skip
    assert (found.seen_count, found.first_received_at, found.detail != "") == (2, NOON, True)
    pipeline.commit([Message(broken.topic, broken.payload, at(5))])
    assert rows(database.owner, "SELECT seen_count, last_received_at FROM quarantine") == [
        (3, at(5))
    ]


def test_clocks_that_are_wrong(pipeline: Pipeline, database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE station SET started_at = :start, ended_at = :until"),
            {"start": at(-60), "until": at(9.5)},
        )
    batch = [
        message("S1", at(minutes), {"ph": 7.0}, received_at=NOON)
        for minutes in (-60.1, -60, 9.4, 9.5, 10, 10.1)
    ]
    assert pipeline.commit(batch) == Counts(stored=2, refused=4)
    assert rows(database.owner, REASONS) == [("clock", 1)] * 4


CASE = ROOT / "tests" / "cases" / "mqtt-clock-2000-no-start" / "in.txt"


@pytest.mark.parametrize(
    ("time", "detail"),
    [
        (None, "the device's clock was never set: 1999-12-31 16:00 UTC"),
        (at(-60 * 24 * 7168), "1,024 weeks behind: "),
        (at(-60 * 24 * 401), "observed 401 days before it arrived"),
    ],
)
def test_a_clock_that_lies_years_back_is_named_at_a_station_without_a_start(
    pipeline: Pipeline, database: Database, time: UtcDatetime | None, detail: str
) -> None:
    if time is None:
        bad = Message("onemap/v1/S1/reading", CASE.read_bytes().split(b"\n")[0], NOON)
    else:
        bad = message("S1", time, {"ph": 7.0}, received_at=NOON)
    backlog = message("S1", at(-60 * 24 * 60), {"ph": 7.0}, received_at=NOON)
    assert pipeline.commit([bad, backlog]) == Counts(stored=1, refused=1)
    ((reason, said),) = rows(database.owner, "SELECT reason, detail FROM quarantine")
    assert reason == "clock"
    assert detail in str(said)


def test_ten_minutes_ahead_is_the_limit(pipeline: Pipeline, database: Database) -> None:
    batch = [message("S1", at(minutes), {"ph": 7.0}, received_at=NOON) for minutes in (10, 10.01)]
    ancient = UtcDatetime(NOON.replace(year=1970))
    batch.append(message("S1", ancient, {"ph": 7.0}, received_at=NOON))
    ahead = (7 * 60 + 59.9, 60 * 24 * 364.3)
    batch += [message("S1", at(minutes), {"ph": 7.0}, received_at=NOON) for minutes in ahead]
    assert pipeline.commit(batch) == Counts(stored=1, refused=4)
    details = [str(said) for (said,) in rows(database.owner, "SELECT detail FROM quarantine")]
    assert sorted(map(detail_words, details))[1:] == [
        "观测时间比到达时间晚 10 分钟",
        "观测时间比到达时间晚 364 天",
        "观测时间比到达时间晚 8 小时",
    ]


def test_topics_sizes_and_strangers(pipeline: Pipeline, database: Database) -> None:
    good = message("S1").payload
    batch = [
        Message("onemap/v1/S1/hj212", good, NOON),
        Message("onemap/v2/S1/reading", good, NOON),
        Message("onemap/v1/S 1/reading", good, NOON),
        Message("onemap/v1/\0/reading", good, NOON),
        Message("onemap/v1/S1/reading", b" " * 65536 + good, NOON),
        message("S9"),
    ]
    assert pipeline.commit(batch) == Counts(refused=6)
    with database.app.connect() as connection:
        assert dict(quarantine_counts(connection)) == {
            "frame": 1, "topic": 3, "too_large": 1, "unknown_station": 1,
        }  # fmt: skip


def test_a_station_registered_later_gets_its_messages(
    pipeline: Pipeline, database: Database
) -> None:
    held = [message("S2", at(n), {"ph": 7.0 + n / 100}) for n in range(5)]
    broken = Message("onemap/v1/S2/reading", b"{", NOON)
    pipeline.commit([*held, broken])
    assert replay(pipeline).counts == Counts()
    register(database.owner, "S2")
    done = replay(Pipeline(database.ingest, now=lambda: at(60)))
    assert done.counts == Counts(stored=5)
    assert dict(done.still) == {Refusal.NOT_JSON: 1}
    received = "SELECT observed_at, received_at FROM reading ORDER BY 1"
    assert rows(database.owner, received) == [(at(n), at(n)) for n in range(5)]
    assert rows(database.owner, "SELECT reason FROM quarantine WHERE replayed_at IS NULL") == [
        ("not_json",)
    ]
    again = replay(pipeline)
    assert again.counts == Counts()
    assert one(database.owner, "SELECT count(*) FROM reading") == 5
    assert pipeline.commit(held) == Counts(duplicate=5)


def test_a_new_station_is_known_at_once(pipeline: Pipeline, database: Database) -> None:
    assert pipeline.commit([message("S2")]) == Counts(refused=1)
    register(database.owner, "S2")
    assert pipeline.commit([message("S2")]) == Counts(stored=1)


def test_what_the_database_refuses_is_found_and_set_apart(
    pipeline: Pipeline, database: Database
) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text("ALTER TABLE reading ADD CONSTRAINT sober CHECK (message_id NOT LIKE 'bad%')")
        )
    bad = {17, 18, 640, 999}
    batch = [
        message(
            "S1",
            at(n / 100),
            {"ph": 7.0},
            received_at=at(60),
            id=f"{'bad' if n in bad else 'm'}{n}",
        )
        for n in range(1000)
    ]
    assert pipeline.commit(batch) == Counts(stored=996, refused=4)
    assert rows(database.owner, REASONS) == [("database", 1)] * 4
    assert one(database.owner, "SELECT max(detail) FROM quarantine LIMIT 1")
    assert one(database.owner, "SELECT (latest->'ph'->>'t') FROM latest_reading") == (
        at(9.98).isoformat().replace("+00:00", "Z")
    )
    done = replay(pipeline)
    assert done.counts == Counts()
    assert dict(done.still) == {Refusal.DATABASE: 4}
    with database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE reading DROP CONSTRAINT sober"))
    assert replay(pipeline).counts == Counts(stored=4)
    assert one(database.owner, "SELECT count(*) FROM reading") == 1000


def test_what_the_database_refuses_is_told_as_refused_and_counted_once(
    pipeline: Pipeline, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage between the parts of a batch at fault doesn't write its first parts again."""
    with database.owner.begin() as connection:
        connection.execute(
            text("ALTER TABLE reading ADD CONSTRAINT sober CHECK (message_id <> 'm3')")
        )
    commit, outages = pipeline._commit, [psycopg.OperationalError("the server went away")]

    def commit_after_outage(part: Sequence[Entry]) -> Counts:
        if len(part) == 2 and b"m2" in _message(part[0]).payload and outages:
            raise outages.pop()
        return commit(part)

    monkeypatch.setattr(pipeline, "_commit", commit_after_outage)
    batch = [message("S1", at(n), {"ph": 7.0}, received_at=at(60), id=f"m{n}") for n in range(4)]
    done = pipeline.take_in(batch, threading.Event())
    assert done is not None
    assert not outages
    assert done.counts == Counts(stored=3, refused=1)
    account = "SELECT sum(received), sum(stored), sum(refused), sum(duplicate) FROM hour_account"
    assert rows(database.owner, account) == [(4, 3, 1, 0)]
    answer = Answer.to(done)
    assert answer.refused == {Refusal.DATABASE: 1}
    assert [json.loads(receipt) for _topic, receipt in answer.receipts] == [
        {"ids": ["m0", "m1", "m2"]},
        {"refused": [{"id": "m3", "reason": "database"}]},
    ]


def _message(entry: Entry) -> Refused | Message:
    return entry.message if isinstance(entry, Screened) else entry
