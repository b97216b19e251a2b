"""Paths into JSON: what each finds, and what is none."""

from decimal import Decimal

import pytest

from data.errors import BadInput
from ingest.codecs.json_paths import MISSING, find, read_path, written_path


@pytest.mark.parametrize(
    ("path", "document", "found"),
    [
        ("a.b", {"a": {"b": 1}}, 1),
        ("a[1].b", {"a": [0, {"b": 2}]}, 2),
        ("[0]", [3], 3),
        ('"a.b".c', {"a.b": {"c": 4}}, 4),
        ('a."b c"', {"a": {"b c": 5}}, 5),
        ('"Device A"[0].v', {"Device A": [{"v": 6}]}, 6),
        ("水质.氨氮", {"水质": {"氨氮": 7}}, 7),
        ("$.a", {"a": 8}, 8),
        ("$[0]", [9], 9),
        (r'"a\"b"', {'a"b': 10}, 10),
        ("a.b", {"a": [1]}, MISSING),
        ("a[1]", {"a": [1]}, MISSING),
        ("a[0]", {"a": {"0": 1}}, MISSING),
        ("a.0", {"a": {"0": 11}}, 11),
        ("a-b_c", {"a-b_c": 12}, 12),
        ("[n=ph].v", [{"n": "do", "v": 1}, {"n": "ph", "v": 13}], 13),
        ("d.list[id=7].v", {"d": {"list": [{"id": 6, "v": 1}, {"id": 7, "v": 14}]}}, 14),
        ('a[name="p H"].v', {"a": [{"name": "p H", "v": 15}]}, 15),
        ("a[名称=氨氮].值", {"a": [{"名称": "氨氮", "值": 16}]}, 16),
        ("[n=ph].v", [{"n": "ph", "v": 1}, {"n": "ph", "v": 2}], MISSING),
        ("[n=ph].v", [{"n": "do", "v": 1}, 3, None], MISSING),
        ("[ok=true].v", [{"ok": False, "v": 1}, {"ok": True, "v": 17}], 17),
        ("[ok=false].v", [{"ok": 0, "v": 1}, {"ok": False, "v": 18}], 18),
        ("[ok=true].v", [{"ok": "true", "v": 19}], 19),
        ("[ok=True].v", [{"ok": True, "v": 1}], MISSING),
        ("[n=1].v", [{"n": True, "v": 1}, {"n": Decimal("1.0"), "v": 20}], 20),
        ('[n="1.0"].v', [{"n": 1, "v": 21}, {"n": 1.5, "v": 1}], 21),
        ("[n=1].v", [{"n": "1", "v": 22}, {"n": "1.0", "v": 1}], 22),
        ("[n=01].v", [{"n": 1, "v": 23}], 23),
        ('[n="-1e9"].v', [{"n": "-1e9", "v": 24}, {"n": None, "v": 1}], 24),
        ("[n=1].v", [{"n": 1, "v": 1}, {"n": 1.0, "v": 2}], MISSING),
        ("[n=ph].v", {"n": "ph", "v": 1}, MISSING),
    ],
)
def test_a_path_finds_what_it_names(path: str, document: object, found: object) -> None:
    read_back = read_path(path)
    assert find(document, read_back.steps) == found
    assert read_path(written_path(read_back.steps)).steps == read_back.steps


@pytest.mark.parametrize(
    "path",
    ["", " ", ".a", "a.", "a..b", "a[", "a[]", "a[-1]", "a[*]", "a[1000]", "a b", 'a"b"', "$a",
     "a[0]b", "a[=1]", "a[b=]", "a[b=c", 'a[b=""]', '"a', 'a.""', "a" * 201, ".".join("a" * 13),
     "a\nb", "a.$.b", "__import__('os')"],
)  # fmt: skip
def test_a_path_that_cannot_be_read_is_refused(path: str) -> None:
    if path == "__import__('os')":  # any key may be written: nothing of it is ever run
        assert read_path(path).steps == (path,)
        return
    with pytest.raises(BadInput):
        read_path(path)
