"""Patrols over HTTP: a track sent in, patrols read, the reason given."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from dashboard.frame.answers import Id, PathId
from dashboard.frame.auth import Action, User, current_user, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.frame.turns import Turns, upload_bounds
from dashboard.patrols.documents import (
    PatrolFile,
    PatrolPage,
    ReasonIn,
    ReasonOut,
    RecordedOut,
    RemarkIn,
)
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
from gis.tracks import Track
from problem_ledger.patrols.records import (
    Recorded,
    Remark,
    TrackGiven,
    TrackReader,
    give_reason,
    record,
)
from problem_ledger.patrols.rules import TrackRule
from problem_ledger.patrols.track_files import MOST_BYTES
from problem_ledger.patrols.track_reading import cleaned_track
from problem_ledger.patrols.track_times import TimesIn

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


REMARKS = TypeAdapter(list[RemarkIn])


def remarks_of(field: str) -> tuple[Remark, ...]:
    """Reads a patrol's remarks from a form's field that holds a JSON list. Raises BadInput."""
    try:
        read = REMARKS.validate_json(field or "[]")
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "string_too_long":
            raise BadInput(
                "The text has {count} characters; {most} fit.",
                count=len(first["input"]),
                most=first["ctx"]["max_length"],
            ) from None
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


def bounded_reader(deps: Deps) -> TrackReader:
    """Returns the function that reads a track file in a process of its own."""
    bounds = upload_bounds(deps.dashboard)

    def read(
        content: bytes, crs: str, rule: TrackRule, now: UtcDatetime, times_in: TimesIn
    ) -> Track:
        return call_bounded(bounds, cleaned_track, content, crs, rule, now, times_in)

    return read


def add_writes(routes: APIRouter, deps: Deps) -> None:
    """Adds the routes that record a patrol's track, and the reason why its rules failed."""
    turns = Turns(deps.dashboard.uploads_at_once)
    read = bounded_reader(deps)

    def kept(user: User, track: TrackGiven) -> Recorded:
        return record(deps.engine, user.account_id, track, deps.clock, deps.patrol_rules, read)

    @routes.post("", status_code=201)
    async def upload(
        key: Key,
        response: Response,
        file: Annotated[
            UploadFile,
            File(description="GPX, KML, KMZ, GeoJSON or a zip of one, with times, 20 MB at most"),
        ],
        person_id: Annotated[Id | None, Form(description="the chief it counts for")] = None,
        by_place: Annotated[
            bool, Form(description="without person_id: for the chief along whose reaches it runs")
        ] = False,
        times_in: Annotated[
            TimesIn, Form(description="what times without offset are in; left out: refused")
        ] = TimesIn.UNSAID,
        confirmed: Annotated[bool, Form(description="it may be of an earlier month")] = False,
        crs: Annotated[str, Form(max_length=200)] = "EPSG:4326",
        reason: Annotated[str, Form(max_length=1000)] = "",
        remarks: Annotated[
            str, Form(max_length=60_000, description='[{"text", "at"?, "lon"?, "lat"?}]')
        ] = "",
    ) -> RecordedOut:
        """Record a patrol by its track; 200 instead of 201 for the same file or key again.

        A failed rule never keeps it from being saved: the answer tells each rule's limit and what
        was measured. 409 ``unconfirmed`` asks for a word more: ``ask`` is "month" (send
        ``confirmed``) or "person" (send one of ``choices``).
        """
        user = require(Action.WRITE_PATROLS)
        found = remarks_of(remarks)
        async with turns.turn(user.account_id):
            content, name = await file.read(MOST_BYTES + 1), file.filename or ""
            track = TrackGiven(
                content, name, person_id, key, found, reason, crs, times_in, by_place, confirmed
            )
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
