"""Reads CSV text as rows of cells, of any length, and knows what parts the cells."""

import csv
import io
import re
from typing import Final

from data.errors import BadInput

_HEAD: Final = 65_536
_HEAD_LINES: Final = 20


def delimiter_of(text: str) -> str:
    """Returns what parts the cells of a CSV text: the most frequent sign of its first lines."""
    start = text[:_HEAD]
    head = "\n".join(re.split(r"\r\n|\n|\r", start, maxsplit=_HEAD_LINES)[:-1])
    return max(",;\t", key=(head or start).count)


def csv_rows(text: str, delimiter: str, name: object) -> list[list[str]]:
    """Returns the cells of each row; ``name`` is what the file is called in errors.

    Raises BadInput that names the line where a quotation mark makes no sense.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    begun = 1
    try:
        for row in reader:
            rows.append(row)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            "{path} isn't CSV in line {line}: a quotation mark isn't closed, or more follows it.",
            mend="Double the quotation marks inside a cell.",
            path=name,
            line=begun,
        ) from error
    return rows
