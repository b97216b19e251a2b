"""Every word people see is in both catalogues, and says the same facts in both."""

import string

import pytest

from tests.architecture.msgids import LOCALES, msgids, spelled, translated


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _kind in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_catalogues_hold_every_msgid(code: str) -> None:
    have = translated(code)
    lacking = [f"{where}: {text}" for text, where in msgids().items() if not have.get(text)]
    assert lacking == [], "python -m tests.architecture.msgids prints them ready to fill in"


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


def test_a_translation_names_the_same_facts() -> None:
    for code in ("zh", "en"):
        for text, said in translated(code).items():
            assert fields(said) <= fields(text), (code, text)


def test_the_english_catalogue_has_no_chinese_and_the_other_has() -> None:
    chinese = [text for text, said in translated("zh").items() if said == text]
    assert len(chinese) < len(translated("zh")) / 4
    for file in (LOCALES / "en").glob("*.po"):
        assert (LOCALES / "zh" / file.name).exists(), file.name
