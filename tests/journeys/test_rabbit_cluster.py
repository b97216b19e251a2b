"""Three nodes as on three machines: one is killed under load, and nothing acknowledged is lost."""

import threading

from ingest.inbox import Inbox
from ingest.mqtt_client import MqttClient
from ingest.publisher import Publisher
from ingest.rabbit_cluster import RabbitCluster
from tests.fixtures.rabbit import RABBIT_ACCOUNTS
from tests.waiting import until

QUEUE = "mqtt-subscription-onemap-ingestqos1"
BATCH = 1000


def test_nothing_is_lost_when_the_leading_node_is_killed(rabbit_cluster: RabbitCluster) -> None:
    """The queue's leader, the subscriber's own node and one of two the publisher knows."""
    inbox = Inbox(100_000, 100_000_000)
    mine = rabbit_cluster.settings(0, username="ingest", password=RABBIT_ACCOUNTS["ingest"])
    client = MqttClient(mine, inbox, ["onemap/v1/+/reading"])
    client.start()
    until(lambda: any(each.name == QUEUE for each in rabbit_cluster.queues()), every_s=0.3)
    queue = next(each for each in rabbit_cluster.queues() if each.name == QUEUE)
    assert (queue.kind, queue.durable) == ("quorum", True)
    assert len(queue.members) == len(queue.online) == 3
    leader = rabbit_cluster.leader_of(QUEUE)
    seen: set[int] = set()
    ending = threading.Event()

    def take() -> None:
        while not ending.is_set():
            messages = inbox.take(2000, fill_s=0.02, idle_s=0.2)
            seen.update(int(each.payload) for each in messages)
            client.acknowledge(messages)

    taking = threading.Thread(target=take)
    taking.start()
    theirs = rabbit_cluster.settings(leader)
    publisher = Publisher(theirs, "S1", RABBIT_ACCOUNTS["S1"], patience_s=60)
    for n in range(8 * BATCH):
        publisher.publish("onemap/v1/S1/reading", b"%d" % n)
        if n == 2 * BATCH:
            rabbit_cluster.kill(leader)
    done = publisher.finish()
    assert (done.acknowledged, done.unanswered) == (8 * BATCH, 0)
    until(lambda: len(seen) == 8 * BATCH, patience_s=60)
    until(lambda: client.connected)
    ending.set()
    taking.join(10)
    client.stop()
    after = next(each for each in rabbit_cluster.queues() if each.name == QUEUE)
    assert after.leader != queue.leader
    assert len(after.online) == 2
