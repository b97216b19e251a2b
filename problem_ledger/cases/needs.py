"""Checks that a report, or a command for a step, has what is needed and can be stored."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from data.clock import BUSINESS_ZONE, UtcDatetime
from data.errors import BadInput
from data.moments import Doubt, Window, implausible
from data.procedure.workflow import Need, Step
from data.texts import fit
from data.words.ledger import CATEGORY_KEYS
from problem_ledger.record.commands import Command, Report

LONGEST_REFERENCE: Final = 100
LONG_AGO: Final = timedelta(days=3653)


def check_category(category: str) -> None:
    """Raises BadInput for a category that isn't in the tree of categories."""
    if category not in CATEGORY_KEYS:
        raise BadInput("There is no category {category}.", category=repr(category[:40]))


def check_report(report: Report, now: UtcDatetime) -> Report:
    """Returns the report with its texts stripped. Raises BadInput for a faulty report.

    Faulty: unknown category, no description, a text too long, found in the future or more than
    ten years ago.
    """
    check_category(report.category)
    description = fit(report.description)
    if not description:
        raise BadInput("Describe the problem.")
    if report.found_at is not None:
        _check_found(report.found_at, now)
    request_key = None if report.request_key is None else fit(report.request_key, 200)
    if request_key == "":
        raise BadInput("The request's key is empty.")
    return Report(
        place=report.place,
        category=report.category,
        severity=report.severity,
        source=report.source,
        description=description,
        found_at=report.found_at,
        source_ref=fit(report.source_ref, LONGEST_REFERENCE),
        photo_ids=tuple(report.photo_ids),
        patrol_id=report.patrol_id,
        request_key=request_key,
    )


def _check_found(found_at: UtcDatetime, now: UtcDatetime) -> None:
    """Raises BadInput, naming the fault, for a time at which nothing can have been found."""
    wrong = implausible(found_at, Window(now, oldest=LONG_AGO))
    if wrong is None:
        return
    if wrong.doubt is Doubt.AHEAD:
        raise BadInput("The problem can't have been found in the future.")
    wrote = f"{found_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    if wrong.doubt is Doubt.UNSET:
        raise BadInput(
            "The time {wrote} is that of a clock that was never set.",
            mend="Set the clock of the device, or leave the time out.",
            wrote=wrote,
        )
    if wrong.corrected is not None:
        raise BadInput(
            "The time {wrote} is off by {weeks} weeks: {meant} was meant.",
            mend="Correct the time, or leave it out.",
            wrote=wrote,
            weeks=f"{abs(wrong.weeks):,}",
            meant=f"{wrong.corrected.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}",
        )
    raise BadInput("The problem can't have been found more than ten years ago.")


def check_needs(step: Step, command: Command) -> None:
    """Raises BadInput, naming what is missing, when the command lacks something the step needs."""
    fit(command.text)
    fit(command.requirement)
    fit(command.explanation)
    if command.category is not None:
        check_category(command.category)
    if command.photo_ids and step.stage is None:
        raise BadInput("No photos go with this step.")
    for need in step.needs:
        is_met = ASKED[need][0]
        if not is_met(command):
            raise BadInput(ASKED[need][1])


def _has_text(command: Command) -> bool:
    return bool(fit(command.text))


def _has_photo(command: Command) -> bool:
    return bool(command.photo_ids)


def _is_settled(command: Command) -> bool:
    """Returns True: the rules or the problem's report meet the need, so the command needn't."""
    del command
    return True


ASKED: Final[Mapping[Need, tuple[Callable[[Command], bool], str]]] = MappingProxyType(
    {
        Need.PLACE: (lambda command: command.place is not None, "Say where the check was made."),
        Need.CATEGORY: (lambda command: command.category is not None, "Confirm the category."),
        Need.DESCRIPTION: (_is_settled, ""),
        Need.REASON: (_has_text, "Give the reason."),
        Need.SEVERITY: (lambda command: command.severity is not None, "Confirm the severity."),
        Need.UNIT: (lambda command: command.unit_id is not None, "Choose the handling unit."),
        Need.REQUIREMENT: (
            lambda command: bool(fit(command.requirement)),
            "Say what is required of the unit.",
        ),
        Need.DEADLINE: (_is_settled, ""),
        Need.AFTER_PHOTO: (_has_photo, "A photo taken after the rectification is needed."),
        Need.TEXT: (_has_text, "Write what is to be said."),
        Need.TEXT_OR_PHOTO: (
            lambda command: _has_text(command) or _has_photo(command),
            "Write how far it has come, or add a photo.",
        ),
        Need.PHOTO: (_has_photo, "A photo of the check on site is needed."),
        Need.OPINION: (_has_text, "Give the opinion on the sign-off."),
        Need.NEW_DUE: (lambda command: command.due_on is not None, "Give the new deadline."),
    }
)
