"""Months that an older version moved out come back: by file, or by the table that was kept."""

import re
from pathlib import Path

import pyarrow.parquet
import pytest
from sqlalchemy import text

from data.archives.detachment import attach, detach
from data.archives.layout import Kind, Month
from data.archives.manifest import open_archive, part_of
from data.archives.spread import sums_here
from tests.made.database import Database
from tests.made.history.archive_rows import LATER, MAY, fill_two_months
from tests.made.readings.messages import one
from tests.running.folders import ROOT

MONTH = Month(2026, 5)
MIGRATION = ROOT / "data" / "migrations" / "versions" / "0010_values.sql"
HELD = "SELECT count(*) FROM reading WHERE below IS NOT NULL AND observed_at >= '2026-05-01'"


@pytest.fixture
def filled(database: Database) -> Database:
    """Two months of which nothing in May lies below a detection limit."""
    fill_two_months(database.owner)
    with database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE reading DISABLE TRIGGER reading_only_fills"))
        connection.execute(
            text("UPDATE reading SET below = NULL WHERE observed_at >= '2026-05-01'")
        )
        connection.execute(text("ALTER TABLE reading ENABLE TRIGGER reading_only_fills"))
    return database


def test_a_file_without_the_newest_column_comes_back(filled: Database, tmp_path: Path) -> None:
    moved = detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
    path = MONTH.file_of(Kind.READINGS)
    held = pyarrow.parquet.read_table(tmp_path / path, partitioning=None)
    pyarrow.parquet.write_table(held.drop_columns(["below"]), tmp_path / path)
    manifest = open_archive(tmp_path)
    manifest.parts[path] = part_of(tmp_path, path, Kind.READINGS.value, MONTH, held.num_rows)
    manifest.write(tmp_path)
    with filled.owner.begin() as connection:
        connection.execute(
            text("UPDATE detached_month SET sha256 = decode(:sha256, 'hex')"),
            {"sha256": manifest.parts[path].sha256},
        )
    detach(filled.owner, tmp_path, Month(2026, 4), LATER, drop=False)
    assert sums_here(tmp_path, MAY), "months with and without the column are added up together"
    assert attach(filled.owner, MONTH).row_count == moved.row_count
    assert one(filled.owner, HELD) == 0


def test_a_kept_table_gets_the_column_by_the_migration(filled: Database, tmp_path: Path) -> None:
    moved = detach(filled.owner, tmp_path, MONTH, LATER, drop=False)
    loop = re.search(r"DO \$\$.*?END \$\$;", MIGRATION.read_text("utf-8"), re.DOTALL)
    assert loop
    with filled.owner.begin() as connection:
        connection.execute(text(f"ALTER TABLE {MONTH.partition} DROP COLUMN below"))
        connection.exec_driver_sql(loop[0].replace("%", "%%"))
    assert attach(filled.owner, MONTH).row_count == moved.row_count
