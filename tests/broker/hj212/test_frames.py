"""Frames of loggers on their topic reach the archive like any reading, or quarantine by name."""

import pytest

from ingest.codecs.hj212_frame import framed
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from ingest.storage.writer import Counts
from tests.made.database import Database
from tests.made.readings.messages import NOON, register, rows

BODY = (
    "ST=32;CN=2061;MN=88888880000001;Flag=4;CP=&&DataTime={at};"
    "011-Avg=20.1,011-Max=22;B01-Avg=36.9,B01-Cou=132.8&&"
)


@pytest.fixture
def pipeline(database: Database) -> Pipeline:
    register(database.owner, "S1")
    return Pipeline(database.ingest, now=lambda: NOON)


def sent(payload: bytes) -> Message:
    return Message("onemap/v1/S1/hj212", payload, NOON)


def test_an_hour_of_a_logger_is_kept_with_its_ends(pipeline: Pipeline, database: Database) -> None:
    beijing = (NOON.hour + 8) % 24
    body = BODY.format(at=f"{NOON:%Y%m%d}{beijing:02d}0000")
    assert pipeline.commit([sent(framed(body.encode()))]) == Counts(stored=1)
    assert rows(database.owner, "SELECT observed_at, period, cod_mgl, flow_m3s FROM reading") == [
        (NOON, "hour", 20.1, 0.0369)
    ]
    assert rows(
        database.owner,
        "SELECT parameter, minimum, maximum, cumulative FROM reading_stat ORDER BY parameter",
    ) == [("cod", None, 22.0, None), ("flow", None, None, 132.8)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"##0012ST=32;CN=2061;nothing", "frame"),
        (framed(BODY.format(at="20260301120000").encode())[:-6] + b"0000", "crc"),
        (framed(b"ST=32;CN=2011;MN=A;Flag=9;CP=&&" + b"A1" * 16 + b"&&"), "cipher"),
    ],
)
def test_what_can_t_be_read_keeps_its_bytes_and_reason(
    pipeline: Pipeline, database: Database, payload: bytes, reason: str
) -> None:
    assert pipeline.commit([sent(payload)]) == Counts(refused=1)
    assert rows(database.owner, "SELECT reason, payload FROM quarantine") == [(reason, payload)]
