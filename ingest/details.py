"""How a stored detail of a refusal is read back, so that it can be worded in any language."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from data.tolerances import Tolerance
from ingest.codecs.refusal import NO_BREAK, OTHERS
from ingest.detail_sentences import SENTENCES

NESTED: Final = frozenset({"why", "fault", "span"})
"""Fields that hold a sentence of this table themselves."""

LONGEST: Final = 500
"""Characters of a stored detail; a longer text is not read back."""


class Said(NamedTuple):
    """A sentence as a detail says it, with what its fields hold."""

    template: str
    facts: "Mapping[str, str | Said]"


class Piece(NamedTuple):
    """What a part of a detail is about ("" for all), and what it says: the text if unknown."""

    about: str
    said: Said | str


class Detail(NamedTuple):
    """A detail that was read back: its parts, and the tolerances it names at its end."""

    pieces: tuple[Piece, ...]
    kinds: str = ""


_KIND: Final = "|".join(Tolerance)
_TOLERATE: Final = re.compile(rf"(?s:(.*))(; to tolerate it: ((?:{_KIND})(?:, (?:{_KIND}))*))")
"""What is wrong, and the tolerances that would mend it."""

_OTHERS: Final = re.compile(rf"{OTHERS}: (\d+) more")
_KEY: Final = re.compile(r"[^ '\"]+|(['\"])[^ ]*\1")
"""What a part is about: a word, or a device's key, which has no blank and may be in quotes."""

_PART_END: Final = re.compile(r"; (?=[^ ]+: )")
"""Between two parts; a semicolon of a sentence has no key behind it."""

_FULL_STOP: Final = re.compile(r"(?<=\.) ")


def kept_detail(detail: str) -> str:
    """Returns a detail as it is stored: where too long, without its last parts, which are counted.

    A single part that is too long is cut itself. The tolerances at its end stay.
    """
    if len(detail) <= LONGEST:
        return detail
    tolerate = _TOLERATE.fullmatch(detail)
    text, end = (tolerate[1], tolerate[2]) if tolerate else (detail, "")
    parts, left_out = [], 0
    for part in _PART_END.split(text):
        if more := _OTHERS.fullmatch(part):
            left_out += int(more[1])
        else:
            parts.append(part)
    while True:
        last = f"; {OTHERS}: {left_out} more{end}" if left_out else end
        kept = "; ".join(parts)
        if len(parts) <= 1 or len(kept + last) <= LONGEST:
            return kept[: LONGEST - len(last)] + last
        parts.pop()
        left_out += 1


def without_tolerances(detail: str) -> str:
    """Returns what is wrong by a detail, without the tolerances at its end."""
    tolerate = _TOLERATE.fullmatch(detail)
    return tolerate[1] if tolerate else detail


def with_blanks(text: str) -> str:
    """Returns a detail, or a part of it, as people read it: with what a device wrote as it came."""
    return text.replace(NO_BREAK, " ")


def read_back(detail: str) -> Detail:
    """Returns a stored detail as its sentences; what fits none of them stays as it stands."""
    if len(detail) > LONGEST:
        return Detail((Piece("", detail),))
    tolerate = _TOLERATE.fullmatch(detail)
    return Detail(_pieces(tolerate[1]), tolerate[3]) if tolerate else Detail(_pieces(detail))


def _pieces(text: str) -> tuple[Piece, ...]:
    """Returns the parts of a text: one sentence, or several with what each is about.

    Older details have blanks in what a device wrote; of these what is read at all decides.
    """
    known = [piece for part in _PART_END.split(text) for piece in _piece(part)]
    if _is_read(known) and not any(" " in each.about for each in known):
        return tuple(known)
    whole = _piece(text)
    parts = [piece for part in text.split("; ") for piece in _piece(part)]
    is_one = "; " not in text or any(_spells_semicolon(each.said) for each in whole)
    if is_one or (_is_read(whole) and not _is_read(parts)):
        return tuple(whole)
    return tuple(parts)


def _is_read(pieces: list[Piece]) -> bool:
    return all(isinstance(each.said, Said) for each in pieces)


def _spells_semicolon(said: Said | str) -> bool:
    """Whether a sentence has a semicolon of its own, so that none ends it."""
    if isinstance(said, str):
        return False
    return "; " in said.template or any(map(_spells_semicolon, said.facts.values()))


def _piece(text: str) -> list[Piece]:
    """Returns the sentences of one part, with what it is about: ``ph: not a number``.

    That is a word, or a key of a message with anything in it.
    """
    head, colon, rest = text.partition(": ")
    if colon and _KEY.fullmatch(head) and (said := _sentences(rest)):
        return _about(head, said)
    if said := _sentences(text):
        return _about("", said)
    at = -1
    while (at := text.find(": ", at + 1)) >= 0:
        if said := _sentences(text[at + 2 :]):
            return _about(text[:at], said)
    return [Piece("", text)]


def _about(about: str, said: list[Said]) -> list[Piece]:
    return [Piece("" if n else about, each) for n, each in enumerate(said)]


def _sentences(text: str) -> list[Said]:
    """Returns the sentences of a text in their order; none where one of them isn't known."""
    each = [find(part) for part in _FULL_STOP.split(text)]
    found = [said for said in each if said is not None]
    if len(found) == len(each):
        return found
    whole = find(text)
    return [whole] if whole is not None else []


def find(text: str) -> Said | None:
    """Returns the sentence that a text is; None where it is none of them.

    What a sentence adds to is a sentence too.
    """
    for each in SENTENCES:
        match = each.pattern.fullmatch(text)
        if match is None:
            continue
        facts = {
            field: (find(held) or held) if field in NESTED else held
            for field, held in match.groupdict().items()
        }
        if not isinstance(facts.get("why"), str):
            return Said(each.template, facts)
    return None
