"""Excel workbooks wherever a CSV is taken."""

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from dashboard.cli import main
from data.errors import BadInput
from data.imports.fields import ImportKind
from data.imports.source import read

HEADER = ["断面名称", "断面编码", "经度", "纬度", "水质目标", "建站日期", "备注栏"]


def _book(path: Path) -> tuple[xlsxwriter.Workbook, Worksheet]:
    book = xlsxwriter.Workbook(path)
    return book, book.add_worksheet("断面")


def test_a_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    book, sheet = _book(tmp_path / "sections.xlsx")
    book.add_worksheet("草稿").hide()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, 6, "某市断面一览表")
    sheet.write_row(1, 0, HEADER)
    sheet.write_row(2, 0, ["甲断面", "0012", 112.2, 32.5, "三类"])
    sheet.write_datetime(2, 5, datetime(2026, 3, 1), day)  # noqa: DTZ001  # Excel has no zone
    sheet.write_row(3, 0, ["乙断面", 4113810001, 112.2])
    sheet.write_formula(3, 3, "=32+0.5", None, 32.5)
    sheet.merge_range(3, 4, 4, 4, "Ⅱ")
    sheet.write_row(4, 0, ["丙断面", 12345678901234567, 112.2, 32.5])
    sheet.write_row(5, 0, ["丁断面", "D4", 112.2])
    sheet.write_formula(5, 3, "=1/0", None, "#DIV/0!")
    sheet.write_row(6, 0, ["戊断面", "D5", 112.2, 32.5, "Ⅱ", 46082, "备"])
    book.close()
    found = read(tmp_path / "sections.xlsx", ImportKind.SECTIONS, crs="4490")
    assert [(row.number, row.text("code")) for row in found.rows] == [
        (3, "0012"),
        (4, "4113810001"),
        (7, "D5"),
    ]
    assert [row.values.get("target_class") for row in found.rows] == [3, 2, 2]
    assert [str(row.day("started_on")) for row in found.rows] == [
        "2026-03-01",
        "None",
        "2026-03-01",
    ]
    assert [each.row for each in found.refused] == [5, 6]
    assert "too long to be exact" in str(found.refused[0].why)
    assert "#DIV/0!" in str(found.refused[1].why)
    said = [str(note) for note in found.notes]
    assert "The header is line 2; what stands above it isn't read." in said
    assert "Other sheets aren't read: 草稿." in said
    assert "Merged cells are read as if each held the value." in said
    assert "Columns that aren't read: 备注栏." in said


def test_one_of_two_full_sheets_must_be_named(tmp_path: Path) -> None:
    book, sheet = _book(tmp_path / "a.xlsx")
    for one in (sheet, book.add_worksheet("另表")):
        one.write_row(0, 0, HEADER)
    book.close()
    with pytest.raises(BadInput, match="2 sheets: 断面, 另表"):
        read(tmp_path / "a.xlsx", ImportKind.SECTIONS, crs="4490")
    with pytest.raises(BadInput, match="holds no rows"):
        read(tmp_path / "a.xlsx", ImportKind.SECTIONS, crs="4490", layer="另表")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 an old or locked one")
    with pytest.raises(BadInput, match="no Excel workbook"):
        read(tmp_path / "a.xlsx", ImportKind.SECTIONS, crs="4490")


def test_a_workbook_is_classified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, sheet = _book(tmp_path / "a.xlsx")
    sheet.write_row(0, 0, ["水质月报"])
    sheet.write_row(1, 0, ["站点", "body", "ph", "do"])
    sheet.write_row(2, 0, ["甲", "river", 7.2, 5.5])
    book.close()
    target = tmp_path / "out.csv"
    assert main(["classify", "--in", str(tmp_path / "a.xlsx"), "--out", str(target)]) == 0
    assert target.read_text("utf-8-sig").splitlines()[1] == "甲,river,7.2,5.5,Ⅲ,do"
    assert capsys.readouterr().err == ""
