"""The calendar of working days: the official one, and the years that the office entered by file."""

from typing import Final

from sqlalchemy import Connection, select

from data.procedure.deadlines import Calendar, official_calendar
from data.tables.calendar import calendar_day

CHANGED: Final = "onemap_calendar"
"""The channel of NOTIFY that says that a year was entered or replaced."""


def known_calendar(connection: Connection) -> Calendar:
    """Returns the official calendar with the years that were imported in place of its own."""
    known = official_calendar()
    rows = connection.execute(select(calendar_day.c.day, calendar_day.c.is_working)).all()
    years = {row.day.year for row in rows}
    last = known.last
    while last + 1 in years:
        last += 1
    kept = {day for day in (*known.off, *known.worked) if day.year not in years}
    return Calendar(
        off=frozenset(kept & known.off) | {row.day for row in rows if not row.is_working},
        worked=frozenset(kept & known.worked) | {row.day for row in rows if row.is_working},
        first=known.first,
        last=last,
    )
