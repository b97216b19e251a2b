"""Reads columns of text as numbers and instants; names the cells that can't be read."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.archives.layout import MOMENT
from data.clock import BUSINESS_ZONE
from data.moments import hour_24_as_next_day
from data.plain_numbers import PLAIN, plain_number

_NUMBER: Final = rf"^[ \t]*{PLAIN}[ \t]*$"
_OFFSET: Final = r"([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$"
_ZONE: Final = str(BUSINESS_ZONE)
_DAY: Final = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_LOCAL: Final = re.compile(rf"{_DAY}[T ]\s*(\d{{1,2}})[:：](\d{{2}})(?:[:：](\d{{2}}))?", re.ASCII)
_ALONE: Final = re.compile(rf"{_DAY}|(\d{{4}})(\d\d)(\d\d)", re.ASCII)
_DAY_ALONE: Final = (
    r"^\s*([0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{8}|[2-9][0-9]{4}(\.0+)?)\s*$"
)
_DAY_NUMBER: Final = re.compile(r"[2-9]\d{4}(\.\d+)?", re.ASCII)
_FIRST_DAY: Final = datetime(1899, 12, 30, tzinfo=BUSINESS_ZONE)
"""Day 0 of Excel's calendar of 1900, from March 1900 on. Source: ECMA-376, 18.17.4.1."""


def numbers(column: Any) -> tuple[Any, Any]:
    """Returns a column's finite numbers (else null), and a mask of cells that aren't numbers.

    Text holds numbers as ``plain_number`` reads them.
    """
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        reads = pc.match_substring_regex(column, _NUMBER)
        text = pc.utf8_trim_whitespace(pc.if_else(reads, column, None))
        values = pc.cast(
            pc.if_else(pc.starts_with(text, "+"), pc.utf8_slice_codeunits(text, 1), text),
            pa.float64(),
        )
        values = _with_full_width(column, values)
    else:
        values = pc.cast(column, pa.float64())
    finite = pc.fill_null(pc.is_finite(values), False)
    bad = pc.and_(pc.is_valid(column), pc.invert(finite))
    return pc.if_else(finite, values, None), bad


def _with_full_width(column: Any, values: Any) -> Any:
    """Returns the values with the numbers of cells in full-width signs."""
    is_wide = pc.and_(pc.is_null(values), pc.invert(pc.string_is_ascii(column)))
    wide = pc.filter(column, pc.fill_null(is_wide, False))
    read = {text: plain_number(text) for text in pc.unique(wide).to_pylist()}
    if not any(number is not None for number in read.values()):
        return values
    cells = pa.array([read.get(text) for text in column.to_pylist()], pa.float64())
    return pc.coalesce(values, cells)


def moments(column: Any) -> Any:
    """Returns a column as instants, null if unreadable; without an offset as Beijing time.

    Besides ISO 8601: ``2026/11/1 16:00``, 24:00, and the day numbers of a spreadsheet (46327.5). A
    day alone is its midnight.
    """
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            column = pc.assume_timezone(column, _ZONE, ambiguous="earliest", nonexistent="earliest")
        return pc.cast(column, MOMENT, safe=False)
    text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    offset = pc.match_substring_regex(text, _OFFSET)
    text = pc.if_else(offset, text, pc.binary_join_element_wise(text, "+08:00", ""))
    try:
        return pc.cast(text, MOMENT)
    except pa.ArrowInvalid:
        return pa.array([_moment(each) for each in text.to_pylist()], MOMENT)


def days_alone(column: Any) -> Any:
    """Returns a mask of the cells that are a day without a time."""
    if pa.types.is_timestamp(column.type):
        return pa.array([False] * len(column))
    return pc.match_substring_regex(pc.cast(column, pa.string()), _DAY_ALONE)


def is_day_number(text: str) -> bool:
    """Returns whether a time is written as a spreadsheet's number of days, such as 46327.5."""
    return _DAY_NUMBER.fullmatch(text.strip()) is not None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    alone = _ALONE.fullmatch(text.removesuffix("+08:00"))
    try:
        if alone is not None:
            year, month, day = (int(each) for each in alone.groups() if each)
            return datetime(year, month, day, tzinfo=BUSINESS_ZONE)
        moment = datetime.fromisoformat(hour_24_as_next_day(text))
    except ValueError:
        moment = None
    if moment is not None:
        return moment if moment.tzinfo else None
    try:
        return _of_spreadsheet(text.removesuffix("+08:00"))
    except (ValueError, OverflowError):
        return None


def _of_spreadsheet(text: str) -> datetime | None:
    """Returns the Beijing time that people and their spreadsheets write. Raises ValueError."""
    found = _LOCAL.fullmatch(text)
    if found is not None:
        year, month, day, hour, minute, second = (int(each or 0) for each in found.groups())
        is_midnight = (hour, minute, second) == (24, 0, 0)
        at = datetime(
            year, month, day, 0 if is_midnight else hour, minute, second, tzinfo=BUSINESS_ZONE
        )
        return at + timedelta(days=is_midnight)
    if _DAY_NUMBER.fullmatch(text):
        return _FIRST_DAY + timedelta(seconds=round(float(text) * 86400))
    return None
