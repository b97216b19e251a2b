"""The classify command on tables as people have them."""

import argparse
import io
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.commands import classify
from data.errors import BadInput, NotFound

TABLE = """站名,body,ph,do,codmn,nh3n,tp,tn,备注
甲,river,7.1,8.2,2.0,0.16,0.02,9,"有,逗号"
乙,lake,7.1,8.2,2.0,0.15,0.02,0.1,
丙,river,--,*,,, ,3,无数据
丁,river,9.2,4.0,3,2.1,0.05,,
"""
ADDED = ["class,deciding", "Ⅱ,nh3n", "Ⅱ,tp", ",", "劣Ⅴ,ph;nh3n"]


def run(source: Path | str, target: Path | str, *options: str) -> int:
    parser = argparse.ArgumentParser()
    classify.add(parser.add_subparsers())
    args = parser.parse_args(["classify", "--in", str(source), "--out", str(target), *options])
    result: int = args.run(args)
    return result


def classified(folder: Path, table: str | bytes, *options: str) -> str:
    source, target = folder / "a.csv", folder / "b.csv"
    source.write_bytes(table.encode() if isinstance(table, str) else table)
    assert run(source, target, *options) == 0
    return target.read_bytes().decode()


def test_every_row_keeps_its_cells_and_gains_a_class(tmp_path: Path) -> None:
    lines = [f"{old},{new}" for old, new in zip(TABLE.splitlines(), ADDED, strict=True)]
    assert classified(tmp_path, TABLE) == "\n".join(lines) + "\n"


def test_a_table_may_be_replaced_by_its_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, encoding="utf-8")
    path.chmod(0o640)
    assert run(path, path) == 0
    assert "甲,river,7.1" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_form_of_the_input_is_kept(tmp_path: Path, mark: bytes, newline: str) -> None:
    told = classified(tmp_path, mark + TABLE.replace("\n", newline).encode())
    assert told.startswith(mark.decode() + "站名,body")
    assert told.count(newline) == 5
    assert ("\r" in told) == (newline == "\r\n")


def test_gbk_is_read_and_answered_in_utf_8(tmp_path: Path) -> None:
    assert classified(tmp_path, TABLE.encode("gbk")) == classified(tmp_path, TABLE)


def test_blank_rows_stay(tmp_path: Path) -> None:
    told = classified(tmp_path, "body,ph\nriver,7\n\n,\nlake,7\n")
    assert told == "body,ph,class,deciding\nriver,7,Ⅰ,ph\n\n,,,\nlake,7,Ⅰ,ph\n"


def test_rounding_and_the_required_set_are_options(tmp_path: Path) -> None:
    table = "body,ph,nh3n\nriver,9.4,1.004\nriver,,1\n"
    assert classified(tmp_path, table).splitlines()[1:] == [
        "river,9.4,1.004,劣Ⅴ,ph",
        "river,,1,Ⅲ,nh3n",
    ]
    assert classified(tmp_path, table, "--round", "--required", "ph, nh3n").splitlines()[1:] == [
        "river,9.4,1.004,Ⅲ,nh3n",
        "river,,1,,",
    ]
    assert classified(tmp_path, table, "--required", "do").splitlines()[1].endswith(",,")


def test_parameters_out_of_the_table_are_left_alone(tmp_path: Path) -> None:
    told = classified(tmp_path, "body,tp,level,ec\nlake,0.01,high,n/a\n")
    assert told.splitlines()[1] == "lake,0.01,high,n/a,Ⅰ,tp"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("body,ph\nriver,7..1\n", "Row 2, column ph: '7..1'"),
        ("body,ph\nriver,nan\n", "Row 2, column ph: 'nan'"),
        ("body,ph\nriver,inf\n", "Row 2, column ph: 'inf'"),
        ("body,ph\nriver,1_0\n", "Row 2, column ph: '1_0'"),
        ("body,ph\nriver,７³\n", "Row 2, column ph: '７³'"),
        ("body,nh3n\nriver,-0.1\n", "Row 2, column nh3n: '-0.1'"),
        ("body,tn\nlake,>0.05\n", "Row 2, column tn: '>0.05'"),
        ("body,ph\nriver,<7\n", "Row 2, column ph: '<7'"),
        ("body,ph\npond,7\n", "Row 2, column body: 'pond'"),
        ("body,ph\n,7\n", "Row 2, column body: ''"),
        ("body,ph\nriver,7,8\n", "Row 2 has 3 cells, the header has 2"),
        ("ph\n7\n", "column body"),
        ("body,pH value\nriver,7\n", "No column is named by a parameter key"),
        ("body,ph,ph\nriver,7,7\n", "The column ph is there twice"),
        ("body,ph,class\nriver,7,Ⅰ\n", "already has a column class"),
        ('body,ph\nriver,"7\n', "isn't CSV"),
        ("", "empty"),
        (b"body,ph\nriver,7\xff\xff\n", "neither UTF-8 nor GBK"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_written(
    tmp_path: Path, table: str | bytes, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        classified(tmp_path, table)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_the_former_answer_survives_a_bad_table(tmp_path: Path) -> None:
    good = classified(tmp_path, TABLE)
    with pytest.raises(BadInput):
        classified(tmp_path, TABLE.replace("body", "kind"))
    assert (tmp_path / "b.csv").read_text(encoding="utf-8") == good


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none\.csv"):
        run(tmp_path / "none.csv", tmp_path / "b.csv")
    source = tmp_path / "a.csv"
    source.write_text(TABLE, encoding="utf-8")
    with pytest.raises(BadInput, match=r"nowhere"):
        run(source, tmp_path / "nowhere" / "b.csv")
    with pytest.raises(BadInput, match="tn can't be required"):
        run(source, tmp_path / "b.csv", "--required", "tn")


def test_streams_are_read_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(answer))
    assert run("-", "-") == 0
    assert answer.getvalue().decode().splitlines()[1].endswith(",Ⅱ,nh3n")


def test_an_answer_gets_the_permissions_of_the_mask(tmp_path: Path) -> None:
    former = os.umask(0o027)
    try:
        classified(tmp_path, TABLE)
    finally:
        os.umask(former)
    assert stat.S_IMODE((tmp_path / "b.csv").stat().st_mode) == 0o640


def test_lines_of_title_above_the_header_are_left_out(tmp_path: Path) -> None:
    assert classified(tmp_path, "月报,\nbody,ph\nriver,7\n") == (
        "body,ph,class,deciding\nriver,7,Ⅰ,ph\n"
    )
    with pytest.raises(BadInput, match="Row 3"):
        classified(tmp_path, "月报,\nbody,ph\nriver,x\n")
    assert classified(tmp_path, "月报,\nbody,ph\nriver,7\nriver,x\n").endswith("river,x,,,ph\n")


def test_one_damaged_name_does_not_turn_a_table_into_gbk(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither UTF-8 nor GBK"):
        classified(tmp_path, TABLE.encode().replace("丁".encode(), b"\xb1\xfb\xba\xd3"))


def test_one_bad_cell_costs_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is told by row and column, and named in a column of its own."""
    told = classified(
        tmp_path,
        "body,ph,nh3n,tp\nriver,7,1.4,0.02\nriver,7..1,1.4,x\npond,7,1,1\nriver,7,0.1,0.02\n",
    )
    assert told.splitlines() == [
        "body,ph,nh3n,tp,class,deciding,unread",
        "river,7,1.4,0.02,Ⅳ,nh3n,",
        "river,7..1,1.4,x,Ⅳ,nh3n,ph;tp",
        "pond,7,1,1,,,body",
        "river,7,0.1,0.02,Ⅰ,ph;nh3n;tp,",
    ]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 4
    assert {"pond", "7..1", "'x'"} <= {
        word for word in ("pond", "7..1", "'x'") if word in str(said)
    }


def test_results_below_the_limit_are_graded_by_half_of_it(tmp_path: Path) -> None:
    told = classified(
        tmp_path, "body,nh3n,hg\nriver,<0.4,0.0001L\nriver,ND,未检出\nriver,（ND）,0.00005\n"
    )
    assert told.splitlines()[1:] == [
        "river,<0.4,0.0001L,Ⅱ,nh3n",
        "river,ND,未检出,Ⅰ,nh3n;hg",
        "river,（ND）,0.00005,Ⅰ,nh3n;hg",
    ]


def test_a_dead_analyser_s_row_is_not_graded(tmp_path: Path) -> None:
    told = classified(
        tmp_path,
        "body,ph,do,nh3n,tp,tn\nriver,0,0,0,0,0\nriver,7,8,0,0.02,1\nlake,,,<0.02,<0.02,<0.02\n",
    )
    assert told.splitlines()[1:] == [
        "river,0,0,0,0,0,,,ph;do;nh3n;tp;tn",
        "river,7,8,0,0.02,1,Ⅰ,ph;do;nh3n;tp,",
        "lake,,,<0.02,<0.02,<0.02,Ⅰ,nh3n;tp,",
    ]


def test_a_row_that_does_not_fit_costs_only_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "body,ph,tp\nriver,7,0.02\nriver,7,0.02,9\nriver,7\nlake,7,0.01,,\n"
    assert classified(tmp_path, table).splitlines() == [
        "body,ph,tp,class,deciding,unread",
        "river,7,0.02,Ⅰ,ph;tp,",
        "river,7,0.02,,,row: 9",
        "river,7,,,,row",
        "lake,7,0.01,Ⅰ,ph;tp,",
    ]
    said = capsys.readouterr().err.splitlines()[1:]
    assert [re.findall(r"\d", line) for line in said] == [["3", "4", "3"], ["4", "2", "3"]]


def test_empty_cells_at_the_end_make_no_difference(tmp_path: Path) -> None:
    told = classified(tmp_path, "body,ph,,\nriver,7\nriver,7,,,,\nlake,7,,\n")
    assert told.splitlines()[1:] == ["river,7,,,Ⅰ,ph", "river,7,,,Ⅰ,ph", "lake,7,,,Ⅰ,ph"]


def test_full_width_digits_and_chinese_bodies_are_read(tmp_path: Path) -> None:
    told = classified(tmp_path, "body,nh3n,tp\n河流,０．３,０.02\n湖库,0.1,０．０１\n水库,0.1,\n")
    assert told.splitlines()[1:] == [
        "河流,０．３,０.02,Ⅱ,nh3n",
        "湖库,0.1,０．０１,Ⅰ,nh3n;tp",
        "水库,0.1,,Ⅰ,nh3n",
    ]


def test_an_argument_that_cannot_be_kept_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    keys = b"ph,\xff".decode("utf-8", "surrogateescape")
    assert main(["classify", "--in", "a.csv", "--out", "-", "--required", keys]) == 2
    said = capsys.readouterr().err
    assert "required" in said
    assert "NUL" in said


def test_a_value_that_water_cannot_have_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "body,ph,temp,do,nh3n\nriver,15,20,8,0.1\nriver,7,51,41,0.1\nriver,7,-6,8,<1e9\n"
    told = classified(tmp_path, table + "river,14,50,40,<0.5\n").splitlines()
    assert [line.rpartition(",")[2] for line in told[1:]] == ["ph", "temp;do", "temp;nh3n", ""]
    assert [line.split(",")[5] for line in told[1:4]] == ["Ⅰ", "Ⅰ", "Ⅰ"]
    said = capsys.readouterr().err.splitlines()[1:]
    assert len(said) == 5
    assert "'15'" in said[0]
    assert "0" in said[0]
    assert "14" in said[0]


def test_a_very_long_cell_costs_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "7" * 200_000
    table = f"body,ph,note\nriver,7,{long}\nriver,{long},\nlake,7,\n"
    told = classified(tmp_path, table).splitlines()
    assert told[1] == f"river,7,{long},Ⅰ,ph,"
    assert told[2].endswith(",,,ph")
    assert told[3] == "lake,7,,Ⅰ,ph,"
    assert len(capsys.readouterr().err) < 2000


def test_a_quotation_mark_too_many_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="isn't CSV in line 3: a quotation mark"):
        classified(tmp_path, 'body,ph\nriver,7\nriver,"7\nlake,7\n')
