"""Workbooks for a spreadsheet: sheets of text and numbers, never a formula or a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from starlette.responses import Response

from data.clock import BUSINESS_ZONE, UtcDatetime

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_LETTERS: Final = 32_000
"""A cell of a sheet holds 32,767 characters."""

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}

Cell = str | int | float | None
Column = tuple[str, int]
"""A heading and the column's width in characters."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: rows below a line of headings that stays in view.

    ``is_headed`` False: no headings, the first column names the value in the second.
    ``is_list``: the first column stays in view too, and each column can be filtered.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    is_headed: bool = True
    is_list: bool = False


def workbook(sheets: Sequence[Sheet], *, text_only: bool = False) -> bytes:
    """Returns the sheets as an xlsx file; a string is text, never a formula.

    With ``text_only`` a spreadsheet takes what is typed into the file for text, too. A text longer
    than ``MOST_LETTERS`` is cut.
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        kind = {"num_format": "@"} if text_only else {}
        bold = book.add_format({"bold": True, **kind})
        plain = book.add_format(kind) if text_only else None
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, bold, plain)
    return file.getvalue()


def _write(page: Any, sheet: Sheet, bold: Any, plain: Any) -> None:
    first = plain if sheet.is_headed else bold
    if sheet.is_headed:
        page.freeze_panes(1, int(sheet.is_list))
    for at, (head, width) in enumerate(sheet.columns):
        page.set_column(at, at, width, plain if at else first)
        if sheet.is_headed:
            page.write_string(0, at, head, bold)
    for line, cells in enumerate(sheet.rows, int(sheet.is_headed)):
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(line, at, cell[:MOST_LETTERS], plain if at else first)
            elif cell is not None:
                page.write_number(line, at, cell)
    if sheet.is_list:
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)


def local_time(moment: UtcDatetime | None) -> str:
    """Returns the moment in Beijing time to the minute, empty text for None."""
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" if moment else ""


def xlsx_answer(made: bytes, name: str) -> Response:
    """Returns the HTTP answer with which a browser saves the xlsx file under that name."""
    return Response(
        made,
        media_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.xlsx"',
            "Cache-Control": "private, no-store",
        },
    )
