"""The table of the ledger's legal steps (问题台账): data, and nothing else. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data.vocabulary import Role
from data.words.ledger import CLOSED, Action, Stage, Status


class Need(StrEnum):
    """What a step asks for. REASON, TEXT, TEXT_OR_PHOTO and OPINION are all given as ``text``."""

    PLACE = "place"
    CATEGORY = "category"
    DESCRIPTION = "description"
    REASON = "reason"
    SEVERITY = "severity"
    UNIT = "unit"
    REQUIREMENT = "requirement"
    DEADLINE = "deadline"
    AFTER_PHOTO = "after_photo"
    TEXT = "text"
    TEXT_OR_PHOTO = "text_or_photo"
    PHOTO = "photo"
    OPINION = "opinion"
    NEW_DUE = "new_due"


class Relation(StrEnum):
    """How one stands to the problem, beside having the role.

    COVERS: a duty of that role holds where the problem lies. IN_UNIT: a duty in the handling unit
    or below it. CHECKER: covers, no duty in the handling unit or below it, never handled it.
    SIGNER: a checker who covers it at the level its severity asks for and did not check it.
    """

    COVERS = "covers"
    IN_UNIT = "in_unit"
    CHECKER = "checker"
    SIGNER = "signer"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table.

    ``sources`` holds None where nothing was before; a step without ``target`` is an event beside
    the status. ``stage`` is what photos given with it show, None where it takes none. With
    ``by_system`` the system takes it too; with no role, only the system.
    """

    action: Action
    sources: tuple[Status | None, ...]
    target: Status | None
    roles: frozenset[Role]
    relation: Relation = Relation.COVERS
    needs: tuple[Need, ...] = ()
    stage: Stage | None = None
    by_system: bool = False


_OFFICE: Final = frozenset({Role.OFFICE})
_CHIEF: Final = frozenset({Role.CHIEF})
_ABOVE: Final = _OFFICE | _CHIEF
_MEMBER: Final = frozenset({Role.UNIT_MEMBER})
_FIELD: Final = _ABOVE | _MEMBER | {Role.PATROLLER}
_EVERY: Final = tuple(Status)
_OPEN: Final = tuple(status for status in Status if status not in CLOSED)

STEPS: Final[tuple[Step, ...]] = (
    Step(
        Action.REPORT,
        (None,),
        Status.REGISTERED,
        _FIELD,
        needs=(Need.PLACE, Need.CATEGORY, Need.DESCRIPTION),
        stage=Stage.BEFORE,
        by_system=True,
    ),
    Step(Action.REFUSE, (Status.REGISTERED,), Status.REFUSED, _OFFICE, needs=(Need.REASON,)),
    Step(
        Action.ACCEPT,
        (Status.REGISTERED,),
        Status.ACCEPTED,
        _OFFICE,
        needs=(Need.SEVERITY, Need.CATEGORY),
    ),
    Step(
        Action.ASSIGN,
        (Status.ACCEPTED,),
        Status.ASSIGNED,
        _ABOVE,
        needs=(Need.UNIT, Need.REQUIREMENT, Need.DEADLINE),
    ),
    Step(
        Action.HAND_BACK,
        (Status.ASSIGNED,),
        Status.ACCEPTED,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.REASON,),
    ),
    Step(Action.SIGN_FOR, (Status.ASSIGNED,), Status.RECTIFYING, _MEMBER, Relation.IN_UNIT),
    Step(
        Action.PROGRESS,
        (Status.RECTIFYING,),
        Status.RECTIFYING,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.TEXT_OR_PHOTO,),
        Stage.PROGRESS,
    ),
    Step(
        Action.SUBMIT,
        (Status.RECTIFYING,),
        Status.SUBMITTED,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.AFTER_PHOTO, Need.TEXT),
        Stage.AFTER,
    ),
    Step(
        Action.VERIFY,
        (Status.SUBMITTED,),
        Status.VERIFIED,
        _FIELD,
        Relation.CHECKER,
        (Need.PLACE, Need.PHOTO),
        Stage.CHECK,
    ),
    Step(
        Action.RETURN,
        (Status.SUBMITTED,),
        Status.RECTIFYING,
        _FIELD,
        Relation.CHECKER,
        (Need.REASON,),
        Stage.CHECK,
    ),
    Step(
        Action.RETURN,
        (Status.VERIFIED,),
        Status.RECTIFYING,
        _ABOVE,
        Relation.SIGNER,
        (Need.REASON,),
        Stage.CHECK,
    ),
    Step(
        Action.SIGN_OFF,
        (Status.VERIFIED,),
        Status.SIGNED_OFF,
        _ABOVE,
        Relation.SIGNER,
        (Need.OPINION,),
    ),
    Step(
        Action.REOPEN,
        (Status.SIGNED_OFF,),
        Status.RECTIFYING,
        _ABOVE,
        needs=(Need.REASON,),
        stage=Stage.BEFORE,
    ),
    Step(Action.ARCHIVE, (Status.SIGNED_OFF,), Status.ARCHIVED, frozenset(), by_system=True),
    Step(
        Action.EXTEND,
        (Status.ASSIGNED, Status.RECTIFYING),
        None,
        _OFFICE,
        needs=(Need.REASON, Need.NEW_DUE),
    ),
    Step(Action.COMMENT, _EVERY, None, _CHIEF, needs=(Need.TEXT,)),
    Step(Action.PRESS, _OPEN, None, _ABOVE),
)
"""The whole table; nothing else is possible. Source: the architecture's ledger table, §5."""
