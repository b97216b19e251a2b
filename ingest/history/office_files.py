"""Turns readings as offices and laboratories keep them into the plain CSV that an import streams.

A workbook, GBK or UTF-16 text, semicolons, lines of title, Chinese titles: such a file is read
whole, within the bounds of every imported file, and written as UTF-8 with our column names. What is
plain already stays where it is.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from data.archives.cells import is_day_number
from data.archives.tables import (
    MOMENTS,
    PLACE,
    TEXTS,
    Chunk,
    Misshapen,
    has_our_columns,
    is_parquet,
    names_in,
    no_readings,
)
from data.errors import BadInput, NotFound
from data.imports.outcome import Comment, comment
from data.plain_numbers import with_points
from ingest.history.titles import match_titles, names_by_title

if TYPE_CHECKING:
    from data.imports.formats import Table

_BLOCK: Final = 16 << 20
_MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Plain:
    """A file that can be streamed, what was understood of the one it was made of, and its rows.

    ``numbers`` are the original's numbers of the rows, from 1 below its header; empty where nothing
    had to be turned. ``misshapen`` rows have too many cells and aren't among them. ``titles`` are
    the original's titles of our columns.
    """

    file: Path
    notes: Sequence[Comment] = ()
    numbers: Sequence[int] = ()
    misshapen: Sequence[Misshapen] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def titled(self, chunk: Chunk) -> Chunk:
        """Returns a chunk of this file with the original's titles."""
        titles = {name: self.titles.get(title, title) for name, title in chunk.titles.items()}
        return replace(chunk, titles=titles)

    def number_of(self, row: int) -> int:
        """Returns the number in the original file of a row of this one."""
        return self.numbers[row - 1] if self.numbers else row


@contextmanager
def plain_file(
    file: Path, *, layer: str | None = None, encoding: str | None = None
) -> Iterator[Plain]:
    """Yields the file itself if it is Parquet or plain CSV, else a temporary CSV made of it.

    Raises NotFound for no file, BadInput for one that is no table of readings.
    """
    if not file.is_file():
        raise NotFound("There is no file {file}.", file=str(file))
    if is_parquet(file) or (encoding is None and _is_plain(file)):
        yield Plain(file)
        return
    with TemporaryDirectory(prefix="onemap-readings-") as folder:
        yield _turned(table_of(file, layer, encoding), file, Path(folder) / "readings.csv")


def _is_plain(file: Path) -> bool:
    """Returns whether a file is CSV in UTF-8 throughout whose first line has our columns."""
    with file.open("rb") as opened:
        if not has_our_columns(names_in(opened.readline(_BLOCK).decode("utf-8-sig", "replace"))):
            return False
        opened.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := opened.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def table_of(file: Path, layer: str | None = None, encoding: str | None = None) -> "Table":
    """Reads a table of readings as an office keeps it, its header found. Raises BadInput."""
    from data.imports.files import TABLES, read_table
    from data.imports.formats import check_bytes
    from data.imports.sheets import read_csv

    titles = names_by_title().keys()
    if file.suffix.lower() in (*TABLES, ".zip"):
        return read_table(file, layer=layer, encoding=encoding, titles=titles)
    if not (size := file.stat().st_size):
        raise BadInput("{path} is empty.", path=file)
    check_bytes(file, size)
    return read_csv(file, file.read_bytes(), encoding, titles)


def _turned(table: "Table", file: Path, target: Path) -> Plain:
    """Writes the table's known columns as CSV; returns it with what was understood."""
    from data.imports.formats import decimal_commas_note

    columns, _unknown = match_titles(table.columns)
    has_values = any(name == "extra" or name not in (*TEXTS, *PLACE) for name in columns)
    if not (has_values and has_our_columns(list(columns))):
        raise no_readings(table.columns)
    ragged = {index for index, column in table.faults if not column}
    header = table.numbers[0] - 1 if table.numbers else 0
    numeric = [title for name, title in columns.items() if name not in TEXTS]
    has_commas = table.has_decimal_commas(numeric)
    numbers, misshapen = [], []
    with target.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(columns)
        for index, (number, record) in enumerate(zip(table.numbers, table.records, strict=True)):
            if index in ragged:
                text = ",".join(record.values())[:_MOST_SHOWN]
                misshapen.append(Misshapen(number - header, text))
            elif any(record.values()):
                cells = _cells(table, record, columns, numeric if has_commas else ())
                writer.writerow(cells)
                numbers.append(number - header)
    notes = [*table.notes, *([decimal_commas_note()] if has_commas else [])]
    notes += column_notes(table.columns, columns)
    return Plain(target, notes, numbers, misshapen, columns)


def column_notes(titles: Sequence[str], columns: Mapping[str, str]) -> list[Comment]:
    """Returns what is said of a table's titles: which name our ``columns``, which aren't read."""
    read = ", ".join(f"{title} = {name}" for name, title in columns.items() if title != name)
    left = ", ".join(title for title in titles if title not in columns.values())
    notes = []
    if read:
        notes.append(comment("Columns are read as: {columns}.", columns=read))
    if left:
        notes.append(comment("Columns that aren't read: {columns}.", columns=left))
    return notes


def _cells(
    table: "Table", record: Mapping[str, str], columns: Mapping[str, str], commas: Sequence[str]
) -> list[str]:
    """Returns a row's cells: decimal points in the columns with ``commas``, days from 1900."""
    cells = []
    for name, title in columns.items():
        cell = with_points(record[title]) if title in commas else record[title]
        if table.days_ahead and name in MOMENTS and is_day_number(cell):
            cell = str(float(cell) + table.days_ahead)
        cells.append(cell)
    return cells
