"""Reads a number of a cell or a message's text: one form for all files, commands and codecs."""

import re
from math import isfinite
from typing import Final

PLAIN: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
"""A number in ASCII: no groups of digits, no comma in place of the point, no word."""

_PLAIN: Final = re.compile(PLAIN)
_HALF_WIDTH: Final = str.maketrans(
    {chr(0xFF01 + sign): chr(0x21 + sign) for sign in range(94)} | {"\u3000": " "}
)
"""Full-width signs to those of ASCII; no other form of a digit, such as ³, is one."""

_LONGEST: Final = 400
"""No double has more digits; longer ones take milliseconds to read."""


def half_width(text: str) -> str:
    """Returns the text with full-width signs (``０．３``) as those of ASCII."""
    return text.translate(_HALF_WIDTH)


def number_text(text: str) -> str | None:
    """Returns the number in a text as ASCII has it, without blanks around; None for no number."""
    plain = half_width(text).strip() if len(text) <= _LONGEST else ""
    return plain if _PLAIN.fullmatch(plain) else None


def plain_number(text: str) -> float | None:
    """Returns the finite number in a text; None for any other."""
    plain = number_text(text)
    number = float(plain) if plain is not None else None
    return number if number is not None and isfinite(number) else None
