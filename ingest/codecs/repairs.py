"""Repairs of what devices often get wrong, each where the office tolerates it; and hints.

Called only for messages that aren't by the contract: ordinary ones never come here.
"""

import json
import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, NoReturn

from data.clock import BUSINESS_ZONE
from data.tolerances import Tolerance, Tolerances
from data.vocabulary import Refusal
from ingest.codecs.json_numbers import masked, read_any
from ingest.codecs.refusal import Unreadable

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_PADDING: Final = b" \t\r\n\x0b\x0c\0\x1a\x7f\xff"
"""Blanks, NUL, the end marks of old systems, and what empty flash memory reads."""

_MARKS: Final = re.compile(rb"(?:%b|[%b])*+" % (BYTE_ORDER_MARK, re.escape(_PADDING)))
"""Any number of them: each program on the way may have added its own."""

_EARLIEST_S: Final = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LATEST_S: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_UNITS: Final = (1, 1_000, 1_000_000, 1_000_000_000)
"""Seconds to nanoseconds: between 2000 and 2100 no number is a time in two of them."""

_DIGITS: Final = re.compile(r"\d{9,19}(\.\d{1,9})?", re.ASCII)
_COMPACT: Final = (14, 17)
"""So many digits are YYYYMMDDhhmmss, with or without milliseconds: no number since 1970."""

_HOUR24: Final = re.compile(
    r"(\d{4}-?\d\d-?\d\d[Tt ]|\d{8})24((?::?00){1,2}(?:[.,]?0+)?)([Zz]|[+-][\d:]+)?", re.ASCII
)
_LOCAL_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%Y%m%d%H%M%S.%f",
)  # fmt: skip
_GAP: Final = re.compile(r"[\s,]*", re.ASCII)
_HINTS: Final = (
    (re.compile(rb"^\s*##"), "a frame of HJ 212 belongs on the station's topic hj212"),
    (
        re.compile(rb"^\s*[\[{]\s*'"),
        "names and texts stand in double quotes in JSON, not in single",
    ),
    (re.compile(rb":\s*-?\d+,\d+\s*[,}]"), "a number has a decimal point in JSON, not a comma"),
    (
        re.compile(rb"[:\[,]\s*[+-]?(?:(?:NaN|nan|Infinity|inf)\b|1\.#)"),
        "JSON has no NaN and no Infinity; leave such a value out",
    ),
    (re.compile(rb",\s*[}\]]"), "a comma stands before a closing bracket"),
    (re.compile(rb"(^|[,{])\s*//|/\*"), "JSON has no comments"),
)
"""Faults that people make, by their look."""

_LONGEST_LOOK: Final = 4096

_DECODER: Final = json.JSONDecoder(parse_int=len, parse_float=len)
"""Finds where a value ends; no number is worked out, however long."""


def stripped(payload: bytes) -> bytes:
    """Returns the payload without byte order marks and padding around it."""
    bare = payload.strip(_PADDING)
    if not bare.startswith(BYTE_ORDER_MARK):
        return bare
    marks = _MARKS.match(bare)
    return bare[marks.end() :] if marks else bare


def hint(payload: bytes) -> str:
    """Returns what probably is wrong with bytes that are no JSON, or an empty string."""
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in payload[1:3]:
        return "the text is UTF-16 or has NULs in it; send UTF-8"
    start = payload[:_LONGEST_LOOK]
    if is_json_in_gbk(payload):
        return "the text isn't UTF-8, but may be GBK"
    for pattern, words in _HINTS:
        if pattern.search(start):
            return words
    try:
        payload.decode()
    except UnicodeDecodeError:
        return "the text isn't UTF-8"
    return ""


def is_json_in_gbk(payload: bytes) -> bool:
    """Returns whether bytes that are no UTF-8 are JSON as GBK."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        try:
            return read_any(payload.decode("gb18030").encode()) is not None
        except UnicodeDecodeError:
            pass
    return False


def json_readings(payload: bytes, most: int) -> list[bytes] | None:
    """Returns the bytes of each reading in a JSON array, or of objects one after the other.

    At most one more than ``most``. None where the payload holds one object, no object at all, or
    can't be read to its end. Nothing is changed within a reading; a word for no number (``nan``)
    or a number beyond all numbers costs its own value alone, once the reading is decoded.
    """
    try:
        text = payload.decode().strip()
        try:
            return _split(text, text, (), most)
        except ValueError:
            return _split(text, *masked(text), most)
    except (ValueError, RecursionError):
        return None


def _split(text: str, plain: str, added: Sequence[int], most: int) -> list[bytes] | None:
    """Returns what ``json_readings`` does. Raises ValueError for what can't be read to its end.

    ``plain`` is the text with a number in the place of each odd one, ``added`` the places in it of
    letters that the text lacks.
    """
    is_array = plain.startswith("[") and isinstance(_DECODER.decode(plain), list)
    within = (1, len(plain) - 1) if is_array else (0, len(plain))
    found = [
        text[start - bisect_left(added, start) : stop - bisect_left(added, stop)].encode()
        for start, stop in islice(_values(plain, *within), most + 1)
    ]
    has_object = any(each.startswith(b"{") for each in found)
    return found if has_object and (is_array or len(found) > 1) else None


def _values(plain: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields begin and end of each JSON value in a text of several, blanks or commas between."""
    while (at := _GAP.match(plain, at).end()) < end:  # type: ignore[union-attr]  # matches
        _value, stop = _DECODER.raw_decode(plain, at)
        yield at, stop
        at = stop


def repaired_time(raw: object, tolerances: Tolerances) -> datetime:
    """Returns the moment of a JSON time that isn't ISO 8601 with an offset, if that is tolerated.

    Raises Unreadable, with the tolerance that is missing.
    """
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _since_1970(raw, tolerances)
    if not isinstance(raw, str):
        raise Unreadable(Refusal.TIME, "time is missing or not text")
    text = raw.strip() if len(raw) <= 40 else ""
    if _DIGITS.fullmatch(text) and len(text) not in _COMPACT:
        return _since_1970(float(text), tolerances)
    local = _local(text)
    if local is not None:
        fault = "time has no offset from UTC, as in +08:00 or Z"
        _require(Tolerance.ASSUME_BEIJING, tolerances, fault)
        return local
    late = _HOUR24.fullmatch(text)
    if late is not None:
        _require(Tolerance.HOUR24, tolerances, "24:00 is 0:00 of the next day")
        midnight = f"{late[1]}00{late[2]}{late[3] or ''}"
        return _moment_of(midnight, tolerances) + timedelta(days=1)
    if not 11 <= len(raw) <= 40 or raw[10] not in "Tt ":
        raise Unreadable(Refusal.TIME, "time is not ISO 8601 with date and time of day")
    raise Unreadable(Refusal.TIME, "time is not ISO 8601 with an offset")


def _moment_of(text: str, tolerances: Tolerances) -> datetime:
    """Returns the moment of an ISO 8601 time; one without offset is repaired or refused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return repaired_time(text, tolerances)
    return moment if moment.tzinfo is not None else repaired_time(text, tolerances)


def _local(text: str) -> datetime | None:
    """Returns a time without offset as Beijing time; None for any other text."""
    if len(text) > 10 and text[10] in "Tt ":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return moment.replace(tzinfo=BUSINESS_ZONE) if moment.tzinfo is None else None
    if text.isascii() and text.isdigit() and len(text) == _COMPACT[1]:
        text = f"{text[:14]}.{text[14:]}"
    for form in _LOCAL_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=BUSINESS_ZONE)
        except ValueError:
            continue
    return None


def _since_1970(number: float, tolerances: Tolerances) -> datetime:
    """Returns the moment of a number since 1970, its unit told by its magnitude."""
    for unit in _UNITS:
        seconds = number / unit
        if math.isfinite(seconds) and _EARLIEST_S <= seconds < _LATEST_S:
            _require(Tolerance.EPOCH, tolerances, "time is a number since 1970, not ISO 8601")
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
                microseconds=round(number * 1_000_000 / unit)
            )
    raise Unreadable(
        Refusal.TIME, "time is a number, but no moment from 2000 to 2100 in any unit since 1970"
    )


def _require(tolerance: Tolerance, tolerances: Tolerances, fault: str) -> None:
    if tolerance not in tolerances:
        refuse_mendable(Refusal.TIME, fault, tolerance)


def refuse_mendable(reason: Refusal, fault: str, tolerance: Tolerance) -> NoReturn:
    """Raises Unreadable for a fault that the tolerance would mend."""
    raise Unreadable(reason, fault, tolerance)
