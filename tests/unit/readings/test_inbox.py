"""What waits for ingest takes no more memory than it is allowed, whatever is sent."""

import tracemalloc

from data.settings import MqttSettings
from ingest.inbox import Inbox, lane_of
from ingest.topics import Channel, filter_of
from ingest.transport.burst import Published
from ingest.transport.mqtt_client import MqttClient

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
