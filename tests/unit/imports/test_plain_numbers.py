"""A number is the same to every reader of files: imports, histories, classify, publish-file."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pytest

from dashboard.commands.classify_cells import Sheet, classify
from dashboard.commands.publish import read_messages
from data.archives.cells import numbers
from data.errors import BadInput
from data.placing import cells
from data.plain_numbers import plain_number
from data.vocabulary import Parameter

AT = "2026-11-29T08:00:00+08:00"


def by_import(text: str) -> float | None:
    try:
        return cells.number(text)
    except BadInput:
        return None


def by_history(text: str) -> float | None:
    column = pa.chunked_array([pa.array(["1", text, None])])
    values, bad = numbers(column)
    assert values.to_pylist()[::2] == [1.0, None]
    assert bad.to_pylist() == [False, values[1].as_py() is None, False]
    return values[1].as_py()  # type: ignore[no-any-return]


def by_publish(folder: Path, text: str) -> float | None:
    file = folder / "a.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["station", "time", "ph", "do"], ["S", AT, text, "8"]])
    ((_, payload),) = read_messages(file)[0]
    return json.loads(payload)["values"].get("ph")  # type: ignore[no-any-return]


def by_classify(text: str) -> float | None:
    sheet = Sheet(
        ["body", "ph", "do"],
        [["river", text, "9"], ["river", "7", "9"]],
        has_bom=False,
        newline="\n",
    )
    _classes, unread = classify(sheet, (Parameter.PH, Parameter.DISSOLVED_OXYGEN), rounding=False)
    return None if unread.errors else 7.1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7.1", 7.1),
        ("７.１", 7.1),
        ("７．１", 7.1),
        ("＋７．１", 7.1),
        (" 7.1\u3000", 7.1),
        ("+7.1", 7.1),
        ("007.10", 7.1),
        ("71e-1", 7.1),
        ("7.1³", None),
        ("7,1", None),
        ("7_1", None),
        ("0x7", None),
        ("٧", None),
        ("nan", None),
        ("inf", None),
        ("7.1.", None),
        ("1e999", None),
    ],
)
def test_a_number_is_the_same_to_every_reader(
    tmp_path: Path, text: str, number: float | None
) -> None:
    assert plain_number(text) == number
    assert by_import(text) == number
    assert by_history(text) == number
    assert by_publish(tmp_path, text) == number
    assert by_classify(text) == number


def test_classify_names_the_unit_of_a_limit_in_another() -> None:
    sheet = Sheet(
        ["body", "ph", "nh3n"],
        [["river", "7", "<25 μg/L"], ["river", "7", "<0.025 mg/L"]],
        has_bom=False,
        newline="\n",
    )
    _classes, unread = classify(sheet, (Parameter.PH,), rounding=False)
    (error,) = unread.errors
    assert "no limit above 0 in mg/L" in str(error)
