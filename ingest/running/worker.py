"""Starts ingest's client and lanes, and acknowledges each batch once it is committed.

The lanes (threads in ``strands``, processes in ``lanes``) take messages from the inbox and let
``pipeline`` decode, check and write them. The worker tells broker and devices what is kept, runs
the sweep and counts.
"""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from sqlalchemy import Engine

from data import clock
from data.background import WatchedThread
from data.database_clock import CheckClock
from data.errors import ServiceDown
from data.settings import IngestSettings, MqttSettings, QualitySettings
from ingest.broker.limits import check_limits
from ingest.broker.refusal_log import RefusalLog
from ingest.inbox import Inbox, Message
from ingest.running.lane_process import Answer, Setup
from ingest.running.lanes import Lanes
from ingest.running.metrics import IngestFigures
from ingest.running.outage import persist
from ingest.running.pipeline import Pipeline
from ingest.running.strands import STRANDS, Strands
from ingest.running.sweep import Sweep
from ingest.running.waiting import take_in_waiting
from ingest.screening.assessment import Assessor
from ingest.screening.decoding import CODECS
from ingest.storage.writer import Counts
from ingest.topics import BELOW_STATIONS, filter_of
from ingest.transport.mqtt_client import MqttClient
from ingest.transport.receipts import Receipt

LOG = logging.getLogger(__name__)

IDLE_S = 0.25
HEARTBEAT_S = 60.0
LOG_EVERY_S = 5.0
REVIEWS_S = 5.0
"""How long a review takes at most to reach the newest values."""


@dataclass(slots=True)
class Metrics:
    """Counts of a worker since it started."""

    batches: int = 0
    busy_s: float = 0.0
    offline: int = 0
    counts: Counts = field(default_factory=Counts)


class Worker:
    """Moves messages from the broker to the database until stopped.

    With one worker in the settings everything happens in this process, by strands; with more, each
    lane's process takes in the messages of its own stations, by its own clock.
    """

    def __init__(
        self,
        engine: Engine,
        mqtt: MqttSettings | None = None,
        settings: IngestSettings | None = None,
        quality: QualitySettings | None = None,
        *,
        now: clock.Clock = clock.now,
        check_clock: CheckClock | None = None,
    ) -> None:
        self._engine = engine
        self._mqtt = mqtt or MqttSettings()
        self._settings = settings or IngestSettings()
        self._now = now
        self._check_clock = check_clock
        self._stopping = threading.Event()
        workers = self._settings.workers
        self._inbox = Inbox(
            self._settings.queue_messages,
            self._settings.queue_bytes,
            lanes=workers if workers > 1 else STRANDS,
        )
        self._client = MqttClient(
            self._mqtt,
            self._inbox,
            [BELOW_STATIONS],
            narrower=[filter_of(channel) for channel in CODECS],
            payload_bytes=self._settings.payload_bytes,
            now=now,
        )
        self._lanes: Lanes | Strands
        if workers == 1:
            pipelines = [
                Pipeline(engine, self._settings, quality, now=now, check_clock=check_clock)
                for _ in range(STRANDS)
            ]
            self._lanes = Strands(pipelines, self._inbox, self._committed, self._settings)
        else:
            url = engine.url.render_as_string(hide_password=False)
            setups = [Setup(n, url, self._settings, quality) for n in range(workers)]
            self._lanes = Lanes(setups, self._inbox, self._committed)
        self._sweep = Sweep(engine, Assessor(quality))
        self._waiting = Pipeline(engine, self._settings, quality, now=now)
        self._sweep_at = self._review_at = self._beat_at = 0.0
        self._counting = threading.Lock()
        self.metrics = Metrics()
        self.figures = IngestFigures(now=now)

    def stop(self) -> None:
        """Makes ``run`` finish and acknowledge the batches being written, then return."""
        self._stopping.set()

    def run(self) -> None:
        """Moves messages until stopped; waits while the broker or the database is away.

        Raises ServiceDown when the network's thread or a lane has died of a fault, and what the
        database says when it can't be a passing outage or the fault of one message (no such
        table, no right). A lane that was killed is started again. Raises ServiceDown too, before
        anything is read and later on, where ``check_clock`` finds this clock wrong: the broker
        keeps what comes until it is right.
        """
        if self._check_clock is not None:
            persist(self._check_clock, self._stopping)
        warn_of_limits(self._mqtt)
        self._beat_at = time.monotonic() + HEARTBEAT_S
        with ExitStack() as closing:
            if self._settings.metrics_port:
                closing.enter_context(
                    self.figures.serve(self._settings.metrics_host, self._settings.metrics_port)
                )
            self._follow_log(closing)
            closing.callback(self._client.stop)
            closing.callback(self._lanes.stop)
            self._lanes.start()
            self._client.start()
            while not self._stopping.is_set():
                self._turn()

    def _follow_log(self, closing: ExitStack) -> None:
        """Counts what the broker's log says of refusals, where the settings name a log."""
        if self._mqtt.log_file is None:
            return
        log = RefusalLog(self._engine, self._mqtt.log_file, now=self._now)
        thread = WatchedThread(
            "broker-log", log.follow, args=(self._stopping, LOG_EVERY_S, self.figures.denied)
        )
        thread.start()
        closing.callback(thread.join)

    def _turn(self) -> None:
        """Checks lanes and broker connection and does scheduled work; the lanes write meanwhile."""
        self._lanes.check()
        self._stopping.wait(IDLE_S)
        self._keep_time()
        self.figures.state(
            len(self._inbox),
            self._client.connected,
            self._client.dropped,
            self._client.takeovers.count,
        )
        if not self._client.alive:
            raise ServiceDown("The thread that reads from the broker has died.")

    def _committed(self, messages: Sequence[Message], answer: Answer, seconds: float) -> None:
        """Acknowledges a committed batch, sends its receipts and counts it; thread-safe."""
        self._client.acknowledge(messages)
        self._client.send(Receipt(topic, payload) for topic, payload in answer.receipts)
        oldest = min(message.received_at for message in messages)
        with self._counting:
            self.metrics.batches += 1
            self.metrics.busy_s += seconds
            self.metrics.counts += answer.counts
            self.figures.batch(answer.counts, answer.refused, seconds, oldest)

    def _keep_time(self) -> None:
        """Applies reviews and tolerances, assesses stations and logs a line, each when due."""
        moment = time.monotonic()
        if moment >= self._sweep_at:
            swept = persist(lambda: self._sweep.turn(self._now()), self._stopping)
            if swept is not None:
                self._sweep_at = moment + self._settings.sweep_seconds
                self.metrics.offline = swept.offline
                self.figures.silent(swept.offline)
        if moment >= self._review_at:
            self._review_at = moment + REVIEWS_S
            persist(lambda: self._sweep.reviewed(self._now()), self._stopping)
            persist(lambda: take_in_waiting(self._waiting), self._stopping)
        if moment >= self._beat_at:
            self._beat_at = moment + HEARTBEAT_S
            LOG.info("%s", self._heartbeat())

    def _heartbeat(self) -> str:
        counts = self.metrics.counts
        return (
            f"stored {counts.stored}, duplicate {counts.duplicate}, filled {counts.filled}, "
            f"conflict {counts.conflict}, refused {counts.refused}; {self.metrics.batches} batches "
            f"in {self.metrics.busy_s:.1f} s; waiting {len(self._inbox)}; "
            f"stations offline {self.metrics.offline}; "
            f"broker {'connected' if self._client.connected else 'away'}"
        )


def warn_of_limits(mqtt: MqttSettings) -> list[str]:
    """Logs each of the broker's settings by which messages get lost; returns the sentences."""
    if mqtt.config_file is None:
        warnings = [
            "the broker's limits were not checked: name its configuration in "
            "ONEMAP_MQTT__CONFIG_FILE. Its default queue of 1,000 messages loses data; from here "
            "on only its counter of dropped messages is watched, where it lets us read that"
        ]
    else:
        try:
            warnings = check_limits(mqtt.config_file, mqtt.client_id)
        except OSError as error:
            warnings = [f"the broker's limits were not checked: {error}"]
    for warning in warnings:
        LOG.warning("%s", warning)
    return warnings
