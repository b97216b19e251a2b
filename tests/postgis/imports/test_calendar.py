"""A year's days off and worked, from a file, for an office without the newest release."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from data.procedure.deadlines import official_calendar
from data.queries.working_days import known_calendar
from tests.made.database import Database
from tests.made.imports.files import refusals, run_import, told

YEAR = official_calendar().last + 1


def _saturday(month: int) -> date:
    return next(day for n in range(1, 8) if (day := date(YEAR, month, n)).weekday() == 5)


def _monday(month: int) -> date:
    return next(day for n in range(1, 8) if (day := date(YEAR, month, n)).weekday() == 0)


def _file(folder: Path, *rows: str) -> Path:
    path = folder / "calendar.csv"
    head = "国务院办公厅关于部分节假日安排的通知,,,\n节日,开始日期,结束日期,类型\n"
    path.write_text(head + "\n".join(rows) + "\n", encoding="gbk")
    return path


def test_an_imported_year_is_known_and_replaced_whole(database: Database, tmp_path: Path) -> None:
    off, worked = _monday(5), _saturday(5)
    path = _file(
        tmp_path, f"劳动节,{off},{off.replace(day=off.day + 2)},放假", f"劳动节,{worked},,上班"
    )
    outcome = run_import(database.app, "calendar", path)
    assert (outcome.created, outcome.refused) == (2, [])
    with database.app.connect() as connection:
        known = known_calendar(connection)
    assert known.knows(off)
    assert not known.is_working(off)
    assert known.is_working(worked)
    assert known.off >= official_calendar().off
    assert run_import(database.app, "calendar", path).unchanged == 2
    other = _file(tmp_path, f"国庆节,{_monday(10)},,休")
    assert run_import(database.app, "calendar", other).updated == 1
    with database.app.connect() as connection:
        known = known_calendar(connection)
    assert known.is_working(off)
    assert not known.is_working(_monday(10))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (f"甲,{_monday(6)},,上班", "no Saturday or Sunday"),
        (f"甲,{_monday(6).replace(year=YEAR + 1)},,休", f"is not in {YEAR}"),
        (f"甲,{_monday(5)},,休", "repeats row 3"),
        (f"甲,{_saturday(5)},,休", "is worked and off"),
        (f"甲,{YEAR}-06-20,{YEAR}-06-10,休", "before it begins"),
        (f"甲,{YEAR}-02-30,,休", "isn't a date"),
        (f"甲,{_monday(6)},,也许", "says neither"),
    ],
)
def test_a_year_with_a_bad_row_is_not_taken(
    database: Database, tmp_path: Path, row: str, says: str
) -> None:
    path = _file(tmp_path, f"劳动节,{_monday(5)},,休", f"劳动节,{_saturday(5)},,上班", row)
    outcome = run_import(database.app, "calendar", path)
    assert says in refusals(outcome)[5]
    assert set(refusals(outcome)) == {3, 4, 5}
    with database.app.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM calendar_day")).scalar_one() == 0


def test_a_year_that_is_known_is_compared(database: Database, tmp_path: Path) -> None:
    year = official_calendar().last
    outcome = run_import(database.app, "calendar", _file(tmp_path, f"元旦,{year}-01-01,,休"))
    assert any(f"days of {year} differ" in said for said in told(outcome))
