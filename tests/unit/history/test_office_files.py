"""Readings as offices and laboratories keep them become the plain CSV that is streamed."""

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from data.archives.tables import read_chunks
from data.errors import BadInput
from ingest.history.office_files import plain_file

PLAIN = "station,time,ph,nh3n\nS-1,2026-11-26 08:00,7.1,0.025L\n"
OFFICE = "站点,监测时间,pH值,氨氮（mg/L）\nS-1,2026-11-26 08:00,7.1,0.025L\n"
TITLED = f"监测数据汇总表\n单位：mg/L\n\n{OFFICE}"


def turned(folder: Path, content: str | bytes, name: str = "a.csv") -> tuple[str, list[str]]:
    """Returns the plain text of a file and what was understood of it."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with plain_file(file) as plain:
        return plain.file.read_text("utf-8"), [str(note) for note in plain.notes]


@pytest.mark.parametrize(
    "content",
    [
        OFFICE.encode(),
        OFFICE.encode("gbk"),
        OFFICE.encode("utf-16"),
        TITLED.encode(),
        TITLED.encode("gbk"),
        OFFICE.replace(",", ";").encode(),
        OFFICE.replace(",", "\t").encode("gbk"),
        OFFICE.replace("\n", "\r\n").encode("utf-8-sig"),
    ],
    ids=["utf-8", "gbk", "utf-16", "titled", "titled-gbk", "semicolons", "tabs", "bom-crlf"],
)
def test_what_offices_hand_over_is_read_and_said(tmp_path: Path, content: bytes) -> None:
    text, notes = turned(tmp_path, content)
    assert text == PLAIN
    assert any("站点 = station" in note and "氨氮（mg/L） = nh3n" in note for note in notes)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_a_plain_file_is_streamed_from_where_it_stands(tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(mark + PLAIN.encode())
    with plain_file(file) as plain:
        assert (plain.file, plain.notes, plain.number_of(5)) == (file, (), 5)


def test_one_gbk_cell_below_a_plain_header_is_seen(tmp_path: Path) -> None:
    content = f"{PLAIN}S-1,2026-11-26 09:00,7.2,未检出\n"
    assert turned(tmp_path, content.encode("gbk"))[0] == content


def test_a_column_nobody_knows_or_of_another_unit_is_left_out_and_named(tmp_path: Path) -> None:
    text, notes = turned(
        tmp_path, "测站,时间,备注,总磷(µg/L),总氮(mg/L)\nS-1,2026-11-26 08:00,x,5,1\n"
    )
    assert text == "station,time,tn\nS-1,2026-11-26 08:00,1\n"
    assert "Columns that aren't read: 备注, 总磷(µg/L)." in notes


def test_rows_keep_their_numbers_below_the_header(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("月报\n站点,时间,氨氮\nS,t1,1\n\nS,t2,2,3\nS,t3,3\n", "utf-8")
    with plain_file(file) as plain:
        assert list(plain.numbers) == [1, 4]
        assert [each.row for each in plain.misshapen] == [3]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("站点,备注\nS,x\n", "must be station, time"),
        ("站点,时间,备注\nS,t,x\n", "must be station, time"),
        ("站点,时间,pH,ph\nS,t,7,7\n", "is there twice"),
    ],
)
def test_what_is_no_table_of_readings_is_refused_whole(
    tmp_path: Path, content: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        turned(tmp_path, content)


def test_a_workbook_s_dates_and_results_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("数据")
    sheet.write(0, 0, "某站月报")
    sheet.write_row(1, 0, ["测站", "时间", "pH（无量纲）", "氨氮"])
    at = datetime(2026, 11, 26, 8)  # noqa: DTZ001  # Excel has no zone
    sheet.write(2, 0, "S-1")
    sheet.write_datetime(2, 1, at, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    sheet.write_row(2, 2, [7.1, "<0.025"])
    book.close()
    with plain_file(file) as plain:
        text = plain.file.read_text("utf-8")
    assert text == "station,time,ph,nh3n\nS-1,2026-11-26 08:00:00,7.1,<0.025\n"


def test_decimal_commas_are_read_where_another_sign_parts_the_cells(tmp_path: Path) -> None:
    head = "站点;监测时间;pH;氨氮;总磷\n"
    rows = "S-1;2026-11-26 08:00;7,2;<0,025;1,234\nS-1;2026-11-26 09:00;7;0,1L;ND\n"
    for table in (head + rows, (head + rows).replace(";", "\t")):
        text, notes = turned(tmp_path, table)
        assert text.splitlines()[1:] == [
            "S-1,2026-11-26 08:00,7.2,<0.025,1.234",
            "S-1,2026-11-26 09:00,7,0.1L,ND",
        ]
        assert "Commas in its numbers are read as decimal points: 7,2 is 7.2." in notes
    for odd in (f"{head}S-1;t;1,234;;\n", f"{head}S-1;t;7,2;0.1;\n", f"{head}S-1;t;7,2,1;;\n"):
        text, notes = turned(tmp_path, odd)
        assert ".234" not in text
        assert "7.2" not in text
        assert not any("decimal points" in note for note in notes)


def test_a_quotation_mark_never_closed_in_a_long_file_is_named_by_its_row(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    row = "S-1,2026-11-26 08:00,7.1\n"
    file.write_text("station,time,ph\n" + row * 800_000 + '"' + "x" * (40 << 20), "utf-8")
    with pytest.raises(BadInput, match=r"isn't CSV after row \d+: a quotation mark"):
        list(read_chunks(file))
