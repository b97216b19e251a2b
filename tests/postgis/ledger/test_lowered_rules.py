"""A county lowers its rule of extensions: what was granted or asked for before stays as it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.ledger.step_dialogs import dialog_of
from data.clock import business_date, to_utc
from data.errors import BadInput, Conflict
from data.procedure.steps import STEPS
from data.words.ledger import Action
from problem_ledger.cases.extensions import reach_of
from problem_ledger.record.commands import Done
from problem_ledger.record.verify import verify
from tests.made.ledger.acts import TO_SIGN_OFF, carry, row_of, take
from tests.made.office import Office
from tests.made.pages import seen_by

ASKED = (*TO_SIGN_OFF[:3], Action.ASK_EXTENSION)
ANSWER = next(step for step in STEPS if step.action is Action.EXTEND)


def last_day(office: Office, done: Done) -> date:
    """The last day that the dialog of an answer offers, which is the one it proposes here."""
    spec = dialog_of(seen_by(office, "office", done), ANSWER)
    field = next(each for each in spec["fields"] if each["name"] == "due_on")
    assert field["value"] == field["last"]
    return date.fromisoformat(field["last"])


def by_rule(office: Office, **figures: int) -> Office:
    """The same office after its county has changed the rule."""
    changed = replace(office.rules.extension, **figures)
    return replace(office, rules=replace(office.rules, extension=changed))


def test_a_lowered_limit_takes_nothing_back_and_gives_nothing_more(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF[:3])
    for _time in range(2):
        done = take(office, take(office, done, Action.ASK_EXTENSION), Action.EXTEND)
    before = row_of(office, done)
    strict = by_rule(office, most=1)
    with pytest.raises(Conflict, match="extended 2 times; 1 is the most"):
        take(strict, done, Action.ASK_EXTENSION)
    assert row_of(office, done) == before
    for step in TO_SIGN_OFF[3:]:
        done = take(strict, done, step)
    assert row_of(office, done)["extension_count"] == 2
    assert verify(office.database.app, {}).findings == []


def test_what_was_asked_for_under_a_rule_may_be_granted_after_it_was_lowered(
    office: Office,
) -> None:
    done = carry(office, *ASKED)
    done = take(office, done, Action.EXTEND)
    due_at = to_utc(row_of(office, done)["due_at"])
    day = reach_of(due_at, office.clock.at, office.rules).last
    asked = take(office, done, Action.ASK_EXTENSION, due_on=day)
    strict = by_rule(office, most=1, working_days=5)
    with pytest.raises(BadInput, match="at most 5 working days"):
        take(strict, asked, Action.EXTEND, due_on=day + timedelta(days=1))
    assert last_day(strict, asked) == day
    granted = take(strict, asked, Action.EXTEND, due_on=day)
    row = row_of(office, granted)
    assert (business_date(to_utc(row["due_at"])), row["extension_count"]) == (day, 2)
    assert verify(office.database.app, {}).findings == []
