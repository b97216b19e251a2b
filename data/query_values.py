"""Reads values of an address's query; what can't be read is an error that says what is allowed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, ParamSpec, TypeVar
from urllib.parse import parse_qsl

from data.encodings import can_be_kept
from data.errors import BadInput

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")
Args = ParamSpec("Args")

YEARS: Final = range(1970, 2201)
"""Years whose days and months can be asked for."""

MOST_NUMBER: Final = 2**63 - 1
MOST_SHOWN: Final = 60
"""How many letters of an unreadable value its error repeats."""


def pairs_of(query: str | Mapping[str, str | Iterable[str]]) -> list[tuple[str, str]]:
    """Returns the keys and values of a query string, or of a mapping of it, without empty ones."""
    if isinstance(query, str):
        return parse_qsl(query.removeprefix("?"))
    return [
        (key, one)
        for key, value in query.items()
        for one in ((value,) if isinstance(value, str) else value)
        if one
    ]


def shortened(value: object) -> str:
    """Returns a value as an error repeats it: its beginning, without signs that don't print."""
    whole = "".join(letter if letter.isprintable() else "�" for letter in str(value))
    return whole if len(whole) <= MOST_SHOWN else whole[:MOST_SHOWN] + "…"


def read_word(key: str, text: str, words: Iterable[Word]) -> Word:
    """Returns the word that the text names. Raises BadInput with the words that are allowed."""
    allowed = list(words)
    found = next((word for word in allowed if word.value == text), None)
    if found is None:
        raise not_allowed(key, text, (word.value for word in allowed))
    return found


def read_choice(key: str, text: str, allowed: Iterable[str]) -> str:
    """Returns the text if it is one of those allowed. Raises BadInput that lists them."""
    listed = list(allowed)
    if text not in listed:
        raise not_allowed(key, text, listed)
    return text


def not_allowed(key: str, text: object, allowed: Iterable[str]) -> BadInput:
    """Returns the error of a value that is none of those allowed."""
    return BadInput(
        "“{value}” can't be read as {key}; allowed: {allowed}.",
        key=key,
        value=shortened(text),
        allowed=", ".join(allowed),
    )


def read_number(key: str, text: str, least: int = 0, most: int = MOST_NUMBER) -> int:
    """Returns the whole number that the text writes. Raises BadInput outside of the bounds."""
    fits = text.isascii() and text.isdecimal() and len(text) < 20
    if not fits or not least <= int(text) <= most:
        raise BadInput(
            "“{value}” can't be read as {key}; allowed: a whole number from {least} to {most}.",
            key=key,
            value=shortened(text),
            least=least,
            most=most,
        )
    return int(text)


def read_degrees(key: str, text: str, most: int) -> float:
    """Returns the degrees that the text writes, from -``most`` to ``most``. Raises BadInput."""
    try:
        degrees = float(text)
    except ValueError:
        degrees = float("nan")
    if not text.isascii() or not -most <= degrees <= most:
        raise BadInput(
            "“{value}” can't be read as {key}; allowed: degrees from -{most} to {most}.",
            key=key,
            value=shortened(text),
            most=most,
        )
    return degrees


def read_day(key: str, text: str, years: range = YEARS) -> date:
    """Returns the day written as 2026-11-03. Raises BadInput."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or day.year not in years:
        raise BadInput(
            "“{value}” can't be read as {key}; allowed: a day such as {example}.",
            key=key,
            value=shortened(text),
            example="2026-11-03",
        )
    return day


def read_month(key: str, text: str, years: range = YEARS) -> date:
    """Returns the first day of the month written as 2026-11. Raises BadInput."""
    try:
        first = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        first = None
    if first is None or first.year not in years:
        raise BadInput(
            "“{value}” can't be read as {key}; allowed: a month such as {example}.",
            key=key,
            value=shortened(text),
            example="2026-11",
        )
    return first


def read_text(key: str, text: str, most: int) -> str:
    """Returns the text without spaces around it. Raises BadInput for more letters than allowed."""
    if len(text.strip()) > most or not can_be_kept(text):
        raise BadInput(
            "“{value}” can't be read as {key}; allowed: at most {most} letters.",
            key=key,
            value=shortened(text),
            most=most,
        )
    return text.strip()


def once(key: str, values: list[str]) -> str:
    """Returns the only value of a key. Raises BadInput for several, or for none."""
    if len(values) != 1:
        raise BadInput("{key} is given {n} times; once is allowed.", key=key, n=len(values))
    return values[0]


class PageQuery:
    """The query of a page's address: a value that can't be read is left out, and noted.

    ``unread`` holds the errors for the page to show, so that nothing is left out unseen.
    """

    def __init__(self, query: Mapping[str, object]) -> None:
        self.unread: list[BadInput] = []
        self._query = query

    def text(self, key: str) -> str:
        """Returns the value of the key as text, "" without one; of several the first is used."""
        value = self._query.get(key)
        if isinstance(value, list):
            self.tried(once, key, value)
            value = value[0] if value else None
        return "" if value is None else str(value).strip()

    def read(
        self, reader: Callable[..., Value], key: str, *bounds: object, otherwise: Value
    ) -> Value:
        """Returns the key's value as ``reader`` reads it, ``otherwise`` without a readable one."""
        text = self.text(key)
        found = self.tried(reader, key, text, *bounds) if text else None
        return otherwise if found is None else found

    def tried(
        self, reader: Callable[Args, Value], *args: Args.args, **kwargs: Args.kwargs
    ) -> Value | None:
        """Calls the reader; an error of its input is noted, and None returned."""
        try:
            return reader(*args, **kwargs)
        except BadInput as error:
            self.unread.append(error)
            return None
