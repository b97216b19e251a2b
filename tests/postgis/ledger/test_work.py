"""What the ledger's worker does as time goes by, each kind of work alone and twice."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, text

from data.clock import BUSINESS_ZONE, UtcDatetime, business_date, start_of_day
from data.errors import ServiceDown
from data.procedure.deadlines import official_calendar
from data.settings import LedgerSettings
from data.words.ledger import Action
from problem_ledger.record.verify import verify
from problem_ledger.work.notices import deliver, pause_after
from problem_ledger.work.reminders import remind
from problem_ledger.work.upkeep import archive_watched, clear_stray_photos, settle_deadlines
from problem_ledger.work.worker import Worker
from tests.made.database import Database
from tests.made.ledger.acts import TO_SIGN_OFF, carry, photo_of, report, take
from tests.made.office import Office
from tests.made.readings.messages import one, rows
from tests.running.waiting import until

ASSIGNED = (Action.ACCEPT, Action.ASSIGN)
NOTICES = (
    "SELECT kind, array_agg(login ORDER BY login) FROM delivery"
    " JOIN account ON account.id = account_id WHERE kind IN ('due_soon', 'overdue')"
    " GROUP BY kind, made_at ORDER BY made_at"
)
UNIT = ["chief_member", "member", "member_below"]
"""Everybody of the unit that handles, and of the one below it."""


def at(day: date, hour: int = 9) -> UtcDatetime:
    return UtcDatetime(start_of_day(day) + timedelta(hours=hour))


def test_a_deadline_is_told_before_and_after_it(office: Office, database: Database) -> None:
    carry(office, *ASSIGNED)
    (due_at, amber_at), = rows(database.owner, "SELECT due_at, amber_at FROM problem")  # fmt: skip
    assert due_at.astimezone(BUSINESS_ZONE).date() == date(2026, 11, 16)
    before = one(database.owner, "SELECT change_no FROM problem")
    assert remind(database.app, UtcDatetime(amber_at - timedelta(seconds=1))) == 0
    assert remind(database.app, UtcDatetime(amber_at)) == 1
    assert remind(database.app, at(date(2026, 11, 13))) == 0
    assert rows(database.owner, NOTICES) == [("due_soon", UNIT)]
    assert one(database.owner, "SELECT change_no FROM problem") > before
    overdue = at(date(2026, 11, 17))
    assert [remind(database.app, overdue) for _ in range(2)] == [1, 0]
    assert rows(database.owner, NOTICES)[1:] == [("overdue", [*UNIT, "office_up"])]
    assert remind(database.app, at(date(2026, 11, 21))) == 0, "a Saturday"
    assert remind(database.app, at(date(2026, 11, 23))) == 1
    assert rows(database.owner, NOTICES)[2:] == [
        ("overdue", ["chief_member", "chief_up", "member", "member_below", "office_up"])
    ]
    assert one(database.owner, "SELECT version FROM problem") == 3


def test_an_overdue_problem_reaches_the_chief_of_its_river(
    office: Office, database: Database
) -> None:
    carry(office, *ASSIGNED)
    remind(database.app, at(date(2026, 11, 17)))
    remind(database.app, at(date(2026, 11, 20)))
    assert rows(database.owner, NOTICES) == [
        ("overdue", [*UNIT, "office_up"]),
        ("overdue", ["chief_member", "chief_up", "member", "member_below", "office_up"]),
    ]


def test_a_closed_problem_is_not_reminded_of(office: Office) -> None:
    carry(office, *TO_SIGN_OFF)
    assert remind(office.database.app, at(date(2026, 12, 24))) == 0


def test_a_unit_is_not_blamed_for_what_waits_for_others(office: Office, database: Database) -> None:
    carry(office, *TO_SIGN_OFF[:5])
    assert remind(database.app, at(date(2026, 11, 16))) == 0
    assert remind(database.app, at(date(2026, 11, 17))) == 1
    assert rows(database.owner, NOTICES) == [("overdue", ["office_up"])]


def test_a_moved_deadline_is_told_anew(office: Office, database: Database) -> None:
    done = carry(office, *ASSIGNED)
    assert remind(database.app, at(date(2026, 11, 16))) == 1
    asked = take(office, done, Action.ASK_EXTENSION, due_on=date(2026, 11, 30))
    take(office, asked, Action.EXTEND, due_on=date(2026, 11, 30))
    assert remind(database.app, at(date(2026, 11, 17))) == 0
    assert remind(database.app, at(date(2026, 11, 30))) == 1
    assert rows(database.owner, NOTICES) == [("due_soon", UNIT)] * 2


def test_notices_are_delivered_once(office: Office, database: Database) -> None:
    carry(office, *ASSIGNED)
    waiting = one(database.owner, "SELECT count(*) FROM delivery")
    later = UtcDatetime(office.clock() + timedelta(minutes=1))
    assert deliver(database.app, later) == waiting > 1
    assert deliver(database.app, later) == 0
    found = "SELECT DISTINCT delivered_at, attempt_count, failure FROM delivery"
    assert rows(database.owner, found) == [(later, 1, "")]


def test_what_another_process_holds_is_left_to_it(office: Office, database: Database) -> None:
    report(office)
    later = UtcDatetime(office.clock() + timedelta(minutes=1))
    with database.owner.connect() as other:
        other.execute(text("SELECT id FROM delivery FOR UPDATE"))
        assert deliver(database.app, later) == 0
    assert deliver(database.app, later) == 1, "the other died without delivering"


def test_a_failed_notice_rests_longer_each_time(office: Office, database: Database) -> None:
    report(office)

    def away(notice: RowMapping) -> None:
        raise ServiceDown("The gateway of account {id} is away.", id=notice["account_id"])

    tried = [office.clock()]
    for attempt in (1, 2, 3):
        now = tried[-1]
        assert deliver(database.app, now, {"app": away}) == 0
        found = "SELECT attempt_count, failure, try_after, delivered_at FROM delivery"
        ((count, failure, try_after, delivered),) = rows(database.owner, found)
        assert (count, delivered) == (attempt, None)
        assert failure == f"The gateway of account {office.accounts['office_up']} is away."
        assert try_after == now + timedelta(minutes=2 ** (attempt - 1))
        assert deliver(database.app, now, {"app": away}) == 0
        tried.append(UtcDatetime(try_after))  # type: ignore[arg-type]  # a time, as asserted above
    assert deliver(database.app, tried[-1]) == 1
    assert pause_after(1000) == timedelta(hours=6)


def test_a_problem_is_archived_after_its_look_back(office: Office, database: Database) -> None:
    done = carry(office, *TO_SIGN_OFF)
    office.clock.move(days=180)
    assert archive_watched(database.app, office.clock, office.rules) == 0
    office.clock.move(days=3)
    assert [archive_watched(database.app, office.clock, office.rules) for _ in range(2)] == [1, 0]
    found = "SELECT status, last_seq, signer_id FROM problem"
    assert rows(database.owner, found) == [("archived", done.version + 1, office.accounts["chief"])]
    assert verify(database.app, {}).findings == []


def test_a_provisional_deadline_is_settled_when_the_year_is_known(
    office: Office, database: Database
) -> None:
    known = official_calendar()
    office.clock.at = at(date(known.last, 12, 28))
    assigned = carry(office, *ASSIGNED)
    found = "SELECT due_at, is_provisional, version FROM problem"
    ((due_at, provisional, version),) = rows(database.owner, found)
    assert provisional is True
    asked = business_date(UtcDatetime(due_at)) + timedelta(days=1)
    take(office, assigned, Action.ASK_EXTENSION, due_on=asked)
    version += 1  # type: ignore[operator]  # a number
    assert settle_deadlines(database.app, office.clock, office.rules) == 0
    off = frozenset(date(known.last + 1, 1, day) for day in (4, 5, 6))
    announced = replace(known, off=known.off | off, last=known.last + 1)
    settled = [
        settle_deadlines(database.app, office.clock, office.rules, announced) for _ in range(2)
    ]
    assert settled == [1, 0]
    ((later, provisional, next_version),) = rows(database.owner, found)
    assert provisional is False
    assert later > due_at  # type: ignore[operator]  # both are times
    assert one(database.owner, "SELECT asked_due_on FROM problem") is None, "met by the new day"
    assert next_version == version + 1  # type: ignore[operator]  # both are numbers
    assert verify(database.app, {}).findings == []


def test_photos_that_no_step_took_are_removed_after_a_day(
    office: Office, database: Database
) -> None:
    carry(office)
    photo_of(office, "patroller")
    count = "SELECT count(*) FROM photo"
    assert clear_stray_photos(database.app, at(date(2026, 11, 3), 8)) == 0
    assert one(database.owner, count) == 2
    assert clear_stray_photos(database.app, at(date(2026, 11, 3), 10)) == 1
    assert one(database.owner, count) == 1


def test_a_turn_does_everything_that_is_due(
    office: Office, database: Database, tmp_path: Path
) -> None:
    carry(office, *ASSIGNED)
    office.clock.at = at(date(2026, 11, 17))
    settings = LedgerSettings(key=tmp_path / "key", head_minutes=15)
    worker = Worker(database.app, settings, clock=office.clock)
    first = worker.turn()
    assert first["problems reminded of"] == 1
    assert first["notices delivered"] > 1
    assert first["heads signed"] == 1
    until(lambda: set(worker.turn(("onemap_reading",))) == {"problems opened"})
    assert set(worker.turn(("onemap_ledger",))) == {"notices delivered"}, "told, but not due"
    assert worker.turn(notified=()) == {}
    assert one(database.owner, "SELECT count(*) FROM ledger_head") == 1


def test_a_job_s_fault_ends_neither_the_worker_nor_the_other_jobs(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    calls = iter(range(10_000))

    def wrong_once() -> UtcDatetime:
        return at(date(2026, 11, 3), hour=9 // next(calls))

    report(office)
    done = Worker(office.database.app, LedgerSettings(), clock=wrong_once).turn()
    assert "problems opened" not in done
    assert done["notices delivered"] > 0
    assert "problems archived" in done
    assert "job of the ledger: problems opened ended by a fault: ZeroDivisionError" in caplog.text


def test_a_busy_table_is_no_outage(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    report(office)
    settings = LedgerSettings(key=tmp_path / "key")
    worker = Worker(office.database.app, settings, clock=lambda: at(date(2026, 11, 3)))
    with office.database.owner.begin() as writer:
        writer.execute(text("LOCK TABLE problem IN ROW EXCLUSIVE MODE"))
        done = worker.turn()
    assert "heads signed" not in done
    assert "heads signed: " in caplog.text
    assert "lock timeout" in caplog.text
    assert done["notices delivered"] > 0
