"""Splits the data segment of HJ 212 into header fields and items of ``CP``, uninterpreted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from data.clock import UtcDatetime, to_utc
from data.tolerances import NO_TOLERANCES, Tolerance, Tolerances
from ingest.codecs.hj212_frame import BadFrame, Fault, mendable
from ingest.codecs.refusal import quoted

BEIJING: Final = timezone(timedelta(hours=8))
"""A time of HJ 212 is Beijing time. Source: HJ 212-2017 §6."""

_BODY: Final = re.compile(r"CP=\s*&&(.*)&&\s*", re.DOTALL)
_FIELD: Final = re.compile(r"\s*([A-Za-z]{2,6})\s*=\s*([^;,]*?)\s*")
_KEY_END: Final = re.compile(r"[=;,]|\Z")
_ITEM_END: Final = re.compile(r"[;,]|\Z")
_QUOTED_END: Final = re.compile(r"//\s*(?:[;,]|\Z)")
_BARE: Final = frozenset({"rtd", "avg", "min", "max", "cou", "flag", "eflag"})
"""Keys, in small letters, that say of which factor they are by their place alone."""

_NUMBER_SIGNS: Final = frozenset("0123456789+-.")
_BLANK: Final = re.compile(r"\s*")
_LONGEST_NUMBER: Final = 9
_SPLIT_BIT: Final = 2
_ACK_BIT: Final = 1


class Version(StrEnum):
    """The edition of the standard, by the version bits of ``Flag``."""

    V2005 = "2005"
    V2017 = "2017"
    V2025 = "2025"
    UNKNOWN = "unknown"


_VERSIONS: Final = {0: Version.V2005, 1: Version.V2017, 2: Version.V2025}


@dataclass(frozen=True, slots=True)
class Segment:
    """A parsed data segment; ``items`` holds every value given for a key, in order.

    ``remains`` are texts that belong to no key, each with the key of the item in which it stands,
    empty where it stands alone.
    """

    fields: Mapping[str, str]
    body: str
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remains: tuple[tuple[str, str], ...] = ()

    @property
    def flag(self) -> int:
        """The eight bits of ``Flag``, 0 when missing, as in the 2005 edition. Raises BadFrame."""
        text = self.fields.get("FLAG", "0")
        if not (_is_number(text) and int(text) < 256):
            raise BadFrame(Fault.SEGMENT, f"Flag is {quoted(text, 20)}")
        return int(text)

    @property
    def version(self) -> Version:
        """The edition of HJ 212 that the segment follows, or UNKNOWN. Raises BadFrame."""
        return _VERSIONS.get(self.flag >> 2, Version.UNKNOWN)

    @property
    def wants_answer(self) -> bool:
        """Whether the logger waits for an answer to the segment. Raises BadFrame."""
        return bool(self.flag & _ACK_BIT)

    @property
    def command(self) -> int:
        """The command number (CN) of the segment. Raises BadFrame."""
        text = self.fields.get("CN", "")
        if not (_is_number(text) and len(text) == 4):
            raise BadFrame(Fault.SEGMENT, f"CN is {quoted(text, 20)}")
        return int(text)

    def packet(self, tolerances: Tolerances = NO_TOLERANCES) -> tuple[int, int] | None:
        """Returns number and count of a piece of a message; None for a whole one.

        Raises BadFrame for a piece that doesn't say which, unless that is tolerated as whole.
        """
        number, count = self.fields.get("PNO"), self.fields.get("PNUM")
        if number is None or count is None:
            if not (self.flag & _SPLIT_BIT and self.version is not Version.V2005):
                return None
            fault = "Flag tells of pieces, PNUM or PNO is missing"
        elif _is_number(number) and _is_number(count) and 1 <= int(number) <= int(count):
            return int(number), int(count)
        elif {number, count} <= {"", "0"}:
            fault = "PNO and PNUM are 0 or empty"
        else:
            raise BadFrame(Fault.SEGMENT, "PNO and PNUM are no piece of a whole")
        if Tolerance.WHOLE_FRAME not in tolerances:
            raise mendable(Fault.SEGMENT, fault, Tolerance.WHOLE_FRAME)
        return None


def take_apart(segment: bytes, tolerances: Tolerances = NO_TOLERANCES) -> Segment:
    """Parses a data segment into its header and body, without items yet. Raises BadFrame."""
    text = _decoded(segment, tolerances)
    found = _BODY.search(text)
    if found is None or text[found.end() :].strip():
        raise BadFrame(Fault.SEGMENT, "CP=&&…&& is missing")
    fields: dict[str, str] = {}
    for part in re.split("[;,]", text[: found.start()]):
        if not part.strip():
            continue
        named = _FIELD.fullmatch(part)
        if named is None:
            raise BadFrame(Fault.SEGMENT, f"the header has {quoted(part)}")
        key = named[1].upper()
        if fields.setdefault(key, named[2]) != named[2]:
            raise BadFrame(Fault.SEGMENT, f"the header has {key} twice")
    return Segment(fields, found[1])


def _decoded(segment: bytes, tolerances: Tolerances) -> str:
    """Returns the segment's text, in UTF-8 or, where tolerated, GBK. Raises BadFrame.

    No byte of a GBK letter is a sign that ends a field or an item.
    """
    try:
        return segment.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = segment.decode("gb18030")
    except UnicodeDecodeError:
        raise BadFrame(Fault.SEGMENT, "the text is neither UTF-8 nor GBK") from None
    if Tolerance.GBK_TEXT not in tolerances:
        raise mendable(
            Fault.SEGMENT, "the text isn't UTF-8, but may be GBK", Tolerance.GBK_TEXT
        ) from None
    return text


def with_items(segment: Segment, body: str) -> Segment:
    """Returns a copy of the segment with the items parsed from ``body``, and what remains."""
    found: dict[str, list[str]] = {}
    remains: list[tuple[str, str]] = []
    waiting: list[str] = []
    before, item = "", ""
    for key, text, is_first in pairs(body):
        if is_first:
            remains += _alone(waiting, before)
            before, item, waiting = item or before, "", []
        if key and key.strip("-").casefold() not in _BARE:
            item = key
            remains += [(item, each) for each in waiting]
            waiting = []
            found.setdefault(key, []).append(text)
        else:
            remain = f"{key}={text}" if key else text
            if item:
                remains.append((item, remain))
            else:
                waiting.append(remain)
    remains += _alone(waiting, before)
    items = {key: tuple(values) for key, values in found.items()}
    return Segment(segment.fields, body, items, tuple(remains))


def _alone(texts: list[str], before: str) -> list[tuple[str, str]]:
    """Returns the texts of an item without a key; a number may be the rest of the item before."""
    return [(before if text[0] in _NUMBER_SIGNS else "", text) for text in texts]


def pairs(body: str) -> Iterator[tuple[str, str, bool]]:
    """Yields each key and value of a segment's body, and whether it is the first of its item.

    Items end with a semicolon; text between double slashes is one value. A text without ``=`` comes
    with an empty key. Takes time in proportion to the body's length, whatever is in it.
    """
    at, may_be_quoted, is_first = 0, True, True
    while at < len(body):
        stop = _KEY_END.search(body, at)
        assert stop is not None  # noqa: S101  it finds the end at least
        key, at = body[at : stop.start()].strip(), stop.end()
        if stop[0] != "=" or not key:
            if key:
                yield "", key, is_first
                is_first = False
            is_first = is_first or stop[0] == ";"
            continue
        begin = _BLANK.match(body, at).end()  # type: ignore[union-attr]  # always matches
        if may_be_quoted and body.startswith("//", begin):
            quoted = _QUOTED_END.search(body, begin + 2)
            if quoted is not None:
                yield key, body[begin : quoted.start() + 2], is_first
                at, is_first = quoted.end(), quoted[0].endswith(";")
                continue
            may_be_quoted = False
        end = _ITEM_END.search(body, at)
        assert end is not None  # noqa: S101  it finds the end at least
        yield key, body[at : end.start()].strip(), is_first
        at, is_first = end.end(), end[0] == ";"


def _is_number(text: str) -> bool:
    """Returns whether the text is a whole number in few digits, of ASCII."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def moment(text: str, tolerances: Tolerances = NO_TOLERANCES) -> UtcDatetime:
    """Parses Beijing time, ``YYYYMMDDhhmmss`` with or without milliseconds. Raises BadFrame."""
    if text.isascii() and text.isdigit() and len(text) in (14, 17):
        late = text[8:].ljust(9, "0") == "240000000"
        if late and Tolerance.HOUR24 not in tolerances:
            fault = f"{quoted(text)}: 24:00 is 0:00 of the next day"
            raise mendable(Fault.TIME, fault, Tolerance.HOUR24)
        digits = f"{text[:8]}000000" if late else text[:14]
        try:
            at = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
            return to_utc(at + timedelta(days=int(late), milliseconds=int(text[14:] or "0")))
        except (ValueError, OverflowError):
            pass
    raise BadFrame(Fault.TIME, f"{quoted(text, 30)} is no time YYYYMMDDhhmmss")
