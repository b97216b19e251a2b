"""Readings become problems: one for an event, and another only after normal readings."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from data.clock import UtcDatetime
from data.people.reviews import NewReview, ValueKey, record
from data.records import AccountId
from data.vocabulary import Parameter, Period
from data.words.ledger import Action
from data.words.review import Verdict
from ingest.running.pipeline import Pipeline
from problem_ledger.cases.actions import act
from problem_ledger.cases.rules import load_rules
from problem_ledger.record.commands import Command, Done
from problem_ledger.work.exceedances import REACH_BACK, open_problems
from tests.made.database import Database
from tests.made.office import open_office
from tests.made.readings.messages import GOOD, NOON, message, one, rows

RULES = load_rules()
FOUL = {"cod": 120.0, "nh3n": 12.0, "tp": 0.9}
CLEAN = {"cod": 20.0, "nh3n": 1.0, "tp": 0.2}
PROBLEMS = "SELECT count(*) FROM problem"


class Outfall:
    """An outfall with three limits, its readings a quarter of an hour apart, and an office."""

    def __init__(self, database: Database) -> None:
        self.app: Engine = database.app
        self.owner: Engine = database.owner
        made = open_office(database)
        self.office: AccountId = made.accounts["office"]
        with database.owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO outfall_limit (station_id, parameter, upper, basis, valid_from)"
                    " SELECT :id, p, high, '许可证', '2020-01-01'"
                    " FROM (VALUES ('cod', 50), ('nh3n', 5), ('tp', 0.5)) AS l(p, high)"
                ),
                {"id": made.basin.outfall},
            )
        self.now: UtcDatetime = NOON
        self.pipeline = Pipeline(database.ingest, now=self.clock)

    def clock(self) -> UtcDatetime:
        return self.now

    def read(self, told: str) -> list[Done]:
        """What the worker opens while these come in: x foul, . clean, ? foul but flagged."""
        opened = []
        for each in told:
            self.now = UtcDatetime(self.now + timedelta(minutes=15))
            values = CLEAN if each == "." else FOUL
            flags = {"flags": dict.fromkeys(FOUL, "C")} if each == "?" else {}
            self.pipeline.commit([message("PW-01", self.now, {**values, "flow": 0.1}, **flags)])
            opened += self.work()
        return opened

    def work(self) -> list[Done]:
        return open_problems(self.app, self.clock, RULES)

    def refuse(self, done: Done) -> None:
        self.now = UtcDatetime(self.now + timedelta(minutes=1))
        command = Command(Action.REFUSE, done.version, text="已查明，属仪器调试")
        act(self.app, self.office, done.problem_id, command, self.clock, RULES)


@pytest.fixture
def outfall(database: Database) -> Outfall:
    return Outfall(database)


def test_one_event_is_one_problem(outfall: Outfall) -> None:
    assert outfall.read("...x") == []
    begun = outfall.now
    (done,) = outfall.read("xxxx..xx....xx")
    found = rows(
        outfall.owner,
        "SELECT number, status, category, severity, source, parameter, reporter_id, found_at,"
        " description FROM problem",
    )
    words = "化学需氧量 120.00 mg/L，限值 50 mg/L（许可证），超标 1.4 倍；连续 2 次有效超标"
    assert found == [
        (
            done.number, "registered", "monitoring.discharge", "general", "monitoring", "cod",
            None, begun, words,
        )
    ]  # fmt: skip
    told = "SELECT login, kind FROM delivery JOIN account ON account.id = account_id"
    assert rows(outfall.owner, told) == [("office_down", "reported")]


def test_single_and_flagged_values_open_nothing(outfall: Outfall) -> None:
    assert outfall.read("x.x.x?.x??.?x.") == []


def test_a_flagged_value_does_not_part_two_valid_ones(outfall: Outfall) -> None:
    assert len(outfall.read("x?x")) == 1


def test_the_next_problem_comes_only_after_normal_readings(outfall: Outfall) -> None:
    (first,) = outfall.read("xx")
    outfall.refuse(first)
    assert outfall.work() == []
    assert outfall.read("xxx..xx..xx") == []
    (second,) = outfall.read("...xx")
    assert second.problem_id != first.problem_id
    assert outfall.read("xxxx") == []


def test_what_cleared_while_it_was_open_may_open_the_next_at_once(outfall: Outfall) -> None:
    (first,) = outfall.read("xx....")
    outfall.refuse(first)
    assert outfall.read("x") == []
    assert len(outfall.read("x")) == 1


def test_what_came_back_while_it_was_open_is_still_its_matter(outfall: Outfall) -> None:
    (first,) = outfall.read("xx....xxx")
    outfall.refuse(first)
    assert outfall.read("xxx..xx") == []
    assert len(outfall.read("...xx")) == 1


def test_other_parameters_of_a_told_event_open_nothing_after_it(outfall: Outfall) -> None:
    (first,) = outfall.read("xx")
    outfall.refuse(first)
    outfall.read("..")
    for _ in range(3):
        outfall.now = UtcDatetime(outfall.now + timedelta(minutes=15))
        outfall.pipeline.commit([message("PW-01", outfall.now, {"nh3n": 12.0, "flow": 0.1})])
        assert outfall.work() == []


def test_a_worker_that_was_away_finds_what_it_missed(outfall: Outfall) -> None:
    def quietly(told: str) -> None:
        for each in told:
            outfall.now = UtcDatetime(outfall.now + timedelta(minutes=15))
            values = CLEAN if each == "." else FOUL
            outfall.pipeline.commit([message("PW-01", outfall.now, {**values, "flow": 0.1})])

    quietly(".xx....")
    outfall.now = UtcDatetime(outfall.now + timedelta(days=2))
    assert len(outfall.work()) == 1
    assert outfall.work() == []
    assert one(outfall.owner, PROBLEMS) == 1


def test_two_workers_at_once_open_one_problem(outfall: Outfall) -> None:
    for _ in range(2):
        outfall.now = UtcDatetime(outfall.now + timedelta(minutes=15))
        outfall.pipeline.commit([message("PW-01", outfall.now, {**FOUL, "flow": 0.1})])
    with ThreadPoolExecutor(4) as pool:
        opened = [done for each in pool.map(lambda _: outfall.work(), range(4)) for done in each]
    assert len(opened) == one(outfall.owner, PROBLEMS) == 1


def test_an_old_archive_is_no_news(outfall: Outfall) -> None:
    outfall.now = UtcDatetime(outfall.now - REACH_BACK - timedelta(hours=1))
    for _ in range(4):
        outfall.now = UtcDatetime(outfall.now + timedelta(minutes=5))
        outfall.pipeline.commit([message("PW-01", outfall.now, {**FOUL, "flow": 0.1})])
    outfall.now = NOON
    assert outfall.work() == []


def test_a_section_below_its_target_is_a_problem_of_quality(outfall: Outfall) -> None:
    for _ in range(2):
        outfall.now = UtcDatetime(outfall.now + timedelta(hours=4))
        values = GOOD | {"do": 3.1, "nh3n": 1.4}
        outfall.pipeline.commit([message("QH-01", outfall.now, values)])
    assert len(outfall.work()) == 1
    found = rows(outfall.owner, "SELECT category, parameter, station_id, chainage_m FROM problem")
    station = one(outfall.owner, "SELECT id FROM station WHERE code = 'QH-01'")
    assert found == [("monitoring.quality", "nh3n", station, 11090.0)]


def test_a_value_that_the_office_rejected_is_no_evidence(outfall: Outfall) -> None:
    assert outfall.read("x") == []
    station = one(outfall.owner, "SELECT id FROM station WHERE code = 'PW-01'")
    rulings = [
        NewReview(
            ValueKey(int(str(station)), outfall.now, Period.INSTANT, Parameter(parameter)),
            Verdict.REJECT,
            "采样管堵塞",
        )
        for parameter in FOUL
    ]
    with outfall.app.begin() as connection:
        record(connection, outfall.office, rulings, outfall.clock)
    assert outfall.read("x") == []
    assert len(outfall.read("x")) == 1
