"""Servers whose clocks are wrong: what they stamp is refused, and nobody else suffers by them."""

import asyncio
import re
import threading
from datetime import timedelta
from secrets import token_urlsafe

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from dashboard.app import create_app
from data import clock as clocks
from data.clock import Clock, UtcDatetime, to_utc
from data.database import engine
from data.database_clock import CheckedClock, clock_offset
from data.errors import Conflict, ServiceDown
from data.people import sessions
from data.queries.people.accounts import account_of_session
from data.settings import LedgerSettings
from data.words.ledger import Action, Severity
from ingest.qc.watch import Watch
from ingest.running.pipeline import Pipeline
from problem_ledger.cases import actions, reports
from problem_ledger.evidence.photos import take
from problem_ledger.record.commands import Command, Done
from problem_ledger.work.worker import Worker
from tests.made.database import Database
from tests.made.ledger.acts import REPORT
from tests.made.ledger.pictures import photo
from tests.made.office import PASSWORD, Office, open_office
from tests.made.readings.messages import message, rows
from tests.running.waiting import until


def ahead(**by: float) -> Clock:
    return lambda: to_utc(clocks.now() + timedelta(**by))


@pytest.fixture
def strict(database: Database) -> Office:
    """The office today, on a database that holds what is stamped to the present."""
    office = open_office(database, clocks.now())
    with database.owner.begin() as connection:
        for table in ("problem_event", "ledger_head", "patrol", "photo", "delivery"):
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    return office


def report(office: Office, clock: Clock, on: Engine | None = None) -> Done:
    who = office.accounts["patroller"]
    return reports.report(on or office.database.app, who, REPORT, clock, office.rules)


def count(office: Office, table: str) -> int:
    with office.database.app.begin() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.mark.parametrize("days", [2, -2, 0.002, -0.002])
def test_a_wrong_clock_stamps_no_event_and_says_why(strict: Office, days: float) -> None:
    with pytest.raises(ServiceDown, match=r"clock and the database's differ by \d+ s"):
        report(strict, ahead(days=days))
    assert (count(strict, "problem"), count(strict, "problem_event")) == (0, 0)
    done = report(strict, ahead(seconds=20))
    assert report(strict, ahead(seconds=-20)).problem_id > done.problem_id


def test_the_setting_decides_up_to_the_bound_of_the_database(strict: Office) -> None:
    near = engine(strict.database.urls["app"], clock_seconds=5)
    wide = engine(strict.database.urls["app"], clock_seconds=100_000)
    try:
        with pytest.raises(ServiceDown):
            report(strict, ahead(seconds=8), near)
        report(strict, ahead(seconds=200), wide)
        with pytest.raises(ServiceDown):
            report(strict, ahead(seconds=400), wide)
    finally:
        near.dispose()
        wide.dispose()


def test_the_next_step_by_a_right_clock_has_the_right_time(strict: Office) -> None:
    done = report(strict, clocks.now)
    accept = Command(
        Action.ACCEPT, done.version, severity=Severity.GENERAL, category=REPORT.category
    )
    office, app = strict.accounts["office"], strict.database.app
    with pytest.raises(ServiceDown):
        actions.act(app, office, done.problem_id, accept, ahead(days=2), strict.rules)
    actions.act(app, office, done.problem_id, accept, clocks.now, strict.rules)
    with app.begin() as connection:
        query = text("SELECT max(at) - clock_timestamp() FROM problem_event")
        off = connection.execute(query).scalar_one()
    assert abs(off.total_seconds()) < 5


def test_what_an_older_release_stamped_ahead_is_told(strict: Office) -> None:
    done = report(strict, clocks.now)
    behind = ahead(minutes=-10)
    accept = Command(
        Action.ACCEPT, done.version, severity=Severity.GENERAL, category=REPORT.category
    )
    with pytest.raises(Conflict, match="later than now"):
        actions.act(
            strict.database.app,
            strict.accounts["office"],
            done.problem_id,
            accept,
            behind,
            strict.rules,
        )


def test_photos_and_walks_are_stamped_now(strict: Office) -> None:
    who = strict.accounts["patroller"]
    with pytest.raises(ServiceDown), strict.database.app.begin() as connection:
        take(connection, who, photo(1), ahead(hours=1)())
    with strict.database.app.begin() as connection:
        take(connection, who, photo(1), clocks.now())


def test_the_owner_alone_brings_in_a_history_and_none_from_the_future(strict: Office) -> None:
    report(strict, ahead(days=-400), strict.database.owner)
    with pytest.raises(ServiceDown):
        report(strict, ahead(days=1), strict.database.owner)
    with pytest.raises(DBAPIError), strict.database.app.begin() as connection:
        connection.execute(text("ALTER TABLE problem_event DISABLE TRIGGER USER"))


def test_a_worker_with_a_wrong_clock_deletes_and_sends_nothing(strict: Office) -> None:
    report(strict, clocks.now)
    app = strict.database.app
    with app.begin() as connection:
        take(connection, strict.accounts["patroller"], photo(1), clocks.now())
    settings = LedgerSettings()
    waiting = count(strict, "delivery WHERE delivered_at IS NULL")
    assert waiting > 0
    Worker(app, settings, clock=CheckedClock(app, ahead(days=2))).turn()
    assert count(strict, "photo") == 1
    assert count(strict, "delivery WHERE delivered_at IS NULL") == waiting
    Worker(app, settings, clock=CheckedClock(app, clocks.now)).turn()
    assert count(strict, "photo") == 1
    assert count(strict, "delivery WHERE delivered_at IS NULL") == 0


def test_ingest_takes_nothing_in_by_a_wrong_clock(strict: Office) -> None:
    on, stopping = strict.database.ingest, threading.Event()
    [(code,)] = rows(strict.database.owner, "SELECT code FROM station ORDER BY id LIMIT 1")
    sent = [message(str(code), clocks.now())]
    wrong = Pipeline(on, check_clock=CheckedClock(on, ahead(days=-2)))
    with pytest.raises(ServiceDown, match="clock"):
        wrong.take_in(sent, stopping)
    assert count(strict, "quarantine") == 0
    right = Pipeline(on, check_clock=CheckedClock(on, clocks.now))
    done = right.take_in(sent, stopping)
    assert done is not None
    assert done.counts.total == 1


def test_the_second_look_waits_for_a_right_clock(
    strict: Office, caplog: pytest.LogCaptureFixture
) -> None:
    on = strict.database.ingest
    days = iter([2.0, 2.0])

    def wrong_at_first() -> UtcDatetime:
        return ahead(days=next(days, 0.0))()

    watch = Watch(on, clock=CheckedClock(on, wrong_at_first))
    looking = threading.Thread(target=watch.run)
    looking.start()
    until(lambda: any("answers again" in each for each in caplog.messages), patience_s=20)
    watch.stop()
    looking.join(20)
    assert [each for each in caplog.messages if "doesn't answer" in each] == [
        "the database doesn't answer: This server's clock and the database's differ by 172800 s;"
        " nothing was written. Let the administrator set both clocks by NTP."
    ]


def test_the_offset_is_measured(database: Database) -> None:
    with database.app.begin() as connection:
        measured = clock_offset(connection, ahead(seconds=90))
        right = clock_offset(connection, clocks.now)
    assert 89 < measured.seconds < 91
    assert not measured.is_fine
    assert right.is_fine


async def visit(clock: Clock) -> tuple[str, httpx.Response, httpx.Response]:
    """Sign in at a server with that clock: the session's token, /readyz, a report."""
    app, url = create_app(clock=clock), "http://127.0.0.1"
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=url, headers={"Origin": url}
    ) as client:
        signed = await client.post("/sign-in", data={"login": "patroller", "password": PASSWORD})
        assert signed.status_code == 303
        body = {
            "place": {"x": REPORT.place.x, "y": REPORT.place.y, "crs": REPORT.place.crs},
            "category": REPORT.category,
            "severity": "general",
            "source": "patrol",
            "description": REPORT.description,
        }
        key = {"Idempotency-Key": token_urlsafe()}
        made = await client.post("/api/v1/problems", json=body, headers=key)
        return client.cookies["onemap_session"], await client.get("/readyz"), made


def test_one_server_two_days_ahead_ends_nobodys_session(
    strict: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", strict.database.urls["app"])
    with strict.database.app.begin() as connection:
        mine = sessions.open_session(connection, strict.accounts["office"], 12)
    theirs, ready, made = asyncio.run(visit(ahead(days=2)))
    assert ready.status_code == 503
    assert re.search("相差 (172800|172799|172801) 秒", ready.json()["detail"])
    assert made.status_code == 503
    assert "时钟" in made.json()["detail"]
    right, ready, made = asyncio.run(visit(clocks.now))
    assert (ready.status_code, made.status_code) == (200, 201)
    with strict.database.app.begin() as connection:
        for token in (mine, theirs, right):
            assert account_of_session(connection, token) is not None
