"""Reads one cell of an imported file as its field: parsed, and possible for the field's purpose."""

import json
from datetime import date
from typing import Final

from data.errors import BadInput
from data.imports.fields import Field
from data.moments import DayBounds, implausible_day
from data.placing import cells
from data.texts import LONGEST, LONGEST_NAME, fit, fit_name, shown

_TEXTS: Final = (cells.words, cells.code)
_LONG: Final = frozenset({"remark", "source"})
_LOGICAL: Final = frozenset({"true", "false"})


def parse_cell(field: Field, text: str, days: DayBounds) -> object:
    """Returns the field's value. Raises BadInput for what can't be read or can't be meant."""
    if field.parse in _TEXTS:
        text = _fit(field, text)
    value = field.parse(text)
    if field.parse is cells.listed and isinstance(value, tuple):
        return tuple(fit_name(each) for each in value)
    if field.parse is cells.day and isinstance(value, date):
        _check_day(field, value, days)
    return value


def _fit(field: Field, text: str) -> str:
    """Returns the text of a field as it is kept. Raises BadInput for what is no text of people."""
    kept = fit(text, LONGEST if field.name in _LONG else LONGEST_NAME)
    if _is_json(kept) or (field.name == "name" and kept.lower() in _LOGICAL):
        raise BadInput(
            "{value} is a list, an object or true/false, and no text.",
            mend="Write the text itself.",
            value=shown(kept, 60),
        )
    return kept


def _is_json(text: str) -> bool:
    """Returns whether a text is a list or an object of JSON, as GeoJSON may hold for a text."""
    if text[:1] + text[-1:] not in ("[]", "{}"):
        return False
    try:
        return isinstance(json.loads(text), list | dict)
    except (ValueError, RecursionError):
        return False


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
