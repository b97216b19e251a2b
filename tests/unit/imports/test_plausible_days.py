"""Days that can't be meant for their purpose, in files that people import."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from data.clock import business_date, now
from data.errors import BadInput
from data.imports.fields import ImportKind
from data.imports.source import Source, read
from data.moments import DayOf, Doubt, implausible_day
from data.settings import DateSettings


def today() -> date:
    """The day as the import reads it: a run that began yesterday may be in its last tests."""
    return business_date(now())


def read_chiefs(folder: Path, start: object, end: object = "") -> Source:
    file = folder / "chiefs.csv"
    file.write_text(f"姓名,级别,任职日期,离任日期\n张三,县级,{start},{end}\n")
    return read(file, ImportKind.CHIEFS)


@pytest.mark.parametrize("start", ["1026-01-01", "9999-01-01", "0001-01-01", "1948-12-31"])
def test_a_term_that_can_not_begin_then_is_refused_by_field(tmp_path: Path, start: str) -> None:
    found = read_chiefs(tmp_path, start)
    assert not found.rows
    assert found.refused[0].why.facts["field"] == "valid_from"
    assert start in str(found.refused[0].why)
    assert "1949-01-01" in str(found.refused[0].why)


def test_terms_of_these_years_are_read(tmp_path: Path) -> None:
    for start in ("1949-01-01", today(), today() + timedelta(days=366)):
        assert read_chiefs(tmp_path, start).rows
    assert not read_chiefs(tmp_path, today() + timedelta(days=368)).rows
    assert read_chiefs(tmp_path, "2024-01-01", f"{today().year + 5}-01-01").rows
    assert not read_chiefs(tmp_path, "2024-01-01", "9999-01-01").rows


def test_the_bounds_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_DATES__EARLIEST_YEAR", "1900")
    monkeypatch.setenv("ONEMAP_DATES__AHEAD_DAYS", "1000")
    assert read_chiefs(tmp_path, "1900-01-01").rows
    assert read_chiefs(tmp_path, today() + timedelta(days=1000)).rows


@pytest.mark.parametrize(("year", "is_read"), [(9999, False), (1026, False), (None, True)])
def test_a_calendar_is_of_a_year_near(tmp_path: Path, year: int | None, *, is_read: bool) -> None:
    year = year or today().year
    file = tmp_path / "calendar.csv"
    file.write_text(f"节日,日期,类型\n元旦,{year}-01-01,休\n")
    assert bool(read(file, ImportKind.CALENDAR).rows) is is_read


@pytest.mark.parametrize(
    ("kind", "head", "cells"),
    [
        ("notice-boards", "名称,编码,经度,纬度,设立日期", "牌,B1,112.7,32.1,{day}"),
        ("outfalls", "名称,编码,经度,纬度,限值生效日期", "口,O1,112.7,32.1,{day}"),
        ("sections", "名称,编码,经度,纬度,启用日期", "断面,S1,112.7,32.1,{day}"),
    ],
)
def test_every_day_of_a_file_has_bounds(tmp_path: Path, kind: str, head: str, cells: str) -> None:
    file = tmp_path / "rows.csv"
    for day, count in (("2020-01-01", 1), ("9999-01-01", 0), ("1026-01-01", 0)):
        file.write_text(f"{head}\n{cells.format(day=day)}\n")
        assert len(read(file, ImportKind(kind), crs="4490").rows) == count


def test_a_value_for_every_row_is_held_to_the_same_bounds(tmp_path: Path) -> None:
    file = tmp_path / "chiefs.csv"
    file.write_text("姓名,级别\n张三,县级\n")
    with pytest.raises(BadInput, match="can't be meant"):
        read(file, ImportKind.CHIEFS, constants={"valid_from": "1026-01-01"})


def test_a_day_is_judged_by_its_purpose() -> None:
    bounds = DateSettings().bounds(date(2026, 11, 29))
    assert implausible_day(date(2027, 11, 30), DayOf.BEGIN, bounds) is None
    assert implausible_day(date(2027, 12, 1), DayOf.BEGIN, bounds) is Doubt.AHEAD
    assert implausible_day(date(2028, 5, 1), DayOf.BEGIN, bounds) is Doubt.AHEAD
    assert implausible_day(date(2028, 5, 1), DayOf.CALENDAR, bounds) is None
    assert implausible_day(date(2040, 5, 1), DayOf.CALENDAR, bounds) is Doubt.AHEAD
    assert implausible_day(date(2040, 5, 1), DayOf.END, bounds) is None
    assert implausible_day(date(1948, 5, 1), DayOf.END, bounds) is Doubt.OLD
