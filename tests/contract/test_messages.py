"""What people read stays as it is recorded, whichever catalogue of a language holds it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.architecture.msgids import LOCALES
from tests.contract.recorded import hold, lines


def catalogues(code: str) -> Iterator[tuple[Path, str, str]]:
    """Each message of a language: its file, its msgid and its text, both as JSON.

    Singular and plural, and the forms of the text, are joined by a bar.
    """
    for file in sorted((LOCALES / code).rglob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=code, abort_invalid=True):
                if message.id:
                    told = f"{message.context}: " if message.context else ""
                    yield file, told + quoted(message.id), quoted(message.string)


def quoted(forms: str | tuple[str, ...] | list[str]) -> str:
    """The forms as JSON strings with a bar between them."""
    listed = [forms] if isinstance(forms, str) else forms
    return " | ".join(json.dumps(form, ensure_ascii=False) for form in listed)


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_message_says_what_is_recorded(code: str, renewed: str) -> None:
    title = "Messages of all catalogues of the language: msgid = text"
    found = {f"{msgid} = {text}" for _file, msgid, text in catalogues(code)}
    hold(f"messages.{code}.txt", lines(title, sorted(found)), renewed)


@pytest.mark.parametrize("code", ["zh", "en"])
def test_no_message_says_different_things_in_two_catalogues(code: str) -> None:
    said: dict[str, tuple[Path, str]] = {}
    twice = []
    for file, msgid, text in catalogues(code):
        first, before = said.setdefault(msgid, (file, text))
        if before != text:
            twice.append(f"{msgid}: {before} in {first.name}, {text} in {file.name}")
    assert twice == []
