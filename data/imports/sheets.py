"""Reads CSV and Excel workbooks as plain tables: the header found, every cell as text."""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from data.contents import refuse_binary, refuse_other_formats
from data.csv_rows import csv_rows, delimiter_of
from data.encodings import Decoded, decode_text, with_marks
from data.errors import BadInput
from data.imports.formats import (
    WHOLE_ROW,
    Table,
    check_cells,
    check_rows,
    damaged_cell,
    encoding_notes,
    unreadable_text,
)
from data.imports.outcome import Comment, comment
from data.imports.workbook_cells import FROM_1904
from data.imports.workbooks import Workbook

MOST_TITLE_LINES: Final = 20
"""The header is looked for among this many first lines."""

Rows = Sequence[tuple[int, list[str]]]
"""Lines with their number in the file, from 1."""


def read_csv(
    path: Path, content: bytes, encoding: str | None, titles: Collection[str] = ()
) -> Table:
    """Reads a CSV's records, parted by comma, semicolon or tab.

    A line with more cells than the header is a fault of that line; when no line fits, or the file
    isn't CSV at all, raises BadInput.
    """
    refuse_other_formats(path, content)
    found = decode_text(content, encoding)
    refuse_binary(path, found.text)
    if found.damaged and found.damaged == max(found.fields, 1):
        raise unreadable_text(path)
    return csv_table(path, found, titles)


def csv_table(path: Path, found: Decoded, titles: Collection[str] = ()) -> Table:
    """Returns the records of a CSV whose text is decoded. Raises BadInput as ``read_csv``."""
    delimiter = delimiter_of(found.text)
    rows = [*enumerate(csv_rows(found.text, delimiter, path), start=1)]
    return replace(_table(path, rows, titles, encoding_notes(found)), delimiter=delimiter)


def read_workbook(
    path: Path, inner: Path, layer: str | None, titles: Collection[str] = ()
) -> Table:
    """Reads one sheet of an Excel workbook: values of formulas, dates as dates, merged cells whole.

    Hidden sheets and further sheets aren't read, and that is noted. Raises BadInput.
    """
    with closing(Workbook(path, inner)) as book:
        sheet = _sheet(path, book, layer)
        lines, has_merged = book.read(sheet)
    notes = []
    if has_merged:
        notes.append(comment("Merged cells are read as if each held the value."))
    others = [name for name, _ in book.sheets if name != sheet]
    if others:
        notes.append(comment("Other sheets aren't read: {names}.", names=", ".join(others)))
    first, last = min(lines.cells, default=1), max(lines.cells, default=0)
    rows = [(number, lines.cells.get(number, [])) for number in range(first, last + 1)]
    table = _table(path, rows, titles, notes)
    index_of = {number: index for index, number in enumerate(table.numbers)}
    faults = dict(table.faults) | {
        (index_of[number], table.columns[place]): fault
        for (number, place), fault in lines.faults.items()
        if number in index_of and place < len(table.columns)
    }
    return replace(table, faults=faults, days_ahead=FROM_1904 if book.is_from_1904 else 0)


def _sheet(path: Path, book: Workbook, layer: str | None) -> str:
    """Returns the sheet to read: the one named, else the only visible one with anything in it."""
    shown = [name for name, is_hidden in book.sheets if not is_hidden]
    if layer is None and len(shown) > 1:
        filled = [name for name in shown if book.has_cells(name)]
        shown = filled if len(filled) == 1 else shown
    if layer is None and len(shown) != 1:
        raise BadInput(
            "{path} holds {count} sheets: {names}.",
            mend="Name one with --layer.",
            path=path,
            count=len(shown),
            names=", ".join(shown) or "-",
        )
    sheet = layer or shown[0]
    if sheet not in [name for name, _ in book.sheets]:
        raise BadInput(
            "{path} has no sheet {sheet}.",
            mend="It has {names}.",
            path=path,
            sheet=sheet,
            names=", ".join(name for name, _ in book.sheets),
        )
    return sheet


def _table(path: Path, rows: Rows, titles: Collection[str], notes: Sequence[Comment]) -> Table:
    """Returns the lines below the header as records."""
    place = find_header([row for _, row in rows[:MOST_TITLE_LINES]], titles)
    said = list(notes)
    columns = [with_marks(title).strip() for title in rows[place][1]] if rows else []
    while columns and not columns[-1]:
        columns.pop()
    named = [title for title in columns if title]
    if not named:
        raise BadInput("The first line of {path} must name every column once.", path=path)
    if twice := [title for title, count in Counter(named).items() if count > 1]:
        raise BadInput(
            "The header of {path} must name every column once: {columns} stands there again.",
            path=path,
            columns=", ".join(twice),
        )
    columns = [title or f"#{number}" for number, title in enumerate(columns, start=1)]
    if place:
        said.append(
            comment(
                "The header is line {line}; what stands above it isn't read.", line=rows[place][0]
            )
        )
    body = rows[place + 1 :]
    check_rows(path, len(body))
    check_cells(path, len(body), len(columns))
    records, numbers, faults = [], [], {}
    for index, (number, row) in enumerate(body):
        cells = [cell.strip() for cell in row]
        if any(cells[len(columns) :]):
            faults[index, WHOLE_ROW] = BadInput(
                "Line {row} of {path} has {count} cells, the first line has {expected}.",
                row=number, path=path, count=len(cells), expected=len(columns),
            )  # fmt: skip
        cells += [""] * (len(columns) - len(cells))
        record = dict(zip(columns, cells, strict=False))
        faults |= {
            (index, title): fault for title, cell in record.items() if (fault := damaged_cell(cell))
        }
        records.append(record)
        numbers.append(number)
    ragged = [fault for (_, column), fault in faults.items() if column == WHOLE_ROW]
    if ragged and len(ragged) == sum(any(row) for _, row in body):
        raise ragged[0]
    return Table(tuple(columns), records, None, None, numbers, faults, said)


def find_header(rows: Sequence[Sequence[str]], titles: Collection[str]) -> int:
    """Returns the index of the line that names the columns: the one with the most known titles.

    Without any known title it is the first line.
    """
    known = {title.lower() for title in titles}
    counts = [sum(cell.strip().lower() in known for cell in row) for row in rows]
    best = max(counts, default=0)
    return counts.index(best) if best else 0
