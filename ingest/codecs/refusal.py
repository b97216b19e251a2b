"""What codecs refuse: a whole message (an exception), or parts of it (a list with reasons).

The details are lines of sentences, parted by blanks and signs (``ingest.details`` reads them back).
What a device wrote stands in them without a blank, odd keys in quotes: it is never read as ours.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from data.errors import OneMapError
from data.tolerances import Tolerance
from data.vocabulary import Flag, Refusal

LONGEST_ID: Final = 128
"""Characters of a message's id."""

MOST_PARTS: Final = 20
"""Parts of one message that are named; of the rest the number is said."""

OTHERS: Final = "others"
"""Stands for the parts that are not named; a device's own key of that name is in quotes."""

NO_BREAK: Final = "\u00a0"
"""Stands for a blank in what a device wrote."""

_MOST_SHOWN: Final = 40
_PARTING: Final = re.compile("[;:；：'\"]")
"""Signs by which people see where a part of a detail ends, and quotes."""

_LETTERS: Final = frozenset(flag.value for flag in Flag if len(flag.value) == 1)


class Unreadable(Exception):
    """The message can't be decoded; ``wrong`` says what is wrong with it.

    ``mendable_by`` is the tolerance that would mend this fault, None where none does; ``detail``
    names it too. Whether the message could then be taken in is for the screen to find out: it may
    have other faults.
    """

    def __init__(self, reason: Refusal, wrong: str, mendable_by: Tolerance | None = None) -> None:
        self.reason = reason
        self.wrong = wrong
        self.mendable_by = mendable_by
        self.detail = wrong + mending_words([mendable_by] if mendable_by else [])
        super().__init__(f"{reason}: {self.detail}")


def mending_words(kinds: Collection[Tolerance]) -> str:
    """Returns the end of a detail that names the tolerances that help; empty where none does."""
    return f"; to tolerate it: {', '.join(kinds)}" if kinds else ""


class RefusedParts:
    """The parts of a message that can't be read, while the rest of it can.

    Bounded and printable, whatever a message holds.
    """

    def __init__(self) -> None:
        self._why: dict[str, str] = {}
        self._keys: set[str] = set()
        self._reason: Refusal | None = None
        self._count = 0

    def add(self, reason: Refusal, what: str, why: str) -> None:
        """Notes a part, by its key in the message, and why it is refused."""
        self._reason = self._reason or reason
        self._count += 1
        self._keys.add(what)
        if len(self._why) < MOST_PARTS:
            self._why.setdefault(shown(what), why)

    def add_to(self, what: str, more: str) -> bool:
        """Adds to a part's reason; returns whether the part is among those refused."""
        if what not in self._keys:
            return False
        key = shown(what)
        if key in self._why:
            self._why[key] += more
        return True

    def __bool__(self) -> bool:
        return self._count > 0

    @property
    def why(self) -> Mapping[str, str]:
        """The reason of each part, by its key; at the end how many others there are."""
        if self._count == len(self._why):
            return self._why
        return {**self._why, OTHERS: f"{self._count - len(self._why)} more"}

    def as_error(self) -> Unreadable:
        """Returns the refusal of the whole message, by the first part's reason."""
        return Unreadable(self._reason or Refusal.SHAPE, detail_of(self.why))


def detail_of(refused: Mapping[str, str]) -> str:
    """Returns refused parts and their reasons as one line."""
    return "; ".join(f"{in_one_piece(what)}: {why}" for what, why in refused.items())


def detail_of_error(error: OneMapError) -> str:
    """Returns an error's words as a detail; what they repeat of a message is in one piece."""
    facts = {
        name: in_one_piece(fact) if isinstance(fact, str) else fact
        for name, fact in error.facts.items()
    }
    return " ".join(each.format(**facts) for each in (error.message, error.mend) if each)


def capitals_hint(flag: object) -> str:
    """Returns what to say of an unknown flag that is a letter of HJ 212 in lower case; else "".

    It is refused, for the standard has capitals alone: what a device means by ``n`` is a guess.
    Source: HJ 212-2017, the table of data flags.
    """
    is_lower = isinstance(flag, str) and not flag.isupper() and flag.upper() in _LETTERS
    return f"; its letters are capitals ({str(flag).upper()})" if is_lower else ""


def shown(key: str) -> str:
    """Returns a key of a message as text to be printed: shortened, without control characters.

    It is in quotes where it has signs that part a detail, or could be taken for a word of ours.
    """
    text = key[:_MOST_SHOWN]
    is_plain = text.isprintable() and text == text.strip() and not _PARTING.search(text)
    return text if is_plain and text not in ("", OTHERS) else repr(text)


def quoted(text: str, most: int = _MOST_SHOWN) -> str:
    """Returns what a device wrote as a detail repeats it: shortened, in quotes and in one piece."""
    return in_one_piece(repr(text[:most]))


def in_one_piece(text: str) -> str:
    """Returns a text with a no-break space for each blank, so that no part of it is read as ours.

    One that a device wrote is shown as an escape: a no-break space is none that prints.
    """
    return text.replace(" ", NO_BREAK)
