"""A step as the event that will be written: under which duty it was taken, and with what."""

from collections.abc import Mapping, Sequence

from data.clock import UtcDatetime
from data.ledger_words import Severity, Status
from problem_ledger.actors import Known
from problem_ledger.given import Attached
from problem_ledger.links import Happened
from problem_ledger.rules import Rules
from problem_ledger.workflow import Step, duty_for


def happened(
    step: Step,
    taker: Known,
    now: UtcDatetime,
    rules: Rules,
    *,
    status: Status = Status.REGISTERED,
    severity: Severity | None = None,
    text: str = "",
    more: Mapping[str, object] | None = None,
    photos: Sequence[Attached] = (),
) -> Happened:
    """The event of a step from ``status``, taken under the duty that allows it."""
    duty = duty_for(step, taker.actor, severity, rules)
    return Happened(
        action=step.action,
        target=step.target or status,
        at=now,
        account_id=taker.actor.account_id,
        actor=taker.shown(duty),
        role=duty.role.value if duty else None,
        level=duty.level.value if duty and duty.level else None,
        text=text,
        more=more or {},
        photos=photos,
        stage=step.stage,
    )
