"""Workbooks for a spreadsheet: sheets of text, numbers and dates, never a formula or a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

import xlsxwriter
from starlette.responses import Response

from dashboard.parts.wording import _
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
TEXT, WHOLE, MINUTE, DAY = "@", "0", "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
"""Formats of a column; in one of ``TEXT`` what is typed into the file later is text, too."""

A4: Final = 9
WRAPPED: Final = 24
"""Characters from which on a column's texts are broken into lines."""

Cell = str | int | float | datetime | date | None
"""A moment is written in Beijing time."""


class Column(NamedTuple):
    """A heading, the column's width in characters and the format of its cells."""

    head: str
    width: int
    form: str = TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: a title, then rows below a line of headings that stays in view.

    ``is_headed`` False: neither title nor headings, the first column names the value in the second.
    ``is_list``: the first column stays in view too, and each column can be filtered.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    is_headed: bool = True
    is_list: bool = False


class Formats:
    """The formats of a workbook's cells, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, object], ...], Any] = {}

    def of(self, form: str, **more: object) -> Any:
        """Returns the format of cells written so, with xlsxwriter's further properties."""
        facts: Mapping[str, object] = {"num_format": form, "valign": "top", **more}
        key = tuple(sorted(facts.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(dict(facts))
        return self.made[key]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Returns the sheets as an xlsx file; a string is text, never a formula.

    A text longer than ``MOST_LETTERS`` is cut. Printed, a sheet is as wide as one page.
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        formats = Formats(book)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            _set_print(page, is_wide=sheet.is_headed)
            _write(page, sheet, formats)
    return file.getvalue()


def _set_print(page: Any, *, is_wide: bool) -> None:
    page.set_paper(A4)
    if is_wide:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.hide_gridlines(0)
    page.set_footer("&C" + _("Page {n} of {count}").format(n="&P", count="&N"))


def _write(page: Any, sheet: Sheet, formats: Formats) -> None:
    above = (1 if sheet.title else 0) + 1 if sheet.is_headed else 0
    last = len(sheet.columns) - 1
    if sheet.is_headed:
        _write_headings(page, sheet, formats, above - 1)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width, _format(sheet, formats, at, None))
    for line, cells in enumerate(sheet.rows, above):
        for at, cell in enumerate(cells):
            _write_cell(page, line, at, cell, _format(sheet, formats, at, cell))
    if sheet.is_list:
        page.autofilter(above - 1, 0, max(above, above - 1 + len(sheet.rows)), last)


def _write_headings(page: Any, sheet: Sheet, formats: Formats, line: int) -> None:
    last = len(sheet.columns) - 1
    if sheet.title:
        big = formats.of(TEXT, bold=True, font_size=14, align="center")
        page.set_row(0, 24)
        if last:
            page.merge_range(0, 0, 0, last, "", big)
        page.write_string(0, 0, sheet.title, big)
    for at, column in enumerate(sheet.columns):
        page.write_string(line, at, column.head, formats.of(TEXT, bold=True, text_wrap=True))
    page.freeze_panes(line + 1, int(sheet.is_list))
    page.repeat_rows(0, line)


def _format(sheet: Sheet, formats: Formats, at: int, cell: Cell) -> Any:
    """Returns the column's format; moments and numbers in a column of text have their own."""
    column = sheet.columns[at]
    form = column.form
    if form == TEXT and cell is not None and not isinstance(cell, str):
        form = MINUTE if isinstance(cell, datetime) else DAY if isinstance(cell, date) else ""
    more: dict[str, object] = {"align": "left"} if not sheet.is_headed else {}
    if column.width >= WRAPPED:
        more["text_wrap"] = True
    if not at and not sheet.is_headed:
        more["bold"] = True
    return formats.of(form or "General", **more)


def _write_cell(page: Any, line: int, at: int, cell: Cell, form: Any) -> None:
    if isinstance(cell, str):
        page.write_string(line, at, cell[:MOST_LETTERS], form)
    elif isinstance(cell, datetime):
        page.write_datetime(line, at, cell.astimezone(BUSINESS_ZONE).replace(tzinfo=None), form)
    elif isinstance(cell, date):
        page.write_datetime(line, at, cell, form)
    elif cell is not None:
        page.write_number(line, at, cell, form)


def title_of(name: str, area: str, now: UtcDatetime) -> str:
    """Returns a sheet's title: the area's name, what the sheet holds and as of when."""
    named = _("{name}, {area}").format(name=name, area=area) if area else name
    return _("{title} (as of {at})").format(title=named, at=local_time(now))


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
