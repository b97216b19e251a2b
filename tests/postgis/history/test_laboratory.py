"""Tables of laboratories and of dead analysers come in as what they say."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.clock import UtcDatetime
from ingest.history.importing import HistoryImport, Imported
from tests.made.database import Database
from tests.made.history.files import load_history, rejected
from tests.made.readings.messages import one, register, rows

CASES = Path(__file__).parents[2] / "cases"
NOW = UtcDatetime(datetime(2026, 12, 1, tzinfo=UTC))


def test_a_laboratory_s_table_comes_in_as_it_is(database: Database, tmp_path: Path) -> None:
    """Results below the limit, cells with nothing, times as a spreadsheet writes them."""
    register(database.owner, "QC-S05")
    file = Path(shutil.copy(CASES / "csv-readings-lab" / "in_readings.csv", tmp_path))
    assert load_history(database, file, NOW) == Imported(
        read=7, stored=6, known=1, rejected=0, partial=0
    )
    stored = (
        "SELECT to_char(observed_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI'),"
        " ammonia_nitrogen_mgl, total_phosphorus_mgl, below FROM reading ORDER BY observed_at"
    )
    assert rows(database.owner, stored) == [
        ("01 08:00", 0.0125, 0.01, {"nh3n": 0.025}),
        ("01 12:00", 0.1, 0.01, None),
        ("01 16:00", 0.1, 0.01, None),
        ("01 20:00", 0.0125, 0.01, {"nh3n": 0.025}),
        ("02 00:00", None, 0.01, None),
        ("02 04:00", 0.1, None, None),
    ]
    latest = one(database.owner, "SELECT latest -> 'nh3n' ->> 'b' FROM latest_reading")
    assert latest is None, "the newest ammonia was measured"


def test_a_dead_analyser_s_past_is_flagged_as_at_the_door(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    file.write_text(
        "station,time,ph,do,nh3n,tp,fe\n"
        "S-1,2026-05-01T08:00,0,0,0,0,\nS-1,2026-05-01T12:00,7.1,8,0,ND,0\n"
        "S-1,2026-05-01T16:00,7.1,8,-9999,0.1,\nS-1,2026-05-01 24:00,7.1,8,ND,ND,ND\n"
    )
    assert load_history(database, file, NOW) == Imported(
        read=4, stored=4, known=0, rejected=0, partial=1
    )
    assert rows(database.owner, "SELECT flags, below FROM reading ORDER BY observed_at") == [
        ({"ph": "never", "do": "never", "nh3n": "never", "tp": "never"}, None),
        (None, {"tp": 0.01}),
        ({"nh3n": "never"}, None),
        (None, {"nh3n": 0.025, "tp": 0.01}),
    ]


def test_an_absurd_detection_limit_is_flagged(database: Database, tmp_path: Path) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    file.write_text(
        "station,time,ph,nh3n,fe\nS-1,2026-05-01T08:00,7,<1e9,<6e6\n"
        "S-1,2026-05-01T09:00,7,<6000,<0.1\nS-1,2026-05-01T10:00,7,<0.2,\n"
    )
    assert load_history(database, file, NOW).stored == 3
    assert rows(database.owner, "SELECT flags FROM reading ORDER BY observed_at") == [
        ({"nh3n": "range", "fe": "range"},), ({"nh3n": "range"},), (None,)
    ]  # fmt: skip


def test_a_result_below_the_limit_again_is_the_same_and_measured_is_not(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    at = "2026-05-01T08:00"
    file.write_text(
        f"station,time,ph,nh3n,tp\nS-1,{at},7,<0.2,\nS-1,{at},,0.2L,<0.01\nS-1,{at},,0.1,0.02\n"
    )
    assert load_history(database, file, NOW) == Imported(
        read=3, stored=1, known=1, rejected=0, conflict=1
    )
    assert rows(
        database.owner, "SELECT ammonia_nitrogen_mgl, total_phosphorus_mgl, below FROM reading"
    ) == [(0.1, 0.005, {"nh3n": 0.2, "tp": 0.01})]
    conflicts = (
        "SELECT parameter, kept, refused, kept_below, refused_below FROM reading_conflict"
        " ORDER BY parameter"
    )
    assert rows(database.owner, conflicts) == [
        ("nh3n", 0.1, 0.1, 0.2, None), ("tp", 0.005, 0.02, 0.01, None),
    ]  # fmt: skip


def test_a_row_of_the_wrong_number_of_cells_costs_no_other(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    file.write_text(
        "station,time,ph,do\nS-1,2026-05-01T08:00,7.1,8\nS-1,2026-05-01T09:00,7,1,8\n"
        "S-1,2026-05-01T10:00\nS-1,2026-05-01T11:00,x,8\nS-1,2026-05-01T12:00,7.2,8\n"
    )
    assert load_history(database, file, NOW) == Imported(
        read=5, stored=3, known=0, rejected=2, partial=1
    )
    assert sorted(rejected(file)) == [
        (2, "cells", "S-1,2026-05-01T09:00,7,1,8"), (3, "cells", "S-1,2026-05-01T10:00"),
        (4, "value", "ph=x"),
    ]  # fmt: skip


def test_a_rejected_cell_stands_under_the_file_s_own_title(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    head, at = "站点,监测时间,氨氮（mg/L）,总磷", "S-1,2026-05-01 08:00"
    file.write_text(f"{head}\n{at},<25 μg/L,0.1\nS-1,x,1,1\n{at},0.1,?\n", "utf-8")
    assert load_history(database, file, NOW) == Imported(
        read=3, stored=1, known=1, rejected=1, partial=2
    )
    assert rejected(file) == [
        (1, "value", "氨氮（mg/L）=<25 μg/L: its unit must be mg/L"),
        (2, "time", "监测时间=x"),
        (3, "value", "总磷=?"),
    ]


def test_a_clock_in_fault_is_named_and_its_rows_are_stored(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    rolled = (NOW - timedelta(days=7168)).isoformat()
    file.write_text(
        "station,time,ph\nS-1,2026-05-01T00:00:00Z,7\nS-1,x,7\n"
        f"S-1,{rolled},7\nS-1,1991-03-01T00:00:00Z,7\n"
    )
    history = HistoryImport(database.ingest, file, clock=lambda: NOW)
    assert history.run() == Imported(read=4, stored=3, known=0, rejected=1)
    (note,) = map(str, history.notes)
    assert note.startswith("2 rows were stored with a time")
    assert note.endswith("the first is row 3.")


def test_a_day_without_a_time_is_its_midnight_and_that_is_said(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    days = ["2026-05-01", "2026/5/2", "2026.5.3", "2026年5月4日", "20260505", "46148"]
    bad = ["2026-05", "5/7/2026", "2026-02-30", "08:00"]
    times = [*days, "2026-05-07 08:00", *bad]
    file.write_text("station,time,ph\n" + "".join(f"S-1,{each},7\n" for each in times), "utf-8")
    history = HistoryImport(database.ingest, file, clock=lambda: NOW)
    assert history.run() == Imported(read=11, stored=7, rejected=4)
    (note,) = history.notes
    assert "6 rows name a day and no time" in str(note)
    assert "row 1." in str(note)
    stored = (
        "SELECT to_char(observed_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI')"
        " FROM reading ORDER BY observed_at"
    )
    hours = [f"{day:02} 00:00" for day in range(1, 7)]
    assert [each for (each,) in rows(database.owner, stored)] == [*hours, "07 08:00"]
