"""Reads one cell of an imported file as its field: parsed, and possible for the field's purpose."""

from datetime import date

from data.errors import BadInput
from data.imports.fields import Field
from data.moments import DayBounds, implausible_day
from data.placing import cells


def parse_cell(field: Field, text: str, days: DayBounds) -> object:
    """Returns the field's value. Raises BadInput for what can't be read or can't be meant."""
    value = field.parse(text)
    if field.parse is cells.day and isinstance(value, date):
        _check_day(field, value, days)
    return value


def _check_day(field: Field, day: date, days: DayBounds) -> None:
    if implausible_day(day, field.day_of, days) is None:
        return
    first, last = days.window(field.day_of)
    raise BadInput(
        "{day} can't be meant: the day has to lie from {first} to {last}.",
        mend="Correct the day, or the bounds (ONEMAP_DATES__…) if it is right.",
        day=day,
        first=first,
        last=last,
    )
