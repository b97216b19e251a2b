"""docs/words.md has one meaning for every word, and a word for every folder and subject."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.subjects import ROOT, SUBJECTS, files

PAGE = ROOT / "docs" / "words.md"
PACKAGES = ("dashboard", "ingest", "problem_ledger", "office", "data", "gis")
ROW = re.compile(
    r"^\| (?!Word |-)([^|]+?) \| ([^|]+?) \| ([^|]+?) \|(?: (`[^|]+`) \|)?$", re.MULTILINE
)
LANGUAGE = re.compile(r"dashboard/locales/[a-z]{2}")
"""A folder that is called by its language and needs no word."""


RIDDLES = {"told", "taken", "given", "happened", "tell"}
"""Each meant six things; a name says which of them it is."""
KEPT_RIDDLES = ["dashboard/ledger/documents.py: given"]
"""A field of the interface for programs, which others read."""


def names_of(source: str) -> set[str]:
    """Every name that a module gives: functions, classes, arguments, variables, fields, aliases."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.arg():
                found.add(node.arg)
            case ast.Name(ctx=ast.Store()):
                found.add(node.id)
            case ast.Attribute(ctx=ast.Store()):
                found.add(node.attr)
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                found.add(name)
    return found


def rows(text: str) -> list[tuple[str, str, str, str]]:
    """Every row: word, Chinese, meaning, where; nothing of the table's own lines."""
    return ROW.findall(text)


def listed() -> tuple[list[str], list[str]]:
    """The words with a place, and the reserved ones."""
    words, reserved = PAGE.read_text("utf-8").split("## Reserved")
    return [row[0] for row in rows(words)], [row[0] for row in rows(reserved)]


def folders() -> list[str]:
    """Every folder of the packages that holds a file of the project."""
    held = {parent for path in files() for parent in Path(path).parents}
    found = sorted(str(each) for each in held if each.parts and each.parts[0] in PACKAGES)
    return [each for each in found if not LANGUAGE.fullmatch(each)]


def singular(word: str) -> set[str]:
    """The forms under which a folder's word may be listed: as it is, and one of many."""
    forms = {word, word.removesuffix("s")}
    if word.endswith("ies"):
        forms.add(f"{word.removesuffix('ies')}y")
    return forms


def test_no_word_is_listed_twice() -> None:
    words, reserved = listed()
    assert len(words) > 100
    assert [word for word, count in Counter(words + reserved).items() if count > 1] == []


def test_every_row_has_its_chinese_and_one_sentence() -> None:
    text = PAGE.read_text("utf-8")
    body = [line for line in text.splitlines() if line.startswith("| ")]
    heads = [line for line in body if line.startswith("| Word |")]
    told = rows(text)
    assert len(told) == len(body) - len(heads), "a row that isn't word, Chinese, meaning, where"
    assert [row[0] for row in told if not re.search(r"[\u4e00-\u9fff]", row[1])] == []
    assert [row[0] for row in told if not row[2].endswith(".")] == []


@pytest.mark.parametrize("folder", folders())
def test_every_folder_is_called_by_a_listed_word(folder: str) -> None:
    words, _reserved = listed()
    assert singular(Path(folder).name) & set(words), f"docs/words.md has no word for {folder}"


def test_every_subject_is_a_listed_word() -> None:
    words, _reserved = listed()
    assert [each.word for each in SUBJECTS if not singular(each.word) & set(words)] == []


def test_a_word_lives_where_the_page_says() -> None:
    lost = [
        f"{word}: {where}"
        for word, _chinese, _meaning, where in rows(PAGE.read_text("utf-8"))
        if where and not (ROOT / where.strip("`")).exists()
    ]
    assert lost == []


def test_no_name_of_the_product_means_six_things() -> None:
    found = [
        f"{path}: {name}"
        for path in files()
        if path.startswith(PACKAGES) and path.endswith(".py")
        for name in sorted(names_of((ROOT / path).read_text("utf-8")) & RIDDLES)
    ]
    assert found == KEPT_RIDDLES


def test_names_are_found_wherever_they_are_given() -> None:
    source = (
        "def a(b, *c, d=1, **e):\n    f, self.g = 1, 2\n    for h in i: pass\n    j: int = k(l=1)\n"
        "import m\nimport n as o\nfrom p import q, r as s\n"
        "try: pass\nexcept t as u: pass\nwith v as w: pass"
    )
    assert names_of(source) == set("abcdefghjosuw")
