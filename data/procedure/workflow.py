"""Who may take which step of a problem (问题台账): the one check that reads the table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from data.clock import UtcDatetime
from data.errors import Conflict, Forbidden
from data.procedure.step import Need, Relation, Request, Step, Window
from data.procedure.steps import STEPS
from data.records import AccountId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Action, Severity, Status

__all__ = [
    "STEPS",
    "SYSTEM",
    "Actor",
    "Duty",
    "Limits",
    "Need",
    "Relation",
    "Situation",
    "Step",
    "allowed",
    "check",
    "duty_for",
    "is_at_least",
    "next_step",
    "steps_of",
]


@dataclass(frozen=True, slots=True)
class Duty:
    """A role of the actor, and how it relates to one problem.

    ``level`` is the chief's level or that of the office's division. ``covers``: its division's
    subtree holds the problem's place, or it holds everywhere. ``in_unit``: its unit is the
    handling unit or below it.
    """

    role: Role
    level: ChiefLevel | None = None
    covers: bool = False
    in_unit: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """The account (or the system) that takes a step, with all its duties."""

    account_id: AccountId | None
    duties: tuple[Duty, ...] = ()

    @property
    def is_system(self) -> bool:
        """Whether the actor is the system, which has no account."""
        return self.account_id is None

    @property
    def is_in_unit(self) -> bool:
        """Whether any of the actor's duties lies in the problem's handling unit or below it."""
        return any(duty.in_unit for duty in self.duties)


SYSTEM: Final = Actor(None)


@dataclass(frozen=True, slots=True)
class Situation:
    """What ``check`` needs to know of a problem.

    ``handler_ids`` are all who ever took a step of it that makes a handler; ``is_requested``: a
    request for more time waits for its answer.
    """

    status: Status
    severity: Severity
    handler_ids: frozenset[AccountId] = frozenset()
    checker_id: AccountId | None = None
    assigned_at: UtcDatetime | None = None
    look_back_at: UtcDatetime | None = None
    extension_count: int = 0
    is_requested: bool = False


class Limits(Protocol):
    """The configured limits in the rules on who may take a step of a problem."""

    @property
    def hand_back(self) -> timedelta:
        """How long after its assignment a unit may still hand a problem back."""

    @property
    def most_extensions(self) -> int:
        """How often a problem's deadline may be extended."""

    def sign_off_level(self, severity: Severity) -> ChiefLevel:
        """The lowest level of chief that may sign off a problem of that severity."""


def steps_of(action: Action) -> tuple[Step, ...]:
    """Returns the steps, in the table of all steps of a problem, that have that action."""
    return tuple(step for step in STEPS if step.action is action)


def duty_for(step: Step, actor: Actor, severity: Severity | None, limits: Limits) -> Duty | None:
    """Returns the duty that entitles the actor to the step; None if there is none or for SYSTEM."""
    fitting = [duty for duty in actor.duties if duty.role in step.roles]
    if step.relation is Relation.IN_UNIT:
        return _first([duty for duty in fitting if duty.in_unit])
    covering = [duty for duty in fitting if duty.covers]
    if step.relation in _LEVELLED and severity is not None:
        asked = limits.sign_off_level(severity)
        covering = [duty for duty in covering if is_at_least(duty.level, asked)]
    return _first(covering)


def is_at_least(level: ChiefLevel | None, asked: ChiefLevel) -> bool:
    """Returns whether ``level`` is ``asked`` or a higher level of chief; False for None."""
    order = tuple(ChiefLevel)
    return level is not None and order.index(level) <= order.index(asked)


def check(
    action: Action, actor: Actor, situation: Situation | None, now: UtcDatetime, limits: Limits
) -> Step:
    """Returns the step of that action if the actor may take it now, else raises an error.

    Raises Forbidden (role, place, unit, level, same person) or Conflict (status, too late).
    """
    known = steps_of(action)
    if not any(_has_role(step, actor) for step in known):
        raise Forbidden("Your account has no part in this step.")
    status = situation.status if situation else None
    step = next((one for one in known if status in one.sources), None)
    if step is None:
        raise Conflict("This step isn't possible in the problem's present state.")
    if not _has_role(step, actor):
        raise Forbidden("Your account has no part in this step.")
    if situation is not None:
        _check_time(step, situation, now, limits)
        _check_request(step, situation, limits)
    if actor.is_system:
        return step
    _check_person(step, actor, situation, limits)
    return step


def allowed(
    actor: Actor, situation: Situation | None, now: UtcDatetime, limits: Limits
) -> tuple[Step, ...]:
    """Returns every step of the problem the actor may take now, in the order of the step table."""
    status = situation.status if situation else None
    leading_on = {step.action for step in STEPS if status in step.sources}
    found: list[Step] = []
    for action in dict.fromkeys(step.action for step in STEPS if step.action in leading_on):
        try:
            found.append(check(action, actor, situation, now, limits))
        except (Forbidden, Conflict):
            continue
    return tuple(found)


def next_step(actor: Actor, situation: Situation, now: UtcDatetime, limits: Limits) -> Step | None:
    """Returns the step the problem waits for this actor to take, None if it waits for others.

    ``data.procedure.turns.NEXT_ACTION`` says the same within the database.
    """
    for step in STEPS:
        if situation.status in step.sources and step.waits_for:
            try:
                _check_time(step, situation, now, limits)
                _check_request(step, situation, limits)
                _check_person(replace(step, roles=step.waits_for), actor, situation, limits)
            except (Forbidden, Conflict):
                continue
            return step
    return None


_LEVELLED: Final = frozenset({Relation.SIGNER, Relation.DECIDER})
"""They have to be of the level that the problem's severity asks for to sign it off."""


def _first(duties: Sequence[Duty]) -> Duty | None:
    return duties[0] if duties else None


def _has_role(step: Step, actor: Actor) -> bool:
    if actor.is_system:
        return step.by_system
    return any(duty.role in step.roles for duty in actor.duties)


def _check_time(step: Step, situation: Situation, now: UtcDatetime, limits: Limits) -> None:
    if step.window is Window.AFTER_ASSIGNMENT:
        since = situation.assigned_at
        if since is None or now - since > limits.hand_back:
            hours = round(limits.hand_back.total_seconds() / 3600)
            raise Conflict("A unit may hand back within {hours} hours only.", hours=hours)
    if step.window is Window.AFTER_LOOK_BACK and (
        situation.look_back_at is None or now < situation.look_back_at
    ):
        raise Conflict("The look-back isn't over yet.")


def _check_request(step: Step, situation: Situation, limits: Limits) -> None:
    """Raises Conflict for a request for more time that is missing, waits or is one too many."""
    if step.request is Request.PENDING and not situation.is_requested:
        raise Conflict("No request for more time waits for an answer.")
    if step.request is Request.NONE:
        if situation.is_requested:
            raise Conflict("A request for more time waits for its answer already.")
        if situation.extension_count >= limits.most_extensions:
            raise Conflict(
                "The deadline was extended {count} times; {most} is the most.",
                count=situation.extension_count,
                most=limits.most_extensions,
            )


def _check_person(step: Step, actor: Actor, situation: Situation | None, limits: Limits) -> None:
    if step.relation is Relation.IN_UNIT:
        if duty_for(step, actor, None, limits) is None:
            raise Forbidden("Only the handling unit and the units below it may do this.")
        return
    if duty_for(step, actor, None, limits) is None:
        raise Forbidden("The problem lies outside the division of your duty.")
    if situation is None or step.relation is Relation.COVERS:
        return
    if step.relation is Relation.DECIDER:
        _check_decider(step, actor, situation, limits)
    else:
        _check_checker(step, actor, situation, limits)


def _check_checker(step: Step, actor: Actor, situation: Situation, limits: Limits) -> None:
    """Raises Forbidden for an account that may not check the problem, or not sign it off."""
    if actor.is_in_unit:
        raise Forbidden("Nobody in the handling unit or below it may check or sign off.")
    if actor.account_id in situation.handler_ids:
        raise Forbidden("Who handled a problem may neither check it nor sign it off.")
    if step.relation is Relation.SIGNER:
        if actor.account_id == situation.checker_id:
            raise Forbidden("Who checked a problem may not decide on its sign-off.")
        if duty_for(step, actor, situation.severity, limits) is None:
            raise Forbidden("Its severity asks for a higher level to decide on the sign-off.")


def _check_decider(step: Step, actor: Actor, situation: Situation, limits: Limits) -> None:
    """Raises Forbidden for an account that may not answer the unit's request for more time."""
    if actor.is_in_unit:
        raise Forbidden("Nobody in the handling unit or below it may answer its own request.")
    if actor.account_id in situation.handler_ids:
        raise Forbidden("Who handled a problem may not decide on more time for it.")
    if duty_for(step, actor, situation.severity, limits) is None:
        raise Forbidden("Its severity asks for a higher level to decide on more time.")
