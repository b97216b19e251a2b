"""Reports and steps in a few words, for tests that look at one thing about them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import text

from data.errors import Conflict
from data.records import AccountId
from data.words.ledger import Action, Severity, Source
from problem_ledger.cases import actions, reports
from problem_ledger.record import store
from problem_ledger.record.commands import Command, Done, Report
from tests.made.ledger.story import SPOT, Desk


def given(desk: Desk, **other: object) -> Report:
    plain = Report(SPOT, "bank.piles", Severity.GENERAL, Source.PATROL, "岸边堆放秸秆")
    return replace(plain, **other)  # type: ignore[arg-type]  # the test names the fields


def report(desk: Desk, **other: object) -> Done:
    return reports.report(desk.engine, desk.patroller, given(desk, **other), desk.clock, desk.rules)


def act(desk: Desk, who: AccountId, done: Done, action: Action, **other: object) -> Done:
    command = replace(Command(action, done.version, text="说明"), **other)  # type: ignore[arg-type]
    return actions.act(desk.engine, who, done.problem_id, command, desk.clock, desk.rules)


def row_of(desk: Desk, done: Done) -> store.Row:
    with desk.engine.begin() as connection:
        return store.find(connection, done.problem_id)


def one(desk: Desk, sql: str, **bound: object) -> object:
    with desk.engine.begin() as connection:
        return connection.execute(text(sql), bound).scalar_one()


def told(desk: Desk) -> list[tuple[str, str]]:
    with desk.engine.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT kind, login FROM delivery JOIN account ON account.id = account_id"
                " ORDER BY delivery.id"
            )
        )
        return [(row.kind, row.login) for row in rows]


def at_once(*tasks: Callable[[], Done | None]) -> list[Done | Conflict | None]:
    """What comes of tasks that start together; conflicts are results."""

    def run(task: Callable[[], Done | None]) -> Done | Conflict | None:
        try:
            return task()
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))
