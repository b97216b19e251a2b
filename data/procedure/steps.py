"""The table of the ledger's legal steps (问题台账): data, and nothing else. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data.vocabulary import Role
from data.words.ledger import CLOSED, Action, NoticeKind, Stage, Status


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
    """How an account must stand to the problem to take a step, beside having the role.

    COVERS: a duty of that role holds where the problem lies. IN_UNIT: a duty in the handling unit
    or below it. CHECKER: covers, no duty in the handling unit or below it, never handled it.
    SIGNER: a checker who covers it at the level its severity asks for and did not check it.
    """

    COVERS = "covers"
    IN_UNIT = "in_unit"
    CHECKER = "checker"
    SIGNER = "signer"


class Window(StrEnum):
    """The times at which a step may be taken, where that isn't always.

    AFTER_ASSIGNMENT: within the hours of the rule ``hand_back``. AFTER_LOOK_BACK: once the
    look-back is over.
    """

    AFTER_ASSIGNMENT = "after_assignment"
    AFTER_LOOK_BACK = "after_look_back"


class Circle(StrEnum):
    """A group of people to whom a step is announced.

    UNIT: the members of the handling unit and of those below it. OFFICE: the offices of the lowest
    level that covers the place. SIGNING_OFFICE: those of the lowest level that may sign it off.
    """

    REPORTER = "reporter"
    UNIT = "unit"
    OFFICE = "office"
    SIGNING_OFFICE = "signing_office"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A kind of notice and the groups of people who get it, except whoever took the step."""

    kind: NoticeKind
    circles: tuple[Circle, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table of steps: leads a problem from some statuses to another; who may.

    ``sources`` holds None where nothing was before; a step without ``target`` is an event beside
    the status. ``stage`` is what photos given with it show, None where it takes none. With
    ``by_system`` the system takes it too; with no role, only the system.

    ``waits_for`` are the roles for whom a problem in ``sources`` waits to take this step: the next
    one on its way. It is empty where nobody is waited for, and may leave out roles that may take
    the step but needn't be told to. Who takes a step that ``makes_handler`` has handled the problem
    for good.
    """

    action: Action
    sources: tuple[Status | None, ...]
    target: Status | None
    roles: frozenset[Role]
    relation: Relation = Relation.COVERS
    needs: tuple[Need, ...] = ()
    stage: Stage | None = None
    by_system: bool = False
    waits_for: frozenset[Role] = frozenset()
    makes_handler: bool = False
    window: Window | None = None
    announces: tuple[Announcement, ...] = ()

    @property
    def is_beside(self) -> bool:
        """Whether the step leaves the problem's status as it is."""
        return self.target is None

    @property
    def sets_back(self) -> bool:
        """Whether the step rejects earlier work: it changes the status and needs a reason."""
        return self.target is not None and Need.REASON in self.needs


_OFFICE: Final = frozenset({Role.OFFICE})
_CHIEF: Final = frozenset({Role.CHIEF})
_ABOVE: Final = _OFFICE | _CHIEF
_MEMBER: Final = frozenset({Role.UNIT_MEMBER})
_FIELD: Final = _ABOVE | _MEMBER | {Role.PATROLLER}
_CHECKING: Final = _FIELD - _CHIEF
"""Whom a submitted problem waits for: a chief may check as well, but needn't be told to."""

_EVERY: Final = tuple(Status)
_OPEN: Final = tuple(status for status in Status if status not in CLOSED)
_RETURNED: Final = Announcement(NoticeKind.RETURNED, (Circle.UNIT,))

STEPS: Final[tuple[Step, ...]] = (
    Step(
        Action.REPORT,
        (None,),
        Status.REGISTERED,
        _FIELD,
        needs=(Need.PLACE, Need.CATEGORY, Need.DESCRIPTION),
        stage=Stage.BEFORE,
        by_system=True,
        announces=(Announcement(NoticeKind.REPORTED, (Circle.OFFICE,)),),
    ),
    Step(
        Action.REFUSE,
        (Status.REGISTERED,),
        Status.REFUSED,
        _OFFICE,
        needs=(Need.REASON,),
        announces=(Announcement(NoticeKind.REFUSED, (Circle.REPORTER,)),),
    ),
    Step(
        Action.ACCEPT,
        (Status.REGISTERED,),
        Status.ACCEPTED,
        _OFFICE,
        needs=(Need.SEVERITY, Need.CATEGORY),
        waits_for=_OFFICE,
    ),
    Step(
        Action.ASSIGN,
        (Status.ACCEPTED,),
        Status.ASSIGNED,
        _ABOVE,
        needs=(Need.UNIT, Need.REQUIREMENT, Need.DEADLINE),
        waits_for=_OFFICE,
        announces=(Announcement(NoticeKind.ASSIGNED, (Circle.UNIT,)),),
    ),
    Step(
        Action.HAND_BACK,
        (Status.ASSIGNED,),
        Status.ACCEPTED,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.REASON,),
        window=Window.AFTER_ASSIGNMENT,
        announces=(Announcement(NoticeKind.WAITING, (Circle.OFFICE,)),),
    ),
    Step(
        Action.SIGN_FOR,
        (Status.ASSIGNED,),
        Status.RECTIFYING,
        _MEMBER,
        Relation.IN_UNIT,
        waits_for=_MEMBER,
        makes_handler=True,
    ),
    Step(
        Action.PROGRESS,
        (Status.RECTIFYING,),
        Status.RECTIFYING,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.TEXT_OR_PHOTO,),
        Stage.PROGRESS,
        makes_handler=True,
    ),
    Step(
        Action.SUBMIT,
        (Status.RECTIFYING,),
        Status.SUBMITTED,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.AFTER_PHOTO, Need.TEXT),
        Stage.AFTER,
        waits_for=_MEMBER,
        makes_handler=True,
        announces=(Announcement(NoticeKind.WAITING, (Circle.OFFICE,)),),
    ),
    Step(
        Action.VERIFY,
        (Status.SUBMITTED,),
        Status.VERIFIED,
        _FIELD,
        Relation.CHECKER,
        (Need.PLACE, Need.PHOTO),
        Stage.CHECK,
        waits_for=_CHECKING,
        announces=(Announcement(NoticeKind.WAITING, (Circle.SIGNING_OFFICE,)),),
    ),
    Step(
        Action.RETURN,
        (Status.SUBMITTED,),
        Status.RECTIFYING,
        _FIELD,
        Relation.CHECKER,
        (Need.REASON,),
        Stage.CHECK,
        announces=(_RETURNED,),
    ),
    Step(
        Action.RETURN,
        (Status.VERIFIED,),
        Status.RECTIFYING,
        _ABOVE,
        Relation.SIGNER,
        (Need.REASON,),
        Stage.CHECK,
        announces=(_RETURNED,),
    ),
    Step(
        Action.SIGN_OFF,
        (Status.VERIFIED,),
        Status.SIGNED_OFF,
        _ABOVE,
        Relation.SIGNER,
        (Need.OPINION,),
        waits_for=_ABOVE,
        announces=(Announcement(NoticeKind.SIGNED_OFF, (Circle.REPORTER,)),),
    ),
    Step(
        Action.REOPEN,
        (Status.SIGNED_OFF,),
        Status.RECTIFYING,
        _ABOVE,
        needs=(Need.REASON,),
        stage=Stage.BEFORE,
        announces=(_RETURNED,),
    ),
    Step(
        Action.ARCHIVE,
        (Status.SIGNED_OFF,),
        Status.ARCHIVED,
        frozenset(),
        by_system=True,
        window=Window.AFTER_LOOK_BACK,
    ),
    Step(
        Action.EXTEND,
        (Status.ASSIGNED, Status.RECTIFYING),
        None,
        _OFFICE,
        needs=(Need.REASON, Need.NEW_DUE),
    ),
    Step(
        Action.COMMENT,
        _EVERY,
        None,
        _CHIEF,
        needs=(Need.TEXT,),
        announces=(Announcement(NoticeKind.COMMENTED, (Circle.UNIT, Circle.OFFICE)),),
    ),
    Step(
        Action.PRESS,
        _OPEN,
        None,
        _ABOVE,
        announces=(Announcement(NoticeKind.PRESSED, (Circle.UNIT, Circle.OFFICE)),),
    ),
)
"""The whole table; nothing else is possible. docs/ledger.md draws it."""
