"""Looks up words in the reader's language; msgids are English, catalogues hold the Chinese."""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from data.errors import OneMapError
from data.texts import shown_facts

LANGUAGES = ("zh", "en")
LOCALES = Path(__file__).parent.parent / "locales"
ENDS = tuple("。！？….!?")

language: ContextVar[str] = ContextVar("language", default="zh")


@cache
def catalogue(code: str) -> GNUTranslations:
    """Returns all messages of one language, read and merged from the .po files in its folder."""
    merged = Catalog(locale=code, fuzzy=False)
    for file in sorted((LOCALES / code).glob("*.po")):
        for message in read_po(BytesIO(file.read_bytes()), locale=code):
            if message.id:
                merged.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _(message: str) -> str:
    """Returns the message translated into the reader's language."""
    return catalogue(language.get()).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a msgid worded later
    """Returns the message unchanged; only marks it as one that the catalogues must translate."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """Returns the singular or plural message for a count, translated for the reader."""
    return catalogue(language.get()).ngettext(one, many, count)


def worded(error: OneMapError) -> str:
    """Returns an error's sentence and how to mend the cause, in the reader's language."""
    facts = shown_facts(error.facts)
    sentence = _(error.message).format(**facts)
    if not error.mend:
        return sentence
    stop, gap = ("。", "") if language.get() == "zh" else (".", " ")
    if not sentence.endswith(ENDS):
        sentence += stop
    return sentence + gap + _(error.mend).format(**facts)


class Note(Protocol):
    """What is noted: a template and the facts that fill it."""

    @property
    def message(self) -> str:
        """The template, a catalogue's msgid."""

    @property
    def facts(self) -> Mapping[str, object]:
        """The facts by their names in the template."""


def worded_note(note: Note) -> str:
    """Returns a note in the reader's language, its facts as they may be printed."""
    return _(note.message).format(**shown_facts(note.facts))
