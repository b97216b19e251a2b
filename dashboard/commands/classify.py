"""The classify command: a table of values in, the same table with its water classes out."""

import argparse
import csv
import io
import math
import sys
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from dashboard.parts.wording import _
from data.encodings import decode_text
from data.errors import BadInput, NotFound
from data.vocabulary import BodyKind, Parameter, WaterClass
from data.whole_files import write_whole

MISSING = frozenset({"", "--", "*"})
GRADED = tuple(Parameter)[: tuple(Parameter).index(Parameter.FAECAL_COLIFORM) + 1]
"""Columns whose numbers are checked: table 1 of the standard, whether they decide or not."""
ADDED = ("class", "deciding")
MOST_TITLE_LINES = 20
"""The header is looked for among this many first lines."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text read from a file, and the file's form (byte order mark, line ends).

    ``first_row`` is the number in the file of the row below the header.
    """

    header: list[str]
    rows: list[list[str]]
    has_bom: bool
    newline: str
    first_row: int = 2


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``classify`` to the command line."""
    parser = subparsers.add_parser(
        "classify",
        help=_("add water classes to a CSV table"),
        description=_(
            "Adds the columns class and deciding to a CSV table with a column body (river or lake) "
            "and columns named by parameter keys (ph, do, codmn, nh3n, tp …)."
        ),
    )
    parser.add_argument(
        "--in",
        dest="source",
        required=True,
        metavar="FILE",
        help=_("the table to read, - for stdin"),
    )
    parser.add_argument(
        "--out",
        dest="target",
        required=True,
        metavar="FILE",
        help=_("the table to write, - for stdout"),
    )
    parser.add_argument(
        "--round",
        dest="rounding",
        action="store_true",
        help=_("round values first, as for means"),
    )
    parser.add_argument(
        "--required",
        default="",
        metavar="KEYS",
        help=_("comma-separated keys without which a row has no class"),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the table with each row's water-quality class and deciding parameters; returns 0.

    Raises BadInput or NotFound, and then nothing is written.
    """
    sheet = _workbook(args.source) if _is_workbook(args.source) else _parse(_read(args.source))
    required = _required(args.required)
    added = _classify(sheet, required, rounding=args.rounding)
    _write(args.target, _render(sheet, added))
    return 0


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise NotFound(
            "{path} can't be read: {reason}.", path=source, reason=error.strerror
        ) from error


def _is_workbook(source: str) -> bool:
    return Path(source).suffix.lower() in (".xlsx", ".xlsm")


def _workbook(source: str) -> Sheet:
    """Reads the visible sheet of an Excel workbook; lines of title above its header are left out.

    The table is written as CSV. Raises BadInput.
    """
    from data.imports.files import read_table

    table = read_table(Path(source), titles=("body", *GRADED))
    rows = [[record[title] for title in table.columns] for record in table.records]
    first = table.numbers[0] if table.numbers else 2
    return Sheet(list(table.columns), rows, True, "\n", first)


def _parse(content: bytes) -> Sheet:
    text = _decode(content)
    first_break = text.find("\n")
    newline = "\r\n" if first_break > 0 and text[first_break - 1] == "\r" else "\n"
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadInput("The table isn't CSV: {reason}.", reason=error) from error
    if not lines or not lines[0]:
        raise BadInput("The table is empty: its first row must name the columns.")
    above = len(lines) - len(lines := _below_titles(lines))
    for number, row in enumerate(lines[1:], start=2 + above):
        if row and len(row) != len(lines[0]):
            raise BadInput(
                "Row {row} has {count} cells, the header has {expected}.",
                row=number,
                count=len(row),
                expected=len(lines[0]),
            )
    return Sheet(lines[0], lines[1:], content.startswith(BOM_UTF8), newline, 2 + above)


def _below_titles(lines: list[list[str]]) -> list[list[str]]:
    """Returns the lines from the header on: the first of the leading lines that has ``body``."""
    for number, line in enumerate(lines[:MOST_TITLE_LINES]):
        if "body" in map(str.strip, line):
            return lines[number:]
    return lines


def _decode(content: bytes) -> str:
    """Returns the text, UTF-8 or GBK as most of its fields are. Raises BadInput if one is neither.

    A wrong guess would garble every name of the table that is written.
    """
    found = decode_text(content)
    if found.damaged:
        raise BadInput("The table is neither UTF-8 nor GBK text.", mend="Save it as CSV in UTF-8.")
    return found.text


def _required(keys: str) -> tuple[Parameter, ...]:
    from data.quality.classes import EVALUATED

    named = [key.strip() for key in keys.split(",") if key.strip()]
    for key in named:
        if key not in EVALUATED:
            raise BadInput(
                "{key} can't be required: it never decides a class.",
                mend="Choose from {keys}.",
                key=key,
                keys=", ".join(EVALUATED),
            )
    return tuple(Parameter(key) for key in named)


def _columns(sheet: Sheet) -> dict[str, int]:
    """Returns the position, in the sheet, of each column that the classification reads."""
    places: dict[str, int] = {}
    for place, title in enumerate(sheet.header):
        name = title.strip()
        if name in ADDED:
            raise BadInput(
                "The table already has a column {column}.",
                mend="Rename or remove it.",
                column=name,
            )
        if name == "body" or name in GRADED:
            if name in places:
                raise BadInput("The column {column} is there twice.", column=name)
            places[name] = place
    if "body" not in places:
        raise BadInput("The column body (river or lake) is missing.")
    if len(places) == 1:
        raise BadInput(
            "No column is named by a parameter key.",
            mend="Name columns by {keys}, ...",
            keys="ph, do, codmn, nh3n, tp",
        )
    return places


def _classify(
    sheet: Sheet, required: tuple[Parameter, ...], *, rounding: bool
) -> list[tuple[str, str]]:
    """Returns each row's water-quality class and deciding parameters, "" in rows without values."""
    import numpy as np

    from data.quality.columns import grade_columns

    places = _columns(sheet)
    body = places.pop("body")
    rows = [
        (n, row)
        for n, row in enumerate(sheet.rows, start=sheet.first_row)
        if any(map(str.strip, row))
    ]
    is_lake = np.array([_is_lake(row[body], n) for n, row in rows], dtype=bool)
    values = {
        Parameter(key): np.array([_number(row[place], n, key) for n, row in rows], dtype=float)
        for key, place in places.items()
    }
    graded = grade_columns(values, is_lake, required=required, rounding=rounding)
    numerals = ["", *(water_class.numeral for water_class in WaterClass)]
    added = [("", "")] * len(sheet.rows)
    for (n, _row), number, parameters in zip(rows, graded.classes, graded.deciding, strict=True):
        added[n - sheet.first_row] = numerals[number], ";".join(parameters)
    return added


def _is_lake(cell: str, row: int) -> bool:
    name = cell.strip()
    if name not in tuple(BodyKind):
        raise BadInput(
            "Row {row}, column body: {cell} is neither river nor lake.", row=row, cell=repr(cell)
        )
    return name == BodyKind.LAKE


def _number(cell: str, row: int, column: str) -> float:
    text = cell.strip()
    if text in MISSING:
        return math.nan
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (number < 0 and column != Parameter.WATER_TEMPERATURE):
        raise BadInput(
            "Row {row}, column {column}: {cell} is not a number that can be graded.",
            mend="Correct it, or leave the cell empty.",
            row=row,
            column=column,
            cell=repr(cell),
        )
    return number


def _render(sheet: Sheet, added: list[tuple[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=sheet.newline)
    writer.writerow([*sheet.header, *ADDED])
    writer.writerows(
        [*row, *cells] if row else [] for row, cells in zip(sheet.rows, added, strict=True)
    )
    return (BOM_UTF8 if sheet.has_bom else b"") + text.getvalue().encode()


def _write(target: str, content: bytes) -> None:
    """Writes the content to standard output (``-``) or to a file, never half a file."""
    if target == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_whole(Path(target), content)
