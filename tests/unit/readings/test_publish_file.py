"""What the publish-file command makes of files: messages, and what it leaves out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from dashboard.commands.publish import read_messages
from dashboard.parts.wording import worded
from data.clock import UtcDatetime
from data.errors import BadInput, NotFound
from data.imports.formats import MAX_BYTES
from data.imports.outcome import Comment
from data.records import StationCode
from ingest.codecs.json_v1 import decode

AT = "2026-11-29T08:00:00+08:00"
HEAD = "station,time,ph,nh3n\n"


def read(folder: Path, content: str | bytes, name: str = "a.csv") -> tuple[list[Any], list[str]]:
    """Returns the values of each message, and what was left out."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    messages, faults = read_messages(file)
    return [json.loads(payload)["values"] for _, payload in messages], [
        str(each) for each in faults
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_results_below_a_limit_are_passed_on_as_they_stand(tmp_path: Path, encoding: str) -> None:
    results = ["<0.025", "0.025L", "ND", "未检出", "（ND）", "<0.025 mg/L", "0.025L mg/L"]
    table = HEAD + "".join(f"S,{AT},7.1,{result}\n" for result in results)
    assert read(tmp_path, table.encode(encoding)) == (
        [{"ph": 7.1, "nh3n": result} for result in results],
        [],
    )


def test_a_wrong_cell_costs_only_itself(tmp_path: Path) -> None:
    values, faults = read(
        tmp_path,
        f'{HEAD}S,{AT},7.1,"8,0"\nS,{AT},,<0\nS,{AT},７.1,--\nS,{AT},1_0,1\nS,{AT},7,1,9\nS,{AT},7,1,\n',
    )
    assert values == [{"ph": 7.1}, {"ph": 7.1}, {"nh3n": 1.0}, {"ph": 7.0, "nh3n": 1.0}]
    assert [fault[:20] for fault in faults] == [
        "Row 2, column nh3n: ",
        "Row 3, column nh3n: ",
        "Row 5, column ph: 1_",
        "Row 6 has 5 cells, t",
    ]


def test_a_wrong_line_costs_only_itself(tmp_path: Path) -> None:
    lines = [
        f'{{"station": "S", "time": "{AT}", "values": {{"nh3n": "ND"}}}}',
        "not json",
        "[1]",
        '{"values": {"ph": 7}}',
        '{"station": "S", "values": {"ph": NaN}}',
        "[" * 100_000,
        '{"station": "\\ud800", "values": {"ph": 7}}',
        f'{{"station": "S", "time": "{AT}", "values": {{"ph": 7}}}}',
    ]
    values, faults = read(tmp_path, "\n".join(lines), "a.jsonl")
    assert values == [{"nh3n": "ND"}, {"ph": 7}]
    assert [fault.split(":")[0] for fault in faults] == [
        "Line 2 is not JSON",
        "Line 3 is not a JSON object.",
        "Line 4 names no station.",
        "Line 5 is not JSON",
        "Line 6 is not JSON",
        "Line 7 is not JSON",
    ]


def test_a_line_that_ingest_stores_in_part_is_passed_on(tmp_path: Path) -> None:
    begin = f'{{"station": "S", "time": "{AT}", "values": {{"ph": 7'
    lines = [
        f'{begin}, "do": NaN}}}}',
        f'{begin}, "do": 1.#QNAN, "tp": .5}}}}',
        f'{begin}, "\\ud800": 1}}, "flags": null}}',
        f'{begin}, "do": NaN, "do": 8}}}}',
    ]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    messages, faults = read_messages(file)
    arrived = UtcDatetime(datetime(2026, 11, 29, tzinfo=UTC))
    found = [decode(payload, StationCode("S"), arrived) for _topic, payload in messages]
    assert [{p.value: v for p, v in each.values.items()} for each in found] == [
        {"ph": 7.0},
        {"ph": 7.0, "tp": 0.5},
        {"ph": 7.0},
    ]
    assert [len(each.refused) for each in found] == [1, 1, 1]
    assert [str(each).split(":")[0] for each in faults] == ["Line 4 is not JSON"]


def test_a_wrong_position_is_left_out_of_its_row(tmp_path: Path) -> None:
    values, faults = read(tmp_path, f"station,time,ph,lon,lat\nS,{AT},7,112,north\n")
    assert (values, len(faults)) == ([{"ph": 7.0}], 1)


def test_no_text_and_unknown_columns_refuse_the_file(tmp_path: Path) -> None:
    for content in (b"\xff\xfe", b"station,time,oxygen\nS,t,7\n", b"station,time,pH\n", b""):
        with pytest.raises(BadInput):
            read(tmp_path, content)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_a_file_that_is_missing_too_large_or_no_text_is_said_to_be_so(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    with pytest.raises(NotFound, match="can't be read: No such file or directory"):
        read_messages(file)
    with file.open("wb") as opened:
        opened.truncate(MAX_BYTES + 1)
    with pytest.raises(BadInput, match="too large: 500 MB, at most 500 MB are read"):
        read_messages(file)
    file.write_bytes(b"\xff\xfe\xff" * 9)
    with pytest.raises(BadInput, match="not UTF-8 or GBK text"):
        read_messages(file)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_chinese_titles_are_read_as_by_the_other_importers(
    tmp_path: Path, encoding: str, sign: str
) -> None:
    table = (
        "某站月报\n站点编码,监测时间,pH值,氨氮（mg/L）,总磷(µg/L),备注,经度,纬度\n"
        f"S,{AT},7.1,0.025L,5,好,112,32\nS,{AT},坏,0.1,5,,,\n"
    )
    file = tmp_path / "a.csv"
    file.write_bytes(table.replace(",", sign).replace("µ", "u").encode(encoding))
    notes: list[Comment] = []
    messages, faults = read_messages(file, notes)
    assert [json.loads(payload) for _, payload in messages] == [
        {"time": AT, "values": {"ph": 7.1, "nh3n": "0.025L"}, "position": [112.0, 32.0]},
        {"time": AT, "values": {"nh3n": 0.1}},
    ]
    assert [str(each) for each in faults] == ["Row 4, column pH值: 坏 is not a number."]
    said = " ".join(map(str, notes))
    assert "氨氮（mg/L） = nh3n" in said
    assert "Columns that aren't read: 总磷(ug/L), 备注." in said


def test_a_workbook_is_published_too(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["测站", "时间", "溶解氧", "id"])
    sheet.write_row(1, 0, ["S", AT, 8.5, "a-1"])
    book.close()
    messages, faults = read_messages(file)
    assert (json.loads(messages[0][1]), faults) == (
        {"time": AT, "id": "a-1", "values": {"do": 8.5}},
        [],
    )


def test_decimal_commas_are_read_where_semicolons_part_the_cells(tmp_path: Path) -> None:
    table = f"station;time;ph;nh3n;lon;lat\nS;{AT};7,2;<0,025;112,5;32,5\n"
    file = tmp_path / "a.csv"
    file.write_text(table)
    ((_, payload),), faults = read_messages(file)
    assert (json.loads(payload), faults) == (
        {"time": AT, "values": {"ph": 7.2, "nh3n": "<0.025"}, "position": [112.5, 32.5]},
        [],
    )


def test_a_very_long_cell_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{HEAD}S,{AT},{'7' * 400},0.1\nS,{AT},7,\n{'x' * 200_000},{AT},7,\n", "utf-8")
    messages, faults = read_messages(file)
    read = [json.loads(payload)["values"] for _, payload in messages]
    assert read == [{"nh3n": 0.1}, {"ph": 7.0}]
    assert [str(fault)[:6] for fault in faults] == ["Row 2,", "Line 4"]
    assert all(len(worded(fault)) < 1000 for fault in faults)
