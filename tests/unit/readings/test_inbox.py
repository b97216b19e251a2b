"""What waits for ingest takes no more memory than it is allowed, whatever is sent."""

import tracemalloc
from hashlib import sha256

from data.records import StationCode, Whole
from data.settings import MqttSettings
from ingest.inbox import PART_BYTES, SHARE_BYTES, Inbox, Message, lane_of, station_of
from ingest.topics import LONGEST_TOPIC, Channel, filter_of, text_of, topic_of
from ingest.transport.burst import Published
from ingest.transport.mqtt_client import MqttClient
from tests.made.readings.messages import NOON

COUNT = 500


def test_topics_of_any_length_are_forgotten_with_their_messages() -> None:
    inbox = Inbox(10_000, 64_000_000, lanes=2)
    client = MqttClient(MqttSettings(), inbox, [filter_of(Channel.READING)])
    tracemalloc.start()
    try:
        for n in range(COUNT):
            client._on_burst([Published(b"onemap/v1/%060000d/reading" % n, b"{}", n)])
        lanes = [inbox.take(COUNT, fill_s=0, idle_s=0, lane=lane) for lane in (0, 1)]
        assert sum(map(len, lanes)) == COUNT
        for lane, messages in enumerate(lanes):
            assert {lane_of(message.topic, 2) for message in messages} == {lane}
        del lanes, messages
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000


def arrivals(*stations: str, size: int = 10) -> list[Message]:
    """Messages in order of arrival, numbered through their ids."""
    return [
        Message(topic_of(StationCode(station)), b"x" * size, NOON, n)
        for n, station in enumerate(stations, start=1)
    ]


def taken(inbox: Inbox, most: int) -> list[tuple[str, int]]:
    batch = inbox.take(most, fill_s=0, idle_s=0)
    return [(station_of(each.topic), each.message_id) for each in batch]


def test_what_fits_into_a_batch_is_taken_as_it_came() -> None:
    inbox = Inbox(1000, 64_000_000)
    inbox.put_all(arrivals("A", "A", "A", "B"))
    assert taken(inbox, 4) == [("A", 1), ("A", 2), ("A", 3), ("B", 4)]
    assert len(inbox) == 0


def test_a_backlog_of_one_station_leaves_room_for_others_in_each_batch() -> None:
    """Others move up, the order of each station is kept, nothing is left out."""
    inbox = Inbox(1000, 64_000_000)
    inbox.put_all(arrivals(*["A"] * 20, "B", "B", *["A"] * 10, "C"))
    first = taken(inbox, 10)
    assert first == [*(("A", n) for n in range(1, 6)), ("B", 21), ("B", 22), ("C", 33)]
    rest = [each for _ in range(9) for each in taken(inbox, 10)]
    assert rest == [("A", n) for n in (*range(6, 21), *range(23, 33))]
    assert (len(inbox), inbox.accepts) == (0, True)


def test_large_messages_of_one_station_leave_room_too() -> None:
    inbox = Inbox(1000, 64_000_000)
    inbox.put_all(arrivals(*["A"] * 100, size=60_000))
    inbox.put_all(arrivals("B"))
    first = taken(inbox, 2000)
    assert len(first) == SHARE_BYTES // 60_000 + 2
    assert first[-1] == ("B", 1)
    assert [n for _, n in taken(inbox, 2000)] == list(range(len(first), 101))


def test_of_a_message_too_large_only_its_beginning_waits() -> None:
    inbox = Inbox(1000, 1_000_000)
    topics = [filter_of(Channel.READING)]
    client = MqttClient(MqttSettings(), inbox, topics, payload_bytes=1000)
    large = bytes(range(256)) * 1000
    client._on_burst([Published(b"onemap/v1/A/reading", large, n) for n in range(1, 101)])
    assert inbox.accepts
    batch = inbox.take(100, fill_s=0, idle_s=0)
    assert {each.payload for each in batch} == {large[:PART_BYTES]}
    assert {each.whole for each in batch} == {Whole(256_000, sha256(large).digest())}
    assert [each.message_id for each in batch] == list(range(1, 101))


def test_a_long_topic_is_cut_between_its_letters() -> None:
    for beginning in ("", "a", "ab"):
        topic = beginning + "水" * 100
        name, dots, _checksum = text_of(topic.encode()).partition("…")
        assert dots
        assert topic.startswith(name)
        assert LONGEST_TOPIC - 3 < len(name.encode()) <= LONGEST_TOPIC
    assert text_of(b"onemap/v1/\xe6\xb0") == "onemap/v1/\ufffd"
