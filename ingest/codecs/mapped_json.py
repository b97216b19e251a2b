"""Decodes the JSON of foreign devices by the mapping of their model.

Fields that the mapping doesn't name are allowed: that is its point. What it names and the message
lacks is no value; what is no number refuses that value alone, its neighbours are kept.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from data.clock import UtcDatetime
from data.errors import BadInput
from data.query_values import shortened
from data.records import RawReading, StationCode
from data.vocabulary import Parameter, Refusal
from ingest.codecs.device_times import read_time
from ingest.codecs.json_paths import MISSING, JsonPath, find, put, shown
from ingest.codecs.json_v1 import LONGEST_ID
from ingest.codecs.mapping import MappedValue, PayloadMapping
from ingest.codecs.refusal import Unreadable

LONGEST_NUMBER: Final = 400
"""A double has no more digits than this; longer ones take milliseconds to multiply."""

_Parser = Callable[[str], object]
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


class Fault(NamedTuple):
    """What is wrong at one path of a message: the reason of a refusal, and the words of it.

    ``parameter`` is None for a fault of the time, the id or the whole.
    """

    reason: Refusal
    error: BadInput
    parameter: Parameter | None = None


@dataclass(frozen=True, slots=True)
class MappedReading:
    """One reading of a message, as far as it can be read.

    ``reading`` is None where it has no readable time or no value; ``faults`` say why, or which
    values were left out. ``missing`` are the paths of values that the message doesn't have.
    ``payload`` are bytes that say this reading alone, in the message's own form.
    """

    payload: bytes
    reading: RawReading | None
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]


def decode(
    payload: bytes,
    station: StationCode,
    received_at: UtcDatetime,
    mapping: PayloadMapping,
    *,
    most_readings: int,
) -> list[MappedReading]:
    """Returns the readings in a message, at least one, in the order of the message's list.

    Numbers are multiplied as decimals. Raises Unreadable where the whole can't be read: not JSON,
    no list, an empty one, or more than ``most_readings``.
    """
    root, items = documents_in(payload, mapping, most_readings)
    if len(items) == 1:
        return [_reading(payload, items[0], root, station, received_at, mapping)]
    try:
        parts = list(_parts(payload, mapping))
    except RecursionError:
        raise Unreadable(Refusal.NOT_JSON, "nested too deeply") from None
    return [
        _reading(part, item, root, station, received_at, mapping)
        for part, item in zip(parts, items, strict=True)
    ]


def documents_in(
    payload: bytes, mapping: PayloadMapping, most_readings: int | None = None
) -> tuple[Any, list[Any]]:
    """Returns a message's document and those of its readings, its numbers as Decimal.

    Raises Unreadable as ``decode`` does; without ``most_readings`` a list may have any length.
    """
    root = _parse(payload, _decimal, _decimal)
    return root, _items(root, mapping, most_readings)


def _parse(payload: bytes, whole: _Parser, fraction: _Parser) -> Any:
    try:
        return json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=whole,
            parse_float=fraction,
            parse_constant=_no_number,
        )
    except RecursionError:
        raise Unreadable(Refusal.NOT_JSON, "nested too deeply") from None
    except ValueError as error:
        raise Unreadable(Refusal.NOT_JSON, str(error)[:200]) from None


def _no_number(_word: str) -> float:
    """Returns what stands for a NaN: no decimal, so that it is refused where a value is mapped."""
    return math.nan


def _decimal(digits: str) -> Decimal | float:
    """Returns the number as it is written; one of a text's length is none."""
    return Decimal(digits) if len(digits) <= LONGEST_NUMBER else math.nan


def _whole_number(digits: str) -> int | float:
    """Returns the number; one of more digits than an id or a time has is no longer exact."""
    return int(digits) if len(digits) <= 40 else float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(Refusal.SHAPE, "an object has the same key twice")
    return found


def _items(root: Any, mapping: PayloadMapping, most_readings: int | None) -> list[Any]:
    """Returns the documents of the readings: the list's elements, or the message itself.

    A message that is one object where a list was to be is a list of one.
    """
    if mapping.every is None:
        return [root]
    listed = find(root, mapping.every.steps)
    if isinstance(listed, dict) and not mapping.every.steps:
        return [listed]
    if not isinstance(listed, list):
        raise Unreadable(Refusal.SHAPE, f"there is no list at {mapping.every.text!a}")
    if not listed:
        raise Unreadable(Refusal.SHAPE, f"the list at {mapping.every.text!a} is empty")
    if most_readings is not None and len(listed) > most_readings:
        raise Unreadable(Refusal.SHAPE, f"{len(listed)} readings, more than {most_readings}")
    return listed


def _parts(payload: bytes, mapping: PayloadMapping) -> Iterator[bytes]:
    """Yields for each element of the list a message of the same form that has this one alone.

    Of what stands beside the list only short values that the mapping reads are repeated: the parts
    together are no larger than the message by more than that.
    """
    root = _parse(payload, _whole_number, float)
    steps = mapping.every.steps if mapping.every else ()
    beside = [
        (path.steps, found)
        for path in paths_of(mapping)
        if path.from_root and _is_short(found := find(root, path.steps))
    ]
    for item in cast(list[Any], find(root, steps)):
        part: Any = None
        for at, found in beside:
            part = put(part, at, found)
        yield json.dumps(put(part, steps, [item]), separators=(",", ":")).encode()


def _is_short(value: object) -> bool:
    """Whether a value beside the list is a number, or a text no longer than an id."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_ID)


def _reading(
    payload: bytes,
    item: Any,
    root: Any,
    station: StationCode,
    received_at: UtcDatetime,
    mapping: PayloadMapping,
) -> MappedReading:
    values: dict[Parameter, float] = {}
    faults: list[Fault] = []
    missing: list[str] = []
    for each in mapping.values:
        found = _at(each.path, item, root)
        if found is MISSING:
            missing.append(each.path.text)
            continue
        try:
            values[each.parameter] = _number(each, found)
        except BadInput as error:
            faults.append(Fault(Refusal.VALUE, error, each.parameter))
    observed_at = received_at
    try:
        observed_at = _time(mapping, item, root, received_at)
    except BadInput as error:
        faults.insert(0, Fault(Refusal.TIME, error))
        values.clear()
    else:
        if not values and not faults:
            faults.append(_nothing(mapping))
    if not values:
        return MappedReading(payload, None, tuple(faults), tuple(missing))
    message_id = _message_id(mapping, item, root, faults)
    reading = RawReading(station, observed_at, values, message_id=message_id)
    return MappedReading(payload, reading, tuple(faults), tuple(missing))


def _nothing(mapping: PayloadMapping) -> Fault:
    error = BadInput(
        "None of the mapped paths has a value: {paths}.",
        mend="Compare them with the message.",
        paths=shortened(", ".join(each.path.text for each in mapping.values)),
    )
    return Fault(Refusal.SHAPE, error)


def _at(path: JsonPath, item: Any, root: Any) -> object:
    return find(root if path.from_root else item, path.steps)


def _number(mapped: MappedValue, found: object) -> float:
    """Returns the value in our unit; a number in quotation marks is one too. Raises BadInput."""
    number = Decimal(found) if isinstance(found, str) and _NUMBER.fullmatch(found) else found
    if not isinstance(number, Decimal):
        raise BadInput(
            "{path}: {value} is no number.",
            path=mapped.path.text,
            value=shown(found),
        )
    if math.isfinite(float(number)):
        value = float(number * mapped.factor + mapped.offset)
        if math.isfinite(value):
            return value
    raise BadInput("{path}: {value} is too large.", path=mapped.path.text, value=shortened(number))


def _time(mapping: PayloadMapping, item: Any, root: Any, received_at: UtcDatetime) -> UtcDatetime:
    if mapping.time_path is None:
        return received_at
    found = _at(mapping.time_path, item, root)
    if found is MISSING:
        raise BadInput("There is no time at {path}.", path=mapping.time_path.text)
    return read_time(mapping.time_format, found)


def _message_id(mapping: PayloadMapping, item: Any, root: Any, faults: list[Fault]) -> str | None:
    """Returns the message's id; one that can't be used is a fault and left out."""
    if mapping.id_path is None:
        return None
    found = _at(mapping.id_path, item, root)
    if found is MISSING or found is None:
        return None
    text = _counter(found) if isinstance(found, Decimal) else found
    if isinstance(text, str) and 1 <= len(text) <= LONGEST_ID and text.isprintable():
        return text
    error = BadInput(
        "{path}: {value} is no id of 1 to {most} printable letters.",
        path=mapping.id_path.text,
        value=shown(found),
        most=LONGEST_ID,
    )
    faults.append(Fault(Refusal.VALUE, error))
    return None


def _counter(number: Decimal) -> str | None:
    """Returns a whole number of at most 18 digits as text; None for another."""
    return str(int(number)) if -(10**18) < number < 10**18 and number == int(number) else None


def paths_of(mapping: PayloadMapping) -> Iterator[JsonPath]:
    """Yields all paths that the mapping reads, but for its list's."""
    yield from (each.path for each in mapping.values)
    yield from (path for path in (mapping.time_path, mapping.id_path) if path)
