"""What a step of a problem is made of: what it needs, who may take it, who is told. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from data.vocabulary import Role
from data.words.ledger import Action, NoticeKind, Stage, Status


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
    DECIDER: as a checker, of the level its severity asks for to sign it off.
    """

    COVERS = "covers"
    IN_UNIT = "in_unit"
    CHECKER = "checker"
    SIGNER = "signer"
    DECIDER = "decider"


class Window(StrEnum):
    """The times at which a step may be taken, where that isn't always.

    AFTER_ASSIGNMENT: within the hours of the rule ``hand_back``. AFTER_LOOK_BACK: once the
    look-back is over.
    """

    AFTER_ASSIGNMENT = "after_assignment"
    AFTER_LOOK_BACK = "after_look_back"


class Request(StrEnum):
    """Whether a step wants a request for more time that waits for its answer.

    NONE: none may wait, and the rules have to allow one more extension. PENDING: one has to wait.
    """

    NONE = "none"
    PENDING = "pending"


class Circle(StrEnum):
    """A group of people to whom a step is announced.

    UNIT: the members of the handling unit and of those below it. OFFICE: the offices of the lowest
    level that covers the place. CHECKING_OFFICE and SIGNING_OFFICE: those of the lowest level that
    may check the work and sign it off, which the handling unit's own office may not.
    """

    REPORTER = "reporter"
    UNIT = "unit"
    OFFICE = "office"
    CHECKING_OFFICE = "checking_office"
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
    request: Request | None = None
    announces: tuple[Announcement, ...] = ()

    @property
    def is_beside(self) -> bool:
        """Whether the step leaves the problem's status as it is."""
        return self.target is None

    @property
    def sets_back(self) -> bool:
        """Whether the step rejects earlier work: it changes the status and needs a reason."""
        return self.target is not None and Need.REASON in self.needs
