"""Excel's cells by their types: dates with their hour, whatever format shows them."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from data.errors import BadInput
from data.imports import formats
from data.imports.fields import ImportKind
from data.imports.files import read_table
from data.imports.source import read
from ingest.history.office_files import plain_file
from tests.made.imports.books import write_book

AT = datetime(2026, 11, 6, 8, 10)  # noqa: DTZ001  # Excel has no zone
TIMES = [
    "yyyy/m/d h:mm", "yyyy/m/d\\ h:mm;@", "yyyy-mm-dd hh:mm", "yyyy-mm-dd h:mm:ss", "m/d/yy h:mm",
    'yyyy"年"m"月"d"日" h"时"', "[$-804]yyyy/m/d h:mm AM/PM", "yyyy/m/d", "dd.mm.yyyy hh:mm",
    '[$-F800]dddd, mmmm dd, yyyy', "h:mm", '[Red]yyyy-mm-dd"T"hh:mm:ss', "YYYY-MM-DD H:MM",
    'm"月"d"日" h"时"mm"分"',
]  # fmt: skip
BUILT_IN = [14, 22, 27, 31, 36, 57, 58]
NUMBERS = ["0.00", "0.0E+00", '0.00"mg/L"', "#,##0.00_ ", "[Red]0.0", "General", '0.0"d"', "0.0\\h"]


def book(
    path: Path, fill: Callable[[Worksheet, xlsxwriter.Workbook], None], **options: bool
) -> Path:
    """Writes a workbook of one sheet."""
    made = xlsxwriter.Workbook(path, options)
    fill(made.add_worksheet(), made)
    made.close()
    return path


@pytest.mark.parametrize("is_from_1904", [False, True])
def test_a_time_keeps_its_hour_and_year_in_any_format(tmp_path: Path, is_from_1904: bool) -> None:
    forms = [*TIMES, *BUILT_IN]

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["station", "time", "ph"])
        for row, form in enumerate(forms, start=1):
            sheet.write(row, 0, str(row))
            sheet.write_datetime(row, 1, AT, made.add_format({"num_format": form}))
            sheet.write(row, 2, 7.1)

    path = book(tmp_path / "a.xlsx", fill, date_1904=is_from_1904)
    with plain_file(path) as plain:
        lines = plain.file.read_text("utf-8").splitlines()[1:]
    expected = [f"{row},2026-11-06 08:10:00,7.1" for row in range(1, len(forms) + 1)]
    assert dict(zip(forms, lines, strict=True)) == dict(zip(forms, expected, strict=True))


@pytest.mark.parametrize("is_from_1904", [False, True])
def test_a_day_is_a_day_and_a_plain_day_number_counts_from_the_workbooks_first(
    tmp_path: Path, is_from_1904: bool
) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["名称", "编码", "经度", "纬度", "启用日期"])
        for row, form in enumerate(("yyyy-mm-dd", "General"), start=1):
            sheet.write_row(row, 0, ["甲", f"C{row}", 112.2, 32.5])
            day = datetime(2026, 1, 1)  # noqa: DTZ001  # Excel has no zone
            sheet.write_datetime(row, 4, day, made.add_format({"num_format": form}))

    path = book(tmp_path / "a.xlsx", fill, date_1904=is_from_1904)
    found = read(path, ImportKind.SECTIONS, crs="4490")
    assert [str(row.day("started_on")) for row in found.rows] == ["2026-01-01"] * 2


@pytest.mark.parametrize("is_from_1904", [False, True])
def test_a_plain_day_number_of_a_reading_counts_likewise(
    tmp_path: Path, is_from_1904: bool
) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["station", "time", "ph"])
        sheet.write_row(1, 0, ["S-1"])
        sheet.write_datetime(1, 1, AT, made.add_format({"num_format": "General"}))
        sheet.write(1, 2, 7.1)

    path = book(tmp_path / "a.xlsx", fill, date_1904=is_from_1904)
    with plain_file(path) as plain:
        time = float(plain.file.read_text("utf-8").splitlines()[1].split(",")[1])
    assert time == pytest.approx(46332.3402777, abs=1e-6)


def test_a_number_stays_a_number_in_any_format(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["7.126", "12", "46332.34"])
        for row, form in enumerate(NUMBERS, start=1):
            for column, value in enumerate((7.126, 12, 46332.34)):
                sheet.write(row, column, value, made.add_format({"num_format": form}))

    table = read_table(book(tmp_path / "a.xlsx", fill))
    for form, record in zip(NUMBERS, table.records, strict=True):
        assert [*record.values()] == [*record], form


def test_yes_and_no_are_no_numbers_but_yes_and_no(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, _: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["名称", "编码", "经度", "纬度", "是否交界", "目标类别"])
        sheet.write_row(1, 0, ["甲", "C1", 112.2, 32.5, True])
        sheet.write_row(2, 0, ["乙", "C2", 112.2, 32.5, False])
        sheet.write_row(3, 0, ["丙", "C3", True, 32.5])
        sheet.write_row(4, 0, ["丁", "C4", 112.2, 32.5, "否", True])

    found = read(book(tmp_path / "a.xlsx", fill), ImportKind.SECTIONS, crs="4490")
    assert [row.values.get("is_border") for row in found.rows] == [True, False]
    assert [each.row for each in found.refused] == [4, 5]


@pytest.mark.parametrize("sheet", ["一", "二", "三"])
def test_every_sheet_keeps_its_header(tmp_path: Path, sheet: str) -> None:
    made = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("一", "二", "三"):
        one = made.add_worksheet(name)
        one.write_row(0, 0, ["站点", "监测时间", "pH"])
        one.write_row(1, 0, [f"S-{name}", "2026-11-08 08:33", 7.1])
    made.close()
    with plain_file(tmp_path / "a.xlsx", layer=sheet) as plain:
        assert plain.file.read_text("utf-8") == (
            f"station,time,ph\nS-{sheet},2026-11-08 08:33,7.1\n"
        )


ROWS = """
<row r="3"><c t="s"><v>0</v></c><c t="inlineStr"><is><t>code</t></is></c><c r="D3" t="s">
<v>1</v></c></row><row><c t="str"><f>A1</f><v>甲</v></c><c><f>6*7</f></c><c r="D4" s="1">
<v>46332.340277777781</v></c></row><row r="6"><c r="A6" t="s"><v>2</v></c><c r="B6">
<v>7.0999999999999996</v>
</c><c r="D6" t="d"><v>2026-11-06T08:10:00</v></c></row><row r="1048576" s="1"/>
"""
TEXTS = """
<si><t>name</t></si><si><r><t>da</t></r><r><rPr/><t>y</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si>
<si><t>乙_x000D_</t></si>
"""
STYLES = '<numFmts><numFmt numFmtId="164" formatCode="yyyy/m/d h:mm"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs>'  # noqa: E501


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    table = read_table(write_book(tmp_path / "a.xlsx", ROWS, texts=TEXTS, styles=STYLES))
    assert table.columns == ("name", "code", "#3", "day")
    assert table.numbers == [4, 5, 6]
    assert [list(record.values()) for record in table.records] == [
        ["甲", "=6*7", "", "2026-11-06 08:10:00"],
        ["", "", "", ""],
        ["乙", "7.1", "", "2026-11-06T08:10:00"],
    ]
    ((place, fault),) = table.faults.items()
    assert place == (0, "code")
    assert "formula without its result" in str(fault)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c><v>1</v></c></row>', "at most"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>', "document type"),
        ("<row>", "can't be read"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "name every column"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_table(write_book(tmp_path / "a.xlsx", row))


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    rows = (
        '<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>'
        '<row><c t="str"><v>x</v></c><c t="str"><f>IF(1,"")</f><v></v></c></row>'
    )
    table = read_table(write_book(tmp_path / "a.xlsx", rows))
    assert [*table.records[0].values()] == ["x", ""]
    assert not table.faults


MANY = "9" * 5000


@pytest.mark.parametrize(
    "row",
    [
        f'<row r="{MANY}"><c><v>1</v></c></row>',
        f'<row><c s="{MANY}"><v>1</v></c></row>',
        f'<row><c t="s"><v>{MANY}</v></c></row>',
        '<row><c t="s"><v>7</v></c></row>',
        '<row><c r="ZZZZZZZ1"><v>1</v></c></row>',
    ],
)
def test_numbers_no_sheet_has_are_refused_at_once(tmp_path: Path, row: str) -> None:
    with pytest.raises(BadInput, match="can't be read") as refused:
        read_table(write_book(tmp_path / "a.xlsx", row, styles=STYLES))
    assert len(str(refused.value)) < 300


def test_what_is_called_a_number_and_is_none_is_text(tmp_path: Path) -> None:
    rows = "".join(f"<row><c><v>{held}</v></c></row>" for held in ("1", "nan", "1_0", "1e"))
    table = read_table(write_book(tmp_path / "a.xlsx", rows))
    assert [record["1"] for record in table.records] == ["nan", "1_0", "1e"]


def test_far_cells_and_blocks_cost_nothing(tmp_path: Path) -> None:
    rows = (
        '<row><c t="str"><v>name</v></c></row><row><c t="str"><v>x</v></c>'
        '<c r="XFD2" t="str"><v>y</v></c></row><row><c/><c t="str"><v>z</v></c></row>'
        '<row><c t="str"><v>w</v></c></row></sheetData><mergeCells count="1">'
        '<mergeCell ref="A2:XFD900000"/></mergeCells><sheetData>'
    )
    table = read_table(write_book(tmp_path / "a.xlsx", rows))
    assert [record["name"] for record in table.records] == ["x", "x", "w"]
    assert [*table.faults] == [(0, ""), (1, "")]


def test_short_lines_to_the_far_right_have_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '<row><c><v>1</v></c></row><row><c r="XFD2"><v>2</v></c></row>'
    path = write_book(tmp_path / "a.xlsx", row + '<row><c r="XFD3"><v>3</v></c></row>')
    monkeypatch.setattr(formats, "MAX_CELLS", 20_000)
    with pytest.raises(BadInput, match="too many cells"):
        read_table(path)


def test_midnight_is_shown_where_the_format_shows_the_hour(tmp_path: Path) -> None:
    shown = ["yyyy-mm-dd", "YYYY-MM-DD", "[$-zh-CN]yyyy/m/d", "yyyy-mm-dd hh:mm", "YYYY-MM-DD H:MM"]

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["time"])
        for row, form in enumerate(shown, start=1):
            sheet.write_number(row, 0, 46332, made.add_format({"num_format": form}))

    table = read_table(book(tmp_path / "a.xlsx", fill))
    found = [record["time"] for record in table.records]
    assert found == ["2026-11-06"] * 3 + ["2026-11-06 00:00:00"] * 2


def test_a_number_that_is_no_day_stays_a_number_in_any_format(tmp_path: Path) -> None:
    held = ["-1", "0", "0.5", "4113810001", "7.126"]

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, held)
        for column, number in enumerate(held[:4]):
            sheet.write_number(1, column, float(number), made.add_format({"num_format": 14}))
        sheet.write_number(1, 4, 7.126)

    (record,) = read_table(book(tmp_path / "a.xlsx", fill)).records
    assert [*record.values()] == held


def test_what_cannot_be_understood_is_refused_with_a_remedy(tmp_path: Path) -> None:
    strict = write_book(tmp_path / "a.xlsx", "<row><c><v>1</v></c></row>")
    plain = strict.read_bytes()
    assert read_table(strict).columns == ("1",)
    odd = write_book(tmp_path / "b.xlsx", "<row/>", styles="<fills><fill/></fills>")
    with pytest.raises(BadInput, match="save it again"):
        read_table(odd)
    with zipfile.ZipFile(BytesIO(plain)) as parts, zipfile.ZipFile(strict, "w") as changed:
        for name in parts.namelist():
            content = parts.read(name)
            for kind in (b"officeDocument", b"spreadsheetml"):
                content = content.replace(kind + b"/2006", b"strict/" + kind)
            changed.writestr(name, content)
    with pytest.raises(BadInput, match="save it again"):
        read_table(strict)


def test_an_unpacked_workbook_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_book(tmp_path / "a.xlsx", "<row><c><v>1</v></c></row>" + " " * 2_000_000)
    monkeypatch.setattr(formats, "MAX_BYTES", 1_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(BadInput, match="too large"):
        read_table(path)


def test_a_merged_error_refuses_each_of_its_rows(tmp_path: Path) -> None:
    rows = (
        '<row><c t="str"><v>name</v></c></row><row><c t="e"><v>#N/A</v></c></row><row><c/>'
        '<c t="str"><v>x</v></c></row></sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
        "<sheetData>"
    )
    table = read_table(write_book(tmp_path / "a.xlsx", rows))
    assert {"name"} == {title for _, title in table.faults if title}
    assert len([1 for _, title in table.faults if title]) == 2
