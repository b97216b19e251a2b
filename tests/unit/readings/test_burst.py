"""A stream of MQTT is read the same however it is cut, and what isn't ours goes paho's way."""

import ast
import inspect
import socket
from collections.abc import Iterator, Sequence

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest.transport import burst
from ingest.transport.burst import BurstClient, Published, make_client
from ingest.transport.roving import RovingClient

PINGRESP = b"\xd0\x00"
KINDS = {"callback_api_version": CallbackAPIVersion.VERSION2, "protocol": paho.MQTTv5}


def varied(length: int) -> bytes:
    """A variable length integer."""
    parts = []
    while True:
        length, low = divmod(length, 128)
        parts.append(low | (0x80 if length else 0))
        if not length:
            return bytes(parts)


def publish(topic: str, payload: bytes, mid: int = 0, properties: bytes | None = b"") -> bytes:
    """A PUBLISH packet; without properties (None) it is one of MQTT 3.1.1."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name
    body += mid.to_bytes(2, "big") if mid else b""
    if properties is not None:
        body += varied(len(properties)) + properties
    body += payload
    return bytes([0x32 if mid else 0x30]) + varied(len(body)) + body


class Stream:
    """A client whose broker is the other end of a pair of sockets."""

    def __init__(self, protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5) -> None:
        made = make_client("unit", manual_ack=True, **{**KINDS, "protocol": protocol})
        assert isinstance(made, BurstClient)
        self.client = made
        self.seen: list[Published] = []
        self.bursts = 0
        made.on_burst = self._take
        self.connect()

    def connect(self) -> None:
        self.far, near = socket.socketpair()
        near.setblocking(False)
        self.client._sock = near

    def _take(self, given: Sequence[Published]) -> None:
        self.bursts += 1
        self.seen += given

    def close(self) -> None:
        self.far.close()
        self.client._sock_close()


@pytest.fixture
def stream() -> Iterator[Stream]:
    made = Stream()
    yield made
    made.close()


USER_PROPERTY = b"\x26\x00\x01a\x00\xc8" + b"b" * 200
PACKETS = [
    publish("onemap/v1/S1/reading", b"{}", 1),
    publish("t", b"", 65535),
    publish("$SYS/x", b"12"),
    publish("onemap/v1/S2/reading", b"x" * 200, 7, USER_PROPERTY),
]
EXPECTED = [
    Published(b"onemap/v1/S1/reading", b"{}", 1),
    Published(b"t", b"", 65535),
    Published(b"$SYS/x", b"12", 0),
    Published(b"onemap/v1/S2/reading", b"x" * 200, 7),
]


def test_a_cut_at_any_byte_changes_nothing(stream: Stream) -> None:
    whole = b"".join([PACKETS[0], PINGRESP, *PACKETS[1:], PINGRESP])
    for cut in range(1, len(whole)):
        stream.seen.clear()
        stream.far.sendall(whole[:cut])
        assert stream.client.loop_read() == 0
        stream.far.sendall(whole[cut:])
        assert stream.client.loop_read() == 0
        assert stream.seen == EXPECTED


def test_packets_of_the_older_version_have_no_properties() -> None:
    older = Stream(MQTTProtocolVersion.MQTTv311)
    packets = [
        publish("onemap/v1/S1/reading", b"\x00{}", 1, None),
        publish("t", b"", 65535, None),
        publish("onemap/v1/S2/reading", b"x" * 200, 7, None),
    ]
    whole = b"".join([packets[0], PINGRESP, *packets[1:]])
    for cut in range(1, len(whole)):
        older.seen.clear()
        older.far.sendall(whole[:cut])
        assert older.client.loop_read() == 0
        older.far.sendall(whole[cut:])
        assert older.client.loop_read() == 0
        assert [each.payload for each in older.seen] == [b"\x00{}", b"", b"x" * 200]
        assert [each.mid for each in older.seen] == [1, 65535, 7]
    older.far.sendall(b"\x32\x03\x00\x01t" + packets[0])
    assert older.client.loop_read() != 0
    older.close()


def test_one_byte_at_a_time_is_read_as_well(stream: Stream) -> None:
    for byte in b"".join(PACKETS):
        stream.far.sendall(bytes([byte]))
        assert stream.client.loop_read() == 0
    assert stream.seen == EXPECTED


def test_a_burst_is_handed_on_at_once(stream: Stream) -> None:
    stream.far.sendall(b"".join(PACKETS) * 50)
    assert stream.client.loop_read() == 0
    assert (len(stream.seen), stream.bursts) == (200, 1)


def test_nothing_to_read_is_success(stream: Stream) -> None:
    assert stream.client.loop_read() == 0
    assert stream.seen == []


def test_half_a_packet_of_a_lost_connection_is_forgotten(stream: Stream) -> None:
    stream.far.sendall(PACKETS[3][:50])
    assert stream.client.loop_read() == 0
    stream.far.close()
    assert stream.client.loop_read() != 0
    stream.connect()
    stream.far.sendall(PACKETS[0])
    assert stream.client.loop_read() == 0
    assert stream.seen == EXPECTED[:1]


@pytest.mark.parametrize(
    "broken",
    [
        b"\x32\xff\xff\xff\xff\xff",
        b"\x32\x03\x00\x09t",
        b"\x32\x05\x00\x01t\x00\x01",
        b"\x32\x08\x00\x01t\x00\x01\x7f..",
    ],
    ids=["a length of five bytes", "a topic too long", "no properties", "properties too long"],
)
def test_a_broken_stream_ends_the_connection(stream: Stream, broken: bytes) -> None:
    stream.far.sendall(PACKETS[0] + broken + PACKETS[1])
    assert stream.client.loop_read() != 0
    assert stream.client.socket() is None


def test_acknowledgements_go_out_in_one_write(stream: Stream) -> None:
    stream.client.acknowledge([1, 258, 65535])
    stream.client.loop_write()
    stream.far.settimeout(5)
    assert stream.far.recv(100) == b"\x40\x02\x00\x01\x40\x02\x01\x02\x40\x02\xff\xff"
    stream.client.acknowledge([])
    assert not stream.client.want_write()


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311])
def test_what_is_published_together_is_read_one_by_one(protocol: MQTTProtocolVersion) -> None:
    given = [("a/receipt", b"x" * size) for size in (0, 2, 126, 127, 20_000, 300_000)]
    sender, reader = Stream(protocol), Stream(protocol)
    sender.client.publish_all(given)
    sender.far.settimeout(5)
    while len(reader.seen) < len(given):
        sender.client.loop_write()
        reader.far.sendall(sender.far.recv(65_536))
        reader.client.loop_read()
    assert [(each.topic.decode(), each.payload) for each in reader.seen] == given
    sender.client.publish_all([])
    assert not sender.client.want_write()
    sender.close()
    reader.close()


def test_the_installed_paho_has_every_private_attribute_in_use() -> None:
    """Without one ingest falls back to reading one by one, silently three times slower."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    assert [name for name in burst._NEEDED if not hasattr(client, name)] == []


@pytest.mark.parametrize(("made", "listed"), [(BurstClient, burst._NEEDED), (RovingClient, None)])
def test_the_private_attributes_in_use_are_those_listed(
    made: type[RovingClient], listed: Sequence[str] | None
) -> None:
    own = {name for kind in (BurstClient, RovingClient) for name in vars(kind)}
    used = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(made)))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and node.attr not in own
    } - {"__init__"}
    client = paho.Client(CallbackAPIVersion.VERSION2)
    assert sorted(name for name in used if not hasattr(client, name)) == []
    assert listed is None or used == set(listed)


def test_a_paho_of_another_make_reads_one_by_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(burst, "_NEEDED", (*burst._NEEDED, "_read_in_bursts"))
    assert not isinstance(make_client("unit", **KINDS), BurstClient)
    assert "reading one by one: this paho has no _read_in_bursts" in caplog.text
