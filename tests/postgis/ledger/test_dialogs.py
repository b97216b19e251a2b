"""Dialogs of steps: every check of a photo keeps its true state, and doubt asks for a sentence."""

from dataclasses import replace
from itertools import product

import pytest

from dashboard.ledger.dialog_checks import LOOKING
from dashboard.ledger.photos import check_words, checks
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.sign_off_sheet import findings
from dashboard.ledger.step_dialogs import dialog_of
from dashboard.parts.wording import _
from data.chain import read
from data.errors import BadInput
from data.procedure.steps import STEPS
from data.words.ledger import Action, Stage, Status
from problem_ledger.cases.actions import EXPLAINED
from problem_ledger.evidence.comparison import Check, Flag
from problem_ledger.record import store
from tests.made.ledger.acts import act, carry, needs, problem, row_of
from tests.made.office import Office
from tests.made.pages import seen_by

ON_THE_WAY = (Action.ACCEPT, Action.ASSIGN, Action.SIGN_FOR, Action.SUBMIT)
DIALOGS = [step for step in STEPS if step.action not in (Action.REPORT, Action.ARCHIVE)]
STATES = {True: "fits", False: "doubtful", None: "unknown"}


@pytest.fixture
def seen(office: Office) -> Seen:
    """A problem that waits for its sign-off, as the chief sees it."""
    return seen_by(office, "chief", problem(office, Status.VERIFIED))


def flag(check: Check, stage: Stage, ok: bool | None) -> Flag:
    """That check with that result; what it measured says nothing of its own."""
    return Flag(check, stage, 1, ok, measured=None if ok is None else 7.0, limit=5.0)


@pytest.mark.parametrize("ok", [True, False, None])
def test_no_check_changes_its_state_in_any_dialog(seen: Seen, ok: bool | None) -> None:
    for check, stage, step in product(Check, (Stage.BEFORE, Stage.AFTER), DIALOGS):
        spec = dialog_of(replace(seen, flags=(flag(check, stage, ok),)), step)
        rows = [row for row in spec["checks"] if "：" in row["name"] or ": " in row["name"]]
        is_shown = step.action in LOOKING and (check is not Check.CLOCK or ok is False)
        assert [row["state"] for row in rows] == ([STATES[ok]] if is_shown else []), (check, step)
        asked = [each for each in spec["fields"] if each["name"] == "explanation"]
        is_asked = step.action in EXPLAINED and ok is False
        assert bool(asked) is is_asked
        assert all(each["required"] for each in asked)


def test_every_check_of_the_page_and_every_doubt_is_listed(seen: Seen) -> None:
    every = [
        flag(check, stage, ok)
        for check, stage, ok in product(Check, (Stage.BEFORE, Stage.AFTER), STATES)
    ]
    listed = checks(replace(seen, flags=tuple(every)), after=True)
    assert listed is not None
    signs = [item.children[-1].className for item in listed.children]
    assert signs.count("bad") == 2 * len(Check), "no doubt is left out, about either photo"
    assert signs.count("ok") == signs.count("nil") == len(Check) - 1, "a clock that fits is not"
    printed = [
        cell[-1].getPlainText()
        for table in findings(every, seen)
        for line in getattr(table, "_cellvalues", ())
        for cell in line
    ]
    assert printed.count(_("doubtful")) == 2 * len(Check)
    assert printed.count(_("fits")) == printed.count(_("not known")) == 2 * (len(Check) - 1)


@pytest.mark.parametrize("action", sorted(EXPLAINED))
def test_doubtful_photos_need_a_sentence_that_is_kept(office: Office, action: Action) -> None:
    steps = ON_THE_WAY if action is Action.VERIFY else (*ON_THE_WAY, Action.VERIFY)
    who = "patroller" if action is Action.VERIFY else "chief"
    done = carry(office, *steps)
    fields = needs(office, who, action)
    for nothing in ("", " \n"):
        with pytest.raises(BadInput, match="doubtful"):
            act(office, who, done, action, explanation=nothing, **fields)
    assert row_of(office, done)["version"] == done.version
    done = act(office, who, done, action, explanation="同一机位，已核对。", **fields)
    with office.database.app.begin() as connection:
        said = read(store.events(connection, done.problem_id)[-1].body)
    assert said["explanation"] == "同一机位，已核对。"
    assert {"stage": "after", "check": "likeness"} in said["doubts"]


def test_a_photo_like_one_of_no_problem_names_none(seen: Seen) -> None:
    alike = replace(flag(Check.LIKENESS, Stage.BEFORE, False), like_number=None)
    assert check_words(seen, alike)[1] == "与另一张照片相似（不属于任何问题）"
    named = replace(alike, like_number="419999-2026-00007")
    assert check_words(seen, named)[1] == "与 419999-2026-00007 相似"
