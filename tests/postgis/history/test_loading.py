"""Histories come in as they were, once, and nothing of what was there is changed."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from dashboard.cli import main
from data.archives.layout import Kind, Month
from data.archives.unload import unload
from data.clock import UtcDatetime
from data.errors import BadInput
from ingest.history.importing import HistoryImport, Imported
from ingest.running.pipeline import Pipeline
from tests.made.database import Database
from tests.made.history.archive_rows import all_readings, fill_two_months, fleeting_files
from tests.made.history.files import load_history, write_rows
from tests.made.readings.messages import GOOD, NOON, message, one, register, rows

__all__ = ["fleeting_files"]
NOW = UtcDatetime(datetime(2026, 8, 1, tzinfo=UTC))
HEAD = "station,time,period,ph,do,codmn,nh3n,tp,fe\n"


def test_a_declared_history_may_be_old_and_say_24_o_clock(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    file.write_text(
        HEAD
        + "S-1,1996-05-01T08:00:00,,7.1,8,2,0.3,0.1,\n"
        + "S-1,1996-05-01T24:00:00,,7.2,8,2,0.3,0.1,\n"
        + "S-1,1970-01-01T00:00:00Z,,7.1,8,2,0.3,0.1,\n"
        + "S-1,0001-01-01T00:00:00Z,,7.1,8,2,0.3,0.1,\n",
        "utf-8",
    )
    assert load_history(database, file) == Imported(read=4, stored=2, known=0, rejected=2)
    assert rows(database.owner, "SELECT observed_at FROM reading ORDER BY observed_at") == [
        (datetime(1996, 5, 1, 0, tzinfo=UTC),),
        (datetime(1996, 5, 1, 16, tzinfo=UTC),),
    ]


def test_a_history_leaves_accounts_exceedances_and_newer_values(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    pipeline = Pipeline(database.ingest, now=lambda: NOON)
    assert pipeline.commit([message("S-1", NOON, {"ph": 7.0, "do": 8.0})]).stored == 1
    before = one(database.owner, "SELECT change_no FROM latest_reading")
    file = tmp_path / "history.csv"
    old, young = NOON - timedelta(days=40), NOON + timedelta(hours=1)
    file.write_text(
        "station,time,ph,nh3n,tp\n"
        f"S-1,{old.isoformat()},6.5,9.9,0.9\nS-1,{young.isoformat()},,9.9,\n"
    )
    assert load_history(database, file).stored == 2
    assert one(database.owner, "SELECT count(*) FROM exceedance") == 0
    assert rows(database.owner, "SELECT sum(received), sum(instants) FROM hour_account") == [(1, 3)]
    told = one(database.owner, "SELECT latest FROM latest_reading")
    assert isinstance(told, dict)
    values = {key: (each["v"], each["t"]) for key, each in told.items()}
    assert values["ph"][0] == 7.0
    assert values["nh3n"] == (9.9, young.isoformat().replace("+00:00", "Z"))
    assert values["tp"][0] == 0.9, "never told before, however old"
    assert one(database.owner, "SELECT change_no FROM latest_reading") != before


def test_a_row_again_fills_and_a_value_that_differs_is_kept_aside(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    Pipeline(database.ingest, now=lambda: NOON).commit([message("S-1", NOON, GOOD)])
    file = tmp_path / "history.csv"
    file.write_text(
        f"station,time,ph,cod\nS-1,{NOON.isoformat()},{GOOD['ph']},15\n"
        f"S-1,{NOON.isoformat()},8.8,15\n"
    )
    assert load_history(database, file) == Imported(
        read=2, stored=0, known=1, rejected=0, conflict=1
    )
    assert rows(database.owner, "SELECT ph, cod_mgl FROM reading") == [(GOOD["ph"], 15.0)]
    assert rows(database.owner, "SELECT parameter, kept, refused FROM reading_conflict") == [
        ("ph", GOOD["ph"], 8.8)
    ]


def test_rare_and_flagged_values_of_a_row_again_are_merged_as_those_of_a_message(
    database: Database, tmp_path: Path
) -> None:
    """Values that lack come in order of the file, each with its flag; others are kept aside."""
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    told: list[tuple[str, object, object, dict[str, str], dict[str, float]]] = [
        ("7.0", "", "", {"ph": "D"}, {"fe": 0.2}),
        ("7.5", 3.0, "", {"ph": "M", "codmn": "D"}, {"fe": 0.3, "mn": 0.1}),
        ("", 4.0, 0.1, {"mn": "D"}, {"mn": 0.4, "toc": 0.5}),
        ("", "", "", {"no2n": "D"}, {"no2n": 0.01}),
    ]
    lines = [
        ["S-1", NOON.isoformat(), ph, codmn, tp, json.dumps(flags), json.dumps(extra)]
        for ph, codmn, tp, flags, extra in told
    ]
    write_rows(file, [["station", "time", "ph", "codmn", "tp", "flags", "extra"], *lines])
    assert load_history(database, file) == Imported(
        read=4, stored=1, known=1, rejected=0, conflict=2
    )
    [(ph, codmn_, tp_, extra_, flags_)] = rows(
        database.owner,
        "SELECT ph, permanganate_index_mgl, total_phosphorus_mgl, extra, flags FROM reading",
    )
    assert (ph, codmn_, tp_) == (7.0, 3.0, 0.1)
    assert extra_ == {"fe": 0.2, "mn": 0.1, "toc": 0.5, "no2n": 0.01}
    assert flags_ == {"ph": "D", "codmn": "D", "no2n": "D"}
    conflicts = rows(
        database.owner, "SELECT parameter, kept, refused FROM reading_conflict ORDER BY 1"
    )
    assert conflicts == [
        ("codmn", 3.0, 4.0), ("fe", 0.2, 0.3), ("mn", 0.1, 0.4), ("ph", 7.0, 7.5)
    ]  # fmt: skip
    again = load_history(database, file)
    assert (again.stored, again.known, again.conflict) == (0, 2, 2), "as often as it comes"
    assert rows(database.owner, "SELECT extra, flags FROM reading") == [(extra_, flags_)]


def test_rejected_rows_that_a_killed_run_wrote_and_did_not_note_stand_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(database.owner, "S-1")
    monkeypatch.setattr("data.archives.tables.CHUNK", 10)
    file = tmp_path / "history.csv"
    lines = [f"S-{1 + n % 2},{(NOON + timedelta(hours=n)).isoformat()},7" for n in range(30)]
    file.write_text("station,time,ph\n" + "\n".join(lines) + "\n")

    def break_off(done: int, _total: int | None) -> None:
        if done == 10:
            raise KeyboardInterrupt

    history = HistoryImport(database.ingest, file, clock=lambda: NOW)
    with pytest.raises(KeyboardInterrupt):
        history.run(break_off)
    with history.rejects_file.open("a", encoding="utf-8") as opened:
        opened.write("12,station,S-2,2026-05-01T00:00:00Z,\r\n14,stati")
    again = HistoryImport(database.ingest, file, clock=lambda: NOW).run()
    assert (again.stored, again.rejected) == (15, 15)
    with history.rejects_file.open(encoding="utf-8", newline="") as opened:
        rejected = list(csv.DictReader(opened))
    assert [int(row["row"]) % 2 for row in rejected] == [int(rejected[0]["row"]) % 2] * 15
    assert len({row["row"] for row in rejected}) == 15


def test_an_archive_comes_back_as_it_went(
    database: Database, shared_database: Database, tmp_path: Path
) -> None:
    fill_two_months(shared_database.owner)
    unload(shared_database.app, tmp_path)
    with shared_database.owner.connect() as connection:
        went = all_readings(connection)
    with shared_database.owner.begin() as connection:
        connection.exec_driver_sql("TRUNCATE reading")
    for month in (Month(2026, 4), Month(2026, 5), Month(2026, 6)):
        file = tmp_path / month.file_of(Kind.READINGS)
        count = pyarrow.parquet.read_metadata(file).num_rows
        assert load_history(shared_database, file) == Imported(count, count, 0, 0)
        assert load_history(shared_database, file) == Imported(count, 0, count, 0)
    with shared_database.owner.connect() as connection:
        assert all_readings(connection) == went
    assert one(shared_database.owner, "SELECT count(*) FROM reading_conflict") == 0
    assert one(shared_database.owner, "SELECT count(*) FROM latest_reading") == 6


def test_an_import_broken_off_goes_on_behind_the_last_chunk(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(database.owner, "S-1")
    monkeypatch.setattr("data.archives.tables.CHUNK", 10)
    file = tmp_path / "history.csv"
    lines = [f"S-1,{(NOON + timedelta(hours=n)).isoformat()},7" for n in range(35)]
    file.write_text("station,time,ph\n" + "\n".join([*lines, "S-9,2026-01-01T00:00:00Z,7"]) + "\n")

    def break_off(done: int, _total: int | None) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        HistoryImport(database.ingest, file, clock=lambda: NOW).run(break_off)
    assert one(database.owner, "SELECT count(*) FROM reading") == 20
    assert one(database.owner, "SELECT count(*) FROM latest_reading") == 0
    seen: list[int] = []
    again = HistoryImport(database.ingest, file, clock=lambda: NOW)
    assert again.run(lambda done, _total: seen.append(done)) == Imported(36, 35, 0, 1)
    assert seen == [30, 36]
    assert one(database.owner, "SELECT count(*) FROM reading_conflict") == 0
    assert one(database.owner, "SELECT observed_at FROM latest_reading") == NOON + timedelta(
        hours=34
    )
    assert {each.name for each in tmp_path.iterdir()} == {"history.csv", "history.csv.rejects.csv"}


def test_a_file_that_is_no_history_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    for text in ("station,when,ph\nS-1,2026-05-01T00:00:00Z,7\n", "station,time,ph,ph\n", "\n"):
        file.write_text(text)
        with pytest.raises(BadInput):
            load_history(database, file)
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["ingest"])
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")
    file.write_text("station,time,ph\nS-1,2026-05-01T00:00:00Z,7\n")
    assert main(["import", "readings", str(file), "--json"]) == 0
    assert '"stored": 1' in capsys.readouterr().out
    assert main(["import", "readings", str(file)]) == 0
    assert "1 rows: 0 stored, 1 already there, 0 rejected" in capsys.readouterr().err
    file.write_text("station,time,ph\nS-1,2026-05-01T00:00:00Z,7.5\n")
    assert main(["import", "readings", str(file)]) == 0
    assert "1 rows: 0 stored, 0 already there, 1 in conflict" in capsys.readouterr().err


def test_a_gbk_file_below_a_title_is_taken_in_with_blanks_around_codes(
    database: Database, tmp_path: Path
) -> None:
    register(database.owner, "S-1")
    file = tmp_path / "history.csv"
    file.write_bytes(
        "月报\n站点,时间,氨氮\nS-1 ,2026-05-01 08:00,0.025L\n\nS-2,x,1\n".encode("gbk")
    )
    assert load_history(database, file) == Imported(read=2, stored=1, known=0, rejected=1)
    rejects = file.with_name("history.csv.rejects.csv").read_text("utf-8").splitlines()
    assert rejects[1:] == ["3,station,S-2,x,站点=S-2"]
    assert load_history(database, file) == Imported(read=2, stored=0, known=1, rejected=1)
