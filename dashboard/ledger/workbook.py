"""The ledger as a table for a spreadsheet: its headings, its rows, what it was asked for."""

from collections.abc import Sequence

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
from dashboard.parts.workbook import Column, Sheet, local_time, workbook
from data.clock import UtcDatetime
from data.queries.ledger.problems import ProblemRow


def headings() -> list[Column]:
    """Returns the columns of the ledger's xlsx sheet."""
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
    """Returns a problem's cells in the xlsx sheet, all of them text."""
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


def ledger_book(
    rows: Sequence[ProblemRow], now: UtcDatetime, notes: Sequence[tuple[str, str]]
) -> bytes:
    """Returns an xlsx file with a sheet of the problems and a sheet of notes; cells are text."""
    listed = [cells(row, now) for row in rows]
    return workbook(
        [
            Sheet(_("Problem ledger"), headings(), listed, is_list=True),
            Sheet(_("Notes"), [("", 24), ("", 80)], notes, is_headed=False),
        ],
        text_only=True,
    )
