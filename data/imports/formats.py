"""The table that every format is read as, its limits, and what is said of files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.encodings import DAMAGED, UTF8, Decoded, can_be_kept
from data.errors import BadInput
from data.imports.outcome import Comment, comment
from data.placing.shapes import unusable
from data.plain_numbers import has_decimal_commas

MAX_BYTES: Final = 500_000_000
MAX_ROWS: Final = 500_000
MAX_CELLS: Final = 50_000_000
"""Rows times columns: short lines below a header of thousands of titles are as many cells."""
MOST_NESTED: Final = 32
"""WKT nested deeper than this is none that a program writes; GEOS has no bound of its own."""

WHOLE_ROW: Final = ""
"""In place of a column: the fault is the row's, not one cell's."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's records: columns of unparsed text, and geometries where the format has them.

    ``numbers`` are what people see beside each record: 2 is the first below a header. ``crs`` is
    what the file itself declares, None where it doesn't. ``faults`` say why a cell (record, column)
    or a geometry (record, ``WHOLE_ROW``) can't be used; ``notes`` what was guessed or left out.
    ``delimiter`` is the sign that parts the cells of a CSV.
    ``days_ahead`` is added to numbers of days: 1462 where a workbook counts them from 1904.
    """

    columns: tuple[str, ...]
    records: list[dict[str, str]]
    geometries: list[BaseGeometry | None] | None
    crs: str | None
    numbers: Sequence[int]
    faults: Mapping[tuple[int, str], BadInput] = field(default_factory=dict)
    notes: Sequence[Comment] = ()
    delimiter: str = ""
    days_ahead: int = 0

    def has_decimal_commas(self, columns: Collection[str]) -> bool:
        """Returns whether the numbers in these columns are written as ``7,2``."""
        cells = (record[title] for record in self.records for title in columns)
        return has_decimal_commas(cells, self.delimiter)


def decimal_commas_note() -> Comment:
    """Returns what is said of a table whose numbers have decimal commas."""
    return comment("Commas in its numbers are read as decimal points: 7,2 is 7.2.")


def check_bytes(path: Path, size: int) -> None:
    """Raises BadInput when a file, or a part of a packed one, is larger than is read."""
    if size > MAX_BYTES:
        raise BadInput(
            "{path} is too large: {size} MB, at most {most} MB are read.",
            mend="Split it.",
            path=path,
            size=size // 1_000_000,
            most=MAX_BYTES // 1_000_000,
        )


def check_rows(path: Path, count: int) -> None:
    """Raises BadInput when a file has more records than are read."""
    if count > MAX_ROWS:
        raise BadInput(
            "{path} holds {count} features, at most {most} are read.",
            mend="Split it.",
            path=path,
            count=count,
            most=MAX_ROWS,
        )


def check_cells(path: Path, rows: int, columns: int) -> None:
    """Raises BadInput when a table has more cells than are read, empty ones too."""
    if rows * columns > MAX_CELLS:
        raise BadInput(
            "{path} holds {rows} rows of {columns} columns: too many cells.",
            mend="Remove the columns that aren't needed, or split it.",
            path=path,
            rows=rows,
            columns=columns,
        )


def unreadable_text(path: Path) -> BadInput:
    """Returns the error for text of which no field is UTF-8 or GBK."""
    return BadInput(
        "The text of {path} is neither UTF-8 nor GBK.",
        mend="Name its encoding with --encoding.",
        path=path,
    )


def damaged_cell(text: str) -> BadInput | None:
    """Returns the fault of a cell's text that can't be kept; None for any other.

    It holds bytes that aren't of the file's encoding, a zero byte or half of a surrogate pair.
    """
    if not can_be_kept(text):
        return BadInput(
            "Its text holds a sign that can't be kept: a NUL, or half of a character.",
            mend="Remove it from the cell.",
        )
    if DAMAGED not in text:
        return None
    return BadInput(
        "Its text is damaged: some bytes are no text in the file's encoding.",
        mend="Correct the cell, or name the file's encoding with --encoding.",
    )


def encoding_notes(found: Decoded, stated: str = "") -> list[Comment]:
    """Returns what is said of a guessed encoding; ``stated`` is what the file says by itself.

    Text that is UTF-8 throughout is no guess.
    """
    notes = []
    is_plain = found.encoding == UTF8 and not (found.cut or found.damaged)
    if found.is_guess and found.fields and not (is_plain and stated in ("", UTF8)):
        notes.append(
            comment(
                "The text is read as {encoding} ({fields} fields that aren't ASCII; guessed).",
                encoding=found.encoding,
                fields=found.fields,
            )
        )
        if stated and stated != found.encoding:
            notes.append(
                comment(
                    "The file says its text is {stated}; its bytes are {encoding}.",
                    stated=stated,
                    encoding=found.encoding,
                )
            )
    if found.cut:
        notes.append(
            comment(
                "{count} texts end inside a character: that character is left out.",
                count=found.cut,
            )
        )
    return notes


def geometry_of_wkt(text: str) -> BaseGeometry | None:
    """Parses a cell of WKT; None for an empty cell. Raises BadInput if it isn't WKT."""
    if not text:
        return None
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    try:
        if deepest > MOST_NESTED:
            raise ValueError(deepest)
        with np.errstate(invalid="ignore"):
            return shapely.from_wkt(text)
    except NotImplementedError as error:
        raise unusable(error) from error
    except (shapely.errors.ShapelyError, ValueError) as error:
        raise BadInput("{value} isn't WKT.", value=repr(text[:40])) from error
