"""Reads JSON in which numbers stand as C and scripts print them, and as no JSON may have them.

``.5``, ``5.`` and ``+5`` are numbers; ``nan``, ``1.#QNAN``, ``None``, ``010`` or nothing at all
cost their own value alone. Called only where the fast parser has failed, or for a second look at
a message.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

import orjson

from data.plain_numbers import LONGEST_NUMBER
from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable

_LONGEST_WHOLE: Final = 20
_JSON: Final = r"(?:-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null)"
_PLACES: Final = re.compile(
    rf'(?P<text>"(?:[^"\\]++|\\.)*+"?)|(?P<colon>:\s*+)(?=[,\]}}])'
    rf'|(?P<before>[:\[,]\s*+)(?!{_JSON}\s*+[,\]}}])(?P<run>[^"\[\]{{}},:]++)(?=[,\]}}])',
    re.DOTALL,
)
"""A whole text, a key without a value, or what stands in a value's place and is none of JSON.

Takes linear time.
"""

_NUMBER: Final = re.compile(
    r"[+-]?(?P<whole>\d*+)(?P<point>\.(?P<part>\d*+))?(?P<power>[eE][+-]?\d++)?", re.ASCII
)
_NO_NUMBER: Final = re.compile(
    r"[+-]?(?:[qs]?nan(?:\(\w*\))?[qs]?|inf(?:inity)?(?:\(\w*\))?|1\.?#(?:[qs]?nan|inf|ind)\d*"
    r"|0x[\da-f]+(?:\.[\da-f]*)?(?:p[+-]?\d+)?)|[+.]|-{1,9}|true|false|ovf|over(?:flow)?|err(?:or)?",
    re.ASCII | re.IGNORECASE,
)
"""Words for no number as C prints them, digits in another base, what scripts and loggers print."""

_NOTHING: Final = frozenset({"none", "null", "nil", "undefined", "n/a", "na"})


def mended(text: str) -> str:
    """Returns the text with each odd number as JSON has it, ``NaN`` or ``null`` for none.

    Texts in quotes stay.
    """

    def mend(at: re.Match[str]) -> str:
        return at["text"] or (f"{at[0]}null" if at["colon"] else at["before"] + _as_json(at["run"]))

    return _PLACES.sub(mend, text)


def masked(text: str) -> tuple[str, list[int]]:
    """Returns the text with digits for each odd number, as many as it has letters.

    Where nothing stands one digit is added; the list has the places of these, in ascending order.
    """
    added: list[int] = []

    def mask(at: re.Match[str]) -> str:
        if at["colon"]:
            added.append(at.end() + len(added))
            return f"{at[0]}1"
        is_odd = not at["text"] and _as_json(at["run"]) != at["run"]
        return at["before"] + "1" * len(at["run"]) if is_odd else at[0]

    return _PLACES.sub(mask, text), added


def _as_json(run: str) -> str:
    """Returns what stands in a value's place as JSON; what isn't understood stays."""
    token = run.rstrip()
    number = _NUMBER.fullmatch(token)
    if number is not None and (number["whole"] or number["part"]):
        return _plain_number(number)
    if _NO_NUMBER.fullmatch(token):
        return "NaN"
    return "null" if token.casefold() in _NOTHING else run


def _plain_number(number: re.Match[str]) -> str:
    """Returns a number as JSON writes it; NaN where 010 may be ten or eight."""
    whole, point = number["whole"], number["point"]
    if whole.startswith("0") and len(whole) > 1 and not point and not number["power"]:
        return "NaN"
    sign = "-" if number[0].startswith("-") else ""
    part = f".{number['part'] or 0}" if point else ""
    return f"{sign}{whole.lstrip('0') or '0'}{part}{number['power'] or ''}"


def read_odd(payload: bytes) -> Any:
    """Returns the document with NaN or an infinite number for each that JSON can't have.

    Half a surrogate pair is read too. Raises Unreadable where an object has a key twice, ValueError
    or RecursionError for no JSON.
    """
    return json.loads(
        mended(payload.decode()), object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction
    )


def odd_document(payload: bytes) -> dict[str, Any] | None:
    """Returns a message that is no JSON for odd numbers or half a letter alone, if it says more.

    None for any other. Raises Unreadable where an object has a key twice.
    """
    try:
        document = read_odd(payload)
    except (ValueError, RecursionError):
        return None
    values = document.get("values") if isinstance(document, dict) else None
    if not isinstance(values, dict):
        return None
    says_more = any(type(v) is not float or math.isfinite(v) for v in values.values())
    return document if says_more else None


def document_in(text: str) -> Any:
    """Returns the document of a text, also one that is stored in part for its odd numbers.

    Raises ValueError or RecursionError for no JSON.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        try:
            document = odd_document(text.encode())
        except Unreadable as error:
            raise ValueError(error.wrong) from None
        if document is None:
            raise
        return document


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def read_any(payload: bytes) -> Any:
    """Returns the document in JSON, with or without such numbers; None where there is none."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    try:
        return read_odd(payload)
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
    return float(digits) if len(digits) <= LONGEST_NUMBER else math.nan
