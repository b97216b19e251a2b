"""A year's days off that arrive by file count at once: in new deadlines, open ones and words."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.ledger.bulk_steps import Chosen, Filled, take_all
from dashboard.ledger.problem_reads import read_problem
from dashboard.ledger.reads import ledger_moment
from dashboard.ledger.step_dialogs import dialog_of
from data.clock import UtcDatetime, business_date, start_of_day, to_utc
from data.errors import BadInput
from data.procedure.deadlines import official_calendar
from data.procedure.steps import STEPS
from data.settings import LedgerSettings
from data.words.ledger import Action
from problem_ledger.record.commands import Done
from problem_ledger.record.verify import verify
from problem_ledger.work.worker import Worker
from tests.made.imports.files import run_import
from tests.made.ledger.acts import carry, row_of, take
from tests.made.office import Office
from tests.made.pages import seen_by, session_of

LAST = official_calendar().last
START = date(LAST, 12, 28)
OFF = [date(LAST + 1, 1, day) for day in range(4, 9)]
"""Five days, none a Sunday and at most one a Saturday in any of the next years."""

Enter = Callable[[list[date]], None]


@pytest.fixture
def winter(office: Office) -> Office:
    """The office a few days before the end of the last year that the program knows."""
    office.clock.at = UtcDatetime(start_of_day(START) + timedelta(hours=9))
    return office


@pytest.fixture
def enter(winter: Office, tmp_path: Path) -> Enter:
    """Imports the next year's calendar with these days off and no others."""

    def run(days: list[date]) -> None:
        path = tmp_path / "calendar.csv"
        lines = [f"放假,{day},,休" for day in days]
        head = "节日,开始日期,结束日期,类型"
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        assert not run_import(winter.database.app, "calendar", path).refused

    return run


def count_on(days: int, off: list[date]) -> date:
    """The day so many working days after START, by these days off and the weekdays."""
    day = START
    known = official_calendar()
    while days:
        day += timedelta(days=1)
        days -= known.is_working(day) and day not in off
    return day


def due_day(office: Office, done: Done) -> tuple[date, bool]:
    row = row_of(office, done)
    return business_date(to_utc(row["due_at"])), row["is_provisional"]


def deadline_field(office: Office, done: Done) -> dict[str, Any]:
    """The deadline in the dialog of an assignment."""
    step = next(each for each in STEPS if each.action is Action.ASSIGN)
    fields = dialog_of(seen_by(office, "office", done), step)["fields"]
    return next(each for each in fields if each["name"] == "due_on")


def test_a_new_deadline_counts_the_imported_year(winter: Office, enter: Enter) -> None:
    accepted = carry(winter, Action.ACCEPT)
    assert "暂定" in str(deadline_field(winter, accepted)["hint"])
    enter(OFF)
    field = deadline_field(winter, accepted)
    assert field["value"] == count_on(10, OFF).isoformat()
    assert "暂定" not in str(field["hint"])
    done = take(winter, accepted, Action.ASSIGN, due_on=None)
    assert due_day(winter, done) == (count_on(10, OFF), False)
    deps, user = session_of(winter, "office")
    problem = read_problem(deps, user, str(done.problem_id))
    assert problem.detail.row.days_left == 10
    with deps.engine.connect() as connection:
        soon = ledger_moment(connection, deps, deps.clock()).soon_until
    assert business_date(soon) == count_on(3, OFF)


def test_a_named_day_and_an_extension_count_the_imported_year(winter: Office, enter: Enter) -> None:
    off = [date(LAST + 1, 1, day) for day in range(18, 23)]
    enter(off)
    done = carry(winter, Action.ACCEPT, Action.ASSIGN)
    last = count_on(10 + 15, off)
    with pytest.raises(BadInput, match=last.isoformat()):
        take(winter, done, Action.ASK_EXTENSION, due_on=last + timedelta(days=1))
    done = take(winter, done, Action.ASK_EXTENSION, due_on=last)
    extended = take(winter, done, Action.EXTEND, due_on=last)
    amber = business_date(to_utc(row_of(winter, extended)["amber_at"]))
    left = [day for ahead in range(40) if (day := amber + timedelta(days=ahead)) <= last]
    worked = [day for day in left if official_calendar().is_working(day) and day not in off]
    assert len(worked) == 5 + 1, "a fifth of 25 days, after the one on which it turns"


def test_an_open_deadline_is_counted_anew_at_each_calendar_of_its_year(
    winter: Office, enter: Enter, tmp_path: Path
) -> None:
    assigned = carry(winter, Action.ACCEPT, Action.ASSIGN)
    named = take(winter, carry(winter, Action.ACCEPT), Action.ASSIGN, due_on=date(LAST + 1, 1, 12))
    assert due_day(winter, assigned) == (count_on(10, []), True)
    worker = Worker(winter.database.app, LedgerSettings(key=tmp_path / "key"), clock=winter.clock)
    worker.turn()
    for off in (OFF, OFF[:2], [date(LAST + 1, 6, 1)]):
        enter(off)
        assert worker.turn(("onemap_calendar",))["deadlines settled"] == 1
        assert due_day(winter, assigned) == (count_on(10, off), False)
        assert worker.turn(("onemap_calendar",))["deadlines settled"] == 0
    assert due_day(winter, named) == (date(LAST + 1, 1, 12), False), "a named day stands"
    assert verify(winter.database.app, {}).findings == []


def test_the_deadlines_of_several_are_counted_anew_like_those_of_one(winter: Office) -> None:
    accepted = carry(winter, Action.ACCEPT)
    deps, user = session_of(winter, "office")
    problem = read_problem(deps, user, str(accepted.problem_id))
    chosen = Chosen(accepted.problem_id, accepted.number, accepted.version, accepted.status.value)
    filled = Filled(unit_id=problem.units[0][0], requirement="清理")
    assert take_all(deps, user, Action.ASSIGN, [chosen], filled).refused == ()
    row = row_of(winter, accepted)
    assert (row["due_days"], row["due_rule"]) == (10, "general")
    assert due_day(winter, accepted) == (count_on(10, []), True)
