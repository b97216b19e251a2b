"""Decodes the JSON contract: ``{"id"?, "time", "period"?, "values", "flags"?, "position"?}``.

Nothing a device says is silently left out. What is wrong with the message itself (no time, an
unknown field, a key that comes twice) refuses it whole; a value, a flag, a position or an id that
can't be read is refused alone and named beside the others. The bytes are kept either way and can be
taken in later.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import orjson

from data.clock import UtcDatetime, to_utc
from data.quality.detection import read_below
from data.records import RawReading, StationCode
from data.tolerances import NO_TOLERANCES, Tolerance, Tolerances
from data.vocabulary import PARAMETERS, Flag, Parameter, Period, Refusal
from ingest.codecs import repairs
from ingest.codecs.json_numbers import odd_document, read_any, read_odd
from ingest.codecs.refusal import LONGEST_ID, RefusedParts, Unreadable, capitals_hint, quoted

_MANY = "the message holds several readings"

_PLAIN_FIELDS = frozenset({"id", "time", "period", "values"})
_FIELDS = _PLAIN_FIELDS | {"flags", "position"}
_TEXTS = ("id", "time", "period")
_PARAMETERS: Mapping[str, Parameter] = {p.value: p for p in Parameter}
_PERIODS: Mapping[str, Period] = {p.value: p for p in Period}
_DEVICE_FLAGS: Mapping[str, Flag] = {f.value: f for f in Flag if len(f.value) == 1}
_FLOATS = {float}


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
    is_plain = document.keys() <= _PLAIN_FIELDS
    if not (is_plain or document.keys() <= _FIELDS):
        unknown = ", ".join(sorted(document.keys() - _FIELDS))
        raise Unreadable(Refusal.SHAPE, f"unknown field {quoted(unknown)}")
    values, refused = _plain_values(document.get("values")), RefusedParts()
    message_id = _message_id(document, refused)
    if values is None or refused or not is_plain:
        return _decode_by_parts(payload, document, station, values, tolerances)
    if payload.count(b'"') != 2 * _string_count(document):
        _refuse_repeated_keys(payload)
    return RawReading(
        station,
        _time(document.get("time"), tolerances),
        values,
        _period(document.get("period")),
        {},
        {},
        None,
        message_id,
    )


def _decode_by_parts(
    payload: bytes,
    document: Mapping[str, Any],
    station: StationCode,
    plain: dict[Parameter, float] | None,
    tolerances: Tolerances,
) -> RawReading:
    """Returns the reading in a message that has more, or other things, than plain numbers."""
    refused = RefusedParts()
    below: dict[Parameter, float] = {}
    values = _values(document.get("values"), below, refused) if plain is None else plain
    flags = _flags(document.get("flags"), values, refused)
    below = {p: limit for p, limit in below.items() if p in values}
    position = _position(document.get("position"), refused)
    message_id = _message_id(document, refused)
    if refused or below or payload.count(b'"') != 2 * _string_count(document):
        _refuse_repeated_keys(payload)
    if not values:
        raise refused.as_error()
    return RawReading(
        station=station,
        observed_at=_time(document.get("time"), tolerances),
        values=values,
        period=_period(document.get("period")),
        flags=flags,
        position=position,
        message_id=message_id,
        below=below,
        refused=refused.why,
    )


def _parse(payload: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        document = odd_document(payload)
        if document is None:
            _refuse_bytes(payload, f"{error.msg}: line {error.lineno} column {error.colno}")
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
    if bare != payload and read_any(bare) is not None:
        padded = "there is a byte order mark or padding, as NULs, around the message"
        repairs.refuse_mendable(Refusal.NOT_JSON, padded, Tolerance.STRIP)
    why = repairs.hint(payload)
    raise Unreadable(Refusal.NOT_JSON, f"{why} ({fault})" if why else fault)


def _plain_values(raw: object) -> dict[Parameter, float] | None:
    """Returns the values of a message as nearly all are: known parameters, finite fractions.

    None for any other, also for what is no object.
    """
    if (
        isinstance(raw, dict)
        and set(map(type, raw.values())) == _FLOATS
        and math.isfinite(sum(raw.values()))
    ):
        try:
            return {_PARAMETERS[key]: value for key, value in raw.items()}
        except KeyError:
            pass
    return None


def _values(
    raw: object, below: dict[Parameter, float], refused: RefusedParts
) -> dict[Parameter, float]:
    """Returns the values that can be read; ``below`` gets the limits of those below a limit.

    The value of one of these is its limit, until a rule says what counts in its place.
    """
    if not isinstance(raw, dict):
        raise Unreadable(Refusal.SHAPE, "values is missing or not an object")
    if not raw:
        raise Unreadable(Refusal.SHAPE, "values is empty")
    values: dict[Parameter, float] = {}
    for key, value in raw.items():
        parameter = _PARAMETERS.get(key)
        if parameter is None:
            refused.add(Refusal.PARAMETER, key, "unknown parameter")
            continue
        try:
            unit = PARAMETERS[parameter].unit
            limit = read_below(value, unit=unit) if isinstance(value, str) else None
            if limit is not None:
                below[parameter] = limit
            values[parameter] = _number(value) if limit is None else limit
        except ValueError as error:
            refused.add(Refusal.VALUE, key, str(error))
    return values


def _number(value: object) -> float:
    """Returns a finite number. Raises ValueError, in words."""
    if value is None:
        raise ValueError("no value (null)")
    # type() and not isinstance(): a JSON true is a Python int
    if type(value) is not float and type(value) is not int:
        raise ValueError("not a number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _flags(
    raw: object, values: dict[Parameter, float], refused: RefusedParts
) -> dict[Parameter, Flag]:
    """Returns the flags of the values; a value whose flag says nothing known is refused with it."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise Unreadable(Refusal.SHAPE, "flags is not an object")
    flags: dict[Parameter, Flag] = {}
    for key, word in raw.items():
        parameter = _PARAMETERS.get(key)
        if word is None and parameter is not None:
            continue
        flag = _DEVICE_FLAGS.get(word) if isinstance(word, str) else None
        if parameter is None:
            refused.add(Refusal.PARAMETER, f"flags.{key}", "unknown parameter")
        elif parameter not in values:
            # an instrument in fault has a flag and no value: both are told together
            if not refused.add_to(key, f", flag {flag.value}" if flag else ""):
                refused.add(Refusal.SHAPE, f"flags.{key}", "a flag without a value")
        elif flag is None:
            del values[parameter]
            refused.add(Refusal.VALUE, key, f"its flag is none of HJ 212's{capitals_hint(word)}")
        else:
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
    if raw is None:
        return Period.INSTANT
    period = _PERIODS.get(raw) if isinstance(raw, str) else None
    if period is None:
        raise Unreadable(Refusal.VALUE, f"period is none of {', '.join(_PERIODS)}")
    return period


def _position(raw: object, refused: RefusedParts) -> tuple[float, float] | None:
    """Returns longitude and latitude; None for no position, or one that is refused."""
    if raw is None:
        return None
    if not isinstance(raw, list) or len(raw) != 2:
        refused.add(Refusal.SHAPE, "position", "not [longitude, latitude]")
        return None
    try:
        lon, lat = map(_number, raw)
    except ValueError as error:
        refused.add(Refusal.VALUE, "position", str(error))
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        swapped = "off the earth; longitude and latitude seem swapped"
        fits_swapped = -180 <= lat <= 180 and -90 <= lon <= 90
        refused.add(Refusal.VALUE, "position", swapped if fits_swapped else "off the earth")
        return None
    return lon, lat


def _message_id(document: Mapping[str, Any], refused: RefusedParts) -> str | None:
    """Returns the id as text; None for no id, or one that is refused."""
    raw = document.get("id")
    if isinstance(raw, str):
        if 1 <= len(raw) <= LONGEST_ID and raw.isprintable():
            return raw
        refused.add(Refusal.VALUE, "id", f"not 1 to {LONGEST_ID} printable characters")
    elif type(raw) is int:
        return str(raw)
    elif raw is not None:
        refused.add(Refusal.SHAPE, "id", "neither text nor a whole number")
    return None


def _string_count(document: Mapping[str, Any]) -> int:
    """Returns how many JSON strings a valid message of this shape has."""
    flags = document.get("flags") or {}
    texts = [text for text in map(document.get, _TEXTS) if isinstance(text, str)]
    flag_count = sum(isinstance(flag, str) for flag in flags.values())
    return len(document) + len(document["values"]) + len(flags) + flag_count + len(texts)


def _refuse_repeated_keys(payload: bytes) -> None:
    """Raises Unreadable where a JSON object has a key twice.

    The fast parser keeps the last of them in silence. Every string takes two quotation marks, so a
    key that vanished shows as a surplus, and only then is the message read a second time.
    """
    try:
        read_odd(payload)
    except (ValueError, RecursionError):
        raise Unreadable(Refusal.NOT_JSON, "the message can't be read twice alike") from None
