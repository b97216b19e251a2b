"""Says what a cell of an Excel sheet holds as text, and why it can't be used."""

import re
from datetime import datetime, time, timedelta
from typing import Final

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import to_excel as day_number
from openpyxl.utils.escape import unescape

from data.errors import BadInput

FROM_1904: Final = 1462
"""Days from the first day of a calendar of 1900 to that of 1904."""

BUILTIN_FORMATS.update(dict.fromkeys([*range(27, 32), 36, *range(50, 55), 57, 58], "yyyy-mm-dd"))
BUILTIN_FORMATS.update(dict.fromkeys([*range(32, 36), 55, 56], "h:mm:ss"))
"""Formats that Chinese spreadsheets know by number alone; openpyxl doesn't know them.

Source: ECMA-376 part 1, 18.8.30, zh-cn.
"""

_FAULTS: Final = frozenset({*ERROR_CODES, "#SPILL!", "#CALC!"})
_LONG: Final = re.compile(r"\d{16,}|\d(?:\.\d+)?e\+(?:1[5-9]|[2-9]\d)")
"""Excel keeps fifteen digits of a number; a longer one is no longer what was typed."""


def cell_text(value: object, first_day: datetime, *, shows_hour: bool) -> str:
    """Returns what a cell holds as text: dates as 2026-11-06 08:10:00, yes or no as TRUE, FALSE.

    A time passed since the workbook's first day is a moment where it is a day or longer; a number
    that is no day stays a number, whatever its format.
    """
    if isinstance(value, timedelta):
        is_clock = timedelta() <= value < timedelta(days=1)
        value = (first_day + value).time() if is_clock else first_day + value
    if isinstance(value, datetime) and value >= first_day:
        written = _rounded(value).isoformat(" ")
        return written if shows_hour else written.removesuffix(" 00:00:00")
    if isinstance(value, time) and shows_hour:
        return _rounded(datetime.combine(first_day, value)).time().isoformat()
    if isinstance(value, datetime | time):
        value = float(day_number(value, first_day))
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None else str(unescape(str(value)))


def cell_fault(kind: str, value: object, text: str) -> BadInput | None:
    """Returns why a cell can't be used: an error of Excel's, lost digits, nothing computed.

    ``kind`` is openpyxl's type of the cell: "e" an error, "f" a formula without its result.
    """
    if kind == "e" or text.strip() in _FAULTS:
        return BadInput("The cell holds Excel's error {value}.", mend="Correct it.", value=text)
    if kind == "f":
        return BadInput(
            "The cell holds a formula without its result.",
            mend="Open the workbook in a spreadsheet and save it again.",
        )
    if isinstance(value, int | float) and len(text) > 15 and _LONG.fullmatch(text):
        return too_long(text)
    return None


def too_long(value: object) -> BadInput:
    """Returns the fault of a long code that was kept as a number with a fraction."""
    return BadInput(
        "{value} was kept as a number too long to be exact: its last digits are lost.",
        mend="Keep the column as text and enter the code again.",
        value=value,
    )


def _rounded(moment: datetime) -> datetime:
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
