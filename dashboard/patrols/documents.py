"""What the API of patrols takes in and answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from dashboard.frame.answers import Hex, Instant, Read, Sent
from data.vocabulary import ChiefLevel
from data.words.ledger import PatrolRule


class JudgementOut(Read):
    """A rule with its limit and what was measured: min, m, h, a share of 1, km/h or a count."""

    rule: PatrolRule
    limit: float
    measured: float | None = Field(description="null: nothing to measure by")
    passed: bool
    source: str
    verified: bool


class RecordedOut(Read):
    """What became of an upload; ``is_new`` is false when it had been recorded before."""

    patrol_id: int
    version: int
    is_new: bool
    is_valid: bool = Field(description="passes each rule but that of the interval")
    is_counted: bool = Field(description="passes that too, so it counts for the duty")
    judgements: list[JudgementOut]


class PatrolOut(Read):
    """A patrol in a list; times in UTC, ``share`` of the best covered reach."""

    id: int
    version: int
    person_id: int | None
    chief: str | None = Field(description="the chief it counts for")
    who: str = Field(description="who went: the name where it may be told, else the post or unit")
    level: ChiefLevel
    division: str | None
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    duration_s: float
    moving_s: float
    length_m: float
    top_speed_kmh: float = Field(description="kept up for a minute")
    waters: list[str]
    share: float
    is_valid: bool
    is_counted: bool
    judgements: list[JudgementOut]
    problem_count: int


class ReachOut(Read):
    """What was walked of a reach; stretches in metres of the river's chainage."""

    reach_id: int
    reach: str
    river: str
    walked_m: float
    share: float
    stretches: list[tuple[float, float]]


class RemarkOut(Read):
    """A remark of a patrol: something seen that is no problem."""

    at: datetime
    text: str
    lon: float | None
    lat: float | None


class PatrolFile(PatrolOut):
    """One patrol; ``track`` is a GeoJSON geometry in CGCS2000 degrees."""

    file_name: str
    file_sha256: Hex
    point_count: int
    kept_count: int
    jump_count: int
    gap_count: int
    reason: str
    reason_at: datetime | None
    may_explain: bool
    track: dict[str, Any] | None = Field(description="null once its term is over")
    track_removed_at: datetime | None
    reaches: list[ReachOut]
    remarks: list[RemarkOut]
    problem_ids: list[int]


class PatrolPage(BaseModel):
    """The patrols of a month, the newest first."""

    month: str
    rows: list[PatrolOut]
    as_of: datetime


class RemarkIn(Sent):
    """A remark: something seen that is no problem; its place in degrees, both or neither."""

    text: str = Field(max_length=1000)
    at: Instant | None = None
    lon: float | None = Field(None, allow_inf_nan=False)
    lat: float | None = Field(None, allow_inf_nan=False)


class ReasonIn(Sent):
    """The patroller's reason why rules failed, on the patrol as seen in ``version``."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    text: str = Field(max_length=1000)


class ReasonOut(BaseModel):
    """The patrol's version after the reason."""

    patrol_id: int
    version: int
