"""What is rejected of a history, row by row and cell by cell, and what stays of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.history.importing import Imported
from ingest.running.pipeline import Pipeline
from tests.made.database import Database
from tests.made.history.files import load_history, rejected, write_rows
from tests.made.readings.messages import NOON, message, register, rows
from tests.postgis.history.test_loading import HEAD


def test_what_cannot_be_taken_is_told_row_by_row(database: Database, tmp_path: Path) -> None:
    register(database.owner, "S-1")
    with database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE station SET started_at = '2025-01-01'")
    file = tmp_path / "history.csv"
    file.write_text(
        HEAD
        + "S-1,2026-05-01T08:00:00,,7.1,8,2,0.3,0.1,0.2\n"
        + 'S-1,2026-05-01T01:00:00Z,hour,"7.2",,,,,\n'
        + "S-1,2026-05-01 10:00:00+08:00,instant,77,8.5,+2.5e0, 0.4 ,.1,\n"
        + "S-2,2026-05-01T00:00:00Z,,7,8,2,0.3,0.1,\n"
        + "S-1,2026-02-30T00:00:00Z,,7,8,2,0.3,0.1,\n"
        + "S-1,2026-05-02T00:00:00Z,week,7,8,2,0.3,0.1,\n"
        + "S-1,2026-08-01T00:11:00Z,,7,8,2,0.3,0.1,\n"
        + "S-1,2024-12-31T00:00:00Z,,7,8,2,0.3,0.1,\n"
        + "S-1,2026-05-03T00:00:00Z,,7,8,two,0.3,0.1,\n"
        + "S-1,2026-05-04T00:00:00Z,,nan,8,2,0.3,0.1,\n"
        + "S-1,2026-05-05T00:00:00Z,,,,,,,\n",
        "utf-8",
    )
    assert load_history(database, file) == Imported(
        read=11, stored=5, known=0, rejected=6, partial=2
    )
    assert rejected(file) == [
        (4, "station", "station=S-2"), (5, "time", "time=2026-02-30T00:00:00Z"),
        (6, "period", "period=week"), (7, "clock", "time=2026-08-01T00:11:00Z: later than now"),
        (8, "clock", "time=2024-12-31T00:00:00Z: before the station's start"),
        (9, "value", "codmn=two"), (10, "value", "ph=nan"), (11, "empty", ""),
    ]  # fmt: skip
    assert rows(
        database.owner,
        "SELECT observed_at, period, ph, permanganate_index_mgl, total_phosphorus_mgl, extra, flags"
        " FROM reading ORDER BY observed_at",
    ) == [
        (datetime(2026, 5, 1, 0, tzinfo=UTC), "instant", 7.1, 2.0, 0.1, {"fe": 0.2}, None),
        (datetime(2026, 5, 1, 1, tzinfo=UTC), "hour", 7.2, None, None, None, None),
        (datetime(2026, 5, 1, 2, tzinfo=UTC), "instant", 77.0, 2.5, 0.1, None, {"ph": "range"}),
        (datetime(2026, 5, 3, 0, tzinfo=UTC), "instant", 7.0, None, 0.1, None, None),
        (datetime(2026, 5, 4, 0, tzinfo=UTC), "instant", None, 2.0, 0.1, None, None),
    ]


def test_a_place_off_the_earth_and_an_impossible_arrival_are_left_out(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    file.write_text(
        "station,time,received_at,ph,longitude,latitude\n"
        "S-1,2026-05-01T01:00Z,2026-05-01T01:00:05Z,7.1,112.1,32.7\n"
        "S-1,2026-05-01T02:00Z,,7.2,999,99\n"
        "S-1,2026-05-01T03:00Z,2099-01-01T00:00Z,7.3,112.1,-90.5\n"
        "S-1,2026-05-01T04:00Z,2026-04-30T00:00Z,7.4,112.1,\n"
        "S-1,2026-05-01T05:00Z,soon,7.5,180,90\n"
        "S-1,2026-05-01T06:00Z,2026-05-01T05:55Z,7.6,,\n"
        "S-1,2026-05-01T07:00Z,2026-05-01T07:00:05Z,7.7,32.1,112.7\n",
        "utf-8",
    )
    assert load_history(database, file) == Imported(
        read=7, stored=7, known=0, rejected=0, partial=5
    )
    assert rejected(file) == [
        (2, "value", "longitude=999: off the earth"),
        (2, "value", "latitude=99: off the earth"),
        (3, "value", "longitude=112.1: without a latitude"),
        (3, "value", "latitude=-90.5: off the earth"),
        (3, "value", "received_at=2099-01-01T00:00Z: later than now"),
        (4, "value", "longitude=112.1: without a latitude"),
        (4, "value", "received_at=2026-04-30T00:00Z: before the reading's own time"),
        (5, "value", "received_at=soon"),
        (7, "value", "longitude=32.1: without a latitude"),
        (7, "value", "latitude=112.7: off the earth; longitude and latitude seem swapped"),
    ]
    stored = "SELECT ST_AsText(position), received_at - observed_at FROM reading ORDER BY ph"
    assert rows(database.owner, stored) == [
        ("POINT(112.1 32.7)", timedelta(seconds=5)),
        (None, timedelta()),
        (None, timedelta()),
        (None, timedelta()),
        ("POINT(180 90)", timedelta()),
        (None, timedelta(minutes=-5)),
        (None, timedelta(seconds=5)),
    ]


def test_an_unknown_flag_costs_its_value_alone(database: Database, tmp_path: Path) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    lines = [["station", "time", "pH值", "氨氮", "flags", "extra"]]
    for hour, flags in enumerate(({"ph": "ZZ", "nh3n": "D"}, {"fe": "?"}, {"ph": "D"})):
        at = (NOON + timedelta(hours=hour)).isoformat()
        lines.append(["S-1", at, "7", "0.1", json.dumps(flags), '{"fe": 0.2, "mn": 0.3}'])
    write_rows(file, [*lines, ["S-1", NOON.isoformat(), "7", "0.1", "D", ""]])
    assert load_history(database, file) == Imported(
        read=4, stored=3, known=0, rejected=1, partial=2
    )
    assert rejected(file) == [
        (1, "text", 'flags={"ph": "ZZ", "nh3n": "D"}'),
        (2, "text", 'flags={"fe": "?"}'),
        (4, "text", "flags=D"),
    ]
    assert rows(
        database.owner,
        "SELECT ph, ammonia_nitrogen_mgl, extra, flags FROM reading ORDER BY observed_at",
    ) == [
        (None, 0.1, {"fe": 0.2, "mn": 0.3}, {"nh3n": "D"}),
        (7.0, 0.1, {"mn": 0.3}, None),
        (7.0, 0.1, {"fe": 0.2, "mn": 0.3}, {"ph": "D"}),
    ]


def test_notes_that_nobody_could_read_again_are_rejected(
    database: Database, tmp_path: Path
) -> None:
    """What is stored is read by ingest for every message that comes again."""
    register(database.owner, "S-1")
    notes: list[tuple[object, object]] = [
        ({"ph": "maybe"}, {}), ({"acid": "D"}, {}), ({"ph": 1}, {}), ({"ph": "rejected"}, {}),
        ({}, {"iron": 0.2}), ({}, {"fe": "much"}), ({}, {"ph": 7.0}), ({}, {"fe": True}),
        ({"ph": "D"}, {"fe": 2}),
    ]  # fmt: skip
    file = tmp_path / "history.csv"
    at = NOON.isoformat()
    lines = [["S-1", at, 7, json.dumps(flags), json.dumps(extra)] for flags, extra in notes]
    write_rows(file, [["station", "time", "ph", "flags", "extra"], *lines])
    assert load_history(database, file) == Imported(read=9, stored=1, known=0, rejected=8)
    assert {reason for _row, reason, _detail in rejected(file)} == {"text"}
    again = Pipeline(database.ingest, now=lambda: NOON).commit([message("S-1", NOON, {"ph": 7})])
    assert again.duplicate == 1
