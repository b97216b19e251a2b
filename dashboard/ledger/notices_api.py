"""The bell over HTTP: the reader's notices, and marking them as read."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.frame.answers import Id, Read, Sent
from dashboard.frame.auth import Action, User, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.notice_words import notice_about, notice_address, notice_words
from data.clock import UtcDatetime
from data.database import transaction
from data.queries.ledger.notices import notices, unread_count
from data.words.ledger import NoticeKind
from data.words.notices import SubjectKind
from problem_ledger.work.notices import mark_read


class NoticeOut(Read):
    """A notice; ``words`` and ``about`` are in the reader's language, ``href`` is where it leads.

    It is about a problem or about a subject: a station by its code, a service by its name.
    """

    id: int
    kind: NoticeKind
    problem_id: int | None
    number: str | None
    subject_kind: SubjectKind | None
    subject_uid: str | None
    words: str
    about: str
    href: str
    made_at: UtcDatetime
    is_read: bool


class Bell(BaseModel):
    """The newest notices, unread ones first, and how many are unread."""

    unread_count: int
    notices: list[NoticeOut]


class ReadIn(Sent):
    """Which notices were read; without ids all of them."""

    ids: Annotated[list[Id] | None, Field(max_length=500)] = None


class ReadOut(BaseModel):
    """How many notices this marked as read; those read before don't count."""

    read_count: int


def bell(deps: Deps, user: User) -> Bell:
    """Reads the user's newest notices, and how many are unread."""
    now, scope = deps.clock(), visible_to(user)
    with transaction(deps.engine) as connection:
        found = notices(connection, scope, user.account_id)
        unread = unread_count(connection, scope, user.account_id)
    return Bell(
        unread_count=unread,
        notices=[
            NoticeOut.of(
                each,
                words=notice_words(each),
                about=notice_about(each, now),
                href=notice_address(each),
                is_read=each.read_at is not None or each.is_over,
            )
            for each in found
        ],
    )


def router(deps: Deps) -> APIRouter:
    """Returns the routes of the bell, the list of notices."""
    routes = APIRouter(prefix="/api/v1/notices", tags=["ledger"])

    @routes.get("")
    async def read_notices() -> Bell:
        """The reader's own notices, about problems and stations within the scope, and services."""
        return await off(bell, deps, require(Action.READ_LEDGER))

    @routes.post("/read")
    async def post_read(body: ReadIn) -> ReadOut:
        """The reader's own notices count as read."""
        user = require(Action.READ_LEDGER)
        marked = await off(mark_read, deps.engine, user.account_id, deps.clock(), body.ids)
        return ReadOut(read_count=marked)

    return routes
