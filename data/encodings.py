"""Decodes text of unknown encoding field by field: UTF-8, or GBK where most fields aren't UTF-8."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from data.errors import BadInput

DAMAGED: Final = "\ufffd"
"""Stands where bytes can't be decoded; a cell that holds it is no text to keep."""

_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")
"""A zero byte, or half of a surrogate pair."""

_SIGNS_OF_JSON: Final = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\0|\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""What stays (a backslash, a whole pair), or what can't be kept, as it is or escaped."""

UTF8: Final = "UTF-8"
GBK: Final = "GB18030"
_GBK_NAMES: Final = frozenset({"gbk", "gb2312", "gb18030", "cp936", "936", "ansi936", "gb23121980"})
_BETWEEN: Final = re.compile(rb"([\x00-\x2f\x3a-\x3f]+)")
"""Bytes that are never part of a character in UTF-8 or GB 18030, so that fields end at them."""

_HEAD_BYTES: Final = 65_536
_MARKS: Final = (
    (BOM_UTF32_LE, "UTF-32-LE"), (BOM_UTF32_BE, "UTF-32-BE"),
    (BOM_UTF16_LE, "UTF-16-LE"), (BOM_UTF16_BE, "UTF-16-BE"),
)  # fmt: skip
"""Those of UTF-32 first: one of them begins as one of UTF-16."""

_SIGNS: Final = "\n\r,;{<"
"""One of them stands in every text that is read here."""

_LEAST_ZEROS: Final = 0.05
"""Of a text in UTF-16 each sign of ASCII has a zero byte; in others there is none."""

_XML_HEAD: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_XML_ENCODING: Final = re.compile(r"""\s+encoding\s*=\s*["'][^"']*["']""")
_CUT: Final = frozenset({"unexpected end of data", "incomplete multibyte sequence"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, and how many of its fields were cut or are damaged.

    ``is_guess`` is False for plain ASCII, a byte order mark and an encoding that the caller named.
    """

    text: str
    encoding: str
    is_guess: bool
    cut: int = 0
    damaged: int = 0
    fields: int = 0


def can_be_kept(text: str) -> bool:
    """Returns whether the database can keep a text: no zero byte, no half of a surrogate pair."""
    return _UNKEPT.search(text) is None


def with_marks(text: str) -> str:
    """Returns the text with ``DAMAGED`` for each sign that can't be kept."""
    return _UNKEPT.sub(DAMAGED, text)


def json_with_marks(text: str) -> str:
    """Returns a JSON text with ``DAMAGED`` for each such sign, written as it is or escaped."""
    return _SIGNS_OF_JSON.sub(lambda found: found[1] or DAMAGED, text)


def known_encoding(name: str) -> str:
    """Returns the encoding to read with by its name; every GBK is GB 18030. Raises BadInput."""
    if re.sub(r"[\s_.-]", "", name).lower() in _GBK_NAMES:
        return GBK
    try:
        b"".decode(name)
    except (LookupError, ValueError) as error:
        raise BadInput("{name} is no known encoding.", name=name) from error
    return name


def guess_encoding(fields: Iterable[bytes]) -> str | None:
    """Returns UTF-8, or GB18030 where most fields aren't UTF-8; None if all fields are ASCII.

    A field cut inside its last character counts for its encoding. A field of two-byte characters
    only, such as Greek letters, could be either: it decides where no other does.
    """
    votes = {UTF8: 0, GBK: 0}
    unsure = {UTF8: 0, GBK: 0}
    for raw in fields:
        if raw.isascii():
            continue
        text, fault = decode_field(raw, UTF8)
        if fault == "damaged":
            votes[GBK] += 1
        elif any(letter >= "\u0800" for letter in text):
            votes[UTF8] += 1
        else:
            unsure[GBK if any(letter >= "\u0100" for letter in text) else UTF8] += 1
    counted = votes if any(votes.values()) else unsure
    if not any(counted.values()):
        return None
    return GBK if counted[GBK] > counted[UTF8] else UTF8


def decode_field(raw: bytes, encoding: str) -> tuple[str, str]:
    """Returns a field's text and "", "cut" or "damaged".

    A character that a field's width cut off in its middle is left out. Other bytes that aren't of
    the encoding become ``DAMAGED``; so do halves of surrogate pairs, which are a fault of their
    cell and none of the encoding.
    """
    try:
        return raw.decode(encoding), ""
    except UnicodeDecodeError as error:
        if error.reason in _CUT and error.end == len(raw):
            return raw[: error.start].decode(encoding, "replace"), "cut"
        if encoding == UTF8:
            with suppress(UnicodeDecodeError):
                return with_marks(raw.decode(UTF8, "surrogatepass")), ""
        return raw.decode(encoding, "replace"), "damaged"


def decode_text(content: bytes, encoding: str | None = None) -> Decoded:
    """Decodes a whole text whose fields are parted by ASCII signs, in ``encoding`` or as guessed.

    A byte order mark decides before anything else.
    """
    if content.startswith(BOM_UTF8):
        content, encoding = content.removeprefix(BOM_UTF8), UTF8
    elif encoding is None and (found := _wide(content)):
        return found
    if content.isascii() and encoding is None:
        return Decoded(content.decode("ascii"), UTF8, False)
    pieces = _BETWEEN.split(content)
    named = known_encoding(encoding) if encoding else None
    if named not in (None, UTF8, GBK):
        text, fault = decode_field(content, named or UTF8)
        return Decoded(text, named or UTF8, False, damaged=int(bool(fault)))
    chosen = named or guess_encoding(pieces[::2]) or UTF8
    parts, faults, fields = [], {"": 0, "cut": 0, "damaged": 0}, 0
    for place, piece in enumerate(pieces):
        if place % 2 or piece.isascii():
            parts.append(piece.decode("ascii"))
            continue
        text, fault = decode_field(piece, chosen)
        fields += 1
        faults[fault] += 1
        parts.append(text)
    return Decoded("".join(parts), chosen, named is None, faults["cut"], faults["damaged"], fields)


def _wide(content: bytes) -> Decoded | None:
    """Returns a text in UTF-16 or UTF-32, with a mark or without; None for any other."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text, fault = decode_field(content.removeprefix(mark), encoding)
            if not fault and any(sign in text for sign in _SIGNS):
                return Decoded(text, encoding[:6], False)
    zeros = [content[place:_HEAD_BYTES:2].count(0) for place in (0, 1)]
    if sum(zeros) < _LEAST_ZEROS * len(content[:_HEAD_BYTES]):
        return None
    encoding = "UTF-16-BE" if zeros[0] > zeros[1] else "UTF-16-LE"
    text, fault = decode_field(content, encoding)
    has_lines = 0 < content.count(b"\n") <= 2 * text.count("\n")
    if fault or "\0" in text or not (has_lines or text[:1] in ("{", "<")):
        return None
    return Decoded(text, encoding, True, fields=text.count("\n") + 1)


def decode_xml(content: bytes) -> Decoded:
    """Decodes an XML text, whatever its declaration says, and drops the declared encoding.

    The bytes decide between UTF-8 and GBK: declarations are often those of a template.
    """
    found = decode_text(content)
    head = _XML_HEAD.match(found.text)
    if not head:
        return found
    plain = _XML_ENCODING.sub("", head.group()).lstrip()
    return replace(found, text=plain + found.text[head.end() :])
