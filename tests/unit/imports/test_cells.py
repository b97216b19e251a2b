"""Cells as they come in the wild."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from data.errors import BadInput
from data.imports.divisions import level_of_code
from data.imports.fields import ImportKind
from data.imports.source import read
from data.placing import cells
from data.vocabulary import ChiefLevel, WaterClass


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("112.08", 112.08),
        ("112°04′48″", 112.08),
        ("E112°04'48\"", 112.08),
        ("32度24分00秒", 32.4),
        ("3°30′S", -3.5),
    ],
)
def test_degrees_are_decimal_or_sexagesimal(given: str, value: float) -> None:
    assert cells.degrees(given) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    "given", ["", "east", "nan", "inf", "1_000", "12,5", "112.5abc", "1,00", "12.5 m", "1.2.3"]
)
def test_what_is_no_number_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="isn't a number"):
        cells.degrees(given)


@pytest.mark.parametrize(
    "given", ["2026-03-01", "2026/3/1", "20260301", "2026年3月1日", "2026-03-01T00:00:00"]
)
def test_a_day_has_many_spellings(given: str) -> None:
    assert cells.day(given) == date(2026, 3, 1)


@pytest.mark.parametrize("given", ["2026-02-30", "01/03/2026", "soon"])
def test_no_such_day_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="isn't a date"):
        cells.day(given)


@pytest.mark.parametrize(
    ("given", "value"),
    [("Ⅲ", WaterClass.III), ("III类", WaterClass.III), ("3", WaterClass.III), ("ⅴ", WaterClass.V)],
)
def test_a_target_class_has_many_spellings(given: str, value: WaterClass) -> None:
    assert cells.water_class(given) is value


@pytest.mark.parametrize("given", ["劣Ⅴ", "6", "0", "IIII"])
def test_no_target_is_worse_than_v(given: str) -> None:
    with pytest.raises(BadInput):
        cells.water_class(given)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("50", (None, 50.0)),
        ("≤50", (None, 50.0)),
        ("<= 50", (None, 50.0)),
        (">=6", (6.0, None)),
        ("6-9", (6.0, 9.0)),
        ("6～9", (6.0, 9.0)),
    ],
)
def test_limits_have_one_or_two_sides(given: str, value: tuple[float | None, float | None]) -> None:
    assert cells.bounds(given) == value


def test_a_limit_with_its_sides_exchanged_is_refused() -> None:
    with pytest.raises(BadInput):
        cells.bounds("9-6")


@pytest.mark.parametrize(
    ("given", "value"), [("4h", 4), ("240min", 4), ("4小时", 4), ("14400", 4), ("1天", 24)]
)
def test_spans_of_time(given: str, value: int) -> None:
    assert cells.interval(given) == timedelta(hours=value)


@pytest.mark.parametrize("given", ["0", "-4h", "often", "800d"])
def test_no_span_of_time_is_refused(given: str) -> None:
    with pytest.raises(BadInput):
        cells.interval(given)


@pytest.mark.parametrize(
    ("given", "code", "level"),
    [
        ("41", "410000000000", ChiefLevel.PROVINCE),
        ("4113", "411300000000", ChiefLevel.CITY),
        ("411381", "411381000000", ChiefLevel.COUNTY),
        ("411381001", "411381001000", ChiefLevel.TOWNSHIP),
        ("411381001002", "411381001002", ChiefLevel.VILLAGE),
        ("411381.0", "411381000000", ChiefLevel.COUNTY),
    ],
)
def test_a_division_code_tells_its_level(given: str, code: str, level: ChiefLevel) -> None:
    assert cells.division_code(given) == code
    assert level_of_code(code) is level


@pytest.mark.parametrize("given", ["4113811", "geoB-1", "62558664B1"])
def test_what_is_no_division_code_is_refused(given: str) -> None:
    with pytest.raises(BadInput):
        cells.division_code(given)


def test_chainages_are_spoken_or_metres() -> None:
    assert cells.chainage("K12+350") == 12350
    assert cells.chainage("12350") == 12350


@pytest.mark.parametrize(
    ("given", "value"), [("1,234", 1234), ("1,234,567.5", 1234567.5), ("１２．５", 12.5)]
)
def test_numbers_may_be_grouped_or_of_full_width(given: str, value: float) -> None:
    assert cells.number(given) == value


@pytest.mark.parametrize(
    "given", ["三类", "地表水Ⅲ类", "III类水质", "3", "Ⅲ 类", "国家地表水Ⅲ类标准"]
)
def test_a_target_class_is_written_in_words(given: str) -> None:
    assert cells.water_class(given) is WaterClass.III


@pytest.mark.parametrize("given", ["Ⅲ类(暂定)", "Ⅲ类或Ⅳ类", "三四类", "不低于Ⅲ类"])
def test_what_remains_beside_a_class_is_not_dropped(given: str) -> None:
    with pytest.raises(BadInput, match="isn't a water class"):
        cells.water_class(given)


def test_excel_counts_days_from_1899() -> None:
    assert cells.day("46082") == date(2026, 3, 1)
    assert cells.day("46082.0") == date(2026, 3, 1)


@pytest.mark.parametrize(
    "given", ["2026-03-01约", "2026-03-01 上午", "2026301", "2026年3月", "3/1/2026"]
)
def test_what_remains_beside_a_date_is_not_dropped(given: str) -> None:
    with pytest.raises(BadInput, match="isn't a date"):
        cells.day(given)


@pytest.mark.parametrize("given", ["4.10981E+11", "1.23457E+16", "5E+15"])
def test_a_code_that_excel_shortened_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="has shortened"):
        cells.code(given)


@pytest.mark.parametrize(
    ("given", "value"), [("0012", "0012"), ("411381.0", "411381"), ("1E5", "1E5"), (" A 1 ", "A 1")]
)
def test_a_code_keeps_its_signs(given: str, value: str) -> None:
    assert cells.code(given) == value


def test_decimal_commas_of_a_table_parted_by_semicolons_are_points(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    head = "名称;编码;经度;纬度;cod限值;许可证号\n"
    file.write_text(f"{head}甲口;P1;112,765;32,0668;50,5;12,5\n", "utf-8")
    source = read(file, ImportKind.OUTFALLS, mapping={"limit_cod": "cod限值"}, crs="EPSG:4490")
    (row,) = source.rows
    assert row.geometry is not None
    assert row.geometry.coords[0] == (112.765, 32.0668)
    assert row.values["limit_cod"] == (None, 50.5)
    assert row.text("permit_no") == "12,5"
    assert "7,2 is 7.2" in " ".join(map(str, source.notes))
