"""Every word people see is in both catalogues, and says the same facts in both."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from tests.architecture.msgids import (
    LOCALES,
    msgids,
    msgids_of_errors,
    sources,
    spelled,
    translated,
)
from tests.running.folders import ROOT

HAN = re.compile(r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]")
CHINESE = re.compile(rf"{HAN.pattern}|[\u3000-\u303f\uff00-\uffef]")
"""Chinese characters, and their punctuation."""
TERMS = re.compile("国考|一级A|一级B|二级|三级")
"""Values of columns and a county's own name, which English texts quote as they are."""
FACT = re.compile(r"\{[^}]*\}|%\(\w+\)s|%-?[A-Za-z]")
"""What is filled in when the text is shown."""
WITHOUT_HAN = {"n = {n}"}
"""Chinese texts of Latin letters alone: a formula."""


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _kind in string.Formatter().parse(text) if name}


def texts(code: str) -> Iterator[tuple[str, str]]:
    """Every text of a language as its catalogues spell it, plurals too, with the file's name."""
    for file in sorted((LOCALES / code).glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=code, abort_invalid=True):
                forms = message.string if isinstance(message.string, tuple) else (message.string,)
                if message.id:
                    yield from ((file.name, form) for form in forms)


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_catalogues_hold_every_msgid(code: str) -> None:
    have = translated(code)
    lacking = [f"{where}: {text}" for text, where in msgids().items() if not have.get(text)]
    assert lacking == [], "python -m tests.architecture.msgids prints them ready to fill in"


def test_what_every_error_says_is_found() -> None:
    lost = [
        f"{file.relative_to(ROOT)}:{sentence.lineno}"
        for file in sources()
        for sentence, strings in msgids_of_errors(ast.parse(file.read_text("utf-8")))
        if not strings
    ]
    assert lost == [], "spell the sentence out in the call, or take it from a table of the module"


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_catalogues_hold_nothing_else(code: str) -> None:
    assert sorted(set(translated(code)) - set(spelled()) - set(msgids())) == []


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_catalogue_holds_the_words_of_its_room_and_parts_what_several_say(code: str) -> None:
    by_catalogue = spelled()
    elsewhere = [
        f"{file.stem}.po: {text!r} is said in {', '.join(sorted(by_catalogue[text]))}"
        for file in (LOCALES / code).glob("*.po")
        if file.stem != "parts"
        for text in translated(code, file.stem)
        if text in by_catalogue and file.stem not in by_catalogue[text]
    ]
    assert elsewhere == []


@pytest.mark.parametrize("code", ["zh", "en"])
def test_no_two_catalogues_hold_one_text(code: str) -> None:
    held: Counter[str] = Counter()
    for file in (LOCALES / code).glob("*.po"):
        with file.open("rb") as opened:
            held.update(str(message.id) for message in read_po(opened, locale=code) if message.id)
    assert [text for text, count in held.items() if count > 1] == []


def test_a_translation_names_the_same_facts() -> None:
    for code in ("zh", "en"):
        for text, said in translated(code).items():
            assert fields(said) <= fields(text), (code, text)


def test_the_english_catalogue_has_no_chinese_and_the_other_has() -> None:
    chinese = [text for text, said in translated("zh").items() if said == text]
    assert len(chinese) < len(translated("zh")) / 4
    for file in (LOCALES / "en").glob("*.po"):
        assert (LOCALES / "zh" / file.name).exists(), file.name
    quoted = [said for _name, said in texts("en") if TERMS.search(said)]
    assert len(quoted) == 3
    assert [each for each in texts("en") if CHINESE.search(TERMS.sub("", each[1]))] == []


def test_a_chinese_text_has_chinese_unless_it_is_signs_and_facts_alone() -> None:
    english = [
        (name, said)
        for name, said in texts("zh")
        if not HAN.search(said) and re.search("[A-Za-z]", FACT.sub("", said))
    ]
    assert {said for _name, said in english} == WITHOUT_HAN, english
