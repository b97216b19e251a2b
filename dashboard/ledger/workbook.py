"""The ledger as a table for a spreadsheet: its headings, its rows, what it was asked for."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

import xlsxwriter

from dashboard.ledger.line_words import (
    actor_words,
    deadline_words,
    division_words,
    group_of,
    light_word,
    state_word,
    where_words,
)
from dashboard.ledger.words import category_word, done_word, group_word, severity_word, source_word
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.queries.ledger.problems import ProblemRow

MOST_LETTERS: Final = 32_000
"""A cell of a sheet holds 32,767 characters."""


def headings() -> list[tuple[str, int]]:
    """The columns' names and their widths in characters."""
    return [
        (_("Number"), 20),
        (_("Where it is"), 24),
        (_("Town"), 12),
        (_("Group"), 12),
        (_("Category"), 18),
        (_("Description"), 48),
        (_("Severity"), 10),
        (_("Status"), 10),
        (_("Deadline light"), 8),
        (_("Due at (Beijing)"), 18),
        (_("Deadline"), 16),
        (_("Extensions"), 8),
        (_("Responsible unit"), 22),
        (_("Requirement"), 32),
        (_("Where it came from"), 14),
        (_("Its number there"), 18),
        (_("Registered at (Beijing)"), 18),
        (_("Last step"), 32),
        (_("Last step at (Beijing)"), 18),
        (_("Longitude (CGCS2000)"), 14),
        (_("Latitude (CGCS2000)"), 14),
    ]


def cells(row: ProblemRow, now: UtcDatetime) -> list[str]:
    """The row's cells, every one of them text."""
    return [
        row.number,
        where_words(row.where),
        division_words(row.where),
        group_word(group_of(row.category)),
        category_word(row.category),
        row.description,
        severity_word(row.severity),
        state_word(row.status, is_returned=row.is_returned),
        light_word(row.light),
        local_time(row.due_at),
        deadline_words(row.due_at, row.light, now),
        str(row.extension_count),
        row.unit or "",
        row.requirement,
        source_word(row.source),
        row.source_ref,
        local_time(row.registered_at),
        f"{actor_words(row.last_actor)} {done_word(row.last_action)}",
        local_time(row.last_at),
        f"{row.lon:.6f}",
        f"{row.lat:.6f}",
    ]


def local_time(moment: UtcDatetime | None) -> str:
    """The time in the business zone to the minute, nothing for none."""
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" if moment else ""


def workbook(
    rows: Sequence[ProblemRow], now: UtcDatetime, notes: Sequence[tuple[str, str]]
) -> bytes:
    """An xlsx file of the rows and a sheet of notes; no cell is a formula, a link or a number."""
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    bold = book.add_format({"bold": True, "num_format": "@"})
    plain = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(_("Problem ledger"))
    sheet.freeze_panes(1, 1)
    for column, (name, width) in enumerate(headings()):
        sheet.set_column(column, column, width, plain)
        sheet.write_string(0, column, name, bold)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(cells(row, now)):
            sheet.write_string(line, column, value[:MOST_LETTERS], plain)
    sheet.autofilter(0, 0, max(1, len(rows)), len(headings()) - 1)
    told = book.add_worksheet(_("Notes"))
    told.set_column(0, 0, 24, bold)
    told.set_column(1, 1, 80, plain)
    for line, (name, value) in enumerate(notes):
        told.write_string(line, 0, name, bold)
        told.write_string(line, 1, value[:MOST_LETTERS], plain)
    book.close()
    return file.getvalue()
