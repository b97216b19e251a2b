"""Whether the server runs and can serve, and its figures for Prometheus."""

import time

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
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import problem
from dashboard.frame.offload import off
from data.database import transaction
from data.migrations.run import newest, version


class Figures:
    """The Prometheus counters and gauges of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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
        self.changes = Counter(
            "onemap_live_changes", "Station changes told to pages.", registry=self.registry
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


def database_state(deps: Deps) -> str:
    """Returns why the database can't serve (no answer, wrong schema); empty when it can."""
    try:
        with transaction(deps.engine) as connection:
            connection.execute(text("SELECT 1"))
        found = version(deps.engine)
    except SQLAlchemyError:
        return "the database doesn't answer"
    return "" if found == newest() else f"the schema is {found}, this code needs {newest()}"


def router(deps: Deps, figures: Figures) -> APIRouter:
    """Returns the routes ``/healthz``, ``/readyz`` and ``/metrics``."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz() -> Response:
        """The database answers and has the right schema; 503 with the reason when not."""
        why = await off(database_state, deps)
        if why:
            return problem(503, "service_down", why, path="/readyz")
        return Response('{"status":"ready"}', media_type="application/json")

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Figures for Prometheus; for administrators."""
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
