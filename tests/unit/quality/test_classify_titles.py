"""Tables to classify with Chinese titles, other delimiters, decimal commas or damaged names."""

from pathlib import Path

import pytest

from data.errors import BadInput
from tests.unit.quality.test_classify import classified


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_chinese_titles_are_read_as_by_the_importers(
    tmp_path: Path, encoding: str, sign: str
) -> None:
    table = "月报\n断面,水体类型,pH值,氨氮（mg/L）,备注\n甲,河流,7.1,0.16,好\n乙,湖库,7,坏,\n"
    told = classified(tmp_path, table.replace(",", sign).encode(encoding))
    assert told.replace(sign, ",").splitlines() == [
        "断面,水体类型,pH值,氨氮（mg/L）,备注,class,deciding,unread",
        "甲,河流,7.1,0.16,好,Ⅱ,nh3n,",
        "乙,湖库,7,坏,,Ⅰ,ph,nh3n",
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("body,总磷(ug/L)", "another unit"),
        ("body,总磷,tp", "is there twice"),
        ("水体,body,tp", "is there twice"),
        ("断面,tp", "column body"),
    ],
)
def test_titles_that_cannot_be_graded_are_named(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        classified(tmp_path, f"{header}\nriver,0.1,0.1\n")


def test_decimal_commas_are_read_where_semicolons_part_the_cells(tmp_path: Path) -> None:
    told = classified(tmp_path, "body;ph;nh3n;tp\nriver;7,2;0,16;<0,01\n")
    assert told.splitlines()[1:] == ["river;7,2;0,16;<0,01;Ⅱ;nh3n"]


def test_a_name_with_half_of_a_pair_is_not_garbled(tmp_path: Path) -> None:
    table = "站名,body,ph\n甲\ud83c,river,7\n".encode("utf-8", "surrogatepass")
    with pytest.raises(BadInput, match="neither UTF-8 nor GBK"):
        classified(tmp_path, table)
