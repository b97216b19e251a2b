"""Whether the server runs and can serve, and its figures for Prometheus."""

import asyncio
import time
from time import monotonic

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.frame.disks import Disks
from dashboard.frame.door import Door
from dashboard.frame.http_errors import down
from dashboard.frame.offload import Workers
from data.background import FaultCollector
from data.database import clock_differs, transaction
from data.database_clock import clock_offset
from data.errors import ServiceDown
from data.migrations.run import newest, version


class Figures:
    """The Prometheus counters and gauges of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(FaultCollector())
        self.requests = Counter(
            "onemap_http_requests",
            "Answers sent.",
            ["method", "area", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "onemap_http_seconds", "Time until an answer began.", ["area"], registry=self.registry
        )
        self.listeners = Gauge(
            "onemap_live_listeners", "Pages that listen for changes.", registry=self.registry
        )
        self.clock_offset = Gauge(
            "onemap_clock_offset_seconds",
            "How far this server's clock is ahead of the database's, as last measured.",
            registry=self.registry,
        )
        self.changes = Counter(
            "onemap_live_changes", "Station changes told to pages.", registry=self.registry
        )
        self.free = Gauge(
            "onemap_disk_free_bytes",
            "Bytes free on the disk of a folder.",
            ["folder"],
            registry=self.registry,
        )
        self.size = Gauge(
            "onemap_disk_size_bytes",
            "Size of the disk of a folder.",
            ["folder"],
            registry=self.registry,
        )


class Counting:
    """ASGI middleware that counts answers by the first segment of the request's path."""

    AREAS = ("tiles", "api", "events", "assets", "_dash-update-component", "sign-in", "healthz")

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; counts its answer and the seconds until the answer began."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        first = scope["path"].strip("/").partition("/")[0]
        area = first if first in self.AREAS else "other"

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.figures.requests.labels(scope["method"], area, message["status"]).inc()
                self.figures.seconds.labels(area).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, counted)


WRITE = text(
    """
    SELECT pg_logical_emit_message(true, 'onemap', 'ready'),
    (SELECT count(*) FROM (
        SELECT repeat('x', 100) || n AS word FROM generate_series(1, 4000) AS n ORDER BY word DESC
    ) AS sorted)
    """
)
"""Leaves a word in the write-ahead log and sorts half a megabyte in a temporary file: it needs the
disk of both, and changes nothing."""

REMEMBERED_S = 10.0
"""How long an answer about the database stands, so that asking often costs nothing."""


class Readiness:
    """Tells whether the database can serve: it answers, writes, has the right schema and time."""

    def __init__(self, door: Door, disks: Disks) -> None:
        self.door = door
        self.disks = disks
        self.workers = Workers(1, share=1, wait_s=door.workers.wait_s)
        self.asking = asyncio.Lock()
        self.answer: ServiceDown | None = None
        self.answered_s = -REMEMBERED_S
        self.clock_offset_s = 0.0

    async def why_not(self) -> ServiceDown | None:
        """Returns the error that says why the database can't serve; None when it can."""
        async with self.asking:
            if monotonic() - self.answered_s >= REMEMBERED_S:
                try:
                    self.answer = await self.workers.run(self._database_state)
                except ServiceDown as error:
                    self.answer = error
                self.answered_s = monotonic()
            return self.answer

    def _database_state(self) -> ServiceDown | None:
        on = self.door.deps.engine
        with transaction(on) as connection:
            connection.execute(text("SET LOCAL work_mem = '64kB'"))
            connection.execute(WRITE)
            offset = clock_offset(connection, self.door.deps.clock)
        self.clock_offset_s = offset.seconds
        found, needed = version(on), newest()
        if found == needed:
            return None if offset.is_fine else clock_differs(offset.seconds)
        return ServiceDown(
            "The schema of the database is {found}, this program needs {needed}.",
            found=found or "-",
            needed=needed,
        )


def router(figures: Figures, ready: Readiness) -> APIRouter:
    """Returns the routes ``/healthz``, ``/readyz`` and ``/metrics``."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz() -> Response:
        """The database answers, writes, has the right schema and time; 503 and why when not.

        ``warnings`` names watched disks that are nearly full.
        """
        why = await ready.why_not()
        if why is not None:
            return down(why, "/readyz", page=False)
        warnings = [disk.sentence() for disk in ready.disks.low()]
        content = {"status": "ready", **({"warnings": warnings} if warnings else {})}
        return Response(orjson.dumps(content), media_type="application/json")

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Figures for Prometheus; for administrators, and for programs by the settings' token."""
        figures.clock_offset.set(ready.clock_offset_s)
        for disk in ready.disks.states():
            figures.free.labels(disk.folder).set(disk.free)
            figures.size.labels(disk.folder).set(disk.size)
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
