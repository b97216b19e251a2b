"""Who acts: their duties as they stand to one problem, and the event of what they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

from data.clock import UtcDatetime
from data.errors import Forbidden
from data.procedure.workflow import SYSTEM, Actor, Duty, Step, duty_for
from data.records import AccountId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Severity, Status
from problem_ledger.cases.rules import Rules
from problem_ledger.record.commands import Attached
from problem_ledger.record.events import NewEvent

_DUTIES = text("""
WITH above AS MATERIALIZED (SELECT id FROM divisions_above(:division)),
handling AS MATERIALIZED (SELECT id FROM units_below(ARRAY[CAST(:unit AS bigint)])),
held AS (
    SELECT account_role.id, account_id, role, chief_level, unit_id, unit.name AS unit,
        coalesce(account_role.division_id, unit.division_id) AS division_id
    FROM account_role LEFT JOIN unit ON unit.id = account_role.unit_id WHERE account_id = :who
)
SELECT held.role,
    CASE WHEN held.role = 'patroller' THEN coalesce(division.name || '巡河员', held.unit)
        ELSE held.unit END AS unit,
    coalesce(held.chief_level, division.level, CASE WHEN held.role = 'office' THEN 'province' END)
        AS level,
    held.division_id IS NULL AND held.unit_id IS NULL AND role <> 'patroller'
        OR coalesce(held.division_id IN (SELECT id FROM above), false) AS covers,
    held.unit_id IS NOT NULL AND held.unit_id IN (SELECT id FROM handling) AS in_unit
FROM held LEFT JOIN division ON division.id = held.division_id ORDER BY held.id
""")
_ACCOUNT = text("SELECT display_name, is_active FROM account WHERE id = :who")


@dataclass(frozen=True, slots=True)
class Participant:
    """The account acting on a problem, its duties, and the names by which others see it.

    ``units`` names the unit by duty, for a patroller the post in the division (城关镇巡河员);
    ``post`` is the account's display name, for chiefs and where no unit is known.
    """

    actor: Actor
    units: Mapping[Duty, str]
    post: str

    def shown(self, duty: Duty | None) -> str:
        """Returns the name shown for an event under that duty: the unit's, for a chief ``post``."""
        if duty is not None and duty.role is not Role.CHIEF and self.units.get(duty):
            return self.units[duty]
        return self.post


SYSTEM_PARTICIPANT = Participant(SYSTEM, {}, "")


def participant_of(
    connection: Connection, who: AccountId, division_id: int | None, unit_id: int | None
) -> Participant:
    """Reads an account's duties for problems of a division that a given unit handles.

    Raises Forbidden for an account that isn't there or isn't active any more.
    """
    account = connection.execute(_ACCOUNT, {"who": who}).one_or_none()
    if account is None or not account.is_active:
        raise Forbidden("Your account may not do this.")
    rows = connection.execute(
        _DUTIES, {"who": who, "division": division_id, "unit": unit_id}
    ).mappings()
    duties: list[Duty] = []
    units: dict[Duty, str] = {}
    for row in rows:
        duty = _duty(row)
        duties.append(duty)
        units.setdefault(duty, row["unit"] or "")
    return Participant(Actor(who, tuple(duties)), units, account.display_name)


def event_of_step(
    step: Step,
    participant: Participant,
    now: UtcDatetime,
    rules: Rules,
    *,
    status: Status = Status.REGISTERED,
    severity: Severity | None = None,
    text: str = "",
    more: Mapping[str, object] | None = None,
    photos: Sequence[Attached] = (),
) -> NewEvent:
    """Returns the event of a step from ``status``, taken under the duty that allows the step."""
    duty = duty_for(step, participant.actor, severity, rules)
    return NewEvent(
        action=step.action,
        target=step.target or status,
        at=now,
        account_id=participant.actor.account_id,
        actor=participant.shown(duty),
        role=duty.role.value if duty else None,
        level=duty.level.value if duty and duty.level else None,
        text=text,
        more=more or {},
        photos=photos,
        stage=step.stage,
    )


def _duty(row: RowMapping) -> Duty:
    level = row["level"]
    return Duty(
        role=Role(row["role"]),
        level=ChiefLevel(level) if level else None,
        covers=row["covers"],
        in_unit=row["in_unit"],
    )
