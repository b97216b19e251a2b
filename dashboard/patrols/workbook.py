"""A month's patrols as a workbook: what each post owes and did, and every patrol as judged."""

from collections.abc import Sequence

from dashboard.parts.wording import _
from dashboard.parts.workbook import Column, Sheet, local_time, workbook
from dashboard.patrols.words import (
    distance_words,
    limit_words,
    measured_words,
    minutes_words,
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
    now: UtcDatetime,
    exported_by: str,
) -> bytes:
    """Returns the xlsx file of a month: a sheet each for duties, patrols and notes on the file."""
    duties = [duty_cells(each) for each in chiefs]
    walks = [patrol_cells(each) for each in patrols]
    about = notes(month, now, exported_by, patrols)
    return workbook(
        [
            Sheet(_("Duty and done"), duty_columns(), duties),
            Sheet(_("Patrol records"), patrol_columns(), walks),
            Sheet(_("About this file"), [("", 24), ("", 48)], about),
        ]
    )


def duty_columns() -> list[Column]:
    """Returns the columns of the sheet of duties: the patrols asked for and made."""
    return [
        (_("River chief"), 28),
        (_("Level"), 10),
        (_("Division"), 14),
        (_("Owed"), 8),
        (_("In months"), 10),
        (_("Walked"), 8),
        (_("Of them valid"), 10),
        (_("Of them counted"), 10),
        (_("State"), 10),
        (_("Where the rule comes from"), 48),
    ]


def duty_cells(chief: ChiefMonth) -> list[str]:
    """Returns one chief's row in the sheet of duties."""
    return [
        chief.name,
        level_word(chief.level),
        chief.division or "",
        str(chief.duty_count),
        str(chief.duty_months),
        str(chief.done_count),
        str(chief.valid_count),
        str(chief.counted_count),
        _("behind") if chief.is_behind else _("on time"),
        chief.duty_source,
    ]


def patrol_columns() -> list[Column]:
    """Returns the columns of the sheet of patrols."""
    return [
        (_("Began at (Beijing)"), 18),
        (_("Ended at (Beijing)"), 18),
        (_("Counts for"), 28),
        (_("Who went"), 24),
        (_("Waters"), 24),
        (_("Duration"), 12),
        (_("Distance"), 12),
        (_("Coverage"), 10),
        (_("Top speed"), 12),
        (_("Judgement"), 12),
        (_("Failed by"), 64),
        (_("Problems found"), 12),
    ]


def patrol_cells(patrol: PatrolRow) -> list[str]:
    """Returns one patrol's row in the sheet of patrols."""
    failed = [
        f"{rule_word(each.rule)} {measured_words(each.rule, each.measured)}"
        f" ({limit_words(each.rule, each.limit)})"
        for each in patrol.judgements
        if not each.passed
    ]
    return [
        local_time(patrol.started_at),
        local_time(patrol.ended_at),
        patrol.chief or "",
        patrol.who,
        waters_words(patrol),
        minutes_words(patrol.duration_s),
        distance_words(patrol.length_m),
        f"{patrol.share:.0%}",
        f"{patrol.top_speed_kmh:.1f} km/h",
        _verdict(patrol),
        listed(failed),
        str(patrol.problem_count),
    ]


def _verdict(patrol: PatrolRow) -> str:
    if patrol.is_valid and not patrol.is_counted:
        return _("valid · not counted")
    return _("valid") if patrol.is_valid else _("not valid")


def notes(
    month: Month, now: UtcDatetime, exported_by: str, patrols: Sequence[PatrolRow]
) -> list[list[str]]:
    """Returns the rows of notes about the file: month, who exported it, when, how many patrols."""
    return [
        [_("Month"), month.key],
        [_("Taken by"), exported_by],
        [_("Taken at (Beijing)"), local_time(now)],
        [_("Rows"), str(len(patrols))],
    ]
