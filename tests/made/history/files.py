"""Histories in files: written as a spreadsheet would, loaded, and what of them was rejected."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from data.clock import UtcDatetime
from ingest.history.importing import HistoryImport, Imported
from tests.made.database import Database
from tests.made.history.archive_rows import LATER


def write_rows(file: Path, rows: Iterable[Sequence[object]]) -> None:
    """Writes a CSV file, the first row its header."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(rows)


def load_history(database: Database, file: Path, now: UtcDatetime = LATER) -> Imported:
    """Loads the file as ``import readings`` would at that moment."""
    return HistoryImport(database.ingest, file, clock=lambda: now).run()


def rejected(file: Path) -> list[tuple[int, str, str]]:
    """Row, reason and detail of each line in the file's own file of rejected rows."""
    rejects = file.with_name(f"{file.name}.rejects.csv")
    with rejects.open(encoding="utf-8", newline="") as opened:
        return [(int(row["row"]), row["reason"], row["detail"]) for row in csv.DictReader(opened)]
