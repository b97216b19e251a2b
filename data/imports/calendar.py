"""Imports a year's days off and make-up working days, from the State Council's notice."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, delete, extract, insert, select, text

from data.errors import BadInput
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.procedure.deadlines import LAST_WEEKDAY, official_calendar
from data.queries.working_days import CHANGED
from data.tables.calendar import calendar_day

MOST_DAYS: Final = 31
"""Longer than any holiday: a span of more days has a wrong end."""


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Replaces the year's days by those of the file: all of them, or none if a row is refused."""
    days: dict[date, tuple[bool, str]] = {}
    first: dict[date, int] = {}
    year = _year(rows)
    for row in rows:
        try:
            for day, works in _days(row, year):
                if day in days:
                    _clash(day, works, days[day][0], first[day])
                days[day] = works, row.name
                first[day] = row.number
        except BadInput as error:
            outcome.refuse(row.number, row.name, error)
    if outcome.refused:
        bad = {each.row for each in outcome.refused}
        good = [row for row in rows if row.number not in bad]
        outcome.refuse_all(
            good, BadInput("Another row of the calendar is refused; a year is taken whole.")
        )
        return
    if year is not None:
        with each_refused(connection, rows, outcome) as done:
            _replace(connection, year, days, len(rows), done)


def _year(rows: Sequence[Row]) -> int | None:
    """Returns the year of most rows."""
    years = [day.year for row in rows if (day := row.day("day"))]
    return max(sorted(set(years)), key=years.count) if years else None


def _days(row: Row, year: int | None) -> Iterator[tuple[date, bool]]:
    start, works = row.day("day"), row.get("is_working", bool)
    if start is None or works is None:
        raise BadInput("{field} is empty.", field="day")
    end = row.day("until") or start
    if not 0 <= (end - start).days < MOST_DAYS:
        raise BadInput("It ends on {end}, before it begins on {start}, or lasts too long.",
                       start=start, end=end)  # fmt: skip
    for ahead in range((end - start).days + 1):
        day = start + timedelta(days=ahead)
        if day.year != year:
            raise BadInput(
                "{day} is not in {year}, as the other days are.",
                mend="Give each year a file of its own.",
                day=day,
                year=year,
            )
        if works and day.weekday() <= LAST_WEEKDAY:
            raise BadInput(
                "{day} is no Saturday or Sunday: a working day needs no swap.",
                mend="Correct the date, or whether it is worked.",
                day=day,
            )
        yield day, works


def _clash(day: date, works: bool, before: bool, row: int) -> None:
    if works is before:
        raise BadInput("{day} repeats row {row}.", day=day, row=row)
    raise BadInput("{day} is worked and off: row {row} says otherwise.", day=day, row=row)


def _replace(
    connection: Connection,
    year: int,
    days: dict[date, tuple[bool, str]],
    rows: int,
    outcome: Outcome,
) -> None:
    of_year = extract("year", calendar_day.c.day) == year
    found = connection.execute(select(calendar_day).where(of_year)).all()
    kept = {row.day: (row.is_working, row.name) for row in found}
    if kept == days:
        outcome.unchanged += rows
        return
    connection.execute(delete(calendar_day).where(of_year))
    connection.execute(
        insert(calendar_day),
        [{"day": day, "is_working": works, "name": name} for day, (works, name) in days.items()],
    )
    connection.execute(text(f"NOTIFY {CHANGED}"))
    outcome.created += 0 if kept else rows
    outcome.updated += rows if kept else 0
    official = official_calendar()
    if official.first <= year <= official.last:
        own = {day for day in (*official.off, *official.worked) if day.year == year}
        other = {day for day, (works, _) in days.items() if works is not (day in official.worked)}
        count = len({day for day in own ^ set(days) if _counts(day, days)} | (other & own))
        if count:
            outcome.note(
                "{count} days of {year} differ from the calendar that comes with the program.",
                count=count,
                year=year,
            )


def _counts(day: date, days: dict[date, tuple[bool, str]]) -> bool:
    """Returns whether a day on one list only matters: a weekend is off without being listed."""
    return day.weekday() <= LAST_WEEKDAY or (day in days and days[day][0])
