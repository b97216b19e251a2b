"""The JSON documents of a foreign message's readings, with numbers as they are written."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from data.errors import BadInput
from data.plain_numbers import LONGEST_NUMBER
from data.vocabulary import Refusal
from ingest.codecs.json_numbers import mended
from ingest.codecs.json_paths import find, indexed, put
from ingest.codecs.mapping import PayloadMapping, paths_of
from ingest.codecs.refusal import LONGEST_ID, Unreadable, detail_of_error
from ingest.codecs.repairs import is_json_in_gbk

_OTHER_TEXT: Final = {True: "It may be GBK; let the device send UTF-8.", False: ""}
"""What to do about a text that is no UTF-8, by whether it is JSON as GBK."""

_Parser = Callable[[str], object]


class UnreadableMessage(Unreadable):
    """A mapped message that can't be read as a whole, with the words of it for people."""

    def __init__(self, reason: Refusal, error: BadInput) -> None:
        self.error = error
        super().__init__(reason, detail_of_error(error))


def documents_in(
    payload: bytes, mapping: PayloadMapping, most_readings: int | None = None
) -> tuple[Any, list[Any]]:
    """Returns a message's document and those of its readings, its numbers as Decimal.

    Raises UnreadableMessage; without ``most_readings`` a list may have any length.
    """
    root = _parse(payload, _decimal, _decimal)
    return root, _items(root, mapping, most_readings)


def _parse(payload: bytes, whole: _Parser, fraction: _Parser) -> Any:
    try:
        return _loaded(payload.decode("utf-8"), whole, fraction)
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError as error:
        words = BadInput(
            "The message is not text in UTF-8 (byte {position}).",
            mend=_OTHER_TEXT[is_json_in_gbk(payload)],
            position=error.start + 1,
        )
        raise UnreadableMessage(Refusal.NOT_JSON, words) from None
    except json.JSONDecodeError as error:
        words = BadInput(
            "The message is no JSON from line {line}, letter {letter} on.",
            mend="Look there for a missing or needless quotation mark, comma or bracket.",
            line=error.lineno,
            letter=error.colno,
        )
        raise UnreadableMessage(Refusal.NOT_JSON, words) from None


def _loaded(text: str, whole: _Parser, fraction: _Parser) -> Any:
    """Returns the document; odd numbers, as no JSON has them, are mended where that is enough."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_int=whole,
        parse_float=fraction,
        parse_constant=_no_number,
    )
    try:
        return decoder.decode(text)
    except json.JSONDecodeError:
        with suppress(json.JSONDecodeError):
            return decoder.decode(mended(text))
        raise


def _too_deep() -> UnreadableMessage:
    return UnreadableMessage(Refusal.NOT_JSON, BadInput("The message is nested too deeply."))


def _no_number(_word: str) -> float:
    """Returns what stands for a NaN: no decimal, so that it is refused where a value is mapped."""
    return math.nan


def _decimal(digits: str) -> Decimal | float:
    """Returns the number as it is written; one of a text's length or beyond all numbers is none."""
    try:
        return Decimal(digits) if len(digits) <= LONGEST_NUMBER else math.nan
    except InvalidOperation:  # an exponent of twenty digits
        return math.nan


def _whole_number(digits: str) -> int | float:
    """Returns the number; one of more digits than an id or a time has is no longer exact."""
    return int(digits) if len(digits) <= 40 else float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        words = BadInput("An object of the message has the same key twice.")
        raise UnreadableMessage(Refusal.SHAPE, words)
    return found


def _items(root: Any, mapping: PayloadMapping, most_readings: int | None) -> list[Any]:
    """Returns the documents of the readings: the list's elements, or the message itself.

    One object where the list was to be is a list of one.
    """
    if mapping.every is None:
        return [root]
    listed = find(root, mapping.every.steps)
    if isinstance(listed, dict) and listed:
        return [listed]
    if not isinstance(listed, list):
        words = BadInput("The message has no list at {path}.", path=mapping.every.text)
        raise UnreadableMessage(Refusal.SHAPE, words)
    if not listed:
        words = BadInput("The list at {path} is empty.", path=mapping.every.text)
        raise UnreadableMessage(Refusal.SHAPE, words)
    if most_readings is not None and len(listed) > most_readings:
        words = BadInput(
            "The list has {count} readings, more than {most}.",
            count=len(listed),
            most=most_readings,
        )
        raise UnreadableMessage(Refusal.SHAPE, words)
    return listed


def parts_of(payload: bytes, mapping: PayloadMapping) -> list[bytes]:
    """Returns for each element of the list a message of the same form that has this one alone.

    Of what stands beside the list only short values that the mapping reads are repeated: the parts
    together are no larger than the message by more than that.
    """
    try:
        return list(_parts(payload, mapping))
    except RecursionError:
        raise _too_deep() from None


def _parts(payload: bytes, mapping: PayloadMapping) -> Iterator[bytes]:
    root = _parse(payload, _whole_number, float)
    steps = (mapping.every and indexed(root, mapping.every.steps)) or ()
    beside = [
        (at, found)
        for path in paths_of(mapping)
        if path.from_root
        and (at := indexed(root, path.steps)) is not None
        and _is_short(found := find(root, at))
    ]
    for item in cast(list[Any], find(root, steps)):
        part: Any = None
        for at, found in beside:
            part = put(part, at, found)
        yield json.dumps(put(part, steps, [item]), separators=(",", ":")).encode()


def _is_short(value: object) -> bool:
    """Whether a value beside the list is a number, or a text no longer than an id."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_ID)
