"""Who may take which step: a table written by hand, compared with the code's in every case."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from data.clock import UtcDatetime
from data.errors import Conflict, Forbidden
from data.procedure.workflow import STEPS, SYSTEM, Actor, Duty, Need, Situation, allowed, check
from data.records import AccountId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Action, Severity, Status
from problem_ledger.cases import needs
from problem_ledger.cases.conflicts import SENTENCES
from problem_ledger.cases.rules import load_rules
from tests.architecture.msgids import translated

NOW = UtcDatetime(datetime(2026, 11, 20, 2, tzinfo=UTC))
RULES = load_rules()
ME = AccountId(7)
LEVELS = (ChiefLevel.CITY, ChiefLevel.COUNTY, ChiefLevel.TOWNSHIP)


@dataclass(frozen=True)
class Person:
    role: str
    level: str
    here: bool
    in_unit: bool
    handled: bool
    checked: bool


Says = Callable[[Person, str], bool]


def office(p: Person, severity: str) -> bool:
    return p.role == "office" and p.here


def chief(p: Person, severity: str) -> bool:
    return p.role == "chief" and p.here


def office_or_chief(p: Person, severity: str) -> bool:
    return p.here and p.role in ("office", "chief")


def field_staff(p: Person, severity: str) -> bool:
    return p.here and p.role in ("office", "chief", "unit_member", "patroller")


def that_unit(p: Person, severity: str) -> bool:
    return p.role == "unit_member" and p.in_unit


def checker(p: Person, severity: str) -> bool:
    return field_staff(p, severity) and not p.in_unit and not p.handled


ENOUGH = {
    "general": {"city", "county", "township"},
    "serious": {"city", "county"},
    "major": {"city"},
    "critical": set(),
}


def decider(p: Person, severity: str) -> bool:
    return (
        office_or_chief(p, severity)
        and not p.in_unit
        and not p.handled
        and p.level in ENOUGH[severity]
    )


def signer(p: Person, severity: str) -> bool:
    return (
        office_or_chief(p, severity)
        and not p.in_unit
        and not p.handled
        and not p.checked
        and p.level in ENOUGH[severity]
    )


TABLE: dict[tuple[str, str | None], tuple[str, Says]] = {
    ("report", None): ("registered", field_staff),
    ("refuse", "registered"): ("refused", office),
    ("accept", "registered"): ("accepted", office),
    ("assign", "accepted"): ("assigned", office_or_chief),
    ("hand_back", "assigned"): ("accepted", that_unit),
    ("sign_for", "assigned"): ("rectifying", that_unit),
    ("progress", "rectifying"): ("rectifying", that_unit),
    ("submit", "rectifying"): ("submitted", that_unit),
    ("verify", "submitted"): ("verified", checker),
    ("return", "submitted"): ("rectifying", checker),
    ("return", "verified"): ("rectifying", signer),
    ("sign_off", "verified"): ("signed_off", signer),
    ("reopen", "signed_off"): ("rectifying", office_or_chief),
    **{("ask_extension", status): (status, that_unit) for status in ("assigned", "rectifying")},
    **{("comment", status.value): (status.value, chief) for status in Status},
    **{
        ("press", status): (status, office_or_chief)
        for status in ("registered", "accepted", "assigned", "rectifying", "submitted", "verified")
    },
}
"""Every case in which somebody may; archiving is the system's alone."""

ANSWERS: dict[tuple[str, str | None], tuple[str, Says]] = {
    **{
        (action, status): (status, may)
        for action, may in (
            ("withdraw_extension", that_unit),
            ("extend", decider),
            ("refuse_extension", decider),
        )
        for status in ("assigned", "rectifying")
    },
}
"""What becomes possible while a request for more time waits; asking again does not."""

ASKED_TABLE = {
    **{case: says for case, says in TABLE.items() if case[0] != "ask_extension"},
    **ANSWERS,
}

PEOPLE = [
    Person(role.value, level.value, *flags)
    for role in Role
    for level in LEVELS
    for flags in product((True, False), repeat=4)
]


def _actor(person: Person) -> Actor:
    duty = Duty(Role(person.role), ChiefLevel(person.level), person.here, person.in_unit)
    return Actor(ME, (duty,))


def _situation(
    person: Person, status: str, severity: str, *, asked: bool = False, count: int = 0
) -> Situation:
    return Situation(
        Status(status),
        Severity(severity),
        handler_ids=frozenset({ME} if person.handled else {AccountId(1)}),
        checker_id=ME if person.checked else AccountId(2),
        assigned_at=UtcDatetime(NOW - timedelta(hours=3)),
        look_back_at=NOW,
        extension_count=count,
        is_requested=asked,
    )


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (None, False),
        *[(status.value, False) for status in Status],
        ("assigned", True),
        ("rectifying", True),
    ],
)
def test_everybody_may_exactly_what_the_table_says(status: str | None, asked: bool) -> None:
    severities = [severity.value for severity in Severity]
    table = ASKED_TABLE if asked else TABLE
    for person, severity in product(PEOPLE, severities):
        situation = _situation(person, status, severity, asked=asked) if status else None
        found = {
            step.action.value: (step.target.value if step.target else status)
            for step in allowed(_actor(person), situation, NOW, RULES)
        }
        expected = {
            action: target
            for (action, source), (target, may) in table.items()
            if source == status and may(person, severity)
        }
        assert found == expected, (person, severity)


@pytest.mark.parametrize(("count", "may"), [(0, True), (1, True), (2, False), (3, False)])
def test_more_time_is_asked_for_as_often_as_the_rule_says(count: int, may: bool) -> None:
    member = Person("unit_member", "county", here=True, in_unit=True, handled=False, checked=False)
    situation = _situation(member, "rectifying", "general", count=count)
    steps = [step.action for step in allowed(_actor(member), situation, NOW, RULES)]
    assert (Action.ASK_EXTENSION in steps) is may
    if not may:
        with pytest.raises(Conflict, match=f"extended {count} times; 2 is the most"):
            check(Action.ASK_EXTENSION, _actor(member), situation, NOW, RULES)


def test_an_answer_needs_a_request_and_only_one_waits() -> None:
    member = Person("unit_member", "county", here=True, in_unit=True, handled=False, checked=False)
    office_ = Person("office", "county", here=True, in_unit=False, handled=False, checked=False)
    for action, person in (
        (Action.EXTEND, office_),
        (Action.REFUSE_EXTENSION, office_),
        (Action.WITHDRAW_EXTENSION, member),
    ):
        with pytest.raises(Conflict, match="No request"):
            check(action, _actor(person), _situation(person, "assigned", "serious"), NOW, RULES)
    again = _situation(member, "assigned", "serious", asked=True)
    with pytest.raises(Conflict, match="already"):
        check(Action.ASK_EXTENSION, _actor(member), again, NOW, RULES)


def test_who_handled_it_or_is_too_low_does_not_decide_on_more_time() -> None:
    office_ = Person("office", "township", here=True, in_unit=False, handled=False, checked=False)
    for person, severity, says in (
        (office_, "serious", "higher level"),
        (replace(office_, level="county", in_unit=True), "serious", "its own request"),
        (replace(office_, level="county", handled=True), "serious", "Who handled"),
    ):
        situation = _situation(person, "rectifying", severity, asked=True)
        with pytest.raises(Forbidden, match=says):
            check(Action.EXTEND, _actor(person), situation, NOW, RULES)


def test_a_refusal_is_forbidden_or_a_conflict_with_the_state() -> None:
    for action, status, person in product(Action, Status, PEOPLE[::5]):
        case = TABLE.get((action.value, status.value))
        if case and case[1](person, "general"):
            continue
        with pytest.raises((Forbidden, Conflict)):
            check(
                action,
                _actor(person),
                _situation(person, status.value, "general"),
                NOW,
                RULES,
            )


def test_the_system_reports_and_archives_and_nothing_else() -> None:
    assert [step.action for step in allowed(SYSTEM, None, NOW, RULES)] == [Action.REPORT]
    for status in Status:
        situation = Situation(status, Severity.GENERAL, look_back_at=NOW)
        steps = [step.action for step in allowed(SYSTEM, situation, NOW, RULES)]
        assert steps == ([Action.ARCHIVE] if status is Status.SIGNED_OFF else [])


def test_nothing_is_archived_before_the_look_back_is_over() -> None:
    early = Situation(
        Status.SIGNED_OFF, Severity.GENERAL, look_back_at=UtcDatetime(NOW + timedelta(seconds=1))
    )
    with pytest.raises(Conflict, match="look-back"):
        check(Action.ARCHIVE, SYSTEM, early, NOW, RULES)


@pytest.mark.parametrize(("minutes", "may"), [(0, True), (24 * 60, True), (24 * 60 + 1, False)])
def test_a_unit_hands_back_within_a_day(minutes: int, may: bool) -> None:
    member = Actor(ME, (Duty(Role.UNIT_MEMBER, in_unit=True),))
    situation = Situation(
        Status.ASSIGNED,
        Severity.GENERAL,
        assigned_at=UtcDatetime(NOW - timedelta(minutes=minutes)),
    )
    steps = [step.action for step in allowed(member, situation, NOW, RULES)]
    assert (Action.HAND_BACK in steps) is may
    assert Action.SIGN_FOR in steps


def test_two_duties_do_not_add_up_to_one() -> None:
    """The level of one duty and the place of another make nobody a signer."""
    here_but_low = Duty(Role.CHIEF, ChiefLevel.VILLAGE, covers=True)
    high_but_elsewhere = Duty(Role.OFFICE, ChiefLevel.PROVINCE)
    situation = Situation(Status.VERIFIED, Severity.GENERAL, checker_id=AccountId(2))
    with pytest.raises(Forbidden, match="higher level"):
        check(Action.SIGN_OFF, Actor(ME, (here_but_low, high_but_elsewhere)), situation, NOW, RULES)


def test_any_duty_in_the_unit_bars_from_checking() -> None:
    office_too = Duty(Role.OFFICE, ChiefLevel.COUNTY, covers=True)
    patrols_for_the_unit = Duty(Role.PATROLLER, in_unit=True)
    situation = Situation(Status.SUBMITTED, Severity.GENERAL)
    with pytest.raises(Forbidden, match="handling unit"):
        check(Action.VERIFY, Actor(ME, (office_too, patrols_for_the_unit)), situation, NOW, RULES)


def test_every_action_and_need_has_its_place() -> None:
    assert {step.action for step in STEPS} == set(Action) == set(SENTENCES)
    assert set(needs.ASKED) == set(Need)


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_sentence_of_a_table_is_worded(code: str) -> None:
    spoken = {*SENTENCES.values(), *(sentence for _met, sentence in needs.ASKED.values())} - {""}
    assert spoken <= set(translated(code))
