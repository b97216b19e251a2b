"""A client that knows several nodes goes to one that answers, at first and after a loss."""

import pytest

from data.daemon import free_port
from data.errors import BadInput, ServiceDown
from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.inbox import Inbox
from ingest.transport.mqtt_client import MqttClient
from ingest.transport.publisher import Publisher
from ingest.transport.roving import addresses
from tests.fixtures.broker import INGEST_PASSWORD
from tests.running.folders import open_folder
from tests.running.waiting import until

TOPIC = "onemap/v1/ROVER/reading"


def test_the_next_node_takes_over_when_one_is_gone(private_broker: Broker) -> None:
    private_broker.add_device("ROVER", "secret")
    with open_folder("second") as folder:
        second = Broker(folder / "mosquitto", accounts={INGEST: INGEST_PASSWORD, "ROVER": "secret"})
        second.start()
        nodes = MqttSettings(
            port=free_port(),
            others=(f"127.0.0.1:{private_broker.port}", f"127.0.0.1:{second.port}"),
            password=INGEST_PASSWORD,
        )
        inbox = Inbox(100, 10_000)
        client = MqttClient(nodes, inbox, [TOPIC])
        client.start()
        until(lambda: client.connected)
        private_broker.stop()
        until(lambda: not client.connected)
        until(lambda: client.connected)
        until(lambda: published(nodes) and len(inbox))
        client.stop()
        second.stop()
        with pytest.raises(ServiceDown):
            Publisher(nodes, "ROVER", "secret")


def published(nodes: MqttSettings) -> bool:
    """A message is with the one node that is left, which has the subscription by now or not."""
    publisher = Publisher(nodes, "ROVER", "secret")
    publisher.publish(TOPIC, b"{}")
    return publisher.finish().acknowledged == 1


@pytest.mark.parametrize("wrong", ["10.0.0.2", ":1883", "host:mqtt"])
def test_a_node_without_its_port_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="host:port"):
        addresses(MqttSettings(others=(wrong,)))


def test_nodes_are_told_by_name_and_by_address() -> None:
    told = MqttSettings(host="a", port=1, others=("b.example:2", "[::1]:3"))
    assert addresses(told) == (("a", 1), ("b.example", 2), ("::1", 3))
