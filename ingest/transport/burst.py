"""A paho client that reads PUBLISH packets in bursts and acknowledges them in one write.

paho reads a packet's first byte, its length and its body with calls of their own and makes an
object of a message: 70 to 90 µs each. Here a large piece of the stream is taken at once and the
PUBLISH packets in it are read where they lie; every other packet goes paho's own way.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

from ingest.transport.roving import RovingClient

LOG = logging.getLogger(__name__)

CHUNK: Final = 262_144
LARGEST_PACKET: Final = 16_777_216
"""A packet that claims more is a broken stream: the broker's own limit is far below."""

_PUBLISH: Final = 0x30
_PUBACK: Final = 0x40
_NEEDED: Final = (
    "_in_packet", "_packet_handle", "_packet_queue", "_sock_recv", "_loop_rc_handle", "_sock",
    "_protocol", "_msgtime_mutex", "_last_bytes_received",
)  # fmt: skip
"""The private attributes of paho that BurstClient uses; a test holds them to the installed paho."""


class Published(NamedTuple):
    """One MQTT PUBLISH as received; ``mid`` is 0 if it needs no acknowledgement."""

    topic: bytes
    payload: bytes
    mid: int


class Broken(Exception):
    """The stream is not valid MQTT."""


class BurstClient(RovingClient):
    """A paho client that hands bursts of messages to ``on_burst``; needs manual acknowledgement.

    A PUBLISH of MQTT 5 has properties before its payload, one of 3.1.1 has none.
    """

    on_burst: Callable[[Sequence[Published]], None]

    _held = b""
    _held_of: object = None

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Reads what has arrived and handles it; returns success also when there is nothing yet."""
        sock = self._sock
        if sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if self._held_of is not sock:
            self._held, self._held_of = b"", sock
        try:
            data = self._sock_recv(CHUNK)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = paho.time_func()
        try:
            return self._take(self._held + data if self._held else data)
        except (Broken, IndexError):
            LOG.error("the broker's stream can't be read; connecting anew")
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Acknowledges all messages with these ids in one write."""
        packets = b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids)
        if packets:
            self._packet_queue(_PUBACK, packets, 0, 1)

    def publish_all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Publishes all (topic, payload) at most once (QoS 0), in few writes."""
        ahead = b"\0" if self._protocol == MQTTProtocolVersion.MQTTv5 else b""
        packets, size = [], 0
        for topic, payload in messages:
            name = topic.encode()
            rest = len(name).to_bytes(2, "big") + name + ahead + payload
            packets += [b"\x30", _length_of(rest), rest]
            size += len(rest)
            if size > CHUNK:
                self._packet_queue(_PUBACK, b"".join(packets), 0, 1)
                packets, size = [], 0
        if packets:  # not as PUBLISH: paho would ask such a packet for what it keeps of its own
            self._packet_queue(_PUBACK, b"".join(packets), 0, 1)

    def _take(self, data: bytes) -> MQTTErrorCode:
        """Handles every complete packet, in order; keeps the incomplete rest."""
        burst: list[Published] = []
        at, end = 0, len(data)
        plain = self.protocol != paho.MQTTv5
        while end - at >= 2:
            length, body = _length(data, at + 1, end)
            if body is None or body + length > end:
                break
            stop = body + length
            command = data[at]
            if command & 0xF0 == _PUBLISH and command & 0x06 != 0x04:
                burst.append(_published(data, command, body, stop, plain=plain))
            else:
                burst = self._hand_on(burst)
                rc = self._hand_over(command, data[body:stop])
                if rc:
                    return self._loop_rc_handle(rc)
                if self._sock is not self._held_of:
                    return MQTTErrorCode.MQTT_ERR_SUCCESS
            at = stop
        self._held = data[at:]
        self._hand_on(burst)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _hand_on(self, burst: list[Published]) -> list[Published]:
        if burst:
            self.on_burst(burst)
        return []

    def _hand_over(self, command: int, body: bytes) -> MQTTErrorCode:
        """Hands a packet other than PUBLISH to paho, as if paho had read the packet itself."""
        self._in_packet = {
            "command": command,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        try:
            return self._packet_handle()
        finally:
            self._in_packet = {**self._in_packet, "command": 0, "have_remaining": 0}
            self._in_packet["packet"] = bytearray()


def _length(data: bytes, at: int, end: int) -> tuple[int, int | None]:
    """Decodes a packet's length; returns that and the next byte's index, None if incomplete.

    The index is None while the length's last byte isn't there. Raises Broken for more than four
    bytes or a packet beyond all measure.
    """
    first = data[at]
    if first < 0x80:
        return first, at + 1
    length, shift = first & 0x7F, 7
    for place in range(at + 1, at + 4):
        if place >= end:
            return 0, None
        length |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            if length > LARGEST_PACKET:
                raise Broken
            return length, place + 1
        shift += 7
    raise Broken


def _length_of(rest: bytes) -> bytes:
    """Returns the encoded variable length that precedes these bytes in a packet."""
    length, found = len(rest), bytearray()
    while length > 0x7F:
        found.append(length & 0x7F | 0x80)
        length >>= 7
    found.append(length)
    return bytes(found)


def _published(data: bytes, command: int, body: int, stop: int, *, plain: bool) -> Published:
    """Parses the PUBLISH in ``data[body:stop]``. Raises Broken when its parts don't fit."""
    at = body + 2 + (data[body] << 8 | data[body + 1])
    topic, mid = data[body + 2 : at], 0
    if command & 0x06:
        mid = data[at] << 8 | data[at + 1]
        at += 2
    if plain:
        if at > stop:
            raise Broken
        return Published(topic, data[at:stop], mid)
    properties, begins = _length(data, at, stop)
    if begins is None or begins + properties > stop:
        raise Broken
    return Published(topic, data[begins + properties : stop], mid)


def make_client(client_id: str, **options: Any) -> RovingClient:
    """Returns a BurstClient, or a slower RovingClient if paho lacks an attribute of _NEEDED."""
    lacking = [name for name in _NEEDED if not _has(name)]
    if lacking:
        LOG.warning("reading one by one: this paho has no %s", ", ".join(lacking))
        return RovingClient(client_id=client_id, **options)
    return BurstClient(client_id=client_id, **options)


def _has(name: str) -> bool:
    return (
        hasattr(paho.Client, name)
        or name
        in paho.Client(
            paho.CallbackAPIVersion.VERSION2  # type: ignore[attr-defined]  # paho re-exports it
        ).__dict__
    )
