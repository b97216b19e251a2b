"""The ledger as a table for a spreadsheet: its headings, its rows, what it was asked for."""

from collections.abc import Mapping, Sequence

from dashboard.ledger import filters, tabs
from dashboard.ledger.line_words import (
    actor_words,
    deadline_words,
    division_words,
    group_of,
    light_word,
    reference_words,
    state_word,
    where_words,
)
from dashboard.ledger.words import category_word, done_word, group_word, severity_word, source_word
from dashboard.parts.measures import own_name
from dashboard.parts.wording import _, language
from dashboard.parts.workbook import DAY, MINUTE, WHOLE, Cell, Column, Sheet, title_of, workbook
from data.clock import UtcDatetime
from data.queries.ledger.choices import Choices
from data.queries.ledger.filter import LedgerFilter
from data.queries.ledger.problems import ProblemRow


def headings() -> list[Column]:
    """Returns the columns of the ledger's xlsx sheet."""
    return [
        Column(_("Number"), 20),
        Column(_("Where it is"), 24),
        Column(_("Town"), 12),
        Column(_("Group"), 12),
        Column(_("Category"), 18),
        Column(_("Description"), 48),
        Column(_("Severity"), 10),
        Column(_("Status"), 10),
        Column(_("Deadline light"), 8),
        Column(_("Due at (Beijing)"), 18, MINUTE),
        Column(_("Deadline"), 16),
        Column(_("Extensions"), 8, WHOLE),
        Column(_("More time asked for, until"), 14, DAY),
        Column(_("Why more time is asked for"), 32),
        Column(_("Responsible unit"), 22),
        Column(_("Requirement"), 32),
        Column(_("Where it came from"), 14),
        Column(_("Its number there"), 18),
        Column(_("Registered at (Beijing)"), 18, MINUTE),
        Column(_("Last step"), 32),
        Column(_("Last step at (Beijing)"), 18, MINUTE),
        Column(_("Longitude (CGCS2000)"), 14, "0.000000"),
        Column(_("Latitude (CGCS2000)"), 14, "0.000000"),
    ]


def cells(row: ProblemRow) -> list[Cell]:
    """Returns a problem's cells in the xlsx sheet: text, moments, numbers."""
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
        row.due_at,
        deadline_words(row.days_left, row.light),
        row.extension_count,
        row.asked_due_on or "",
        row.asked_why or "",
        row.unit or "",
        row.requirement,
        source_word(row.source),
        reference_words(row.source, row.source_ref),
        row.registered_at,
        f"{actor_words(row.last_actor)} {done_word(row.last_action)}",
        row.last_at,
        round(row.lon, 6),
        round(row.lat, 6),
    ]


def ledger_book(
    rows: Sequence[ProblemRow], area: str, now: UtcDatetime, notes: Sequence[tuple[str, Cell]]
) -> bytes:
    """Returns an xlsx file with a sheet of the area's problems and a sheet of notes."""
    title = title_of(_("Problems of rivers and lakes"), area, now)
    found = [cells(row) for row in rows]
    about = [Column("", 24), Column("", 80)]
    return workbook(
        [
            Sheet(_("Problem ledger"), headings(), found, title, is_list=True),
            Sheet(_("Notes"), about, notes, is_headed=False),
        ]
    )


def filter_words(
    chosen: LedgerFilter, read: Choices, names: Mapping[str, tuple[tuple[str, str | None], ...]]
) -> str:
    """The whole filter in words, for a file: the tab, then each filter with all its values."""
    between = "、" if language.get() == "zh" else ", "
    words = {**filters.values(), **filters.read_values(read)}
    said = [_("View: {name}").format(name=tabs.names()[chosen.view])]
    if chosen.text:
        said.append(filters.pill_words(_("Search"), chosen.text))
    for key, label in filters.labels().items():
        held = filters.values_of(chosen, key)
        named = [own_name(name, english) for name, english in names.get(key, ())]
        if held:
            each = named or [words.get(key, {}).get(value, value) for value in held]
            said.append(filters.pill_words(label, between.join(each)))
    return _("; ").join(said)
