"""The one rule for texts of people and files: how long, of which signs, and how others are shown.

A sign that nobody sees can make two names of one look, turn a line around, or command a terminal.
"""

import re
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from data.errors import BadInput

LONGEST: Final = 2_000
"""Characters of a description, a remark, a source."""

LONGEST_NAME: Final = 200
"""Characters of a name, a post, a code."""

MOST_SHOWN: Final = 1_000
"""Characters of a fact that an error or a note repeats; of a row's name a tenth of that."""

_REFUSED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, halves of pairs, and what embeds or overrides the direction of text.

Source: Unicode 15, 23.1 and UAX 9, 2.
"""

_UNSEEN: Final = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\ufeff]")
"""Signs without width or shape, which come along when text is copied from a page."""

_JOINING: Final = "\u0600-\u1fff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_LOOSE_JOINERS: Final = re.compile(
    f"(?<![{_JOINING}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINING}])"
)
"""Joiners anywhere but within a script that needs them, or a pictograph made of several."""

_WITHOUT_SHAPE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fit(text: str, most: int = LONGEST) -> str:
    """Returns a text as it is kept: trimmed, without signs that have no width.

    Raises BadInput above ``most`` characters, and for control characters and signs that turn the
    text around them.
    """
    kept = _LOOSE_JOINERS.sub("", _UNSEEN.sub("", text)).strip()
    if len(kept) > most:
        raise BadInput("The text has {count} characters; {most} fit.", count=len(kept), most=most)
    found = _REFUSED.search(kept)
    if found:
        raise BadInput(
            "The text holds characters that can't be read.",
            mend="Remove the sign {sign}, or write the text anew.",
            sign=f"U+{ord(found[0]):04X}",
        )
    return kept


def fit_name(text: str, most: int = LONGEST_NAME) -> str:
    """Returns a name as it is kept: in one line, blanks made one. Raises BadInput as ``fit``."""
    return " ".join(fit(text, most).split())


def shown(text: str, most: int = MOST_SHOWN) -> str:
    """Returns a text as it may be printed: shortened, each sign without a shape as its escape."""
    start = text[:most]
    if not start.isprintable():
        start = "".join(
            sign.encode("unicode_escape").decode()
            if unicodedata.category(sign) in _WITHOUT_SHAPE
            else sign
            for sign in start
        )
    return start if len(text) <= most else start + "…"


def shown_bytes(content: bytes, most: int, size: int | None = None) -> str:
    """Returns the beginning of bytes as text that may be printed; what is no text as escapes.

    ``size`` is their length where ``content`` is a beginning already. A letter through which the
    cut goes is left out.
    """
    start = content[:most]
    is_cut = len(start) < (len(content) if size is None else size)
    text = getincrementaldecoder("utf-8")("backslashreplace").decode(start, final=not is_cut)
    return shown(text, len(text)) + ("…" if is_cut else "")


def shown_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """Returns the facts of an error or a note with each text as it may be printed."""
    return {
        key: shown(str(value)) if isinstance(value, str | Path) else value
        for key, value in facts.items()
    }
