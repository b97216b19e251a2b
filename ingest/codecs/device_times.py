"""Reads the forms in which devices write the time of a reading."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from data.clock import UtcDatetime, to_utc
from data.errors import BadInput
from data.moments import hour_24_as_next_day
from ingest.codecs.hj212_segment import BEIJING
from ingest.codecs.json_paths import shown
from ingest.codecs.mapping import TimeFormat

_FIELDS: Final = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "hh": r"(?P<hour>[0-9]{2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OUR_DAYS_S: Final = range(946_684_800, 4_102_444_800)
"""Seconds from 2000 to 2100: no number since 1970 lies there in two of the units."""

_MOST: Final = Decimal("1e21")
_UNITS: Final = {
    TimeFormat.EPOCH_S: 1,
    TimeFormat.EPOCH_MS: 1_000,
    TimeFormat.EPOCH_US: 1_000_000,
    TimeFormat.EPOCH_NS: 1_000_000_000,
}


def _pattern(form: str) -> re.Pattern[str]:
    text = re.escape(form)
    for field, expression in _FIELDS.items():
        text = text.replace(field, expression, 1)
    return re.compile(text, re.ASCII)


_PATTERNS: Final = {form: _pattern(form.value) for form in TimeFormat if "YYYY" in form.value}


def read_time(form: TimeFormat, value: object) -> UtcDatetime:
    """Returns the moment that a JSON value says in a device's form; numbers come as Decimal.

    24:00 is 0:00 of the next day. Raises BadInput that says what is wrong with it.
    """
    if form in _UNITS:
        return _epoch(form, value)
    if form is TimeFormat.COMPACT and isinstance(value, Decimal) and 0 < value < Decimal("1e14"):
        value = str(value)
    if not isinstance(value, str) or len(value) > 40:
        raise _unreadable(form, value)
    try:
        return _iso(form, value.strip()) if form not in _PATTERNS else _by_pattern(form, value)
    except (ValueError, OverflowError):
        raise _unreadable(form, value) from None


def _epoch(form: TimeFormat, value: object) -> UtcDatetime:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,9})?", value, re.ASCII):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not -_MOST < value < _MOST:
        raise _unreadable(form, value)
    other = next((each for each in _UNITS if _is_of_our_days(each, value)), form)
    if other is not form and not _is_of_our_days(form, value):
        raise BadInput(
            "The time {value} is no {form} of our days.",
            mend="Choose the form {other}.",
            value=shown(value),
            form=form.value,
            other=other.value,
        )
    try:
        since = timedelta(microseconds=int(value * 1_000_000 / _UNITS[form]))
        return to_utc(_EPOCH + since)
    except (ValueError, OverflowError):
        raise _unreadable(form, value) from None


def _is_of_our_days(form: TimeFormat, value: Decimal) -> bool:
    return _OUR_DAYS_S.start <= value / _UNITS[form] < _OUR_DAYS_S.stop


def _iso(form: TimeFormat, text: str) -> UtcDatetime:
    if len(text) < 16 or text[10] not in "Tt ":
        raise ValueError(text)
    moment = datetime.fromisoformat(hour_24_as_next_day(text))
    if moment.tzinfo is None:
        if form is TimeFormat.ISO:
            raise BadInput(
                "The time {value} has no offset from UTC.",
                mend="Choose the form {other} if it is Beijing's.",
                value=shown(text),
                other=TimeFormat.ISO_BEIJING.value,
            )
        moment = moment.replace(tzinfo=BEIJING)
    return to_utc(moment)


def _by_pattern(form: TimeFormat, text: str) -> UtcDatetime:
    match = _PATTERNS[form].fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    fields = {name: int(number) for name, number in match.groupdict().items()}
    hour = fields.pop("hour")
    at_midnight = hour == 24 and not fields["minute"] and not fields["second"]
    moment = datetime(**fields, hour=0 if at_midnight else hour, tzinfo=BEIJING)
    return to_utc(moment + timedelta(days=1) if at_midnight else moment)


def _unreadable(form: TimeFormat, value: object) -> BadInput:
    return BadInput(
        "The time {value} is not written as {form}.", value=shown(value), form=form.value
    )
