"""Every setting is told in both pages of settings, which are written from the classes."""

import re
from pathlib import Path

import pytest

from tests.architecture.settings_pages import (
    ABOUT,
    CLASSES,
    beside,
    english,
    pages,
    variables,
)
from tests.running.folders import ROOT

PAGES = [ROOT / "docs" / "settings.md", ROOT / "docs" / "settings.zh.md"]
NAMED = re.compile(r"`(ONEMAP_[A-Z0-9]+__[A-Z0-9_]+)")


@pytest.mark.parametrize("name", variables())
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_is_in_the_page(name: str, page: Path) -> None:
    assert f"| `{name}` |" in page.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_what_the_classes_say(page: Path) -> None:
    renewed = "python -m tests.architecture.settings_pages"
    assert page.read_text("utf-8") == pages()[page], renewed


def test_the_documents_name_no_setting_that_does_not_exist() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    lost = {
        f"{document.name}: {name}"
        for document in documents
        for name in NAMED.findall(document.read_text("utf-8"))
        if name not in variables()
    }
    assert len(documents) > 10
    assert lost == set()


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for kind in CLASSES for field in kind.model_fields.values())
    assert all(ABOUT not in kind.model_fields for kind in CLASSES)


def test_the_chinese_of_every_setting_was_written_for_its_english_of_today() -> None:
    chinese = beside()
    written_for = {
        subject: {name: each["en"] for name, each in fields.items()}
        for subject, fields in chinese.items()
    }
    assert written_for == english()
    texts = [each["zh"] for fields in chinese.values() for each in fields.values()]
    assert [text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)] == []
