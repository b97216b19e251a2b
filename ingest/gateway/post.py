"""Publishes the gateway's frames at the broker and hands receipts to whoever waits for them."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from data.device_settings import Hj212Settings
from data.records import StationCode
from data.settings import MqttSettings
from ingest.codecs.refusal import Unreadable
from ingest.topics import Channel, address_of, filter_of, topic_of
from ingest.transport.broker_link import clean_session, version
from ingest.transport.roving import RovingClient, addresses, keepalive_s

LOG = logging.getLogger(__name__)

PATIENCE_S: Final = 60.0
"""A frame without a receipt by then goes unanswered, and its logger sends it again."""

MOST_WAITING: Final = 20_000

Wanted = tuple[StationCode, str]


class Post:
    """Publishes frames and awaits their receipts; its coroutines must run in one event loop."""

    def __init__(self, mqtt: MqttSettings, settings: Hj212Settings) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: defaultdict[Wanted, list[asyncio.Future[None]]] = defaultdict(list)
        self._count = 0
        self.connected = asyncio.Event()
        self._client = RovingClient(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            protocol=version(mqtt),
            clean_session=clean_session(mqtt),
        )
        self._client.username_pw_set(
            settings.username, settings.password.get_secret_value() or None
        )
        if mqtt.tls_ca:
            self._client.tls_set(ca_certs=str(mqtt.tls_ca))
        self._client.nodes = addresses(mqtt)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 5)
        self._client.connect_async(mqtt.host, mqtt.port, keepalive=keepalive_s(mqtt))

    def call_on_fault(self, stop: Callable[[], None]) -> None:
        """Makes a fault of the network's thread call ``stop`` in the event loop."""

        def tell_loop() -> None:
            self._loop.call_soon_threadsafe(stop)

        self._client.on_fault = tell_loop

    def check(self) -> None:
        """Raises ServiceDown when the network's thread has ended by a fault."""
        self._client.check()

    def start(self) -> None:
        """Starts the network's thread, which connects and reconnects to the broker."""
        self._client.loop_start()

    def stop(self) -> None:
        """Closes the connection to the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    async def hand_in(self, station: StationCode, frame: bytes) -> None:
        """Publishes a frame without waiting for a receipt, once the broker can be reached.

        A frame that finds no broker for PATIENCE_S is dropped and logged.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.connected.wait()
        except TimeoutError:
            LOG.warning("a frame of %s went unsent: the broker is away", station)
            return
        self._client.publish(topic_of(station, Channel.HJ212), frame, qos=1)

    async def kept(self, station: StationCode, request: str, frame: bytes) -> bool:
        """Publishes a frame and waits; returns whether a receipt says that the frame is kept.

        Kept: stored, or in quarantine. False without a receipt within PATIENCE_S, and when
        MOST_WAITING frames wait already.
        """
        if self._count >= MOST_WAITING:
            return False
        wanted = (station, request)
        receipt: asyncio.Future[None] = self._loop.create_future()
        self._waiting[wanted].append(receipt)
        self._count += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.connected.wait()
                self._client.publish(topic_of(station, Channel.HJ212), frame, qos=1)
                await receipt
        except TimeoutError:
            return False
        finally:
            self._count -= 1
            self._forget(wanted, receipt)
        return True

    def _forget(self, wanted: Wanted, receipt: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(wanted, [])
        if receipt in waiting:
            waiting.remove(receipt)
        if not waiting:
            self._waiting.pop(wanted, None)

    def _hear_receipt(self, station: StationCode, ids: list[str]) -> None:
        for each in ids:
            for receipt in self._waiting.pop((station, each), ()):
                if not receipt.done():
                    receipt.set_result(None)

    def _on_connect(
        self, client: paho.Client, _: object, flags: Any, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            LOG.error("the broker refuses the gateway: %s", reason)
            return
        client.subscribe(filter_of(Channel.RECEIPT), qos=1)
        self._loop.call_soon_threadsafe(self.connected.set)

    def _on_disconnect(
        self, client: object, _: object, flags: object, reason: object, properties: object
    ) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.connected.clear)

    def _on_message(self, client: object, _: object, message: paho.MQTTMessage) -> None:
        try:
            station = address_of(message.topic).station
            content = json.loads(message.payload)
            # what lies in quarantine with all its bytes is kept too
            ids = content.get("ids", []) + [each["id"] for each in content.get("refused", [])]
        except (Unreadable, ValueError, AttributeError, TypeError, KeyError):
            LOG.warning("a receipt that can't be read")
            return
        self._loop.call_soon_threadsafe(self._hear_receipt, station, ids)
