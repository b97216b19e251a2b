"""A device's side of the bargain: messages at a steady rate, each kept until it may be dropped."""

import threading
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from data.settings import MqttSettings
from ingest.transport.broker_link import clean_session, version
from ingest.transport.roving import RovingClient, addresses, keepalive_s

VALUES = {
    "ph": 7.2,
    "do": 8.1,
    "codmn": 2.5,
    "nh3n": 0.3,
    "tp": 0.06,
    "temp": 18.2,
    "ec": 320.0,
    "turb": 4.1,
    "tn": 0.9,
}
TICK_S = 0.01
MOST_OPEN = 40_000


class Sender:
    """Sends for its stations in turn, ``n // len(stations)`` seconds after ``first``.

    With ``receipts`` a message stays in the spool until a receipt names it, and is sent again when
    none has come ``again_s`` after the broker took it. Without, the broker's word is enough.
    """

    def __init__(
        self,
        mqtt: MqttSettings,
        account: str,
        stations: Sequence[str],
        first: datetime,
        *,
        rate: float,
        receipts: bool,
        again_s: float,
    ) -> None:
        self._stations, self._first, self._rate = stations, first, rate
        self._receipts, self._again_s = receipts, again_s
        self.given = self.again = 0
        self.seconds = 0.0
        self.promised: set[str] = set()
        self._spool: dict[int, float | None] = {}
        self._under_way: list[tuple[int, paho.MQTTMessageInfo]] = []
        self._kept: set[str] = set()
        self._enough = threading.Event()
        self._over = threading.Event()
        self._subscribed = threading.Event()
        self._client = RovingClient(
            CallbackAPIVersion.VERSION2,
            client_id=f"{account}:{uuid.uuid4().hex[:8]}",
            protocol=version(mqtt),
            clean_session=clean_session(mqtt),
        )
        self._client.nodes = addresses(mqtt)
        self._client.username_pw_set(account, account)
        self._client.max_inflight_messages_set(500)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.connect(mqtt.host, mqtt.port, keepalive=keepalive_s(mqtt))
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Starts sending messages."""
        self._client.loop_start()
        assert self._subscribed.wait(20), "no connection"
        self._thread.start()

    def rest(self) -> None:
        """Makes no new messages."""
        self._enough.set()

    def waits_before(self, number: int) -> bool:
        """Returns whether a message given before that one may not be dropped yet."""
        return next(iter(self._spool.copy()), number) < number

    def finish(self, patience_s: float) -> int:
        """Waits, making no new messages; returns how many the device still holds."""
        self._enough.set()
        deadline = time.monotonic() + patience_s
        while self._spool and time.monotonic() < deadline:
            time.sleep(TICK_S)
        self._over.set()
        self._thread.join(10)
        self._client.disconnect()
        self._client.loop_stop()
        return len(self._spool)

    def _run(self) -> None:
        began = time.monotonic()
        while not self._over.is_set():
            moment = time.monotonic()
            if not self._enough.is_set():
                self.seconds = moment - began
                due = int(self.seconds * self._rate)
                while self.given < due and len(self._spool) < MOST_OPEN:
                    self._spool[self.given] = None
                    self._send(self.given)
                    self.given += 1
            self._look(moment)
            self._over.wait(TICK_S)

    def _send(self, number: int) -> None:
        at = self._first + timedelta(seconds=number // len(self._stations))
        message = {"id": f"m{number}", "time": at.isoformat(), "values": VALUES}
        topic = f"onemap/v1/{self._stations[number % len(self._stations)]}/reading"
        info = self._client.publish(topic, orjson.dumps(message), qos=1)
        if info.rc == paho.MQTT_ERR_NO_CONN:
            info.rc = paho.MQTT_ERR_SUCCESS  # paho keeps it and sends it when it is connected
        self._under_way.append((number, info))

    def _look(self, moment: float) -> None:
        """Marks what the broker took as promised; drops what a receipt named."""
        left = []
        for number, info in self._under_way:
            if not info.is_published():
                left.append((number, info))
            elif not self._receipts:
                self.promised.add(f"m{number}")
                self._spool.pop(number, None)
            elif number in self._spool:
                self._spool[number] = moment
        self._under_way = left
        while self._kept:
            named = self._kept.pop()
            if self._spool.pop(int(named[1:]), self) is not self:
                self.promised.add(named)
        if self._receipts:
            self._send_again(moment)

    def _send_again(self, moment: float) -> None:
        """Sends again, at the pace of new messages at most."""
        late = [
            n for n, at in self._spool.items() if at is not None and moment - at > self._again_s
        ]
        for number in late[: max(1, int(self._rate * TICK_S))]:
            self._spool[number] = None
            self._send(number)
            self.again += 1

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        if self._receipts:
            client.subscribe([(f"onemap/v1/{code}/receipt", 1) for code in self._stations])
        else:
            self._subscribed.set()

    def _on_message(self, _client: object, _: object, message: paho.MQTTMessage) -> None:
        self._kept.update(orjson.loads(message.payload).get("ids", ()))
