"""People of the office report problems, take steps and carry problems to any status."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import text

from data.clock import business_date, to_utc
from data.database import transaction
from data.errors import Conflict
from data.words.ledger import Action, Severity, Source, Status
from problem_ledger.cases import actions, reports
from problem_ledger.evidence.photo_bytes import Evidence, read_photo
from problem_ledger.evidence.photos import keep
from problem_ledger.record import store
from problem_ledger.record.commands import Command, Done, Place, Report
from problem_ledger.record.events import Row
from tests.made.ledger.pictures import photo
from tests.made.office import Office

SPOT = Place(112.2003, 32.7)
"""On the upper reach, 28 m east of the river."""

REPORT = Report(SPOT, "bank.building_waste", Severity.GENERAL, Source.PATROL, "岸边堆放建筑垃圾")

EXPLANATION = "同一相机、同一机位，已核对现场。"
"""Said about the photos, which are all the same picture and so look as if seen before."""

TO_SIGN_OFF = (
    Action.ACCEPT,
    Action.ASSIGN,
    Action.SIGN_FOR,
    Action.PROGRESS,
    Action.SUBMIT,
    Action.VERIFY,
    Action.SIGN_OFF,
)
"""The straight way of a reported problem."""

DOER: Mapping[Action, str] = {
    **dict.fromkeys(Action, "office"),
    **dict.fromkeys((Action.SIGN_FOR, Action.PROGRESS, Action.SUBMIT, Action.HAND_BACK), "member"),
    **dict.fromkeys((Action.ASK_EXTENSION, Action.WITHDRAW_EXTENSION), "member"),
    **dict.fromkeys((Action.VERIFY, Action.RETURN), "patroller"),
    **dict.fromkeys((Action.SIGN_OFF, Action.PRESS), "chief"),
}
"""Whose each step is on the straight way."""

WAY: Mapping[Status, tuple[Action, ...]] = {
    Status.REGISTERED: (),
    Status.REFUSED: (Action.REFUSE,),
    Status.ACCEPTED: (Action.ACCEPT,),
    Status.ASSIGNED: (Action.ACCEPT, Action.ASSIGN),
    Status.RECTIFYING: (Action.ACCEPT, Action.ASSIGN, Action.SIGN_FOR),
    Status.SUBMITTED: (Action.ACCEPT, Action.ASSIGN, Action.SIGN_FOR, Action.SUBMIT),
}
"""The shortest way from a report; the statuses after them go on from ``SUBMITTED``."""


def report(office: Office, who: str = "patroller", **other: Any) -> Done:
    """A new problem of theirs: ``REPORT`` but for the fields that the test names."""
    made = replace(REPORT, **other)
    account = office.accounts[who]
    return reports.report(office.database.app, account, made, office.clock, office.rules)


def photo_of(office: Office, who: str) -> int:
    """The id of a photo of theirs that no step has taken: one that waits, or else a new one."""
    account = office.accounts[who]
    with office.database.app.begin() as connection:
        waiting = connection.execute(WAITING_PHOTO, {"who": account}).scalar()
        return waiting or keep(connection, account, new_evidence(), office.clock())


def new_evidence() -> Evidence:
    """A photo as the service keeps it: the same picture each time, but other bytes."""
    seen = looked_at()
    original = seen.original + next(PHOTOS).to_bytes(4, "big")
    return replace(seen, original=original, sha256=sha256(original).digest())


@cache
def looked_at() -> Evidence:
    """What is read of the one picture that everybody hands in: reading it takes a while."""
    return read_photo(photo())


def act(office: Office, who: str, done: Done, action: Action, **other: Any) -> Done:
    """The problem after that step of theirs, with a text and the fields that the test names."""
    explanation = EXPLANATION if action in actions.EXPLAINED else ""
    blank = Command(action, done.version, text="说明", explanation=explanation)
    command = replace(blank, **other)
    account, app = office.accounts[who], office.database.app
    return actions.act(app, account, done.problem_id, command, office.clock, office.rules)


def needs(office: Office, who: str, action: Action, done: Done | None = None) -> dict[str, Any]:
    """The fields that a command of that step on the problem needs beside its text."""
    match action:
        case Action.ACCEPT:
            return {"severity": Severity.GENERAL, "category": REPORT.category}
        case Action.ASSIGN:
            return {"unit_id": office.units["station"], "requirement": "限期清运并复绿"}
        case Action.SUBMIT:
            return {"photo_ids": (photo_of(office, who),)}
        case Action.VERIFY:
            return {"place": SPOT, "photo_ids": (photo_of(office, who),)}
        case Action.ASK_EXTENSION | Action.EXTEND if done is not None:
            due_at = row_of(office, done)["due_at"] or office.clock.at
            return {"due_on": business_date(to_utc(due_at + timedelta(days=4)))}
    return {}


def take(office: Office, done: Done, action: Action, who: str = "", **other: Any) -> Done:
    """The problem after that step with all that it needs, by the one whose it is if not named.

    The handler is a member of the handling unit for as long as this takes.
    """
    who = who or DOER[action]
    fields = {"text": "已清运完毕", **needs(office, who, action, done), **other}
    if who != "handler":
        return act(office, who, done, action, **fields)
    with membership(office, who):
        return act(office, who, done, action, **fields)


@contextmanager
def membership(office: Office, who: str) -> Iterator[None]:
    """They are a member of the handling unit inside the block."""
    bound = {"who": office.accounts[who], "unit": office.units["station"]}
    with office.database.owner.begin() as connection:
        connection.execute(JOIN, bound)
    try:
        yield
    finally:
        with office.database.owner.begin() as connection:
            connection.execute(LEAVE, bound)


def carry(office: Office, *steps: Action) -> Done:
    """A problem reported with a photo, after those steps."""
    done = report(office, photo_ids=(photo_of(office, "patroller"),))
    for action in steps:
        done = take(office, done, action)
    return done


def problem(office: Office, status: Status, severity: Severity = Severity.GENERAL) -> Done:
    """A new problem of that status, in which the handler and the checker have each had a part."""
    done = report(office, severity=severity)
    past = (Status.VERIFIED, Status.SIGNED_OFF, Status.ARCHIVED)
    for action in WAY[Status.SUBMITTED if status in past else status]:
        other = {"severity": severity} if action is Action.ACCEPT else {}
        who = "handler" if action is Action.SUBMIT else ""
        done = take(office, done, action, who, **other)
    if status in past:
        done = take(office, done, Action.VERIFY, "checker")
    if status in past[1:]:
        done = take(office, done, Action.SIGN_OFF, signer_of(severity))
    if status is Status.ARCHIVED:
        with transaction(office.database.app) as connection:
            later = to_utc(office.clock.at + timedelta(days=400))
            done = actions.archive(connection, done.problem_id, lambda: later, office.rules)
    return done


def signer_of(severity: Severity) -> str:
    """Somebody whose level is enough for the severity."""
    return "chief" if severity in (Severity.GENERAL, Severity.SERIOUS) else "chief_province"


def row_of(office: Office, done: Done) -> Row:
    """The problem's row."""
    with office.database.app.begin() as connection:
        return store.find(connection, done.problem_id)


def notices(office: Office) -> list[tuple[str, list[str]]]:
    """The notices so far: of each the kind and everybody it goes to, in order of their names."""
    with office.database.app.begin() as connection:
        return [(row.kind, list(row.logins)) for row in connection.execute(NOTICES)]


def at_once(*tasks: Callable[[], Done | None]) -> list[Done | Conflict | None]:
    """What comes of tasks that start together; conflicts are results."""

    def run(task: Callable[[], Done | None]) -> Done | Conflict | None:
        try:
            return task()
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


PHOTOS = count()
WAITING_PHOTO = text("SELECT id FROM photo WHERE uploader_id = :who AND problem_id IS NULL LIMIT 1")
JOIN = text(
    "INSERT INTO account_role (account_id, role, unit_id) VALUES (:who, 'unit_member', :unit)"
)
LEAVE = text("DELETE FROM account_role WHERE account_id = :who AND unit_id = :unit")
NOTICES = text(
    "SELECT kind, array_agg(login ORDER BY login) AS logins FROM delivery"
    " JOIN account ON account.id = account_id GROUP BY problem_id, kind, about"
    " ORDER BY min(delivery.id)"
)
