"""Silent devices become problems: one a silence, none while ours is the fault."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from data.clock import UtcDatetime, to_utc
from data.records import AccountId
from data.words.ledger import Action
from ingest.running.pipeline import Pipeline
from problem_ledger.cases.actions import act
from problem_ledger.cases.rules import load_rules
from problem_ledger.record.commands import Command, Done
from problem_ledger.record.verify import verify_problem
from problem_ledger.work.offline import open_silences
from tests.made.database import Database
from tests.made.office import open_office
from tests.made.readings.messages import NOON, message, one, register, rows

RULES = load_rules()
SPELLS = "SELECT began_at, ended_at, problem_id FROM offline_spell ORDER BY began_at"
HOUR = timedelta(hours=1)


class Watch:
    """The small basin, its devices and an office, under a clock that a test moves."""

    def __init__(self, database: Database) -> None:
        self.app: Engine = database.app
        self.owner: Engine = database.owner
        self.office: AccountId = open_office(database).accounts["office"]
        self.now: UtcDatetime = NOON
        self.pipeline = Pipeline(database.ingest, now=lambda: self.now)

    def wait(self, hours: float) -> None:
        self.now = to_utc(self.now + hours * HOUR)

    def hear(self, *codes: str) -> None:
        self.pipeline.commit([message(code, self.now) for code in codes])

    def work(self) -> list[Done]:
        return open_silences(self.app, lambda: self.now, RULES)

    def refuse(self, done: Done) -> None:
        command = Command(Action.REFUSE, done.version, text="已安排维修")
        act(self.app, self.office, done.problem_id, command, lambda: self.now, RULES)

    def put(self, code: str, what: str, value: object) -> None:
        with self.owner.begin() as connection:
            query = text(f"UPDATE station SET {what} = :value WHERE code = :code")
            connection.execute(query, {"value": value, "code": code})

    def spells(self) -> list[tuple[object, ...]]:
        return rows(self.owner, SPELLS)


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database)


def test_a_silence_is_one_problem_with_its_facts(watch: Watch) -> None:
    watch.hear("QH-01")
    watch.wait(23.9)
    assert watch.work() == []
    watch.wait(0.2)
    (done,) = watch.work()
    assert watch.work() == []
    facts = rows(
        watch.owner,
        "SELECT category, severity, source, status, reporter_id, parameter, found_at, description"
        " FROM problem",
    )
    words = "测站离线：最近一次数据为 2026-05-15 12:00，已超过 24 小时（上报间隔 4 小时）"
    assert facts == [
        (
            "monitoring.offline", "general", "monitoring", "registered", None, None, NOON, words,
        )
    ]  # fmt: skip
    assert watch.spells() == [(NOON, None, done.problem_id)]
    with watch.app.connect() as connection:
        assert verify_problem(connection, done.problem_id).intact


def test_a_closed_problem_is_not_opened_again_while_the_silence_lasts(watch: Watch) -> None:
    watch.hear("QH-01")
    watch.wait(25)
    (done,) = watch.work()
    watch.refuse(done)
    watch.wait(240)
    assert watch.work() == []


def test_after_a_value_came_a_new_silence_is_a_new_problem(watch: Watch) -> None:
    watch.hear("QH-01")
    watch.wait(25)
    (first,) = watch.work()
    watch.refuse(first)
    watch.hear("QH-01")
    came = watch.now
    assert watch.work() == []
    assert watch.spells() == [(NOON, came, first.problem_id)]
    watch.wait(25)
    (second,) = watch.work()
    assert watch.spells() == [(NOON, came, first.problem_id), (came, None, second.problem_id)]


def test_a_silence_while_the_last_one_s_problem_is_open_is_the_same_matter(watch: Watch) -> None:
    watch.hear("QH-01")
    watch.wait(25)
    (first,) = watch.work()
    watch.hear("QH-01")
    came = watch.now
    assert watch.work() == []
    watch.wait(25)
    assert watch.work() == []
    assert watch.spells() == [(NOON, came, first.problem_id), (came, None, first.problem_id)]


def test_an_old_value_out_of_a_spool_ends_no_silence(watch: Watch) -> None:
    watch.hear("QH-01")
    watch.wait(60)
    assert len(watch.work()) == 1
    watch.pipeline.commit([message("QH-01", to_utc(NOON + 2 * HOUR), received_at=watch.now)])
    assert watch.work() == []
    assert watch.spells()[0][1] is None


def test_two_workers_at_once_open_one(watch: Watch) -> None:
    watch.hear("QH-01", "PW-01")
    watch.wait(25)
    with ThreadPoolExecutor(4) as pool:
        opened = [each for done in pool.map(lambda _: watch.work(), range(4)) for each in done]
    assert len(opened) == 2
    assert one(watch.owner, "SELECT count(*) FROM problem") == 2


def test_devices_never_heard_of(watch: Watch) -> None:
    register(watch.owner, "new", "late", "ended", "unsaid")
    watch.put("new", "started_at", NOON - 23 * HOUR)
    watch.put("late", "started_at", NOON - 25 * HOUR)
    for code in ("ended", "QS-01"):
        watch.put(code, "started_at", NOON - 25 * HOUR)
    watch.put("ended", "ended_at", NOON - HOUR)
    assert len(watch.work()) == 1
    (found,) = rows(watch.owner, "SELECT code, description FROM problem JOIN station"
                    " ON station.id = station_id")  # fmt: skip
    words = "测站离线：自 2026-05-14 11:00 启用以来没有数据，已超过 24 小时（上报间隔 5 分钟）"
    assert found == ("late", words)


def test_three_intervals_of_a_slow_device(watch: Watch) -> None:
    watch.put("QH-01", "interval_s", 12 * 3600)
    watch.hear("QH-01")
    watch.wait(35)
    assert watch.work() == []
    watch.wait(2)
    assert len(watch.work()) == 1


def test_a_station_that_ended_is_silent_no_more(watch: Watch) -> None:
    watch.hear("QH-01")
    watch.wait(25)
    watch.work()
    ended = watch.now
    watch.put("QH-01", "ended_at", ended)
    watch.wait(1)
    assert watch.work() == []
    assert watch.spells()[0][1] == ended


MANY = tuple(f"S-{n}" for n in range(12))


def test_what_we_did_not_hear_is_nobody_s_silence(watch: Watch) -> None:
    """Ingest was away for two days: what then comes late is no device's fault, at first."""
    register(watch.owner, *MANY)
    watch.hear(*MANY)
    watch.wait(48)
    assert watch.work() == []
    watch.hear(*MANY[:8])
    assert watch.work() == []
    for _ in range(5):
        watch.wait(5)
        watch.hear(*MANY[:8])
    assert len(watch.work()) == 4


def test_most_at_once_is_nobody_s_silence(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    register(watch.owner, *MANY, "S-12", "S-13")
    watch.hear(*MANY, "S-12", "S-13")
    for _ in range(6):
        watch.wait(5)
        watch.hear("S-12", "S-13")
    assert watch.work() == []
    assert "12 of 14 devices are newly silent" in caplog.text
