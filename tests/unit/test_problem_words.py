"""The words of a problem's page say all that the shipped rules and the table can bring."""

import pytest

from dashboard.ledger.step_bar import BESIDE, DANGER, ICONS, PRIMARY
from dashboard.ledger.step_dialogs import _FIELDS
from dashboard.ledger.steps import REACHED
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
from data.words.ledger import CATEGORY_KEYS, Action, Severity, Source, Status
from problem_ledger.cases.rules import DeadlineRule, load_rules


def test_every_word_of_the_ledger_is_worded() -> None:
    assert set(STATUS) == set(REACHED) == set(Status)
    assert set(ACTION) == set(DONE) == set(Action)
    assert set(SEVERITY) == set(Severity)
    assert set(SOURCE) == set(Source)
    assert set(CATEGORY) == set(CATEGORY_KEYS)


def test_every_step_a_person_may_take_has_a_button_and_every_need_a_field() -> None:
    taken = {step.action for step in STEPS if step.roles} - {Action.REPORT}
    assert set(ICONS) == taken
    assert set(PRIMARY) | set(DANGER) | set(BESIDE) | {Action.PROGRESS} == taken
    assert set(_FIELDS) == set(Need)


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
