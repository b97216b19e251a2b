"""A publisher that counts what the broker acknowledged: QoS 1, a bounded window, reconnecting."""

import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass

from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from data.errors import ServiceDown
from data.settings import MqttSettings
from ingest.transport.broker_link import version
from ingest.transport.roving import RovingClient, addresses, keepalive_s

WINDOW = 500
"""Messages under way at most; fewer where the broker's Receive Maximum says so."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many messages the broker acknowledged, refused, and didn't answer.

    ``refused_topics`` are those of the refused ones, each once.
    """

    acknowledged: int
    refused: int
    unanswered: int
    refused_topics: tuple[str, ...] = ()


class Publisher:
    """Publishes messages for one account of the broker.

    Raises ServiceDown when the broker doesn't let it in or stops answering.
    """

    def __init__(
        self, broker: MqttSettings, username: str, password: str, *, patience_s: float = 30.0
    ) -> None:
        self._patience_s = patience_s
        self._room = threading.Semaphore(0)
        self._answered = threading.Condition()
        self._given = self._acknowledged = self._refused = 0
        self._topics: dict[int, str] = {}
        self._refused_ids: deque[int] = deque()
        self._refused_topics: dict[str, None] = {}
        self._connected = threading.Event()
        self._reason = ""
        self._client = RovingClient(
            CallbackAPIVersion.VERSION2,
            client_id=f"onemap-publish-{uuid.uuid4().hex[:12]}",
            protocol=version(broker),
        )
        self._client.username_pw_set(username, password or None)
        if broker.tls_ca:
            self._client.tls_set(ca_certs=str(broker.tls_ca))
        self._client.nodes = addresses(broker)
        self._client.max_inflight_messages_set(WINDOW)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        try:
            self._client.connect(broker.host, broker.port, keepalive=keepalive_s(broker))
        except OSError as error:
            raise ServiceDown("The broker does not answer: {reason}", reason=error) from error
        self._client.loop_start()
        if not self._connected.wait(10) or self._reason:
            self._client.loop_stop()
            raise ServiceDown(
                "The broker refuses to let {account} in: {reason}",
                account=username,
                reason=self._reason or "no answer",
            )

    def publish(self, topic: str, payload: bytes) -> None:
        """Sends a message; waits while too many messages are unanswered. Raises ServiceDown."""
        if not self._room.acquire(timeout=self._patience_s):
            raise ServiceDown("The broker does not answer: {reason}", reason="no acknowledgement")
        self._note_refused()  # before an id comes again
        self._given += 1
        self._topics[self._client.publish(topic, payload, qos=1).mid] = topic

    @property
    def acknowledged(self) -> int:
        """How many messages the broker has acknowledged so far."""
        return self._acknowledged

    def finish(self) -> Published:
        """Waits until every message is answered or patience runs out; returns the counts."""
        deadline = time.monotonic() + self._patience_s
        with self._answered:
            while self._acknowledged + self._refused < self._given:
                if not self._answered.wait(max(0.0, deadline - time.monotonic())):
                    break
        self._client.disconnect()
        self._client.loop_stop()
        self._note_refused()
        return Published(
            self._acknowledged,
            self._refused,
            self._given - self._acknowledged - self._refused,
            tuple(self._refused_topics),
        )

    def _note_refused(self) -> None:
        """Notes the topics of messages refused by now."""
        while self._refused_ids:
            self._refused_topics[self._topics[self._refused_ids.popleft()]] = None

    def _on_connect(
        self, client: object, _: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        if not self._connected.is_set():
            self._room.release(min(WINDOW, getattr(properties, "ReceiveMaximum", WINDOW)))
        self._reason = str(reason) if reason.is_failure else ""
        self._connected.set()

    def _on_publish(
        self, client: object, _: object, mid: int, reason: ReasonCode, properties: object
    ) -> None:
        with self._answered:
            if reason.is_failure:
                self._refused += 1
                self._refused_ids.append(mid)
            else:
                self._acknowledged += 1
            self._answered.notify()
        self._room.release()
