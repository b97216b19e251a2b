"""Vector tiles over HTTP: within the reader's scope, kept ready, asked for again by ETag."""

import gzip
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.types import Message, Scope, Send

from dashboard.frame.auth import Action, User, current_user, may
from dashboard.frame.deps import Deps
from dashboard.frame.door import Door
from dashboard.frame.front import Reply
from dashboard.frame.guard import cookies_of, drawn_for_of
from dashboard.frame.headers import HeaderRules
from dashboard.frame.health import Figures
from dashboard.frame.hearing import Hearing
from dashboard.frame.http_errors import down, problem_of
from dashboard.frame.offload import Workers
from dashboard.map.opening import Openings
from dashboard.map.tile_cache import Key, Place, Ready
from dashboard.map.tile_database import TileDatabase
from dashboard.map.tile_maker import Packed, TileMaker
from dashboard.map.tile_requests import REMEMBERED, Asked, TileRequests, has_tag
from dashboard.map.tile_sessions import UNNUMBERED, TileReader, TileSessions
from dashboard.parts.wording import language
from data.errors import OneMapError, ServiceDown
from data.people.sessions import ANNOUNCED
from data.queries.map.tiles import CHANGED
from data.settings import DatabaseSettings

BELOW = "/tiles/"
Basis = Annotated[Literal["now", "month"], Query(description="classes of now or of the month")]
Again = Annotated[
    int | None,
    Query(
        alias="told", ge=0, description="changes nothing: another address, so it is fetched again"
    ),
]


class Tiles:
    """Answers requests for tiles before the guard, from memory where it can.

    Nothing kept outlives a change: before it is used, all that was committed by then is heard,
    which takes an empty command on the line that is listened on, shared by all who ask just then.
    While the line is lost, sessions and tiles are read anew each time.
    """

    below = BELOW

    def __init__(
        self, deps: Deps, figures: Figures, door: Door, rules: HeaderRules, workers: Workers
    ) -> None:
        self.deps = deps
        self.door = door
        self.rules = rules
        settings = deps.dashboard
        database = TileDatabase(
            DatabaseSettings(), settings.tile_connections, wait_s=settings.wait_seconds
        )
        self.sessions = TileSessions(door)
        self.openings = Openings(deps)
        self.maker = TileMaker(
            database, rules, workers, deps.clock, settings.tile_cache_mb * 1_000_000
        )
        self.hearing = Hearing(
            database.url,
            {CHANGED: self._changed, ANNOUNCED: self.sessions.announced},
            self._forget,
        )
        self.requests = TileRequests(settings)
        self._count = {
            (method, status): figures.requests.labels(method, "tiles", status)
            for method in ("GET", "HEAD")
            for status in (200, 304, 400, 404, 503)
        }

    async def run(self) -> None:
        """Hears changes of the map and of accounts until cancelled."""
        await self.hearing.run()

    async def close(self) -> None:
        """Closes the connections that tiles are read on."""
        await self.maker.database.close()

    def _changed(self, payload: str) -> None:
        self.maker.changed(payload)
        self.openings.changed(payload)
        if payload == "all":
            self.sessions.drop_all()

    def _forget(self) -> None:
        self.maker.drop_all()
        self.openings.drop_all()
        self.sessions.drop_all()

    def asked(
        self, method: bytes, address: bytes, headers: list[tuple[bytes, bytes]]
    ) -> Asked | None:
        """Returns what a usual request asks for; None for any other."""
        return self.requests.read(address, headers) if method == b"GET" else None

    def after(self, then: Callable[[], None]) -> None:
        """Calls ``then`` once every change committed by now is heard."""
        self.hearing.after(then)

    def ready(self, asked: object) -> Reply | None:
        """Returns the answer that is kept ready; None where anything must be looked up or made."""
        if not isinstance(asked, Asked) or not self.hearing.is_live:
            return None
        reader = self.sessions.find(asked.token)
        if reader is None or not self._may_read(reader, asked):
            return None
        found = self.maker.find(Key(asked.layers, asked.place, reader.drawn_no, asked.basis))
        if found is None or not self.requests.may_be_packed(asked):
            return None
        return found.unchanged if has_tag(asked, found.etag) else found.whole

    def sent(self, reply: Reply) -> None:
        """Counts an answer that was sent."""
        self._count["GET", reply.status].inc()

    async def answer(self, scope: Scope, send: Send) -> bool:
        """Answers a request for a tile whose reader may read it; leaves others to the guard."""
        method = scope["method"]
        address = scope.get("raw_path") or scope["path"].encode()
        if scope["query_string"]:
            address = address + b"?" + scope["query_string"]
        asked = self.requests.read(address, scope["headers"]) if method in ("GET", "HEAD") else None
        if asked is None:
            return False
        reader: TileReader | None = None
        try:
            await self.hearing.prove()
            is_live = self.hearing.is_live
            reader = self.sessions.find(asked.token) if is_live else None
            if reader is None:
                reader = await self.sessions.look_up(asked.token, keep=is_live)
            if reader is None or not self._may_read(reader, asked):
                return False
            found = await self._tile(asked, reader, keep=is_live)
        except OneMapError as error:
            await self._refuse(scope, send, error, reader)
            return True
        reply = self._reply(asked, found)
        self._count[method, reply.status].inc()
        await reply.send(send, head=method == "HEAD")
        return True

    async def _tile(self, asked: Asked, reader: TileReader, *, keep: bool) -> Ready:
        key = Key(asked.layers, asked.place, reader.drawn_no, asked.basis)
        if not keep or reader.drawn_no == UNNUMBERED:
            return await self.maker.fresh(key, reader.drawn)
        return self.maker.find(key) or await self.maker.tile(key, reader.drawn)

    def _reply(self, asked: Asked, found: Ready) -> Reply:
        if self.requests.may_be_packed(asked):
            return found.unchanged if has_tag(asked, found.etag) else found.whole
        etag = b'"' + found.etag.strip(b'"') + b'-plain"'
        body = gzip.decompress(found.whole.body)
        own = {b"etag": etag, b"content-length": b"%d" % len(body)}
        status = HTTPStatus.NOT_MODIFIED if has_tag(asked, etag) else HTTPStatus.OK
        source = found.unchanged if status == HTTPStatus.NOT_MODIFIED else found.whole
        headers = tuple(
            (name, own.get(name, value))
            for name, value in source.headers
            if name != b"content-encoding"
        )
        return Reply.of(status, headers, body if status == HTTPStatus.OK else b"")

    async def _refuse(
        self, scope: Scope, send: Send, error: OneMapError, reader: TileReader | None
    ) -> None:
        """Answers with the error, worded as everywhere else."""
        asked, path = Headers(scope=scope), scope["path"]
        _account, tongue = drawn_for_of(asked)
        own = reader.user.account.language if reader else None
        language.set(tongue or own or self.door.language_of(cookies_of(asked)))
        answer = (
            problem_of(error, path) if not isinstance(error, ServiceDown) else down(error, path)
        )
        counted = self._count.get((scope["method"], answer.status_code))
        if counted is not None:
            counted.inc()

        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        await answer(scope, nothing, self.rules.applied(send, path, public=False))

    def _may_read(self, reader: TileReader, asked: Asked) -> bool:
        """Returns whether the reader may read the layers, and is who the page was drawn for."""
        drawn_for = asked.headers.get(b"x-onemap-account")
        if drawn_for is not None and drawn_for.partition(b" ")[0] != reader.account:
            return False
        allowed = reader.may_read.get(asked.layers)
        if allowed is None:
            allowed = may_read(self.deps, reader.user, asked.layers)
            if len(reader.may_read) < REMEMBERED:
                reader.may_read[asked.layers] = allowed
        return allowed

    async def packed_for(self, user: User, layers: str, place: Place, basis: str) -> Packed:
        """Returns a tile for a request that went through the guard; it is read anew."""
        drawn = await self.sessions.drawn_for(user)
        return await self.maker.packed(layers, place, drawn, basis)


def may_read(deps: Deps, user: User, layers: str) -> bool:
    """Returns whether the user may read the layers, by the table of access."""
    action = deps.access.action_for(f"{BELOW}{layers}/0/0/0.mvt")
    return action is not None and may(user, action) and may(user, Action.READ_WATERS)


def router(deps: Deps) -> APIRouter:
    """Returns the API route of the map's vector tiles, for all that isn't answered before it."""
    del deps
    routes = APIRouter(tags=["map"])

    @routes.get("/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response)
    async def read_tile(
        request: Request,
        layer: str,
        z: int,
        x: int,
        y: int,
        basis: Basis = "now",
        again: Again = None,
    ) -> Response:
        """A Mapbox vector tile.

        ``waters`` holds all of the ground and its stations, ``all`` also problems and patrols.
        """
        del again
        made = await request.app.front.packed_for(current_user(), layer, (z, x, y), basis)
        if request.headers.get("if-none-match") == made.etag:
            kept = ("ETag", "Cache-Control", "Vary")
            return Response(status_code=304, headers={name: made.headers[name] for name in kept})
        return Response(made.body, headers=made.headers)

    return routes
