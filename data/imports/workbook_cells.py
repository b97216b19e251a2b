"""Reads the cells of an Excel sheet by their types: what a cell holds, not how it is shown.

Source: ECMA-376 part 1, 18.3.1.4 (cells), 18.8.30 (number formats), 18.17.4 (dates).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Final
from xml.etree.ElementTree import Element

from data.errors import BadInput

FROM_1904: Final = 1462
"""Days from the first day of a calendar of 1900 to that of 1904."""

_DAYS: Final = frozenset({*range(14, 18), *range(27, 32), 36, *range(50, 55), 57, 58})
_TIMES: Final = frozenset({*range(18, 23), *range(32, 36), 45, 46, 47, 55, 56})
"""Formats that every spreadsheet knows, those of Chinese ones too."""

_SAID: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
"""What a format only shows: words, single signs, colours, languages."""

_NO_ZONE: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet has no zone
_LAST_DAY: Final = 2_958_465
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FAULTS: Final = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)")
_LONG: Final = re.compile(r"\d{16,}|\d(?:\.\d+)?[eE]\+?(?:1[5-9]|[2-9]\d)")
"""Excel keeps fifteen digits of a number; a longer one is no longer what was typed."""


@dataclass(frozen=True, slots=True)
class Forms:
    """How a workbook keeps texts and dates: shared texts, the form of each style, first day.

    A style's form is "" for numbers and texts, "day", or "time" where the hour is shown.
    """

    texts: Sequence[str] = ()
    styles: Sequence[str] = ()
    is_from_1904: bool = False


@dataclass(slots=True)
class Lines:
    """The lines of a sheet that hold anything, by number from 1, each up to its last cell.

    ``faults`` say why the cell of a line and column (from 0) can't be used.
    """

    cells: dict[int, list[str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], BadInput] = field(default_factory=dict)


def form_of(number: int, code: str) -> str:
    """Returns "day" or "time" for a number format that shows a date, "" for any other."""
    if not code:
        return "day" if number in _DAYS else "time" if number in _TIMES else ""
    plain = _SAID.sub("", code).split(";")[0].lower()
    if plain == "general" or not re.search("[ymdhs]", plain):
        return ""
    return "time" if re.search("[hs]", plain) else "day"


def cell_text(cell: Element, forms: Forms) -> str:
    """Returns what a cell holds as text: dates as 2026-11-06 08:10:00, yes or no as TRUE, FALSE.

    A formula that was never computed stands for itself.
    """
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return text_of(cell)
    held = next((part.text for part in cell if plain_tag(part) == "v"), None) or ""
    if kind == "n":
        return _of_number(cell, held.strip(), forms)
    if kind == "s":
        return _shared(held, forms.texts)
    if kind == "b" and held in ("0", "1"):
        return ("FALSE", "TRUE")[int(held)]
    return unescaped(held)


def cell_fault(cell: Element, text: str) -> BadInput | None:
    """Returns why a cell can't be used: an error of Excel's, lost digits, nothing computed."""
    if _FAULTS.fullmatch(text.strip()):
        return BadInput("The cell holds Excel's error {value}.", mend="Correct it.", value=text)
    if cell.get("t", "n") == "n":
        held = next((part.text for part in cell if plain_tag(part) == "v"), None) or ""
        if len(held) > 15 and _LONG.fullmatch(text):
            return too_long(text)
        if not held and text.startswith("="):
            return BadInput(
                "The cell holds a formula without its result.",
                mend="Open the workbook in a spreadsheet and save it again.",
            )
    return None


def too_long(value: object) -> BadInput:
    """Returns the fault of a long code that was kept as a number with a fraction."""
    return BadInput(
        "{value} was kept as a number too long to be exact: its last digits are lost.",
        mend="Keep the column as text and enter the code again.",
        value=value,
    )


def text_of(element: Element) -> str:
    """Returns the text of a shared or inline text, without the pronunciation beside it."""
    parts = []
    for part in element:
        if plain_tag(part) == "t":
            parts.append(unescaped(part.text or ""))
        elif plain_tag(part) in ("r", "is"):
            parts.append(text_of(part))
    return "".join(parts)


def unescaped(text: str) -> str:
    """Returns a text with signs that XML can't hold (``_x000D_``) as they are."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def whole_number(text: str, otherwise: int) -> int:
    """Returns a number without a sign, or ``otherwise`` where none is written."""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def plain_tag(element: Element) -> str:
    """Returns an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _shared(held: str, texts: Sequence[str]) -> str:
    place = whole_number(held.strip(), len(texts))
    return texts[place] if place < len(texts) else ""


def _of_number(cell: Element, held: str, forms: Forms) -> str:
    """Returns a number as it was typed (Excel writes 7.1 as 7.0999999999999996), or its date."""
    formula = next((part for part in cell if plain_tag(part) == "f"), None)
    if formula is not None and not held:
        return f"={formula.text or ''}"
    try:
        number = float(held)
    except ValueError:
        return held
    place = whole_number(cell.get("s", ""), 0)
    form = forms.styles[place] if place < len(forms.styles) else ""
    if form and (dated := _dated(number, form, is_from_1904=forms.is_from_1904)):
        return dated
    is_fraction = "." in held and isfinite(number) and not number.is_integer()
    return repr(number) if is_fraction and len(held) > 15 else held


def _dated(days: float, form: str, *, is_from_1904: bool) -> str:
    """Returns a day's number as text; "" for one that is no day. Rounded to seconds."""
    if not 0 <= days <= _LAST_DAY:
        return ""
    is_clock = days < 1 and not is_from_1904
    if is_clock and form == "day":
        return ""
    if not is_clock:
        days += FROM_1904 if is_from_1904 else days < 60  # 1900 had no 29 February; Excel has
    written = (_NO_ZONE + timedelta(seconds=round(days * 86400))).isoformat(" ", "seconds")
    if is_clock:
        return written[11:]
    return written if form == "time" or not written.endswith(" 00:00:00") else written[:10]
