"""The words of a problem's page say all that the shipped rules and the table can bring."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.ledger.bulk_steps import Filled, place_of_refusal
from dashboard.ledger.photos import time_check
from dashboard.ledger.step_bar import ICONS, look_of
from dashboard.ledger.step_dialogs import _FIELDS
from dashboard.ledger.steps import NODES
from dashboard.ledger.words import (
    ACTION,
    CATEGORY,
    DONE,
    SEVERITY,
    SOURCE,
    STATUS,
    rule_source_words,
)
from dashboard.parts.wording import language
from data.clock import Span, UtcDatetime
from data.procedure.step import Need
from data.procedure.steps import STEPS
from data.procedure.turns import WAY
from data.words.ledger import CATEGORY_KEYS, Action, Severity, Source, Stage, Status
from problem_ledger.cases.rules import DeadlineRule, load_rules
from problem_ledger.evidence.comparison import Check, Flag


def test_every_word_of_the_ledger_is_worded() -> None:
    assert set(STATUS) == set(Status)
    assert set(ACTION) == set(DONE) == set(Action)
    assert set(SEVERITY) == set(Severity)
    assert set(SOURCE) == set(Source)
    assert set(CATEGORY) == set(CATEGORY_KEYS)


def test_every_step_a_person_may_take_has_a_button_and_every_need_a_field() -> None:
    taken = {step.action for step in STEPS if step.roles} - {Action.REPORT}
    assert set(ICONS) == taken
    assert set(_FIELDS) == set(Need)


def test_the_look_of_a_button_says_whether_it_leads_on_sets_back_or_stands_beside() -> None:
    looks: dict[str, set[Action]] = {}
    for step in STEPS:
        if step.roles and step.action is not Action.REPORT:
            looks.setdefault(look_of(step), set()).add(step.action)
    assert looks == {
        "p": {
            Action.ACCEPT,
            Action.ASSIGN,
            Action.SIGN_FOR,
            Action.SUBMIT,
            Action.VERIFY,
            Action.SIGN_OFF,
            Action.EXTEND,
        },
        "d": {Action.REFUSE, Action.HAND_BACK, Action.RETURN, Action.REOPEN},
        "g": {
            Action.ASK_EXTENSION,
            Action.WITHDRAW_EXTENSION,
            Action.REFUSE_EXTENSION,
            Action.PRESS,
            Action.COMMENT,
        },
        "": {Action.PROGRESS},
    }


def test_every_step_of_the_way_has_its_node() -> None:
    assert list(NODES) == [step.action for step in WAY]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("zh", "本县办理时限规定（默认值，可在设置中修改）"),
        ("en", "this county's time limits (default, can be changed in the settings)"),
    ],
)
def test_a_shipped_rule_is_the_countys_default_and_quotes_no_other_county(
    code: str, said: str
) -> None:
    rules = load_rules()
    token = language.set(code)
    try:
        every = [*rules.deadlines.values(), *rules.overrides.values()]
        assert {rule_source_words(rule) for rule in every} == {said}
    finally:
        language.reset(token)


@pytest.mark.parametrize("verified", [False, True])
def test_a_countys_own_source_is_told_as_written(verified: bool) -> None:
    assert (
        rule_source_words(DeadlineRule("own", 3, "本县办法第十二条", verified))
        == "本县办法第十二条"
    )


@pytest.mark.parametrize(
    ("taken", "requirement"),
    [
        (datetime(2008, 10, 23, 14, 43, tzinfo=UTC), "应在 11-29 18:43 之后（整改期内）"),
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), "应在 11-30 18:43 之前（整改期内）"),
    ],
)
def test_a_photo_of_another_time_is_told_what_is_required(
    taken: datetime, requirement: str
) -> None:
    now = UtcDatetime(datetime(2026, 11, 30, 11, 0, tzinfo=UTC))
    begun = UtcDatetime(datetime(2026, 11, 29, 10, 43, tzinfo=UTC))
    span = Span(begun, UtcDatetime(begun + timedelta(days=1)))
    flag = Flag(Check.TAKEN, Stage.AFTER, 1, ok=False, at=UtcDatetime(taken), span=span)
    assert time_check(now, flag)[1] == requirement


def test_a_refusal_stands_at_the_field_that_lacks() -> None:
    assert place_of_refusal(Action.ASSIGN, Filled(), "缺") == ("", "缺", None)
    assert place_of_refusal(Action.ASSIGN, Filled(unit_id=1), "缺") == ("", None, "缺")
    assert place_of_refusal(Action.ACCEPT, Filled(), "缺") == ("缺", None, None)
