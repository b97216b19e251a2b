"""A message with one bad value: the others are stored, it waits in quarantine with its bytes."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data.clock import UtcDatetime
from data.records import StationCode
from data.settings import IngestSettings, QualitySettings
from data.vocabulary import Parameter, Refusal
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from ingest.running.replay import replay
from ingest.storage.writer import Counts
from ingest.topics import Channel, topic_of
from ingest.transport.receipts import receipts_of
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register, rows

CASES = Path(__file__).parents[2] / "cases"
TALLY = "SELECT received, stored, filled, duplicate, conflict, refused, partial FROM hour_account"
HELD = "SELECT reason, detail, replayed_at IS NULL FROM quarantine"


WITH_IRON = QualitySettings(detection_limits={Parameter.IRON: 0.03})
_WITHOUT_NULL = """
WITH less AS (
    SELECT id, convert_to(CAST(convert_from(payload, 'UTF8') AS jsonb) #- '{values,do}' #>> '{}',
        'UTF8') AS payload FROM quarantine
)
UPDATE quarantine AS q SET payload = less.payload, payload_length = length(less.payload)
FROM less WHERE q.id = less.id
"""
"""As if a null were said to be nothing at all."""


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1")
    return Pipeline(database.ingest, now=lambda: NOON)


def case(name: str, channel: Channel) -> Message:
    """The message of a case, received when it was observed."""
    payload = CASES.joinpath(name, "in.txt").read_bytes().partition(b"\n(sent")[0].strip()
    at = NOON.replace(month=11, day=28, hour=10, minute=10)
    return Message(topic_of(StationCode("S1"), channel), payload, at)


@pytest.mark.parametrize(
    ("name", "channel", "values", "detail"),
    [
        ("mqtt-null-one", Channel.READING, (7.1, None, None), "do: no value (null)"),
        ("hj212-empty-rtd-D", Channel.HJ212, (None, 12.1, None), "nh3n: no value, flag 'D'"),
        ("hj212-flag-unknown", Channel.HJ212, (None, 12.1, None),
         "nh3n: the flag 'Z' is none of HJ 212-2017's"),
    ],
)  # fmt: skip
def test_the_good_values_are_stored(
    pipeline: Pipeline,
    database: Database,
    name: str,
    channel: Channel,
    values: tuple[float | None, ...],
    detail: str,
) -> None:
    sent = case(name, channel)
    assert pipeline.commit([sent]) == Counts(stored=1, partial=1)
    stored = "SELECT ph, cod_mgl, ammonia_nitrogen_mgl FROM reading"
    assert rows(database.owner, stored) == [values]
    assert rows(database.owner, HELD) == [("partial", detail, True)]
    assert one(database.owner, "SELECT payload FROM quarantine") == sent.payload
    assert rows(database.owner, TALLY + " WHERE received > 0") == [(1, 1, 0, 0, 0, 0, 1)]


def test_the_receipt_says_that_it_is_kept(pipeline: Pipeline) -> None:
    entries = pipeline.sort([message("S1", values={"ph": 7.0, "do": None}, id="a-1")])
    (receipt,) = receipts_of(entries)
    assert receipt.payload == b'{"ids":["a-1"]}'


def test_a_result_below_the_limit_is_a_value(pipeline: Pipeline, database: Database) -> None:
    sent = case("hj212-nd-below", Channel.HJ212)
    assert pipeline.commit([sent, sent]) == Counts(stored=1, duplicate=1)
    assert rows(database.owner, "SELECT ammonia_nitrogen_mgl, below FROM reading") == [
        (0.01, {"nh3n": 0.02})
    ]
    latest = one(database.owner, "SELECT latest FROM latest_reading")
    assert isinstance(latest, dict)
    assert (latest["nh3n"]["v"], latest["nh3n"]["b"]) == (0.01, 0.02)


def test_a_message_of_nothing_but_bad_values_is_refused(
    pipeline: Pipeline, database: Database
) -> None:
    sent = [{"ph": None}, {"fe": "ND"}, {"temp": "<2"}]
    counts = pipeline.commit([message("S1", values=each) for each in sent])
    assert counts == Counts(refused=3)
    assert rows(database.owner, "SELECT reason, detail FROM quarantine ORDER BY detail") == [
        ("value", "fe: not detected, and no detection limit is set for it"),
        ("value", "ph: no value (null)"),
        ("value", "temp: it has no detection limit"),
    ]


def test_below_the_limit_and_measured_are_not_the_same(
    pipeline: Pipeline, database: Database
) -> None:
    below = message("S1", values={"ph": 7.0, "nh3n": "<0.2"})
    pipeline.commit([below])
    later = message("S1", values={"nh3n": 0.1, "tp": "ND"})
    assert pipeline.commit([later]) == Counts(filled=1)
    assert rows(database.owner, "SELECT below, total_phosphorus_mgl FROM reading") == [
        ({"nh3n": 0.2, "tp": 0.01}, 0.005)
    ]
    conflict = "SELECT parameter, kept, refused, kept_below, refused_below FROM reading_conflict"
    assert rows(database.owner, conflict) == [("nh3n", 0.1, 0.1, 0.2, None)]


def test_a_replay_fills_in_what_can_be_read_by_now(pipeline: Pipeline, database: Database) -> None:
    """Iron gets a detection limit in the settings; nothing is counted twice."""
    pipeline.commit([message("S1", values={"ph": 7.0, "fe": "ND", "do": None})])
    again = replay(pipeline)
    assert (again.counts.total, dict(again.still)) == (1, {Refusal.PARTIAL: 1})
    assert rows(database.owner, TALLY + " WHERE received > 0") == [(1, 1, 0, 0, 0, 0, 1)]
    assert again.changed == Counts()
    own = Pipeline(database.ingest, now=lambda: NOON, quality=WITH_IRON)
    done = replay(own)
    assert done.counts == done.changed == Counts(filled=1)
    assert replay(own).changed == Counts()
    assert rows(database.owner, "SELECT extra, below FROM reading") == [
        ({"fe": 0.015}, {"fe": 0.03})
    ]
    assert rows(database.owner, HELD) == [("partial", "do: no value (null)", True)]
    assert rows(database.owner, TALLY + " WHERE received > 0") == [(1, 1, 0, 0, 0, 0, 1)]
    with database.owner.begin() as connection:
        connection.execute(text(_WITHOUT_NULL))
    done = replay(own)
    assert done.counts == done.changed == Counts(duplicate=1)
    assert rows(database.owner, HELD) == [("partial", "do: no value (null)", False)]
    assert rows(database.owner, TALLY + " WHERE received > 0") == [(1, 1, 0, 0, 0, 0, 0)]


def test_a_refused_message_replayed_in_part_counts_once(
    pipeline: Pipeline, database: Database
) -> None:
    sent = message("S2", values={"ph": 7.0, "do": None})
    assert pipeline.commit([sent]) == Counts(refused=1)
    register(database.owner, "S2")
    done = replay(pipeline)
    assert (done.counts, dict(done.still)) == (Counts(stored=1), {Refusal.PARTIAL: 1})
    assert rows(database.owner, HELD) == [("partial", "do: no value (null)", True)]
    assert one(database.owner, "SELECT seen_count FROM quarantine") == 1
    tally = TALLY + " WHERE station_id IS NOT NULL AND received > 0"
    assert rows(database.owner, tally) == [(1, 1, 0, 0, 0, 0, 1)]
    assert one(database.owner, "SELECT sum(received - stored - refused) FROM hour_account") == 0


def test_beyond_its_budget_only_the_count_of_the_rest_is_kept(database: Database) -> None:
    register(database.owner, "S1")
    pipeline = Pipeline(database.ingest, IngestSettings(quarantine_bytes=0), now=lambda: NOON)
    sent = message("S1", values={"ph": 7.0, "do": None})
    assert pipeline.commit([sent]) == Counts(stored=1, partial=1)
    assert rows(database.owner, "SELECT reason, is_sum, seen_count FROM quarantine") == [
        ("partial", True, 1)
    ]


def test_results_below_the_limit_are_no_flat_line_after_a_restart(
    pipeline: Pipeline, database: Database
) -> None:
    hours = [UtcDatetime(NOON - timedelta(hours=30 - n)) for n in range(30)]
    below = [message("S1", at, {"codmn": "<0.5"}) for at in hours]
    assert pipeline.commit(below) == Counts(stored=30)
    Pipeline(database.ingest, now=lambda: NOON).commit([message("S1", values={"codmn": 0.25})])
    assert one(database.owner, "SELECT count(*) FROM reading WHERE flags IS NOT NULL") == 0
