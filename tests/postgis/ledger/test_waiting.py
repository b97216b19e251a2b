"""What waits for somebody: the list's condition against the ledger's table, person by person."""

import json
import subprocess
import sys
from collections.abc import Collection

import pytest

from data.clock import to_utc
from data.database import transaction
from data.errors import NotFound
from data.procedure.steps import STEPS
from data.procedure.workflow import next_step
from data.queries.ledger.asker import asker_of
from data.queries.ledger.filter import LedgerFilter, Order, View
from data.queries.ledger.problems import Moment, ProblemRow, problems
from data.queries.people.accounts import roles
from data.queries.people.visible import scope_of
from data.queries.scope import EVERYTHING
from data.vocabulary import Role
from data.words.ledger import Action, Severity, Status
from problem_ledger.cases.actors import participant_of
from problem_ledger.cases.permissions import allowed_actions, situation_of
from problem_ledger.record import store
from tests.made.ledger.acts import problem, take
from tests.made.office import PEOPLE, Office

NEXT = {
    Status.REGISTERED: Action.ACCEPT,
    Status.ACCEPTED: Action.ASSIGN,
    Status.ASSIGNED: Action.SIGN_FOR,
    Status.RECTIFYING: Action.SUBMIT,
    Status.SUBMITTED: Action.VERIFY,
    Status.VERIFIED: Action.SIGN_OFF,
}
"""The step that brings an open problem on, written by hand."""


def next_of(row: ProblemRow, steps: Collection[Action]) -> Action | None:
    """The step by hand; a request for more time waits for those who may answer it."""
    if row.asked_due_on is not None and Action.EXTEND in steps:
        return Action.EXTEND
    return NEXT.get(row.status)


def is_for(status: Status, held: set[Role]) -> bool:
    """A chief may assign and check as well, but no problem waits for a chief to do so."""
    if status is Status.ACCEPTED:
        return Role.OFFICE in held
    return status is not Status.SUBMITTED or held != {Role.CHIEF}


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    """A problem in every state and of every severity that asks for another level."""
    for status in Status:
        problem(shared_office, status)
    for severity in (Severity.SERIOUS, Severity.MAJOR, Severity.CRITICAL):
        problem(shared_office, Status.VERIFIED, severity)
        asked = problem(shared_office, Status.RECTIFYING, severity)
        take(shared_office, asked, Action.ASK_EXTENSION)
    take(shared_office, problem(shared_office, Status.ASSIGNED), Action.ASK_EXTENSION)
    return shared_office


@pytest.mark.parametrize("person", PEOPLE)
def test_what_waits_is_what_the_table_lets_them_do_next(office: Office, person: str) -> None:
    who, now = office.accounts[person], office.clock()
    levels = {severity: office.rules.sign_off_level(severity) for severity in Severity}
    held = {post.role for post in PEOPLE[person]}
    with transaction(office.database.app) as connection:
        scope = scope_of(connection, who, roles(connection, [who])[who], now.date())
        asker = asker_of(connection, who, levels)
        moment = Moment(now, to_utc(now))
        rows, _n = problems(connection, scope, asker, LedgerFilter(view=View.ALL), Order(), moment)
        waiting, _n = problems(
            connection, scope, asker, LedgerFilter(view=View.WAITING), Order(), moment
        )
        expected, following = set(), {}
        for row in rows:
            try:
                steps = allowed_actions(connection, who, row.id, now, office.rules)
            except NotFound:  # pragma: no cover - what is listed can be opened
                pytest.fail(f"{row.number} is listed and can't be opened")
            actions = {step.action for step in steps}
            following[row.id] = next_of(row, actions)
            if following[row.id] in actions and is_for(row.status, held):
                expected.add(row.id)
    assert {row.id for row in waiting} == expected
    assert {row.id for row in rows if row.is_waiting} == expected
    assert all(row.next_action in (None, following[row.id]) for row in rows)


def test_somebody_is_waited_for_in_every_open_state(office: Office) -> None:
    """The comparison above is one of something: each state waits for at least one person."""
    levels = {severity: office.rules.sign_off_level(severity) for severity in Severity}
    seen: set[Status] = set()
    with transaction(office.database.app) as connection:
        for who in office.accounts.values():
            now = office.clock()
            scope = scope_of(connection, who, roles(connection, [who])[who], now.date())
            rows, _n = problems(
                connection,
                scope,
                asker_of(connection, who, levels),
                LedgerFilter(view=View.WAITING),
                Order(),
                Moment(now, to_utc(now)),
            )
            seen |= {row.status for row in rows}
    assert seen == set(NEXT)


def test_the_next_step_of_each_state_is_in_the_table() -> None:
    for status, action in NEXT.items():
        assert [step for step in STEPS if step.action is action and status in step.sources]


@pytest.mark.parametrize("person", PEOPLE)
def test_the_database_and_the_table_name_the_same_next_step(office: Office, person: str) -> None:
    """For every role, over problems of every state, also for those who handled or checked them."""
    who, now = office.accounts[person], office.clock()
    levels = {severity: office.rules.sign_off_level(severity) for severity in Severity}
    with transaction(office.database.app) as connection:
        asker = asker_of(connection, who, levels)
        everything = LedgerFilter(view=View.ALL)
        moment = Moment(now, to_utc(now))
        rows, count = problems(
            connection, EVERYTHING, asker, everything, Order(), moment, count=200
        )
        assert len(rows) == count > len(Status)
        for row in rows:
            actor = participant_of(connection, who, row.division_id, row.unit_id).actor
            situation = situation_of(connection, store.find(connection, row.id))
            step = next_step(actor, situation, now, office.rules)
            assert row.next_action is (step and step.action), row.number


def test_one_line_in_the_table_is_found_everywhere(office: Office) -> None:
    """The next step in SQL, what may be done, the button, its needs, the diagram, who is told."""
    done = problem(office, Status.SUBMITTED)
    now, chief = office.clock(), office.accounts["chief"]
    url = office.database.urls["app"]
    asked = [url, now.isoformat(), str(chief), str(done.problem_id)]
    run = subprocess.run(
        [sys.executable, "-m", "tests.made.ledger.added_step", *asked],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert "progress" in found["before"]["allowed"]
    assert "verify" in found["before"]["allowed"]
    assert found["before"]["waiting"] == ["progress"]
    assert found["refused"] == "Write what is to be said."
    assert found["button"]
    assert found["primary"]
    assert found["drawn"]
    assert found["told"] == ["chief_member", "member", "member_below"]
    assert found["after"]["waiting"] == []
    assert not {"progress", "verify", "return"} & set(found["after"]["allowed"])
