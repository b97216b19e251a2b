"""The worker: take, decode, check, write, commit, and only then acknowledge and give receipts."""

import logging
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import Engine

from data import clock
from data.errors import ServiceDown
from data.settings import IngestSettings, MqttSettings, QualitySettings
from ingest.broker_limits import check_limits
from ingest.codecs import CODECS
from ingest.inbox import Inbox
from ingest.mqtt_client import MqttClient
from ingest.outage import persist
from ingest.pipeline import Pipeline
from ingest.receipts import receipts_of
from ingest.sweep import Sweep
from ingest.topics import filter_of
from ingest.writer import Counts

LOG = logging.getLogger(__name__)

IDLE_S = 0.25
HEARTBEAT_S = 60.0


@dataclass(slots=True)
class Metrics:
    """What a worker has done since it started."""

    batches: int = 0
    busy_s: float = 0.0
    offline: int = 0
    counts: Counts = field(default_factory=Counts)


class Worker:
    """Moves messages from the broker to the database until it is stopped."""

    def __init__(
        self,
        engine: Engine,
        mqtt: MqttSettings | None = None,
        settings: IngestSettings | None = None,
        quality: QualitySettings | None = None,
        *,
        now: clock.Clock = clock.now,
    ) -> None:
        self._mqtt = mqtt or MqttSettings()
        self._settings = settings or IngestSettings()
        self._now = now
        self._stopping = threading.Event()
        self._inbox = Inbox(self._settings.queue_messages, self._settings.queue_bytes)
        self._client = MqttClient(
            self._mqtt, self._inbox, [filter_of(channel) for channel in CODECS], now=now
        )
        self._pipeline = Pipeline(engine, self._settings, quality, now=now)
        self._sweep = Sweep(engine, self._pipeline.assessor)
        self._sweep_at = self._beat_at = 0.0
        self.metrics = Metrics()

    def stop(self) -> None:
        """The batch in hand is finished and acknowledged, then ``run`` returns."""
        self._stopping.set()

    def run(self) -> None:
        """Runs until stopped; outages of the broker and of the database are waited out.

        Raises ServiceDown when the network's thread has died, and what the database says when it
        can't be a passing outage or the fault of one message (no such table, no right).
        """
        warn_of_limits(self._mqtt)
        self._beat_at = time.monotonic() + HEARTBEAT_S
        self._client.start()
        try:
            while not self._stopping.is_set():
                self._take_batch()
                self._keep_time()
                if not self._client.alive:
                    raise ServiceDown("The thread that reads from the broker has died.")
        finally:
            self._client.stop()

    def _take_batch(self) -> None:
        messages = self._inbox.take(
            self._settings.batch_messages,
            fill_s=self._settings.batch_wait_ms / 1000,
            idle_s=IDLE_S,
        )
        if not messages:
            return
        began = time.monotonic()
        done = self._pipeline.take_in(messages, self._stopping)
        if done is None:
            return
        self._client.acknowledge(messages)
        self._client.tell(receipts_of(done.entries))
        self.metrics.batches += 1
        self.metrics.busy_s += time.monotonic() - began
        self.metrics.counts += done.counts

    def _keep_time(self) -> None:
        """A page of the sweep when it is due, a line in the log once a minute."""
        moment = time.monotonic()
        if moment >= self._sweep_at:
            swept = persist(lambda: self._sweep.turn(self._now()), self._stopping)
            if swept is not None:
                self._sweep_at = moment + self._settings.sweep_seconds
                self.metrics.offline = swept.offline
        if moment >= self._beat_at:
            self._beat_at = moment + HEARTBEAT_S
            LOG.info("%s", self._told())

    def _told(self) -> str:
        counts = self.metrics.counts
        return (
            f"stored {counts.stored}, duplicate {counts.duplicate}, filled {counts.filled}, "
            f"conflict {counts.conflict}, refused {counts.refused}; {self.metrics.batches} batches "
            f"in {self.metrics.busy_s:.1f} s; waiting {len(self._inbox)}; "
            f"stations offline {self.metrics.offline}; "
            f"broker {'connected' if self._client.connected else 'away'}"
        )


def warn_of_limits(mqtt: MqttSettings) -> list[str]:
    """What in the broker's configuration loses data, told in the log; a sentence each."""
    if mqtt.config_file is None:
        warnings = [
            "the broker's limits were not checked: name its configuration in "
            "ONEMAP_MQTT__CONFIG_FILE. Its default queue of 1,000 messages loses data; from here "
            "on only its counter of dropped messages is watched, where it lets us read that"
        ]
    else:
        try:
            warnings = check_limits(mqtt.config_file)
        except OSError as error:
            warnings = [f"the broker's limits were not checked: {error}"]
    for warning in warnings:
        LOG.warning("%s", warning)
    return warnings
