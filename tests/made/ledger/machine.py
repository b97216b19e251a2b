"""A ledger that anybody may try anything on, in any order, by the code the service runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from data.clock import UtcDatetime, business_date
from data.errors import BadInput, Conflict, Forbidden
from data.procedure.workflow import Actor, Duty, Situation, Step, allowed, check
from data.records import AccountId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Action, Severity, Status
from problem_ledger.cases.actions import EXPLAINED
from problem_ledger.cases.actors import SYSTEM_PARTICIPANT, Participant, event_of_step
from problem_ledger.cases.changes import Taking, changes_of
from problem_ledger.cases.needs import check_needs
from problem_ledger.cases.rules import load_rules
from problem_ledger.record.commands import Attached, Command, Place
from problem_ledger.record.events import (
    STORY,
    UNSET,
    Event,
    encoded_row,
    first_link,
    next_link,
    replay,
)
from tests.made.ledger.oracle import assert_linked, assert_signed_off_rightly

RULES = load_rules()
START = UtcDatetime(datetime(2026, 11, 2, 1, tzinfo=UTC))
BUREAU, STATION, TOWN = 10, 11, 20
BELOW = {BUREAU: {BUREAU, STATION}, STATION: {STATION}, TOWN: {TOWN}}


@dataclass(frozen=True)
class Person:
    """An account with one or two roles, each with a level, whether it covers, and a unit."""

    id: AccountId
    roles: tuple[tuple[Role, ChiefLevel | None, bool, int | None], ...]

    def participant(self, unit_id: int | None) -> Participant:
        below = BELOW.get(unit_id or 0, set())
        duties = tuple(
            Duty(role, level, covers, unit in below) for role, level, covers, unit in self.roles
        )
        return Participant(Actor(self.id, duties), {}, f"post {self.id}")


TOWNSHIP, COUNTY, CITY = ChiefLevel.TOWNSHIP, ChiefLevel.COUNTY, ChiefLevel.CITY
CAST = (
    Person(AccountId(1), ((Role.PATROLLER, None, True, None),)),
    Person(AccountId(2), ((Role.OFFICE, COUNTY, True, None),)),
    Person(AccountId(3), ((Role.UNIT_MEMBER, None, True, BUREAU),)),
    Person(AccountId(4), ((Role.UNIT_MEMBER, None, True, STATION),)),
    Person(AccountId(5), ((Role.UNIT_MEMBER, None, True, TOWN),)),
    Person(AccountId(6), ((Role.CHIEF, TOWNSHIP, True, None),)),
    Person(AccountId(7), ((Role.OFFICE, CITY, True, None),)),
    Person(AccountId(8), ((Role.OFFICE, COUNTY, True, TOWN), (Role.UNIT_MEMBER, None, True, TOWN))),
    Person(AccountId(9), ((Role.CHIEF, ChiefLevel.PROVINCE, True, None),)),
    Person(AccountId(10), ((Role.OFFICE, CITY, False, None),)),
    Person(AccountId(11), ((Role.AUDITOR, None, True, None), (Role.PATROLLER, None, True, BUREAU))),
)
STRAIGHT = (
    Action.ACCEPT,
    Action.ASSIGN,
    Action.SIGN_FOR,
    Action.SUBMIT,
    Action.VERIFY,
    Action.SIGN_OFF,
)
HANDLING = (Action.SIGN_FOR, Action.PROGRESS, Action.SUBMIT, Action.ASK_EXTENSION)
LACKING = ("", "text", "photo", "place", "severity", "category", "unit", "requirement")
REFUSALS = (BadInput, Conflict, Forbidden)


def in_unit(account_id: int, unit_id: int) -> bool:
    person = next(one for one in CAST if one.id == account_id)
    return any(unit in BELOW[unit_id] for _role, _level, _covers, unit in person.roles)


class LedgerMachine(RuleBasedStateMachine):
    """One problem kept in memory by the same pure code that the service runs in a transaction."""

    @initialize(
        severity=st.sampled_from(Severity),
        ahead=st.integers(0, len(STRAIGHT)),
        pick=st.integers(0, 200),
    )
    def report(self, severity: Severity, ahead: int, pick: int) -> None:
        """A problem somewhere on its straight way to the sign-off."""
        self.begin(severity)
        for action in STRAIGHT[:ahead]:
            self.take_one([found for found in self.possible() if found[1].action is action], pick)

    def begin(self, severity: Severity) -> None:
        self.now = START
        self.events: list[Event] = []
        self.handlers: set[AccountId] = set()
        reporter = CAST[0].participant(None)
        step = check(Action.REPORT, reporter.actor, None, self.now, RULES)
        values = {
            "lon": 112.1,
            "lat": 32.9,
            "severity": severity.value,
            "category": "dumping.rubbish",
            "description": "垃圾 “岸边”",
            "reporter_id": reporter.actor.account_id,
            "registered_at": self.now,
        }
        link = first_link(
            "411381-2026-00001", values, event_of_step(step, reporter, self.now, RULES)
        )
        self.row: dict[str, Any] = {**dict.fromkeys(STORY), **UNSET, **link.columns}
        self.events.append(link.event)

    def possible(self) -> list[tuple[Participant, Step]]:
        return [
            (participant, step)
            for participant in (person.participant(self.row["unit_id"]) for person in CAST)
            for step in allowed(participant.actor, self.situation(), self.now, RULES)
        ]

    def take_one(self, found: Sequence[tuple[Participant, Step]], pick: int) -> None:
        if found:
            participant, step = found[pick % len(found)]
            self.take(participant, self.command(step.action, pick))

    def situation(self) -> Situation:
        return Situation(
            Status(self.row["status"]),
            Severity(self.row["severity"]),
            frozenset(self.handlers),
            self.row["checker_id"],
            self.row["assigned_at"],
            self.row["look_back_at"],
            self.row["extension_count"],
            self.row["asked_due_on"] is not None,
        )

    def take(self, participant: Participant, command: Command) -> None:
        step = check(command.action, participant.actor, self.situation(), self.now, RULES)
        check_needs(step, command)
        who = participant.actor.account_id
        site = {"checked_at": self.now, "site": {"lon": 112.1}}
        told = event_of_step(
            step,
            participant,
            self.now,
            RULES,
            status=Status(self.row["status"]),
            severity=Severity(self.row["severity"]),
            text=command.text,
            more=site if step.action is Action.VERIFY else None,
            photos=[Attached(each, bytes([each])) for each in command.photo_ids],
        )
        changes = changes_of(Taking(self.row, command, who, self.now, RULES))
        link = next_link(self.row, changes, told)
        self.row.update(link.columns)
        self.events.append(link.event)
        if who and command.action in HANDLING:
            self.handlers.add(who)

    def command(self, action: Action, pick: int, lacks: str = "") -> Command:
        """A command with all that any step asks for but what it ``lacks``.

        With something lacking, a day of more time may lie beyond the rule as well.
        """
        takes_photos = action in (Action.SUBMIT, Action.VERIFY, Action.PROGRESS)
        names_day = action in (Action.ASK_EXTENSION, Action.EXTEND)
        days = 15 if names_day and not lacks else 40
        later = max(self.now, self.row["due_at"] or self.now) + timedelta(days=1 + pick % days)
        return Command(
            action,
            self.row["version"],
            text="" if lacks == "text" else "说明",
            severity=None if lacks == "severity" else tuple(Severity)[pick % 4],
            category=None if lacks == "category" else "bank.piles",
            unit_id=None if lacks == "unit" else (BUREAU, STATION, TOWN)[pick % 3],
            requirement="" if lacks == "requirement" else "清理",
            due_on=business_date(later) if names_day or pick % 4 == 0 else None,
            place=None if lacks == "place" else Place(112.1, 32.9),
            explanation="照片已核对" if action in EXPLAINED else "",
            photo_ids=(pick + 1,) if takes_photos and lacks != "photo" else (),
        )

    @rule(pick=st.integers(0, 200))
    def take_what_the_table_allows(self, pick: int) -> None:
        """Forward more often than not: events beside the status are every fifth choice."""
        wanted = [each for each in self.possible() if (each[1].target is None) is (pick % 5 == 0)]
        self.take_one(wanted, pick)

    @rule(
        person=st.sampled_from(CAST),
        action=st.sampled_from(Action),
        pick=st.integers(0, 200),
        lacks=st.sampled_from(LACKING),
    )
    def try_anything(self, person: Person, action: Action, pick: int, lacks: str) -> None:
        self.try_it(person.participant(self.row["unit_id"]), self.command(action, pick, lacks))

    def try_it(self, participant: Participant, command: Command) -> None:
        before = (dict(self.row), len(self.events))
        try:
            self.take(participant, command)
        except REFUSALS:
            assert (self.row, len(self.events)) == before

    @rule(pick=st.integers(0, 200), lacks=st.sampled_from(LACKING))
    def give_too_little(self, pick: int, lacks: str) -> None:
        """The right person, the right moment, but something may be missing."""
        found = self.possible()
        if found:
            participant, step = found[pick % len(found)]
            self.try_it(participant, self.command(step.action, pick, lacks))

    @rule(hours=st.sampled_from((1, 23, 24, 25, 24 * 40, 24 * 200)))
    def wait(self, hours: int) -> None:
        self.now = UtcDatetime(self.now + timedelta(hours=hours))

    @rule()
    def archive(self) -> None:
        before = (self.row["status"], self.row["look_back_at"])
        try:
            self.take(SYSTEM_PARTICIPANT, Command(Action.ARCHIVE, self.row["version"]))
        except Conflict:
            assert before[0] != "signed_off" or self.now < before[1]
        else:
            assert before[0] == "signed_off"
            assert self.now >= before[1]

    def teardown(self) -> None:
        if not hasattr(self, "row"):
            return
        assert replay(self.events) == encoded_row(self.row)
        assert_linked(self.events)
        signed = assert_signed_off_rightly(self.events, in_unit)
        assert signed > 0 or self.row["signed_off_at"] is None
        event(f"{signed} sign-offs, {self.row['status']}")
