"""What is generated from the table of steps, against lists written by hand."""

from dataclasses import replace

import pytest

from data.procedure import turns
from data.procedure.step import Circle, Relation, Window
from data.procedure.steps import STEPS
from data.words.ledger import Action, NoticeKind, Status

UNIT, OFFICE = Circle.UNIT, Circle.OFFICE
TOLD = {
    Action.REPORT: (NoticeKind.REPORTED, (OFFICE,)),
    Action.REFUSE: (NoticeKind.REFUSED, (Circle.REPORTER,)),
    Action.ASSIGN: (NoticeKind.ASSIGNED, (UNIT,)),
    Action.HAND_BACK: (NoticeKind.WAITING, (OFFICE,)),
    Action.SUBMIT: (NoticeKind.WAITING, (Circle.CHECKING_OFFICE,)),
    Action.VERIFY: (NoticeKind.WAITING, (Circle.SIGNING_OFFICE,)),
    Action.RETURN: (NoticeKind.RETURNED, (UNIT,)),
    Action.REOPEN: (NoticeKind.RETURNED, (UNIT,)),
    Action.PRESS: (NoticeKind.PRESSED, (UNIT, OFFICE)),
    Action.COMMENT: (NoticeKind.COMMENTED, (UNIT, OFFICE)),
    Action.SIGN_OFF: (NoticeKind.SIGNED_OFF, (Circle.REPORTER,)),
    Action.ASK_EXTENSION: (NoticeKind.EXTENSION_ASKED, (Circle.SIGNING_OFFICE,)),
    Action.EXTEND: (NoticeKind.EXTENDED, (UNIT,)),
    Action.REFUSE_EXTENSION: (NoticeKind.EXTENSION_REFUSED, (UNIT,)),
}
REACHED = {
    Status.REGISTERED: 1,
    Status.REFUSED: 1,
    Status.ACCEPTED: 2,
    Status.ASSIGNED: 3,
    Status.RECTIFYING: 4,
    Status.SUBMITTED: 5,
    Status.VERIFIED: 6,
    Status.SIGNED_OFF: 7,
    Status.ARCHIVED: 8,
}


def test_each_step_tells_whom_it_should() -> None:
    for step in STEPS:
        told = [(each.kind, each.circles) for each in step.announces]
        assert told == ([TOLD[step.action]] if step.action in TOLD else []), step.action


def test_who_handles_and_what_closes_is_as_written_by_hand() -> None:
    assert turns.HANDLING == (
        Action.SIGN_FOR,
        Action.PROGRESS,
        Action.SUBMIT,
        Action.ASK_EXTENSION,
    )
    assert turns.CLOSING == (Action.REFUSE, Action.SIGN_OFF)
    assert turns.ENDS == (Status.REFUSED, Status.ARCHIVED)
    assert turns.AFTER_SIGN_OFF == (Status.SIGNED_OFF, Status.ARCHIVED)
    assert turns.IN_WORK == (
        Status.ASSIGNED,
        Status.RECTIFYING,
        Status.SUBMITTED,
        Status.VERIFIED,
    )


def test_the_way_is_the_eight_steps_and_each_status_lies_on_it() -> None:
    assert [step.action for step in turns.WAY] == [
        Action.REPORT,
        Action.ACCEPT,
        Action.ASSIGN,
        Action.SIGN_FOR,
        Action.SUBMIT,
        Action.VERIFY,
        Action.SIGN_OFF,
        Action.ARCHIVE,
    ]
    assert turns.REACHED == REACHED


def test_a_problem_waits_for_offices_the_unit_a_checker_and_a_signer() -> None:
    assert {relation: turns.waiting_at(relation) for relation in Relation} == {
        Relation.COVERS: (Status.REGISTERED, Status.ACCEPTED),
        Relation.IN_UNIT: (Status.ASSIGNED, Status.RECTIFYING),
        Relation.CHECKER: (Status.SUBMITTED,),
        Relation.SIGNER: (Status.VERIFIED,),
        Relation.DECIDER: (Status.ASSIGNED, Status.RECTIFYING),
    }


def test_an_action_makes_handlers_in_all_of_its_lines_or_in_none() -> None:
    """Events are told apart by their action alone."""
    for action in turns.HANDLING:
        assert all(step.makes_handler for step in STEPS if step.action is action)


@pytest.mark.parametrize(
    "changes", [{"window": Window.AFTER_LOOK_BACK}, {"sources": (Status.SIGNED_OFF,)}]
)
def test_nobody_is_waited_for_where_the_database_could_not_tell(changes: dict[str, object]) -> None:
    accepting = next(step for step in STEPS if step.action is Action.ACCEPT)
    with pytest.raises(ValueError, match="waited for"):
        turns._waits(replace(accepting, **changes))
