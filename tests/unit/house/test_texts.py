"""The one rule for texts: what is kept, what is refused, what a terminal is shown."""

import json
import unicodedata
from pathlib import Path

import pytest

from dashboard.parts.import_report import as_json, report_lines
from dashboard.parts.wording import worded
from data.errors import BadInput
from data.imports.fields import ImportKind
from data.imports.outcome import Outcome
from data.imports.source import Source, read
from data.placing.cells import listed
from data.texts import LONGEST_NAME, fit, fit_name, shown, shown_bytes

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = "\x00\x01\x07\x08\x1b\x7f\x80\x9b\x9f\u2028\u2029\ud800"


@pytest.mark.parametrize("sign", TURNING + CONTROLS)
def test_signs_that_command_or_turn_are_refused_by_their_number(sign: str) -> None:
    with pytest.raises(BadInput, match=f"U\\+{ord(sign):04X}"):
        fit(f"湍{sign}河")


@pytest.mark.parametrize("sign", "\u200b\u2060\ufeff\u00ad\u200e\u200f\u200c\u200d")
def test_signs_without_width_are_left_out(sign: str) -> None:
    assert fit_name(f"{sign}湍{sign}河A{sign}1{sign}") == "湍河A1"


def test_joiners_stay_where_letters_and_pictographs_need_them() -> None:
    for text in ("👩\u200d🚒到场", "می\u200cخواهم", "🏳\ufe0f\u200d🌈"):
        assert fit(text) == text


def test_texts_keep_lines_and_names_are_one_line() -> None:
    assert fit(" 第一行\r\n第二行\t末 ") == "第一行\r\n第二行\t末"
    assert fit_name(" 湍\n  河　口 ") == "湍 河 口"
    with pytest.raises(BadInput, match="201"):
        fit_name("长" * (LONGEST_NAME + 1))


def test_what_is_shown_is_short_and_visible() -> None:
    assert shown("a\x1b[2Jb\u202ec\x00") == "a\\x1b[2Jb\\u202ec\\x00"
    assert shown("全角　空格 é") == "全角　空格 é"
    assert shown("长" * 3_000_000, 60) == "长" * 60 + "…"
    told = worded(BadInput("The file has no column {column}.", column="\x1b]0;x" + "长" * 9000))
    assert "\x1b" not in told
    assert len(told) < 1200


def read_names(folder: Path, *names: object) -> Source:
    file = folder / "rivers.geojson"
    line = {"type": "LineString", "coordinates": [[112.7, 32.1], [112.8, 32.2]]}
    features = [
        {"type": "Feature", "properties": {"name": name, "code": f"R{number}"}, "geometry": line}
        for number, name in enumerate(names)
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read(file, ImportKind.RIVERS)


@pytest.mark.parametrize(
    "name",
    [["数组"], {"a": 1}, True, "控\x1b[31m制", "湍\u202e河", "长" * 5000, "长" * 3_000_000],
    ids=["list", "object", "true", "escape", "override", "5000", "3000000"],
)
def test_a_name_that_is_none_costs_its_row_alone(tmp_path: Path, name: object) -> None:
    found = read_names(tmp_path, name, "湍河")
    assert [row.name for row in found.rows] == ["湍河"]
    assert found.refused[0].why.facts["field"] == "name"
    outcome = Outcome("rivers", refused=found.refused)
    for printed in (*report_lines(outcome), *as_json(outcome).splitlines()):
        assert len(printed) < 500
        assert not {unicodedata.category(sign) for sign in printed} & {"Cc", "Cf"}


@pytest.mark.parametrize("names", [([["数组"]]), ([True, False]), ([{"a": 1}, {"a": 2}])])
def test_columns_that_hold_no_text_at_all_give_no_names(
    tmp_path: Path, names: list[object]
) -> None:
    assert not read_names(tmp_path, *names).rows


def test_a_title_of_a_column_is_shown_without_commanding_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("名称,坏\x1b[2J列\u202e,级别\n张,1,市\n")
    with pytest.raises(BadInput) as caught:
        read(file, ImportKind.SECTIONS, mapping={"code": "none"})
    assert not {unicodedata.category(sign) for sign in worded(caught.value)} & {"Cc", "Cf"}


def test_lists_of_json_are_lists() -> None:
    assert listed('[ "上段", "下段" ]') == listed("上段、下段") == ("上段", "下段")


def test_no_letter_is_cut_where_bytes_are_shown_from_their_beginning() -> None:
    whole = "溶解氧（毫克/升）\n".encode()
    for most in range(len(whole)):
        beginning = shown_bytes(whole, most)
        assert beginning == shown_bytes(whole[:most], most, len(whole))
        assert "溶解氧（毫克/升）\\n".startswith(beginning.removesuffix("…"))
        assert beginning.endswith("…")
    assert shown_bytes(whole, 99) == "溶解氧（毫克/升）\\n"
    assert shown_bytes(whole[:-2], 99) == "溶解氧（毫克/升\\xef\\xbc"
    assert shown_bytes(b"\xff" * 9, 8) == "\\xff" * 8 + "…"
