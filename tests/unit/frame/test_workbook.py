"""Workbooks: strings are text whatever they begin with, headings stay, long texts are cut."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest

from dashboard.parts.workbook import (
    DAY,
    MINUTE,
    MOST_LETTERS,
    TEXT,
    WHOLE,
    XLSX,
    Column,
    Sheet,
    local_time,
    workbook,
    xlsx_answer,
)
from data.clock import BUSINESS_ZONE, UtcDatetime
from tests.running.spreadsheet import Cell, pages

FORMULAS = ("=1+1", "{=1}", "+1", "-1", "@SUM(A1)", "https://example.org", "12")


def parts(made: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(made)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def test_a_string_is_text_and_a_number_a_number() -> None:
    columns = [Column("name", 9), Column("=count", 9, WHOLE)]
    made = parts(workbook([Sheet("one", columns, [["=1+1", "{=1}"], [1, 2.5]])]))
    page = made["xl/worksheets/sheet1.xml"]
    assert "<f>" not in page
    assert "hyperlink" not in page
    rows = re.findall(r"<row .*?</row>", page)
    kinds = [re.findall(r't="(\w+)"', row) for row in rows]
    assert kinds == [["s"] * 2, ["s"] * 2, []]
    assert re.findall(r"<v>([^<]*)</v>", rows[2]) == ["1", "2.5"]
    for text in ("=1+1", "=count", "{=1}"):
        assert f"<t>{text}</t>" in made["xl/sharedStrings.xml"]
    assert 'ySplit="1"' in page


@pytest.mark.parametrize("form", [TEXT, WHOLE, MINUTE])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_whatever_its_column_holds(text: str, form: str) -> None:
    listed = Sheet("one", [Column("=1", 9, form), Column("b", 9)], [[text, text]], title=text)
    (page,) = pages(workbook([listed]))
    assert "<f>" not in page.xml
    assert [page.cells[name].value for name in ("A1", "A2", "A3", "B3")] == [text, "=1", text, text]


def test_a_moment_is_a_date_in_beijing_and_a_share_a_number() -> None:
    at = UtcDatetime(datetime(2026, 5, 15, 16, 30, tzinfo=UTC))
    columns = [Column("at", 18, MINUTE), Column("day", 12, DAY), Column("share", 9, "0%")]
    (page,) = pages(workbook([Sheet("one", columns, [[at, date(2026, 5, 16), 0.5]])]))
    assert page.line(2) == [
        Cell(datetime(2026, 5, 16, 0, 30, tzinfo=BUSINESS_ZONE), MINUTE),
        Cell(datetime(2026, 5, 16, tzinfo=BUSINESS_ZONE), DAY),
        Cell(0.5, "0%"),
    ]


def test_a_moment_or_number_among_texts_stays_one() -> None:
    at = UtcDatetime(datetime(2026, 5, 15, 16, 30, tzinfo=UTC))
    notes: list[tuple[str, str | int | datetime]] = [("taken", at), ("rows", 3), ("by", "3")]
    columns = [Column("", 9), Column("", 9)]
    (page,) = pages(workbook([Sheet("notes", columns, notes, is_headed=False)]))
    held = [page.cells[f"B{line}"].value for line in (1, 2, 3)]
    assert held == [datetime(2026, 5, 16, 0, 30, tzinfo=BUSINESS_ZONE), 3, "3"]


def test_a_sheet_is_printed_across_one_page_with_its_headings_on_each() -> None:
    columns = [Column("a", 9), Column("b", 30)]
    listed = Sheet("list", columns, [["1", "2"]] * 3, title="清川县台账", is_list=True)
    made = workbook([listed])
    (page,) = pages(made)
    assert page.cells["A1"].value == "清川县台账"
    assert [cell.value for cell in page.line(2)] == ["a", "b"]
    assert 'xSplit="1" ySplit="2"' in page.xml
    assert '<autoFilter ref="A2:B5"/>' in page.xml
    assert 'paperSize="9" fitToHeight="0" orientation="landscape"' in page.xml
    assert '<pageSetUpPr fitToPage="1"/>' in page.xml
    assert "list!$1:$2" in parts(made)["xl/workbook.xml"]


def test_what_is_typed_later_into_a_column_of_text_is_text_too() -> None:
    listed = Sheet("list", [Column("a", 9), Column("b", 9)], [["1", "2"]], is_list=True)
    notes = Sheet("notes", [Column("", 9), Column("", 9)], [("by", "whom")], is_headed=False)
    made = parts(workbook([listed, notes]))
    first, second = (made[f"xl/worksheets/sheet{number}.xml"] for number in (1, 2))
    assert 'formatCode="@"' in made["xl/styles.xml"]
    assert len(re.findall(r'<col [^>]*style="\d"', first)) == 1
    assert len(re.findall(r'<col [^>]*style="\d"', second)) == 2
    assert '<autoFilter ref="A1:B2"/>' in first
    assert 'xSplit="1" ySplit="1"' in first
    assert "pane" not in second


def test_a_longer_text_than_a_cell_holds_is_cut() -> None:
    made = parts(workbook([Sheet("one", [Column("text", 9)], [["x" * 40_000]])]))
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
