"""Workbooks: strings are text whatever they begin with, headings stay, long texts are cut."""

import re
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

from dashboard.parts.workbook import MOST_LETTERS, XLSX, Sheet, local_time, workbook, xlsx_answer
from data.clock import UtcDatetime

FORMULAS = ("=1+1", "{=1}", "+1", "-1", "@SUM(A1)", "https://example.org", "12")


def parts(made: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(made)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def test_a_string_is_text_and_a_number_a_number() -> None:
    made = parts(
        workbook([Sheet("one", [("name", 9), ("=count", 9)], [[*FORMULAS], [1, 2.5, None]])])
    )
    page = made["xl/worksheets/sheet1.xml"]
    assert "<f>" not in page
    assert "hyperlink" not in page
    rows = re.findall(r"<row .*?</row>", page)
    kinds = [re.findall(r't="(\w+)"', row) for row in rows]
    assert kinds == [["s"] * 2, ["s"] * len(FORMULAS), []]
    assert re.findall(r"<v>([^<]*)</v>", rows[2]) == ["1", "2.5"]
    for text in ("=1+1", "=count", "12"):
        assert f"<t>{text}</t>" in made["xl/sharedStrings.xml"]
    assert 'ySplit="1"' in page
    assert 'formatCode="@"' not in made["xl/styles.xml"]


def test_with_text_only_what_is_typed_in_later_is_text_too() -> None:
    listed = Sheet("list", [("a", 9), ("b", 9)], [["1", "2"]], is_list=True)
    notes = Sheet("notes", [("", 9), ("", 9)], [("by", "whom")], is_headed=False)
    made = parts(workbook([listed, notes], text_only=True))
    first, second = (made[f"xl/worksheets/sheet{number}.xml"] for number in (1, 2))
    assert 'formatCode="@"' in made["xl/styles.xml"]
    assert re.findall(r'<col [^>]*style="(\d)"', first) == ["1"]
    assert re.findall(r'<col [^>]*style="(\d)"', second) == ["2", "1"]
    assert '<autoFilter ref="A1:B2"/>' in first
    assert 'xSplit="1" ySplit="1"' in first
    assert "pane" not in second
    assert '<c r="A1" s="2"' in second


def test_a_longer_text_than_a_cell_holds_is_cut() -> None:
    made = parts(workbook([Sheet("one", [("text", 9)], [["x" * 40_000]])]))
    held = re.findall(r"x+</t>", made["xl/sharedStrings.xml"])
    assert [len(each) for each in held] == [MOST_LETTERS + len("</t>")]


def test_a_browser_saves_the_file_under_its_name() -> None:
    answer = xlsx_answer(b"made", "problems-20260515-1200")
    assert answer.headers["content-type"] == XLSX
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="problems-20260515-1200.xlsx"'
    )
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_time_is_told_in_the_business_zone() -> None:
    assert local_time(UtcDatetime(datetime(2026, 5, 15, 16, 30, tzinfo=UTC))) == "2026-05-16 00:30"
    assert local_time(None) == ""
