"""The subscriber: QoS 1, a kept session, acknowledgements only when the worker says so.

One thread owns the socket and every call into paho. It reads only while the inbox has room: the
broker's in-flight window (Receive Maximum) does not hold while a backlog exists (mosquitto 2.0.11),
so not reading is what pushes back. The broker then keeps the rest in the session's queue. When that
lasts longer than two keepalives the connection ends, and comes back when there is room.
"""

import logging
import select
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from data import clock
from data.background import WatchedThread
from data.settings import MqttSettings
from ingest.inbox import MOST_TOPICS, Inbox, Message, part_of
from ingest.topics import LONGEST_TOPIC, Channel, text_of
from ingest.transport.broker_link import DROPPED_TOPIC, link
from ingest.transport.burst import BurstClient, Published
from ingest.transport.receipts import Receipt
from ingest.transport.subscription import Subscription
from ingest.transport.takeovers import Takeovers
from ingest.transport.waker import Waker

LOG = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
SHORT_S = 10.0
"""A connection shorter than this doesn't prove the next one worth hurrying for."""
MOST_RECEIPTS = 20_000
OWN = f"/{Channel.RECEIPT}"
"""The receipts, which ingest itself sends with QoS 0. MQTT 3.1.1 brings them back to it."""


class MqttClient:
    """A durable MQTT subscription that fills an inbox and reconnects for ever.

    Where the broker refuses ``topics`` it takes the ``narrower`` ones, if there are any.
    What a faster reader or another protocol must offer too: ``start``, ``acknowledge``, ``send``,
    ``stop``, ``connected``, ``alive``.
    """

    def __init__(
        self,
        settings: MqttSettings,
        inbox: Inbox,
        topics: Iterable[str],
        *,
        narrower: Iterable[str] = (),
        payload_bytes: int = 65536,
        now: clock.Clock = clock.now,
    ) -> None:
        self._settings = settings
        self._is_looped = settings.protocol == "3.1.1"
        self._inbox = inbox
        self._subscription = Subscription(settings, topics, narrower)
        self._payload_bytes = payload_bytes
        self._now = now
        self._names: dict[bytes, str] = {}
        self._generation = 0
        self._established = False
        self._dropped: int | None = None
        self._acks: deque[Message] = deque()
        self._receipts: deque[Receipt] = deque(maxlen=MOST_RECEIPTS)
        self.takeovers = Takeovers(settings.client_id)
        self._stopping = threading.Event()
        self._waker = Waker()
        self._thread = WatchedThread("mqtt", self._run)
        self._client = self._make_client()
        inbox.on_room = self._waker.wake

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the present connection."""
        return self._established

    @property
    def alive(self) -> bool:
        """Whether the network's thread runs; that ends only when stopped or by our own fault."""
        return self._thread.is_alive()

    @property
    def dropped(self) -> int | None:
        """How many messages the broker reports as dropped since its start; None if not reported."""
        return self._dropped

    def start(self) -> None:
        """Starts the network's thread, which connects once a broker answers."""
        self._thread.start()

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Acknowledges the messages to the broker.

        Those of an earlier connection are skipped: they come again and are acknowledged then.
        """
        self._acks.extend(message for message in messages if message.message_id)
        self._waker.wake()

    def send(self, receipts: Iterable[Receipt]) -> None:
        """Sends receipts to devices, at most once; a device that gets none sends again."""
        self._receipts.extend(receipts)
        self._waker.wake()

    def stop(self, *, patience_s: float = 3.0) -> None:
        """Sends the last acknowledgements and disconnects; the broker keeps the session."""
        self._stopping.set()
        self._waker.wake()
        if self._thread.ident is not None:
            self._thread.join(patience_s)

    def _make_client(self) -> paho.Client:
        client = link(self._settings)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        if isinstance(client, BurstClient):
            client.on_burst = self._on_burst
        return client

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        short = 0
        logged = ""
        while not self._stopping.is_set():
            if not self._inbox.accepts:
                self._sleep(LONGEST_PAUSE_S)
                continue
            began = time.monotonic()
            try:
                self._client.reconnect()
                fault = self._stay()
            except (OSError, ssl.SSLError) as error:
                fault = str(error)
            if self._established:
                logged = ""
                short = short + 1 if time.monotonic() - began < SHORT_S else 0
                self.takeovers.suspect(short)
                if short == 0:
                    pause_s = FIRST_PAUSE_S
            self._established = False
            if fault and fault != logged and not self._stopping.is_set():
                LOG.warning("no connection to the broker: %s", fault)
                logged = fault
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _stay(self) -> str:
        """Serves the connection until it ends; returns the reason why it ended."""
        while (sock := self._client.socket()) is not None:
            if self._stopping.is_set():
                self._part()
                return ""
            self._turn(sock)
        return "connection lost"

    def _turn(self, sock: Any) -> None:
        """Waits for the socket or a wake-up, then reads, acknowledges and writes."""
        accepts = self._inbox.accepts
        decrypted = bool(getattr(sock, "pending", int)())
        readable, writable, _ = select.select(
            [self._waker, sock] if accepts else [self._waker],
            [sock] if self._client.want_write() else [],
            [],
            0 if decrypted and accepts else 1.0,
        )
        if self._waker in readable:
            self._waker.clear()
        if sock in readable or (decrypted and accepts):
            self._read()
        self._send_acks()
        if writable:
            self._client.loop_write()
        self._client.loop_misc()

    def _read(self) -> None:
        """Reads while complete messages arrive, but stops in time for acknowledgements."""
        for _ in range(200):
            before = len(self._inbox)
            self._client.loop_read()
            if len(self._inbox) <= before or not self._inbox.accepts:
                return

    def _send_acks(self) -> None:
        due = []
        while self._acks:
            message = self._acks.popleft()
            if message.generation == self._generation and self._established:
                due.append(message.message_id)
        sent = []
        while self._receipts and self._established:
            receipt = self._receipts.popleft()
            sent.append((receipt.topic, receipt.payload))
        if isinstance(self._client, BurstClient):
            self._client.acknowledge(due)
            self._client.publish_all(sent)
            return
        for message_id in due:
            self._client.ack(message_id, 1)
        for topic, payload in sent:
            self._client.publish(topic, payload, qos=0)

    def _part(self) -> None:
        """Sends the remaining acknowledgements and receipts, then disconnects."""
        self._send_acks()
        for _ in range(20):
            if not self._client.want_write() or (sock := self._client.socket()) is None:
                break
            select.select([], [sock], [], 0.1)
            self._client.loop_write()
        self._client.disconnect()
        self._client.loop_write()

    def _on_connect(
        self, client: paho.Client, _: object, flags: Any, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            LOG.error("the broker refuses the connection: %s", reason)
            client.disconnect()
            return
        self._generation += 1
        self._acks.clear()
        self._established = True
        LOG.info("connected to the broker, session %s", "kept" if flags.session_present else "new")
        if self._generation > 1 and not flags.session_present:
            LOG.warning("the broker has forgotten the session: what it held for us is lost there")
            self.takeovers.forgotten()
        self._subscription.ask(client)  # always: those of a kept session may be others

    def _on_disconnect(
        self, client: object, _: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        if not self._stopping.is_set():
            self._subscription.ended()
            LOG.warning("the connection to the broker ended: %s", reason)
            self.takeovers.ended(reason.value)

    def _on_subscribe(
        self, client: paho.Client, _: object, mid: int, reasons: list[ReasonCode], __: object
    ) -> None:
        if self._subscription.answered(client, mid, reasons):
            self._established = False
            client.disconnect()

    def _on_burst(self, burst: Sequence[Published]) -> None:
        arrived_at, generation = self._now(), self._generation
        messages = []
        for topic, payload, mid in burst:
            name = self._names.get(topic) or self._named(topic)
            if name == DROPPED_TOPIC:
                self._watch_dropped(payload)
            elif not mid and self._is_looped and name.endswith(OWN):
                continue
            elif len(payload) > self._payload_bytes:
                part, whole = part_of(payload)
                messages.append(Message(name, part, arrived_at, mid, generation, whole))
            else:
                messages.append(Message(name, payload, arrived_at, mid, generation))
        self._inbox.put_all(messages)

    def _named(self, topic: bytes) -> str:
        """Returns the topic as text; a short one is remembered."""
        name = text_of(topic)
        if len(self._names) >= MOST_TOPICS:
            self._names.clear()
        if len(topic) <= LONGEST_TOPIC:
            self._names[topic] = name
        return name

    def _on_message(self, client: object, _: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic.encode()
        except UnicodeDecodeError:
            topic = b""
        mid = message.mid if message.qos else 0
        self._on_burst([Published(topic, bytes(message.payload), mid)])

    def _watch_dropped(self, payload: bytes) -> None:
        """Logs when the broker's dropped count has risen: those messages are lost."""
        count = int(payload) if payload.isdigit() else 0
        if count > (self._dropped or 0):
            LOG.error("the broker has dropped %d messages since it started", count)
        self._dropped = count

    def _sleep(self, patience_s: float) -> None:
        select.select([self._waker], [], [], patience_s)
        self._waker.clear()
