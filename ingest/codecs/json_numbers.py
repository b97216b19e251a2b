"""Reads JSON in which NaN, Infinity or a number beyond all numbers stands, as no JSON may have.

Such a word costs its own value alone. Called only where the fast parser has failed, or for a second
look at a message.
"""

import json
import math
import re
from typing import Any, Final

import orjson

from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable

_LONGEST_NUMBER: Final = 400
"""No double has more digits; longer ones take milliseconds to read."""

_LONGEST_WHOLE: Final = 20
_ODD: Final = re.compile(
    rb"[:\[,]\s*+[+-]?(?:nan|inf|\d[\d.]*+e\+?\d{2}|\d{300})", re.ASCII | re.IGNORECASE
)
_WORDS: Final = re.compile(
    r'("(?:[^"\\]++|\\.)*+"?)|[+-]?(?<![\w.])(?:nan|inf(?:inity)?)\b(?:\(ind\))?',
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
"""A whole text, or a word for no number as C prints it."""


def has_odd_numbers(payload: bytes) -> bool:
    """Returns whether bytes that are no JSON may be so for a number alone. Takes linear time."""
    return _ODD.search(payload) is not None


def with_nan(text: str) -> str:
    """Returns the text with ``NaN`` for each word for no number; texts in quotes stay."""
    return _WORDS.sub(lambda found: found[1] or "NaN", text)


def masked(text: str) -> str:
    """Returns the text with digits for each word for no number, as many as it has letters."""
    return _WORDS.sub(lambda found: found[1] or "1" * len(found[0]), text)


def read_odd(payload: bytes) -> Any:
    """Returns the document with NaN or an infinite number for each that JSON can't have.

    Raises Unreadable where an object has a key twice, ValueError or RecursionError for no JSON.
    """
    text = payload.decode()
    return json.loads(
        with_nan(text) if has_odd_numbers(payload) else text,
        object_pairs_hook=_object,
        parse_int=_whole,
        parse_float=_fraction,
    )


def read_any(payload: bytes) -> Any:
    """Returns the document in JSON, with or without such numbers; None where there is none."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    try:
        return read_odd(payload) if has_odd_numbers(payload) else None
    except (ValueError, RecursionError, Unreadable):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(Refusal.SHAPE, "an object has the same key twice")
    return found


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else _fraction(digits)


def _fraction(digits: str) -> float:
    return float(digits) if len(digits) <= _LONGEST_NUMBER else math.nan
