"""Notices about stations and services: who gets them, how often, who may read them."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dashboard.frame.disks import Disk, Disks, tell_of_disk
from dashboard.ledger.notice_words import notice_about, notice_address, notice_words
from dashboard.parts.wording import language
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import ServiceDown
from data.notices.queue import Subject, queue_notice
from data.queries.ledger.notices import notices, unread_count
from data.queries.scope import EVERYTHING, NOTHING
from data.words.ledger import NoticeKind
from data.words.notices import SubjectKind
from problem_ledger.work.notices import deliver, mark_read
from problem_ledger.work.refusals import announce_bursts
from tests.fixtures.people import MONDAY
from tests.made.office import Office
from tests.made.readings.messages import one, rows

LOGINS = (
    "SELECT login FROM delivery JOIN account ON account.id = account_id"
    " WHERE subject_kind IS NOT NULL ORDER BY delivery.id"
)
REFUSED = text(
    "INSERT INTO hour_account (station_id, hour, received, refused) VALUES"
    " ((SELECT id FROM station WHERE code = :code), :hour, :count, :count)"
)


def logins(office: Office) -> list[str]:
    return [login for (login,) in rows(office.database.owner, LOGINS)]


def refuse(office: Office, hours: float, count: int, code: str = "") -> None:
    """So many refused messages in the hour that began ``hours`` after Monday nine o'clock."""
    at = MONDAY + timedelta(hours=hours)
    with office.database.owner.begin() as connection:
        connection.execute(REFUSED, {"code": code, "hour": at, "count": count})


def announced(office: Office, hours: float) -> int:
    at = UtcDatetime(MONDAY + timedelta(hours=hours))
    return announce_bursts(office.database.app, at, least=100)


def code_of(office: Office, station: int) -> str:
    return str(one(office.database.owner, f"SELECT code FROM station WHERE id = {station}"))


def test_a_burst_is_announced_once_to_the_lowest_office_over_the_station(office: Office) -> None:
    code = code_of(office, office.basin.section_up)
    refuse(office, 0, 99, code)
    assert announced(office, 0.5) == 0
    refuse(office, 1, 100, code)
    assert announced(office, 1.2) == 1
    assert logins(office) == ["office_up"]
    assert [announced(office, hours) for hours in (1.3, 1.9, 2.5)] == [0, 0, 0]
    refuse(office, 3, 5000, code)
    refuse(office, 9, 5000, code)
    assert announced(office, 9.1) == 0
    refuse(office, 16, 100, code)
    assert announced(office, 16.5) == 1
    assert logins(office) == ["office_up", "office_up"]


def test_messages_of_no_station_concern_the_highest_offices(office: Office) -> None:
    refuse(office, 0, 1000)
    assert announced(office, 0.5) == 1
    assert announced(office, 0.6) == 0
    assert sorted(logins(office)) == ["checker", "handler", "office"]


def test_a_station_in_no_division_concerns_the_highest_offices(office: Office) -> None:
    code = code_of(office, office.basin.section_up)
    with office.database.owner.begin() as connection:
        connection.execute(
            text("UPDATE station SET division_id = NULL, reach_id = NULL WHERE code = :code"),
            {"code": code},
        )
    refuse(office, 0, 1000, code)
    assert announced(office, 0.5) == 1
    assert announced(office, 0.6) == 0
    assert sorted(logins(office)) == ["checker", "handler", "office"]


def test_a_notice_of_a_station_is_read_by_whoever_may_see_it(office: Office) -> None:
    """It is read in the reader's language, leads to the tally and can be marked as read."""
    code = code_of(office, office.basin.section_up)
    refuse(office, 0, 1204, code)
    announced(office, 0.5)
    now = UtcDatetime(MONDAY + timedelta(hours=1))
    app, who = office.database.app, office.accounts["office_up"]
    assert deliver(app, now) == 1
    with app.connect() as connection:
        assert notices(connection, NOTHING, who) == ()
        assert unread_count(connection, NOTHING, who) == 0
        (notice,) = notices(connection, EVERYTHING, who)
        assert unread_count(connection, EVERYTHING, who) == 1
    assert (notice.subject_kind, notice.subject_uid) == (SubjectKind.STATION, code)
    assert (notice.problem_id, notice.station_id) == (None, office.basin.section_up)
    assert notice_address(notice) == f"/accounting?station={office.basin.section_up}"
    language.set("zh")
    assert notice_words(notice) == "大量数据无法入库"
    assert "拒收 1,204 条" in notice_about(notice, now)
    language.set("en")
    assert notice_words(notice) == "Many messages can't be taken in"
    assert mark_read(app, who, now) == 1


def test_a_full_disk_is_announced_once_to_the_highest_offices(
    office: Office, tmp_path: Path
) -> None:
    app, who, now = office.database.app, office.accounts["office"], MONDAY

    async def announce(disk: Disk) -> None:
        tell_of_disk(app, disk, now)

    async def look_for_a_day() -> None:
        disks = Disks([tmp_path], 100, announce)
        for hour in range(24):
            await disks.look(hour * 3600.0)
        disks.free_percent = 0
        await disks.look(24 * 3600.0)

    asyncio.run(look_for_a_day())
    asyncio.run(look_for_a_day())
    assert sorted(logins(office)) == ["checker", "handler", "office"]
    deliver(app, now)
    with app.connect() as connection:
        (notice,) = notices(connection, NOTHING, who)
    assert notice_address(notice) == "/"
    language.set("zh")
    assert notice_about(notice, now).startswith("服务器磁盘 · 剩余 ")
    assert str(tmp_path) not in notice_about(notice, now)


def test_what_can_t_be_announced_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Disk] = []

    async def announce(disk: Disk) -> None:
        heard.append(disk)
        if len(heard) == 1:
            raise ServiceDown("The database doesn't answer.")

    async def look() -> None:
        disks = Disks([tmp_path], 100, announce)
        for minute in range(4):
            await disks.look(minute * 60.0)

    asyncio.run(look())
    assert len(heard) == 2
    assert sum("has" in line and "MB free" in line for line in caplog.messages) == 1
    assert sum("nobody can be told" in line for line in caplog.messages) == 1


def test_a_service_is_told_to_an_office_as_long_as_it_is_one(office: Office) -> None:
    subject = Subject(SubjectKind.SERVICE, "disk")
    app, who = office.database.app, office.accounts["office"]
    with transaction(app) as connection:
        first = queue_notice(connection, subject, NoticeKind.DISK_LOW, "2026-11-02", MONDAY)
        again = queue_notice(connection, subject, NoticeKind.DISK_LOW, "2026-11-02", MONDAY)
        other = queue_notice(connection, subject, NoticeKind.DISK_LOW, "2026-11-03", MONDAY)
    assert (first, again, other) == (3, 0, 3)
    deliver(app, MONDAY)
    with app.connect() as connection:
        assert len(notices(connection, NOTHING, who)) == 2
    with office.database.owner.begin() as connection:
        connection.execute(text("DELETE FROM account_role WHERE account_id = :who"), {"who": who})
    with app.connect() as connection:
        assert notices(connection, EVERYTHING, who) == ()


@pytest.mark.parametrize(
    "columns",
    [
        {"problem_id": "NULL", "subject_kind": "NULL", "subject_uid": "NULL"},
        {"problem_id": "NULL", "subject_kind": "'station'", "subject_uid": "NULL"},
        {"problem_id": "NULL", "subject_kind": "'river'", "subject_uid": "'R1'"},
    ],
)
def test_a_notice_has_exactly_one_subject(office: Office, columns: dict[str, str]) -> None:
    filled = {**columns, "account_id": "(SELECT min(id) FROM account)", "kind": "'refusals'"}
    filled |= {"about": "''", "made_at": "now()"}
    names, values = ", ".join(filled), ", ".join(filled.values())
    with pytest.raises(IntegrityError), office.database.owner.begin() as connection:
        connection.execute(text(f"INSERT INTO delivery ({names}) VALUES ({values})"))
