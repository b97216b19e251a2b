"""The worker's own figures, served to Prometheus from a port of their own."""

from collections.abc import Mapping
from dataclasses import fields
from types import TracebackType
from typing import Self

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    start_http_server,
)

from data import clock
from data.background import FaultCollector
from data.clock import UtcDatetime
from data.tolerances import BrokerRefusal
from data.vocabulary import Refusal
from ingest.storage.writer import Counts

FATES = tuple(field.name for field in fields(Counts) if field.name != "partial")
BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)


class IngestFigures:
    """Prometheus counts of one worker; nothing is shared between workers.

    Every fate and reason is there from the start with 0, so that a rate over the first one counts.
    """

    def __init__(
        self, registry: CollectorRegistry | None = None, *, now: clock.Clock = clock.now
    ) -> None:
        self.registry = registry or CollectorRegistry()
        self._now = now
        messages = Counter(
            "onemap_ingest_messages",
            "Messages committed, by what became of them.",
            ["fate"],
            registry=self.registry,
        )
        refused = Counter(
            "onemap_ingest_refused",
            "Messages in quarantine, by reason; partial: the rest of it was stored.",
            ["reason"],
            registry=self.registry,
        )
        self._messages = {fate: messages.labels(fate) for fate in FATES}
        self._refused = {reason: refused.labels(reason.value) for reason in Refusal}
        denied = Counter(
            "onemap_ingest_broker_refused",
            "What the broker itself refused, by its log.",
            ["kind"],
            registry=self.registry,
        )
        self._denied = {kind: denied.labels(kind.value) for kind in BrokerRefusal}
        self._seconds = Histogram(
            "onemap_ingest_batch_seconds",
            "Time from a batch in hand to its commit.",
            buckets=BATCH_SECONDS,
            registry=self.registry,
        )
        self._lag = self._gauge(
            "lag_seconds", "Age of the oldest message of the last batch when it was committed."
        )
        self._takeovers = self._gauge(
            "session_takeovers",
            "How often somebody signed in with ingest's client id, since start.",
        )
        self._waiting = self._gauge("waiting_messages", "Messages in memory, not yet committed.")
        self._connected = self._gauge("connected", "1 while the broker's connection stands.")
        self._dropped = self._gauge(
            "broker_dropped_messages", "What the broker says it dropped since its start; NaN: mute."
        )
        self._dropped.set(float("nan"))
        self._silent = self._gauge("stations_silent", "Stations without a young value.")
        ProcessCollector(registry=self.registry)
        self.registry.register(FaultCollector())

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"onemap_ingest_{name}", meaning, registry=self.registry)

    def batch(
        self,
        counts: Counts,
        refused: Mapping[Refusal, int],
        seconds: float,
        oldest_received_at: UtcDatetime,
    ) -> None:
        """Counts a committed batch; to be called once for each batch, after the commit.

        ``refused`` counts by reason what ``counts.refused`` sums; ``seconds`` is how long the batch
        took from in hand to committed.
        """
        for fate, child in self._messages.items():
            child.inc(getattr(counts, fate))
        for reason, count in refused.items():
            self._refused[reason].inc(count)
        self._refused[Refusal.PARTIAL].inc(counts.partial)
        self._seconds.observe(seconds)
        self._lag.set(max((self._now() - oldest_received_at).total_seconds(), 0.0))

    def state(self, waiting: int, connected: bool, dropped: int | None, takeovers: int = 0) -> None:
        """Sets the worker's state; ``dropped`` is None if the broker doesn't report losses."""
        self._takeovers.set(takeovers)
        self._waiting.set(waiting)
        if not waiting:
            self._lag.set(0.0)
        self._connected.set(connected)
        self._dropped.set(float("nan") if dropped is None else dropped)

    def denied(self, counts: Mapping[BrokerRefusal, int]) -> None:
        """Counts what the broker itself has refused, as its log tells."""
        for kind, count in counts.items():
            self._denied[kind].inc(count)

    def silent(self, stations: int) -> None:
        """Sets how many stations have no recent value, as counted by the sweep of all stations."""
        self._silent.set(stations)

    def serve(self, host: str, port: int) -> "FiguresServer":
        """Serves the metrics over HTTP until the returned server is closed; port 0: any free one.

        Raises OSError where the port is in use.
        """
        return FiguresServer(self.registry, host, port)


class FiguresServer:
    """Serves a registry of metrics over HTTP in its own thread."""

    def __init__(self, registry: CollectorRegistry, host: str, port: int) -> None:
        self._server, self._thread = start_http_server(port, host, registry)
        self.port = int(self._server.server_port)

    def close(self) -> None:
        """Stops the metrics server and frees the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
