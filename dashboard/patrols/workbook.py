"""A month's patrols as a workbook: what each post owes and did, and every patrol as judged."""

from collections.abc import Sequence
from math import floor

from dashboard.parts.measures import own_name
from dashboard.parts.wording import _
from dashboard.parts.workbook import MINUTE, WHOLE, Cell, Column, Sheet, title_of, workbook
from dashboard.patrols.words import (
    basis_words,
    limit_words,
    measured_words,
    rule_word,
    waters_words,
)
from dashboard.waters.words import level_word, listed
from data.clock import UtcDatetime
from data.queries.patrols.records import ChiefMonth, Month, PatrolRow


def month_book(
    chiefs: Sequence[ChiefMonth],
    patrols: Sequence[PatrolRow],
    month: Month,
    area: str,
    now: UtcDatetime,
    exported_by: str,
) -> bytes:
    """Returns the xlsx file of a month: a sheet each for duties, patrols and notes on the file."""
    duties = [duty_cells(each) for each in chiefs]
    walks = [patrol_cells(each) for each in patrols]
    owed = title_of(_("Patrols owed and made, {month}").format(month=month.key), area, now)
    made = title_of(_("Patrol records, {month}").format(month=month.key), area, now)
    about = notes(month, now, exported_by, patrols)
    return workbook(
        [
            Sheet(_("Duty and done"), duty_columns(), duties, owed, is_list=True),
            Sheet(_("Patrol records"), patrol_columns(), walks, made, is_list=True),
            Sheet(_("About this file"), [Column("", 24), Column("", 48)], about, is_headed=False),
        ]
    )


def duty_columns() -> list[Column]:
    """Returns the columns of the sheet of duties: the patrols asked for and made."""
    return [
        Column(_("River chief"), 28),
        Column(_("Level"), 10),
        Column(_("Division"), 14),
        Column(_("Owed"), 8, WHOLE),
        Column(_("In months"), 10, WHOLE),
        Column(_("Walked"), 8, WHOLE),
        Column(_("Of them valid"), 10, WHOLE),
        Column(_("Of them counted"), 10, WHOLE),
        Column(_("State"), 10),
        Column(_("Where the rule comes from"), 48),
    ]


def duty_cells(chief: ChiefMonth) -> list[Cell]:
    """Returns one chief's row in the sheet of duties."""
    return [
        chief.name,
        level_word(chief.level),
        own_name(chief.division or "", chief.division_en),
        chief.duty_count,
        chief.duty_months,
        chief.done_count,
        chief.valid_count,
        chief.counted_count,
        _("behind") if chief.is_behind else _("on time"),
        source_cell(chief.duty_source),
    ]


def source_cell(source: str) -> str:
    """Returns the rule that a duty stands on, a shipped one with what it was taken from."""
    words = basis_words(source)
    return (
        words if words == source else _("{rule}; after: {source}").format(rule=words, source=source)
    )


def patrol_columns() -> list[Column]:
    """Returns the columns of the sheet of patrols."""
    return [
        Column(_("Began at (Beijing)"), 18, MINUTE),
        Column(_("Ended at (Beijing)"), 18, MINUTE),
        Column(_("Counts for"), 28),
        Column(_("Who went"), 24),
        Column(_("Waters"), 24),
        Column(_("Duration, min"), 12, WHOLE),
        Column(_("Distance, km"), 12, "0.00"),
        Column(_("Coverage"), 10, "0%"),
        Column(_("Top speed, km/h"), 12, "0.0"),
        Column(_("Judgement"), 12),
        Column(_("Failed by"), 64),
        Column(_("Problems found"), 12, WHOLE),
    ]


def patrol_cells(patrol: PatrolRow) -> list[Cell]:
    """Returns one patrol's row in the sheet of patrols."""
    failed = [
        f"{rule_word(each.rule)} {measured_words(each.rule, each.measured)}"
        f" ({limit_words(each.rule, each.limit)})"
        for each in patrol.judgements
        if not each.passed
    ]
    return [
        patrol.started_at,
        patrol.ended_at,
        patrol.chief or "",
        patrol.who,
        waters_words(patrol),
        floor(patrol.duration_s / 60),
        floor(patrol.length_m / 10) / 100,
        round(patrol.share, 4),
        round(patrol.top_speed_kmh, 1),
        _verdict(patrol),
        listed(failed),
        patrol.problem_count,
    ]


def _verdict(patrol: PatrolRow) -> str:
    if patrol.is_valid and not patrol.is_counted:
        return _("valid · not counted")
    return _("valid") if patrol.is_valid else _("not valid")


def notes(
    month: Month, now: UtcDatetime, exported_by: str, patrols: Sequence[PatrolRow]
) -> list[list[Cell]]:
    """Returns the rows of notes about the file: month, who exported it, when, how many patrols."""
    return [
        [_("Month"), month.key],
        [_("Taken by"), exported_by],
        [_("Taken at (Beijing)"), now],
        [_("Rows"), len(patrols)],
    ]
