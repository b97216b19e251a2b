"""The words of a problem's page say all that the shipped rules and the table can bring."""

import pytest

from dashboard.ledger.step_bar import ICONS, look_of
from dashboard.ledger.step_dialogs import _FIELDS
from dashboard.ledger.steps import NODES
from dashboard.ledger.words import (
    ACTION,
    CATEGORY,
    DONE,
    SEVERITY,
    SHIPPED_SOURCES,
    SOURCE,
    STATUS,
    rule_source_words,
)
from dashboard.parts.wording import language
from data.procedure.steps import STEPS, Need
from data.procedure.turns import WAY
from data.words.ledger import CATEGORY_KEYS, Action, Severity, Source, Status
from problem_ledger.cases.rules import DeadlineRule, load_rules


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
        },
        "d": {Action.REFUSE, Action.HAND_BACK, Action.RETURN, Action.REOPEN},
        "g": {Action.EXTEND, Action.PRESS, Action.COMMENT},
        "": {Action.PROGRESS},
    }


def test_every_step_of_the_way_has_its_node() -> None:
    assert list(NODES) == [step.action for step in WAY]


def test_every_shipped_source_of_a_deadline_is_worded() -> None:
    rules = load_rules()
    shipped = {rule.source for rule in [*rules.deadlines.values(), *rules.overrides.values()]}
    assert shipped == SHIPPED_SOURCES


@pytest.mark.parametrize(
    ("verified", "said"), [(False, "county decree (original not checked)"), (True, "county decree")]
)
def test_a_countys_own_source_is_told_as_written(verified: bool, said: str) -> None:
    token = language.set("en")
    try:
        assert rule_source_words(DeadlineRule("own", 3, "county decree", verified)) == said
    finally:
        language.reset(token)
