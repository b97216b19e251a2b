"""Problems of the ledger as typed documents: what programs send in, and what the API answers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from dashboard.frame.answers import Hex, Id, Instant, Number, Read, Sent
from dashboard.ledger.photos_api import PhotoOut
from data.procedure.step import Need
from data.vocabulary import Bank, ChiefLevel
from data.words.ledger import Action, Light, Severity, Source, Stage, Status
from problem_ledger.evidence.comparison import Check

MOST_TEXT = 2_000
MOST_PHOTOS = 5
Text = Annotated[str, Field(max_length=MOST_TEXT)]
PhotoIds = Annotated[tuple[Id, ...], Field(max_length=MOST_PHOTOS)]


class PlaceIn(Sent):
    """A point in the datum ``crs``; the pair of coordinates is also kept as it was sent."""

    x: Number = Field(description="east; longitude in degrees")
    y: Number = Field(description="north; latitude in degrees")
    crs: str = Field("EPSG:4490", max_length=2000, description="EPSG:4490, EPSG:4326, gcj02 …")
    accuracy_m: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None = None


class ReportIn(Sent):
    """A problem to register."""

    place: PlaceIn
    category: str = Field(max_length=64, description="a key of /api/v1/ledger/choices")
    severity: Severity = Severity.GENERAL
    source: Source = Source.PATROL
    source_ref: str = Field("", max_length=100, description="the original's own number")
    description: Text
    found_at: Instant | None = Field(None, description="with offset; default: now")
    photo_ids: PhotoIds = ()
    patrol_id: Id | None = None


class StepIn(Sent):
    """A step to take on the problem as seen in ``version``.

    The problem's ``allowed`` lists what each step needs.
    """

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    text: Text = Field("", description="reason, opinion, progress or comment")
    severity: Severity | None = None
    category: str | None = Field(None, max_length=64)
    unit_id: Id | None = None
    requirement: Text = ""
    due_on: date | None = None
    place: PlaceIn | None = Field(None, description="of a check on site")
    at: Instant | None = Field(None, description="of a check on site; default: now")
    photo_ids: PhotoIds = ()
    explanation: Text = Field(
        "", description="of a check or sign-off: why it is right although photos look doubtful"
    )


class SimilarOut(Read):
    """An open problem that may be the same; ``words`` are in the reader's language."""

    id: int
    number: str
    category: str
    status: Status
    registered_at: datetime
    away_m: float
    words: str
    url: str


class DoneOut(Read):
    """The problem as the step left it; ``is_new`` is false when it was reported before."""

    id: int
    number: str
    version: int
    status: Status
    hash: Hex
    is_new: bool
    url: str
    similar: list[SimilarOut] = Field(
        default_factory=list, description="after a report: open problems that may be the same"
    )


class WhereOut(Read):
    """A place at the water; metres along the river and off its line."""

    river_id: int | None
    river: str | None
    reach_id: int | None
    reach: str | None
    lake_id: int | None
    lake: str | None
    chainage_m: float | None
    offset_m: float | None
    bank: Bank | None
    division: str | None


class ProblemFacts(Read):
    """A problem as it stands; longitude and latitude in CGCS2000 degrees."""

    id: int
    number: str
    version: int
    status: Status
    is_returned: bool
    category: str
    severity: Severity
    source: Source
    source_ref: str
    description: str
    requirement: str
    where: WhereOut
    lon: float
    lat: float
    unit_id: int | None
    unit: str | None
    station_id: int | None
    station: str | None
    parameter: str | None
    found_at: datetime
    registered_at: datetime
    assigned_at: datetime | None
    signed_off_at: datetime | None
    due_at: datetime | None
    light: Light
    is_provisional: bool
    extension_count: int
    asked_due_on: date | None = Field(description="of the unit's request for more time that waits")
    pressed_at: datetime | None
    last_action: Action
    last_actor: str
    last_at: datetime


class ProblemOut(ProblemFacts):
    """A problem as a list shows it to one reader."""

    is_waiting: bool = Field(description="the next step is the reader's")


class ProblemPage(BaseModel):
    """One page of problems and how many fit."""

    rows: list[ProblemOut]
    found_count: int
    as_of: datetime


class EventOut(Read):
    """A step of the story with its place in the chain of hashes (SHA-256, hex)."""

    seq: int
    at: datetime
    action: Action
    from_status: Status | None
    to_status: Status
    actor: str = Field(description="post or unit as it was then; empty for the system")
    text: str
    changed: dict[str, Any] = Field(description="the columns it set, but no ids of people")
    given: dict[str, Any] = Field(description="what else was told: a check's place and time")
    photo_ids: list[int]
    prev_hash: Hex
    hash: Hex


class AttachedOut(PhotoOut):
    """A photo of the problem, and the step it came with."""

    stage: Stage
    seq: int


class FlagOut(Read):
    """A finding about the photos; ``ok`` is null where they say nothing about it.

    Metres, degrees, differing bits of 64, or seconds, by ``check``.
    """

    check: Check
    stage: Stage
    photo_id: int
    ok: bool | None
    measured: float | None
    limit: float | None
    at: datetime | None
    compared_count: int
    like_id: int | None
    like_number: str | None


class AllowedOut(Read):
    """A step that the reader may take now, and what it needs."""

    action: Action
    target: Status | None = Field(description="null: the status stays")
    needs: list[Need]
    takes_photos: Stage | None


class UnitOut(BaseModel):
    """A unit that problems may be assigned to."""

    id: int
    name: str


class ProblemFile(ProblemFacts):
    """A problem with its story, its photos and what the reader may do.

    The place as it was given is ``source_x`` and ``source_y`` in ``source_crs``; ``units`` are
    those it may be assigned to.
    """

    source_crs: str
    source_x: float
    source_y: float
    accuracy_m: float | None
    chief: str = Field(description="who answered for the water on the day of the report")
    look_back_at: datetime | None

    events: list[EventOut]
    photos: list[AttachedOut]
    flags: list[FlagOut]
    allowed: list[AllowedOut]
    units: list[UnitOut]
    is_intact: bool = Field(description="the chain of hashes is as it was written")
    broken_at: int | None = Field(description="the first step that doesn't fit the chain")
    as_of: datetime


class KindOut(BaseModel):
    """A word of the ledger and its key."""

    key: str
    word: str


class GroupOut(KindOut):
    """A branch of the category tree."""

    categories: list[KindOut]


class SeverityOut(KindOut):
    """A severity, its deadline in working days, and who may sign off at least."""

    working_days: int
    days_source: str
    sign_off_level: ChiefLevel


class ChoicesOut(BaseModel):
    """What a report and a step choose from, in the reader's language."""

    groups: list[GroupOut]
    severities: list[SeverityOut]
    sources: list[KindOut]
    statuses: list[KindOut]
    units: list[UnitOut]
    most_photos: int
