"""Patrols over HTTP: a track sent in, patrols read, the reason given."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from dashboard.frame.answers import Hex, Id, Instant, PathId, Read, Sent
from dashboard.frame.auth import Action, User, current_user, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.frame.turns import Turns, upload_bounds
from data.bounded import call_bounded
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import BadInput
from data.queries.patrols.records import (
    Month,
    PatrolDetail,
    PatrolRow,
    month_named,
    patrol_detail,
    patrol_list,
    reader_of,
)
from data.vocabulary import ChiefLevel
from data.words.ledger import PatrolRule
from gis.tracks import Track
from problem_ledger.patrols.records import Recorded, Remark, TrackGiven, give_reason, record
from problem_ledger.patrols.rules import TrackRule
from problem_ledger.patrols.track_files import MOST_BYTES
from problem_ledger.patrols.track_reading import cleaned_track

MOST_ROWS = 200
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="made once for each upload; a retry with it is the same patrol",
    ),
]


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
    is_valid: bool
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


REMARKS = TypeAdapter(list[RemarkIn])


def remarks_of(field: str) -> tuple[Remark, ...]:
    """Reads a patrol's remarks from a form's field that holds a JSON list. Raises BadInput."""
    try:
        read = REMARKS.validate_json(field or "[]")
    except ValidationError:
        raise BadInput("The remarks can't be read.") from None
    return tuple(Remark(**dict(each)) for each in read)


def listed(
    deps: Deps, user: User, month: Month, person_id: int | None, reach_id: int | None, start: int
) -> list[PatrolRow]:
    """Reads the month's patrols that the user may see, newest first, a page from ``start`` on."""
    with transaction(deps.engine) as connection:
        reader = reader_of(connection, user.account_id, visible_to(user))
        return patrol_list(
            connection,
            reader,
            span=month.span,
            person_id=person_id,
            reach_id=reach_id,
            start=start,
            most=MOST_ROWS,
        )


def one(deps: Deps, user: User, patrol_id: int) -> PatrolDetail:
    """Reads one patrol in full. Raises NotFound when it is missing or the user may not see it."""
    with transaction(deps.engine) as connection:
        reader = reader_of(connection, user.account_id, visible_to(user))
        return patrol_detail(connection, reader, patrol_id)


def keep_reason(deps: Deps, user: User, patrol_id: int, body: ReasonIn) -> ReasonOut:
    """Records the patroller's reason why rules failed; returns the patrol's new version.

    Raises NotFound for a patrol that the user may not see, and what ``give_reason`` raises.
    """
    one(deps, user, patrol_id)
    version = give_reason(
        deps.engine, user.account_id, patrol_id, body.version, body.text, deps.clock
    )
    return ReasonOut(patrol_id=patrol_id, version=version)


def router(deps: Deps) -> APIRouter:
    """Returns the routes ``/api/v1/patrols``."""
    routes = APIRouter(prefix="/api/v1/patrols", tags=["patrols"])
    add_writes(routes, deps)
    add_reads(routes, deps)
    return routes


def add_writes(routes: APIRouter, deps: Deps) -> None:
    """Adds the routes that record a patrol's track, and the reason why its rules failed."""
    turns = Turns(deps.dashboard.uploads_at_once)
    bounds = upload_bounds(deps.dashboard)

    def read(content: bytes, crs: str, rule: TrackRule, now: UtcDatetime) -> Track:
        return call_bounded(bounds, cleaned_track, content, crs, rule, now)

    def kept(user: User, track: TrackGiven) -> Recorded:
        return record(deps.engine, user.account_id, track, deps.clock, deps.patrol_rules, read)

    @routes.post("", status_code=201)
    async def upload(
        key: Key,
        response: Response,
        file: Annotated[UploadFile, File(description="GPX or GeoJSON with times, at most 20 MB")],
        person_id: Annotated[Id | None, Form(description="the chief it counts for")] = None,
        crs: Annotated[str, Form(max_length=200)] = "EPSG:4326",
        reason: Annotated[str, Form(max_length=1000)] = "",
        remarks: Annotated[
            str, Form(max_length=60_000, description='[{"text", "at"?, "lon"?, "lat"?}]')
        ] = "",
    ) -> RecordedOut:
        """Record a patrol by its track; 200 instead of 201 for the same file or key again.

        A failed rule never keeps it from being saved: the answer tells each rule's limit and what
        was measured.
        """
        user = require(Action.WRITE_PATROLS)
        found = remarks_of(remarks)
        async with turns.turn(user.account_id):
            content = await file.read(MOST_BYTES + 1)
            name = file.filename or ""
            track = TrackGiven(content, name, person_id, key, found, reason, crs)
            done = await off(kept, user, track)
        response.status_code = 201 if done.is_new else 200
        response.headers["Location"] = f"/api/v1/patrols/{done.patrol_id}"
        return RecordedOut.of(done)

    @routes.post("/{patrol_id}/reason")
    async def explain(patrol_id: PathId, body: ReasonIn) -> ReasonOut:
        """Give the reason for what failed, once; 409 when it was given meanwhile."""
        user = require(Action.WRITE_PATROLS)
        return await off(keep_reason, deps, user, patrol_id, body)


def add_reads(routes: APIRouter, deps: Deps) -> None:
    """Adds the routes that list a month's patrols, and that return one patrol with its track."""

    @routes.get("")
    async def read_list(
        month: Annotated[str, Query(description="such as 2026-11", max_length=60)] = "",
        chief: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        reach: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        start: Annotated[int, Query(ge=0, le=10**6)] = 0,
    ) -> PatrolPage:
        """Patrols of a month (this one by default), of one chief or along one reach."""
        now = deps.clock()
        chosen = month_named(month, now)
        rows = await off(listed, deps, current_user(), chosen, chief, reach, start)
        return PatrolPage(month=chosen.key, rows=rows, as_of=now)

    @routes.get("/{patrol_id}")
    async def read_one(patrol_id: PathId) -> PatrolFile:
        """A patrol with its track, reaches, remarks and reason."""
        return PatrolFile.of(await off(one, deps, current_user(), patrol_id))
