"""The table of the ledger's legal steps (问题台账): data, and nothing else. Pure."""

from typing import Final

from data.procedure.step import Announcement, Circle, Need, Relation, Request, Step, Window
from data.vocabulary import Role
from data.words.ledger import CLOSED, EXTENDABLE, Action, NoticeKind, Stage, Status

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
        announces=(Announcement(NoticeKind.WAITING, (Circle.CHECKING_OFFICE,)),),
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
        Action.ASK_EXTENSION,
        EXTENDABLE,
        None,
        _MEMBER,
        Relation.IN_UNIT,
        (Need.REASON, Need.NEW_DUE),
        Stage.PROGRESS,
        makes_handler=True,
        request=Request.NONE,
        announces=(Announcement(NoticeKind.EXTENSION_ASKED, (Circle.SIGNING_OFFICE,)),),
    ),
    Step(
        Action.WITHDRAW_EXTENSION,
        EXTENDABLE,
        None,
        _MEMBER,
        Relation.IN_UNIT,
        request=Request.PENDING,
    ),
    Step(
        Action.EXTEND,
        EXTENDABLE,
        None,
        _ABOVE,
        Relation.DECIDER,
        (Need.NEW_DUE,),
        waits_for=_ABOVE,
        request=Request.PENDING,
        announces=(Announcement(NoticeKind.EXTENDED, (Circle.UNIT,)),),
    ),
    Step(
        Action.REFUSE_EXTENSION,
        EXTENDABLE,
        None,
        _ABOVE,
        Relation.DECIDER,
        (Need.REASON,),
        request=Request.PENDING,
        announces=(Announcement(NoticeKind.EXTENSION_REFUSED, (Circle.UNIT,)),),
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
