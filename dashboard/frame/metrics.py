"""The server's own figures, as Prometheus reads them."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Figures:
    """Counts of one app; nothing is shared between apps."""

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
    """ASGI middleware that counts answers by the first part of their path."""

    AREAS = ("tiles", "api", "events", "assets", "_dash-update-component", "sign-in", "healthz")

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI door."""
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
