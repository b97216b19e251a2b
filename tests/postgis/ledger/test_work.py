"""What the ledger's worker does as time goes by, each kind of work alone and twice."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, text

from data.clock import BUSINESS_ZONE, UtcDatetime, start_of_day
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
from tests.made.ledger.story import TO_SIGN_OFF, Desk, open_desk
from tests.made.readings.messages import one, rows
from tests.running.waiting import until

ASSIGNED = (Action.ACCEPT, Action.ASSIGN)
NOTICES = (
    "SELECT login, kind FROM delivery JOIN account ON account.id = account_id"
    " WHERE kind IN ('due_soon', 'overdue') ORDER BY delivery.made_at, login"
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return open_desk(database.owner, database.app)


def at(day: date, hour: int = 9) -> UtcDatetime:
    return UtcDatetime(start_of_day(day) + timedelta(hours=hour))


def test_a_deadline_is_told_before_and_after_it(desk: Desk, database: Database) -> None:
    desk.carry(*ASSIGNED)
    (due_at, amber_at), = rows(database.owner, "SELECT due_at, amber_at FROM problem")  # fmt: skip
    assert due_at.astimezone(BUSINESS_ZONE).date() == date(2026, 11, 16)
    before = one(database.owner, "SELECT change_no FROM problem")
    assert remind(desk.engine, UtcDatetime(amber_at - timedelta(seconds=1))) == 0
    assert remind(desk.engine, UtcDatetime(amber_at)) == 1
    assert remind(desk.engine, at(date(2026, 11, 13))) == 0
    assert rows(database.owner, NOTICES) == [("member", "due_soon")]
    assert one(database.owner, "SELECT change_no FROM problem") > before
    overdue = at(date(2026, 11, 17))
    assert [remind(desk.engine, overdue) for _ in range(2)] == [1, 0]
    assert rows(database.owner, NOTICES)[1:] == [("member", "overdue"), ("office", "overdue")]
    assert remind(desk.engine, at(date(2026, 11, 21))) == 0, "a Saturday"
    assert remind(desk.engine, at(date(2026, 11, 23))) == 1
    assert len(rows(database.owner, NOTICES)) == 5
    assert one(database.owner, "SELECT version FROM problem") == 3


def test_an_overdue_problem_reaches_the_chief_of_its_river(desk: Desk, database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "WITH p AS (INSERT INTO person (name, account_id) VALUES ('河长', :chief)"
                " RETURNING id) INSERT INTO responsibility (person_id, level, reach_id, valid_from)"
                " SELECT id, 'township', :reach, '2026-01-01' FROM p"
            ),
            {"chief": desk.chief, "reach": desk.basin.reach_up},
        )
    desk.carry(*ASSIGNED)
    remind(desk.engine, at(date(2026, 11, 17)))
    remind(desk.engine, at(date(2026, 11, 20)))
    told = [login for login, _kind in rows(database.owner, NOTICES)]
    assert told == ["member", "office", "chief", "member", "office"]


def test_a_closed_problem_is_not_reminded_of(desk: Desk) -> None:
    desk.carry(*TO_SIGN_OFF)
    assert remind(desk.engine, at(date(2026, 12, 24))) == 0


def test_a_unit_is_not_blamed_for_what_waits_for_others(desk: Desk, database: Database) -> None:
    desk.carry(*TO_SIGN_OFF[:5])
    assert remind(desk.engine, at(date(2026, 11, 16))) == 0
    assert remind(desk.engine, at(date(2026, 11, 17))) == 1
    assert rows(database.owner, NOTICES) == [("office", "overdue")]


def test_a_moved_deadline_is_told_anew(desk: Desk, database: Database) -> None:
    done = desk.carry(*ASSIGNED)
    assert remind(desk.engine, at(date(2026, 11, 16))) == 1
    desk.take(Action.EXTEND, done, due_on=date(2026, 11, 30))
    assert remind(desk.engine, at(date(2026, 11, 17))) == 0
    assert remind(desk.engine, at(date(2026, 11, 30))) == 1
    assert rows(database.owner, NOTICES) == [("member", "due_soon")] * 2


def test_notices_are_delivered_once(desk: Desk, database: Database) -> None:
    desk.carry(*ASSIGNED)
    waiting = one(database.owner, "SELECT count(*) FROM delivery")
    later = UtcDatetime(desk.clock() + timedelta(minutes=1))
    assert deliver(desk.engine, later) == waiting > 1
    assert deliver(desk.engine, later) == 0
    found = "SELECT DISTINCT delivered_at, attempt_count, failure FROM delivery"
    assert rows(database.owner, found) == [(later, 1, "")]


def test_what_another_process_holds_is_left_to_it(desk: Desk, database: Database) -> None:
    desk.report()
    later = UtcDatetime(desk.clock() + timedelta(minutes=1))
    with database.owner.connect() as other:
        other.execute(text("SELECT id FROM delivery FOR UPDATE"))
        assert deliver(desk.engine, later) == 0
    assert deliver(desk.engine, later) == 1, "the other died without delivering"


def test_a_failed_notice_rests_longer_each_time(desk: Desk, database: Database) -> None:
    desk.report()

    def away(notice: RowMapping) -> None:
        raise ServiceDown("The gateway of account {id} is away.", id=notice["account_id"])

    tried = [desk.clock()]
    for attempt in (1, 2, 3):
        now = tried[-1]
        assert deliver(desk.engine, now, {"app": away}) == 0
        found = "SELECT attempt_count, failure, try_after, delivered_at FROM delivery"
        ((count, failure, try_after, delivered),) = rows(database.owner, found)
        assert (count, delivered) == (attempt, None)
        assert failure == f"The gateway of account {desk.office} is away."
        assert try_after == now + timedelta(minutes=2 ** (attempt - 1))
        assert deliver(desk.engine, now, {"app": away}) == 0
        tried.append(UtcDatetime(try_after))  # type: ignore[arg-type]  # a time, as asserted above
    assert deliver(desk.engine, tried[-1]) == 1
    assert pause_after(1000) == timedelta(hours=6)


def test_a_problem_is_archived_after_its_look_back(desk: Desk, database: Database) -> None:
    done = desk.carry(*TO_SIGN_OFF)
    desk.clock.pass_(days=180)
    assert archive_watched(desk.engine, desk.clock, desk.rules) == 0
    desk.clock.pass_(days=3)
    assert [archive_watched(desk.engine, desk.clock, desk.rules) for _ in range(2)] == [1, 0]
    found = "SELECT status, last_seq, signer_id FROM problem"
    assert rows(database.owner, found) == [("archived", done.version + 1, desk.chief)]
    assert verify(database.app, {}).findings == []


def test_a_provisional_deadline_is_settled_when_the_year_is_known(
    desk: Desk, database: Database
) -> None:
    known = official_calendar()
    desk.clock.at = at(date(known.last, 12, 28))
    desk.carry(*ASSIGNED)
    found = "SELECT due_at, is_provisional, version FROM problem"
    ((due_at, provisional, version),) = rows(database.owner, found)
    assert provisional is True
    assert settle_deadlines(desk.engine, desk.clock, desk.rules) == 0
    off = frozenset(date(known.last + 1, 1, day) for day in (4, 5, 6))
    announced = replace(known, off=known.off | off, last=known.last + 1)
    settled = [settle_deadlines(desk.engine, desk.clock, desk.rules, announced) for _ in range(2)]
    assert settled == [1, 0]
    ((later, provisional, next_version),) = rows(database.owner, found)
    assert provisional is False
    assert later > due_at  # type: ignore[operator]  # both are times
    assert next_version == version + 1  # type: ignore[operator]  # both are numbers
    assert verify(database.app, {}).findings == []


def test_photos_that_no_step_took_are_removed_after_a_day(desk: Desk, database: Database) -> None:
    desk.report()
    desk.photo(desk.patroller)
    count = "SELECT count(*) FROM photo"
    assert clear_stray_photos(desk.engine, at(date(2026, 11, 3), 8)) == 0
    assert one(database.owner, count) == 2
    assert clear_stray_photos(desk.engine, at(date(2026, 11, 3), 10)) == 1
    assert one(database.owner, count) == 1


def test_a_turn_does_everything_that_is_due(desk: Desk, database: Database, tmp_path: Path) -> None:
    desk.carry(*ASSIGNED)
    desk.clock.at = at(date(2026, 11, 17))
    settings = LedgerSettings(key=tmp_path / "key", head_minutes=15)
    worker = Worker(desk.engine, settings, clock=desk.clock)
    first = worker.turn()
    assert first["problems reminded of"] == 1
    assert first["notices delivered"] > 1
    assert first["heads signed"] == 1
    until(lambda: set(worker.turn(("onemap_reading",))) == {"problems opened"})
    assert set(worker.turn(("onemap_ledger",))) == {"notices delivered"}, "told, but not due"
    assert worker.turn(told=()) == {}
    assert one(database.owner, "SELECT count(*) FROM ledger_head") == 1
