"""The commands that write an archive and tell a month from it, as a person runs them."""

import csv
from pathlib import Path

import pytest

from dashboard.cli import main
from tests.made.database import Database
from tests.made.history.archive_rows import fill_two_months, fleeting_files
from tests.made.readings.messages import one

__all__ = ["fleeting_files"]


@pytest.fixture
def filled(shared_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", shared_database.urls["app"])
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")
    if not one(shared_database.owner, "SELECT EXISTS (SELECT FROM reading)"):
        fill_two_months(shared_database.owner)
    return shared_database


def test_a_month_is_told_alike_from_files_and_from_the_database(
    filled: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "archive")
    assert main(["export", "readings", "--to", folder]) == 0
    assert "readings of 3 months" in capsys.readouterr().err
    tables = tmp_path / "may.csv"
    assert main(["evaluate", "--month", "2026-05", "--from", folder, "--csv", str(tables)]) == 0
    from_files = capsys.readouterr().out.splitlines()
    assert main(["evaluate", "--month", "2026-05"]) == 0
    from_database = capsys.readouterr().out.splitlines()
    assert from_files == [*from_database, str(tables), str(tmp_path / "may_waters.csv")]
    assert from_database[0] == "2026-05-01 00:00 to 2026-06-01 00:00"
    assert any("QH-03" in line and "no class: 4 of 5" in line for line in from_database)
    with tables.open(encoding="utf-8-sig") as opened:
        rows = {row["station"]: row for row in csv.DictReader(opened)}
    assert rows["QH-03"]["state"] == "partial"
    assert rows["QH-01"]["state"] == "graded"
    assert 0 < float(rows["QH-01"]["ph_valid_share"]) < 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--month", "May"], "no month"),
        (["--month", "2999-01"], "not begun"),
        (["--month", "2026-05", "--from", "nowhere"], "no archive"),
        (["--month", "2026-05", "--scheduler", "tcp://127.0.0.1:9"], "needs an archive"),
        (["--month", "2026-05", "--as-of", "2026-05-09T00:00:00"], "no offset"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(
    filled: Database, given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *given]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
