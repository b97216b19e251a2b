"""Every step by every person in every state over HTTP: allowed exactly where the table says.

The expectation is written here by hand from the ledger's table and the rules of people; it reads
nothing of the code that decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

import httpx
import pytest
from sqlalchemy import text

from data.words.ledger import Action, Severity, Status
from problem_ledger.cases.actions import EXPLAINED
from problem_ledger.record.commands import Command, Done
from tests.fixtures.served import Served
from tests.made.ledger.acts import EXPLANATION, needs, problem, take
from tests.made.office import PEOPLE, Office

NEW, REFUSED, ACCEPTED, ASSIGNED, RECTIFYING, SUBMITTED, VERIFIED, CLOSED, ARCHIVED = (
    Status.REGISTERED,
    Status.REFUSED,
    Status.ACCEPTED,
    Status.ASSIGNED,
    Status.RECTIFYING,
    Status.SUBMITTED,
    Status.VERIFIED,
    Status.SIGNED_OFF,
    Status.ARCHIVED,
)
EVERY = (NEW, REFUSED, ACCEPTED, ASSIGNED, RECTIFYING, SUBMITTED, VERIFIED, CLOSED, ARCHIVED)
OPEN = (NEW, ACCEPTED, ASSIGNED, RECTIFYING, SUBMITTED, VERIFIED)

OFFICE = {"office", "office_up", "checker", "handler"}
CHIEFS = {"chief_province", "chief_city", "chief", "chief_up", "chief_member"}
PATROLLERS = {"patroller", "patroller_up"}
ABOVE = OFFICE | CHIEFS
UNIT = {"member", "member_below", "chief_member"}
CHECKERS = (ABOVE | PATROLLERS | {"member_above"}) - {"handler", "chief_member"}
"""Outside the handling unit, in charge of the place, never having handled the problem."""

SIGNERS = {"chief_province", "chief_city", "chief", "office"}
"""Of the county's level at least, and not the one who checked."""

DECIDERS = SIGNERS | {"checker", "handler"}
"""Of the county's level at least, outside the unit; there nobody has handled or checked it yet."""

REPORTERS = ABOVE | UNIT | PATROLLERS | {"member_above"}

ALLOWED: Mapping[Action, Mapping[Status, set[str]]] = {
    Action.REFUSE: {NEW: OFFICE},
    Action.ACCEPT: {NEW: OFFICE},
    Action.ASSIGN: {ACCEPTED: ABOVE},
    Action.HAND_BACK: {ASSIGNED: UNIT},
    Action.SIGN_FOR: {ASSIGNED: UNIT},
    Action.PROGRESS: {RECTIFYING: UNIT},
    Action.SUBMIT: {RECTIFYING: UNIT},
    Action.VERIFY: {SUBMITTED: CHECKERS},
    Action.RETURN: {SUBMITTED: CHECKERS, VERIFIED: SIGNERS},
    Action.SIGN_OFF: {VERIFIED: SIGNERS},
    Action.REOPEN: {CLOSED: ABOVE},
    Action.ARCHIVE: {},
    Action.ASK_EXTENSION: dict.fromkeys((ASSIGNED, RECTIFYING), UNIT),
    Action.WITHDRAW_EXTENSION: {},
    Action.EXTEND: {},
    Action.REFUSE_EXTENSION: {},
    Action.COMMENT: dict.fromkeys(EVERY, CHIEFS),
    Action.PRESS: dict.fromkeys(OPEN, ABOVE),
}
"""Who may take the step from which state; everything else is refused."""

ASKED: Mapping[Action, Mapping[Status, set[str]]] = {
    **ALLOWED,
    Action.ASK_EXTENSION: {},
    Action.WITHDRAW_EXTENSION: dict.fromkeys((ASSIGNED, RECTIFYING), UNIT),
    Action.EXTEND: dict.fromkeys((ASSIGNED, RECTIFYING), DECIDERS),
    Action.REFUSE_EXTENSION: dict.fromkeys((ASSIGNED, RECTIFYING), DECIDERS),
}
"""The same while the unit's request for more time waits for its answer."""

STATES = [*((state, False) for state in EVERY), (ASSIGNED, True), (RECTIFYING, True)]

UNSEEN = {"patroller_down", "chief_down", "office_down", "member_down"}
"""Their duty lies in the lower town: for them the problem isn't there."""

SHUT_OUT = {"neighbour", "auditor", "administrator"}


@pytest.fixture(scope="module")
def people(shared_served: Served) -> Iterator[dict[str, httpx.Client]]:
    made = {name: shared_served.client(name) for name in PEOPLE}
    yield made
    for client in made.values():
        client.close()


def sent(command: Command) -> dict[str, object]:
    """The command as a document."""
    given = {
        name: value for name, value in asdict(command).items() if value is not None and name != "at"
    }
    del given["action"]
    if command.due_on:
        given["due_on"] = command.due_on.isoformat()
    return given


def status_of(office: Office, problem_id: int) -> tuple[str, int]:
    with office.database.app.begin() as connection:
        row = connection.execute(
            text("SELECT status, version FROM problem WHERE id = :id"), {"id": problem_id}
        ).one()
    return row.status, row.version


def attempt(
    office: Office, client: httpx.Client, who: str, done: Done, action: Action
) -> httpx.Response:
    explanation = EXPLANATION if action in EXPLAINED else ""
    blank = Command(action, done.version, text="已核实", explanation=explanation)
    command = replace(blank, **needs(office, who, action, done))
    return client.post(
        f"/api/v1/problems/{done.problem_id}/actions/{action.value}", json=sent(command)
    )


def begun(office: Office, state: Status, asked: bool) -> Done:
    """A problem of that state; an archived one began so early that no entry lies in the future."""
    days = 410 if state is Status.ARCHIVED else 0
    office.clock.move(days=-days)
    done = problem(office, state, Severity.SERIOUS)
    office.clock.move(days=days)
    return take(office, done, Action.ASK_EXTENSION) if asked else done


@pytest.mark.parametrize(("state", "asked"), STATES)
def test_every_step(
    served_office: Office, people: dict[str, httpx.Client], state: Status, asked: bool
) -> None:
    wrong: list[str] = []
    done = begun(served_office, state, asked)
    table = ASKED if asked else ALLOWED
    for action in table:
        may = table[action].get(state, set())
        refused = [who for who in people if who not in may and is_asked(who, state)]
        for who in refused:
            answer = attempt(served_office, people[who], who, done, action)
            if answer.status_code not in refusals(who):
                wrong.append(told(who, action, state, answer))
        assert status_of(served_office, done.problem_id) == (state.value, done.version), action
        for who in sorted(may):
            answer = attempt(served_office, people[who], who, done, action)
            if answer.status_code != 200:
                wrong.append(told(who, action, state, answer))
            done = begun(served_office, state, asked)
    assert wrong == []


def is_asked(who: str, state: Status) -> bool:
    """The door and the scope know no states: those it turns away try in one, one of each in all."""
    return state is NEW or who not in (SHUT_OUT | UNSEEN) or who in ("auditor", "office_down")


def told(who: str, action: Action, state: Status, answer: httpx.Response) -> str:
    return f"{who} {action.value} {state.value}: {answer.status_code} {answer.text[:120]}"


def refusals(who: str) -> set[int]:
    """How somebody may be refused: at the door, by invisibility, by the table."""
    if who in SHUT_OUT:
        return {403}
    return {404} if who in UNSEEN else {403, 409}


@pytest.mark.parametrize(("state", "asked"), STATES)
def test_a_reader_is_offered_what_they_may_do(
    served_office: Office, people: dict[str, httpx.Client], state: Status, asked: bool
) -> None:
    done = problem(served_office, state, Severity.SERIOUS)
    if asked:
        done = take(served_office, done, Action.ASK_EXTENSION)
    table = ASKED if asked else ALLOWED
    for who, client in people.items():
        answer = client.get(f"/api/v1/problems/{done.problem_id}")
        if who in SHUT_OUT - {"auditor"} or who in UNSEEN:
            assert answer.status_code == (404 if who in UNSEEN else 403), who
            continue
        offered = {each["action"] for each in answer.json()["allowed"]}
        expected = {action.value for action, when in table.items() if who in when.get(state, ())}
        assert offered == expected, who


def test_who_may_report(served_office: Office, people: dict[str, httpx.Client]) -> None:
    report = {
        "place": {"x": 112.2003, "y": 32.7, "crs": "EPSG:4326", "accuracy_m": 5},
        "category": "bank.building_waste",
        "description": "岸边堆放建筑垃圾",
    }
    for who, client in people.items():
        answer = client.post(
            "/api/v1/problems", json=report, headers={"Idempotency-Key": f"report-{who}"}
        )
        assert answer.status_code == (201 if who in REPORTERS else 403), (who, answer.text)


@pytest.mark.parametrize(
    ("severity", "signers"),
    [
        (Severity.GENERAL, {"chief_up", "office_up", *SIGNERS}),
        (Severity.SERIOUS, SIGNERS),
        (Severity.MAJOR, {"chief_city", "chief_province"}),
        (Severity.CRITICAL, {"chief_province"}),
    ],
)
def test_severity_asks_for_a_level(
    served_office: Office, people: dict[str, httpx.Client], severity: Severity, signers: set[str]
) -> None:
    for who in CHIEFS | OFFICE:
        done = problem(served_office, Status.VERIFIED, severity)
        answer = attempt(served_office, people[who], who, done, Action.SIGN_OFF)
        assert answer.status_code == (200 if who in signers else 403), (who, answer.text)


def test_the_checker_and_the_handler_are_none_of_the_signers(
    served_office: Office, people: dict[str, httpx.Client]
) -> None:
    done = problem(served_office, Status.VERIFIED, Severity.SERIOUS)
    sentences = {
        who: attempt(served_office, people[who], who, done, Action.SIGN_OFF).json()["detail"]
        for who in ("checker", "handler", "chief_member", "office_up")
    }
    assert len(set(sentences.values())) == 4, sentences
