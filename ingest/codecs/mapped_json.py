"""Decodes the JSON of foreign devices by the mapping of their model.

Fields that the mapping doesn't name are allowed: that is its point. What it names and the message
lacks is no value; what is no number refuses that value alone, its neighbours are kept.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from data.clock import UtcDatetime
from data.errors import BadInput
from data.plain_numbers import PLAIN
from data.quality.detection import UNNAMED, read_below
from data.query_values import shortened
from data.records import RawReading, StationCode
from data.vocabulary import Parameter, Refusal
from ingest.codecs.device_times import read_time
from ingest.codecs.documents import documents_in, parts_of
from ingest.codecs.json_paths import MISSING, JsonPath, find, is_ambiguous, shown
from ingest.codecs.mapping import MappedValue, PayloadMapping
from ingest.codecs.refusal import LONGEST_ID, RefusedParts, detail_of_error

_NUMBER: Final = re.compile(PLAIN)
_LONGEST_TEXT: Final = 44


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

    Numbers are multiplied as decimals. Raises UnreadableMessage where the whole can't be read:
    not JSON, no list, an empty one, or more than ``most_readings``.
    """
    root, items = documents_in(payload, mapping, most_readings)
    if len(items) == 1:
        return [_reading(payload, items[0], root, station, received_at, mapping)]
    parts = parts_of(payload, mapping)
    return [
        _reading(part, item, root, station, received_at, mapping)
        for part, item in zip(parts, items, strict=True)
    ]


def _reading(
    payload: bytes,
    item: Any,
    root: Any,
    station: StationCode,
    received_at: UtcDatetime,
    mapping: PayloadMapping,
) -> MappedReading:
    values: dict[Parameter, float] = {}
    below: dict[Parameter, float] = {}
    faults: list[Fault] = []
    missing: list[str] = []
    for each in mapping.values:
        try:
            found = _at(each.path, item, root)
            if found is MISSING:
                missing.append(each.path.text)
                continue
            limit = _limit(each, found)
            if limit is not None:
                below[each.parameter] = limit
            values[each.parameter] = _number(each, found) if limit is None else limit
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
    refused = RefusedParts()
    for fault in faults:
        refused.add(fault.reason, fault.parameter or "id", detail_of_error(fault.error))
    reading = RawReading(
        station, observed_at, values, message_id=message_id, below=below, refused=refused.why
    )
    return MappedReading(payload, reading, tuple(faults), tuple(missing))


def _limit(mapped: MappedValue, found: object) -> float | None:
    """Returns the limit of a result below it, in our unit; None for anything else."""
    try:
        limit = read_below(found) if isinstance(found, str) else None
    except ValueError:
        return None
    if limit is None or limit == UNNAMED:
        return limit
    scaled = float(Decimal(str(limit)) * mapped.factor + mapped.offset)
    return scaled if 0 < scaled < math.inf else None


def _nothing(mapping: PayloadMapping) -> Fault:
    error = BadInput(
        "None of the mapped paths has a value: {paths}.",
        mend="Compare them with the message.",
        paths=shortened(", ".join(each.path.text for each in mapping.values)),
    )
    return Fault(Refusal.SHAPE, error)


def _at(path: JsonPath, item: Any, root: Any) -> object:
    """Returns what is at a path, or MISSING. Raises BadInput where several elements fit it."""
    document = root if path.from_root else item
    found = find(document, path.steps)
    if found is MISSING and is_ambiguous(document, path.steps):
        raise BadInput(
            "{path}: several elements of the list fit, and which is meant can't be known.",
            path=path.text,
        )
    return found


def _number(mapped: MappedValue, found: object) -> float:
    """Returns the value in our unit; a number in quotation marks is one too. Raises BadInput."""
    is_number = isinstance(found, str) and len(found) <= _LONGEST_TEXT and _NUMBER.fullmatch(found)
    number = Decimal(cast(str, found)) if is_number else found
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
    """Returns the message's id, None for an empty one; one that can't be used is a fault."""
    if mapping.id_path is None:
        return None
    try:
        found = _at(mapping.id_path, item, root)
    except BadInput as ambiguous:
        faults.append(Fault(Refusal.VALUE, ambiguous))
        return None
    if found is MISSING or found in (None, ""):
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
