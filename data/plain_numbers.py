"""Reads a number of a cell or a message's text: one form for all files, commands and codecs."""

import re
from collections.abc import Iterable
from math import inf, isfinite
from typing import Final

PLAIN: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
"""A number in ASCII: no groups of digits, no comma in place of the point, no word."""

_PLAIN: Final = re.compile(PLAIN)
_HALF_WIDTH: Final = str.maketrans(
    {chr(0xFF01 + sign): chr(0x21 + sign) for sign in range(94)} | {"\u3000": " "}
)
"""Full-width signs to those of ASCII; no other form of a digit, such as ³, is one."""

_COMMA: Final = re.compile(r"(?<![\d.,])(\d+)[,，](\d+)(?![\d.,，])")
_POINT: Final = re.compile(r"\d[.．]\d")
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}[,，]\d{3}")

LONGEST_NUMBER: Final = 400
"""No double has more digits; longer ones take milliseconds to read."""


def half_width(text: str) -> str:
    """Returns the text with full-width signs (``０．３``) as those of ASCII."""
    return text.translate(_HALF_WIDTH)


def plain_number(text: str) -> float | None:
    """Returns the finite number in a text, with blanks around it or not; None for any other."""
    plain = half_width(text).strip() if len(text) <= LONGEST_NUMBER else ""
    number = float(plain) if _PLAIN.fullmatch(plain) else inf
    return number if isfinite(number) else None


def has_decimal_commas(cells: Iterable[str], delimiter: str) -> bool:
    """Returns whether commas part the fractions in cells of numbers (``7,2``).

    So in a file whose cells are parted by another sign, where no number has a point and one at
    least can't be thousands: ``1,234`` alone could be both.
    """
    if delimiter in ("", ","):
        return False
    found = False
    for cell in cells:
        if _POINT.search(cell):
            return False
        comma = _COMMA.search(cell)
        found = found or (comma is not None and _THOUSANDS.fullmatch(comma[0]) is None)
    return found


def with_points(cell: str) -> str:
    """Returns a cell of numbers with points in the place of decimal commas."""
    return _COMMA.sub(r"\1.\2", cell)
