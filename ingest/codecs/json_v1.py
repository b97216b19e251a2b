"""Decodes the JSON contract: ``{"id"?, "time", "period"?, "values", "flags"?, "position"?}``.

Strict, so that nothing a device says is silently left out: an unknown field, parameter or flag
refuses the whole message, whose bytes are kept and can be taken in later.
"""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

import orjson

from data.clock import UtcDatetime, to_utc
from data.records import RawReading, StationCode
from data.tolerances import NO_TOLERANCES, Tolerance, Tolerances
from data.vocabulary import Flag, Parameter, Period, Refusal
from ingest.codecs import repairs
from ingest.codecs.refusal import Unreadable

LONGEST_ID = 128
_MANY = "the message holds several readings"

_FIELDS = frozenset({"id", "time", "period", "values", "flags", "position"})
_TEXTS = ("id", "time", "period")
_PARAMETERS: Mapping[str, Parameter] = {p.value: p for p in Parameter}
_PERIODS: Mapping[str, Period] = {p.value: p for p in Period}
_DEVICE_FLAGS: Mapping[str, Flag] = {f.value: f for f in Flag if len(f.value) == 1}
_FLOATS = {float}
_MOST_SHOWN = 40


def decode(
    payload: bytes,
    station: StationCode,
    received_at: UtcDatetime,
    tolerances: Tolerances = NO_TOLERANCES,
) -> RawReading:
    """Returns the reading in a JSON message: times in UTC, finite values, the device's own flags.

    Raises Unreadable with the reason: not_json, shape, time, parameter or value. An array of
    readings is refused here, for its readings are decoded each by itself.
    """
    document = _parse(payload)
    if not document.keys() <= _FIELDS:
        raise Unreadable(Refusal.SHAPE, f"unknown field {_shown(document.keys() - _FIELDS)}")
    values = _values(document.get("values"))
    flags = _flags(document["flags"], values) if "flags" in document else {}
    if payload.count(b'"') != 2 * _string_count(document):
        _refuse_repeated_keys(payload)
    return RawReading(
        station,
        _time(document.get("time"), tolerances),
        values,
        _period(document["period"]) if "period" in document else Period.INSTANT,
        flags,
        {},
        _position(document["position"]) if "position" in document else None,
        _message_id(document["id"]) if "id" in document else None,
    )


def _parse(payload: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        _refuse_bytes(payload, str(error))
    if not isinstance(document, dict):
        if isinstance(document, list) and repairs.json_readings(payload, 1):
            repairs.refuse_mendable(Refusal.SHAPE, _MANY, Tolerance.ARRAY)
        raise Unreadable(Refusal.SHAPE, "not an object")
    return document


def _refuse_bytes(payload: bytes, fault: str) -> NoReturn:
    """Raises Unreadable for a payload that is no JSON, with what would mend it, or a hint."""
    bare = repairs.stripped(payload)
    if repairs.json_readings(bare, 1):
        repairs.refuse_mendable(
            Refusal.SHAPE, _MANY, Tolerance.ARRAY if bare == payload.strip() else Tolerance.STRIP
        )
    if bare != payload:
        try:
            orjson.loads(bare)
        except orjson.JSONDecodeError:
            pass
        else:
            padded = "there is a byte order mark or padding, as NULs, around the message"
            repairs.refuse_mendable(Refusal.NOT_JSON, padded, Tolerance.STRIP)
    why = repairs.hint(payload)
    raise Unreadable(Refusal.NOT_JSON, f"{why} ({fault})" if why else fault)


def _values(raw: object) -> dict[Parameter, float]:
    if not isinstance(raw, dict):
        raise Unreadable(Refusal.SHAPE, "values is missing or not an object")
    if not raw:
        raise Unreadable(Refusal.SHAPE, "values is empty")
    if set(map(type, raw.values())) == _FLOATS and math.isfinite(sum(raw.values())):
        try:  # as nearly all are: known parameters with finite fractions
            return {_PARAMETERS[key]: value for key, value in raw.items()}
        except KeyError:
            pass
    values: dict[Parameter, float] = {}
    for key, value in raw.items():
        parameter = _PARAMETERS.get(key)
        if parameter is None:
            raise Unreadable(Refusal.PARAMETER, f"unknown parameter {_shown([key])}")
        values[parameter] = _number(value, key)
    return values


def _number(value: object, key: str) -> float:
    # type() and not isinstance(): a JSON true is a Python int
    if type(value) is not float and type(value) is not int:
        raise Unreadable(Refusal.VALUE, f"{key} is not a number")
    number = float(value)
    if not math.isfinite(number):
        raise Unreadable(Refusal.VALUE, f"{key} is not finite")
    return number


def _flags(raw: object, values: Mapping[Parameter, float]) -> dict[Parameter, Flag]:
    if not isinstance(raw, dict):
        raise Unreadable(Refusal.SHAPE, "flags is not an object")
    flags: dict[Parameter, Flag] = {}
    for key, word in raw.items():
        parameter = _PARAMETERS.get(key)
        if parameter is None:
            raise Unreadable(Refusal.PARAMETER, f"unknown parameter {_shown([key])} in flags")
        if parameter not in values:
            raise Unreadable(Refusal.SHAPE, f"{key} has a flag but no value")
        flag = _DEVICE_FLAGS.get(word) if isinstance(word, str) else None
        if flag is None:
            raise Unreadable(Refusal.VALUE, f"the flag of {key} is none of HJ 212's")
        flags[parameter] = flag
    return flags


def _time(raw: object, tolerances: Tolerances) -> UtcDatetime:
    if isinstance(raw, str) and 11 <= len(raw) <= 40 and raw[10] in "Tt ":
        try:
            moment = datetime.fromisoformat(raw)
            if moment.tzinfo is not None:
                return to_utc(moment)
        except (ValueError, OverflowError):
            pass
    try:
        return to_utc(repairs.repaired_time(raw, tolerances))
    except (ValueError, OverflowError):
        raise Unreadable(Refusal.TIME, "time is not ISO 8601 with an offset") from None


def _period(raw: object) -> Period:
    period = _PERIODS.get(raw) if isinstance(raw, str) else None
    if period is None:
        raise Unreadable(Refusal.VALUE, f"period is none of {', '.join(_PERIODS)}")
    return period


def _position(raw: object) -> tuple[float, float]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise Unreadable(Refusal.SHAPE, "position is not [longitude, latitude]")
    lon, lat = _number(raw[0], "longitude"), _number(raw[1], "latitude")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Unreadable(Refusal.VALUE, "position is off the earth")
    return lon, lat


def _message_id(raw: object) -> str:
    if not isinstance(raw, str):
        raise Unreadable(Refusal.SHAPE, "id is not text")
    if not 1 <= len(raw) <= LONGEST_ID or not raw.isprintable():
        raise Unreadable(Refusal.VALUE, f"id is not 1 to {LONGEST_ID} printable characters")
    return raw


def _string_count(document: Mapping[str, Any]) -> int:
    """Returns how many JSON strings a valid message of this shape has."""
    flags = document.get("flags", ())
    texts = [text for text in map(document.get, _TEXTS) if isinstance(text, str)]
    return len(document) + len(document["values"]) + 2 * len(flags) + len(texts)


def _refuse_repeated_keys(payload: bytes) -> None:
    """Raises Unreadable where a JSON object has a key twice.

    The fast parser keeps the last of them in silence. Every string takes two quotation marks, so a
    key that vanished shows as a surplus, and only then is the message read a second time.
    """

    def refuse(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Unreadable(Refusal.SHAPE, "an object has the same key twice")
        return found

    try:
        json.loads(payload, object_pairs_hook=refuse)
    except (ValueError, RecursionError):
        raise Unreadable(Refusal.NOT_JSON, "the message can't be read twice alike") from None


def _shown(keys: Iterable[str]) -> str:
    """Returns the keys as text for an error message: shortened and printable."""
    text = ", ".join(sorted(keys))
    return ascii(text[:_MOST_SHOWN])
