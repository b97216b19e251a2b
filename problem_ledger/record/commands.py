"""The records that the ledger's use cases get (reports, commands) and return."""

from dataclasses import dataclass
from datetime import date

from data.clock import UtcDatetime
from data.words.ledger import Action, Severity, Source, Status


@dataclass(frozen=True, slots=True)
class Place:
    """A point given by a user: ``x`` east and ``y`` north in ``crs``, accuracy in metres."""

    x: float
    y: float
    crs: str = "EPSG:4490"
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A problem to register (登记). The same ``request_key`` again is the same problem."""

    place: Place
    category: str
    severity: Severity
    source: Source
    description: str
    found_at: UtcDatetime | None = None
    source_ref: str = ""
    photo_ids: tuple[int, ...] = ()
    patrol_id: int | None = None
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A problem for the system to register: a station's parameter has stayed beyond its limit."""

    station_id: int
    parameter: str
    category: str
    severity: Severity
    description: str
    found_at: UtcDatetime
    source_ref: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """A problem for the system to register: a station's device has fallen silent."""

    station_id: int
    category: str
    severity: Severity
    description: str
    found_at: UtcDatetime


@dataclass(frozen=True, slots=True)
class Command:
    """One step on a problem, by an account that had seen the problem's ``version``.

    ``text`` is the reason, the opinion, the progress or the comment; ``explanation`` says why
    doubtful photos don't stand in the way of the step; ``place`` and ``at`` (now, unless given) are
    those of the check on site.
    """

    action: Action
    version: int
    text: str = ""
    severity: Severity | None = None
    category: str | None = None
    unit_id: int | None = None
    requirement: str = ""
    due_on: date | None = None
    place: Place | None = None
    at: UtcDatetime | None = None
    photo_ids: tuple[int, ...] = ()
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The problem after a step; ``is_new`` is false if a repeated report was stored already.

    ``hash`` is that of the problem's newest event.
    """

    problem_id: int
    number: str
    version: int
    status: Status
    hash: bytes
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo attached to a step; ``sha256`` is that of the original file."""

    id: int
    sha256: bytes
