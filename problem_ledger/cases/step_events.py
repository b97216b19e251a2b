"""A step as the event that will be written: under which duty it was taken, and with what."""

from collections.abc import Mapping, Sequence

from data.clock import UtcDatetime
from data.procedure.workflow import Step, duty_for
from data.words.ledger import Severity, Status
from problem_ledger.cases.actors import Known
from problem_ledger.cases.rules import Rules
from problem_ledger.record.commands import Attached
from problem_ledger.record.links import Happened


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
