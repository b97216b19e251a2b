"""What RabbitMQ's quorum queues carry, beside mosquitto: messages a second in, out and through.

    python -m benchmarks.rabbit_limits [--messages 20000] [--rounds 3] [--split] [--json]

A kept session is published to while its subscriber is away (in), is read to its end (out), and is
published to while it is read (through). A message has nine values; the subscriber stores nothing.
``--split`` spreads the stations over two sessions' queues by a consistent-hash exchange. Needs
root for the three nodes.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Thread

from benchmarks.rig.ingest_rates_load import Publisher, backlog
from benchmarks.rig.processes import cpu_s
from benchmarks.rig.rabbit import Rabbit
from benchmarks.rig.rabbit_cluster import RabbitCluster
from data.settings import MqttSettings
from ingest.broker.mosquitto import GATEWAY, Broker
from ingest.inbox import Inbox
from ingest.transport.mqtt_client import MqttClient
from tests.running.folders import open_folder

ACCOUNTS = {"onemap-ingest": "ingest", GATEWAY: GATEWAY}
SESSION = "onemap-ingest"
SPLIT = "onemap-split"
QUEUE = "mqtt-subscription-{}qos1"


class Side:
    """A broker under test: where it answers, its processes, and the sessions that share it."""

    def __init__(self, name: str, where: list[tuple[str, int]], pids: list[int], sessions: int = 1):
        self.name = name
        self.where = where
        self.pids = pids
        self.sessions = sessions

    def cpu_s(self) -> float:
        """CPU seconds the broker's processes have used."""
        return sum(cpu_s(pid) for pid in self.pids)

    def settings(self, session: int) -> MqttSettings:
        """Settings of a session of ingest, each at a node of its own where there are several."""
        host, port = self.where[session % len(self.where)]
        protocol = "5" if self.name == "mosquitto" else "3.1.1"
        own = "" if self.sessions == 1 else f"-{session}"
        return MqttSettings.model_validate(
            {
                "host": host,
                "port": port,
                "protocol": protocol,
                "username": "onemap-ingest",
                "password": "ingest",
                "client_id": f"{SESSION}{own}",
            }
        )

    def topics(self, session: int) -> list[str]:
        """Returns a session's subscriptions; in a split messages come by the exchange's binding."""
        if self.sessions == 1:
            return ["onemap/v1/+/reading"]
        return [f"onemap/v1/{SPLIT}{session}/reading"]


class Readers:
    """The sessions of a side, reading and acknowledging."""

    def __init__(self, side: Side) -> None:
        self.count = 0
        self._inboxes = [Inbox(20_000, 64_000_000) for _ in range(side.sessions)]
        self._clients = [
            MqttClient(side.settings(n), inbox, side.topics(n))
            for n, inbox in enumerate(self._inboxes)
        ]
        self._ending = False
        self._threads = [Thread(target=self._read, args=(n,)) for n in range(side.sessions)]

    def start(self) -> None:
        """They read."""
        for client, thread in zip(self._clients, self._threads, strict=True):
            client.start()
            thread.start()

    def await_count(self, count: int, patience_s: float = 300) -> None:
        """So many messages have come."""
        deadline = time.monotonic() + patience_s
        while self.count < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.count} of {count} messages came")
            time.sleep(0.005)

    def stop(self) -> None:
        """Acknowledgements are sent, the sessions stay at the broker."""
        self._ending = True
        for client, thread in zip(self._clients, self._threads, strict=True):
            thread.join()
            client.stop()

    def _read(self, n: int) -> None:
        while not self._ending:
            messages = self._inboxes[n].take(2000, fill_s=0.02, idle_s=0.1)
            self._clients[n].acknowledge(messages)
            self.count += len(messages)


def measure(side: Side, messages: int) -> dict[str, float]:
    """Rates of one round in messages a second, and the broker's CPU in µs a message."""
    found: dict[str, float] = {}
    since = time.time() - 86_400 * 20

    def timed(name: str, act: Callable[[], None]) -> None:
        began, used = time.perf_counter(), side.cpu_s()
        act()
        found[name] = messages / (time.perf_counter() - began)
        found[f"{name}_cpu_us"] = 1e6 * (side.cpu_s() - used) / messages

    def publish() -> None:
        host, port = side.where[-1]
        publisher = Publisher(port, GATEWAY, GATEWAY, host=host)
        publisher.publish(backlog(0, messages, since))
        publisher.finish()
        publisher.close()

    timed("in", publish)
    readers = Readers(side)

    def read() -> None:
        readers.start()
        readers.await_count(messages)

    timed("out", read)

    def through() -> None:
        publish()
        readers.await_count(2 * messages)

    timed("through", through)
    readers.stop()
    return found


def subscribe(side: Side) -> None:
    """The sessions are known to the broker, and nobody reads them."""
    readers = Readers(side)
    readers.start()
    time.sleep(3)
    readers.stop()


def split(node: Rabbit, sessions: int) -> None:
    """Stations are spread over the sessions' queues by the hash of their topic."""
    exchange = {"name": SPLIT, "vhost": "/", "type": "x-consistent-hash", "durable": True}
    bound = [{"source": "amq.topic", "destination": SPLIT, "destination_type": "exchange"}]
    bound[0] |= {"routing_key": "onemap.v1.*.reading"}
    for n in range(sessions):
        queue = QUEUE.format(f"{SESSION}-{n}")
        bound += [{"source": SPLIT, "destination": queue, "destination_type": "queue"}]
        bound[-1] |= {"routing_key": "1"}
    made = {
        "exchanges": [exchange | {"auto_delete": False, "internal": False, "arguments": {}}],
        "bindings": [each | {"vhost": "/", "arguments": {}} for each in bound],
    }
    file = node.folder / "split.json"
    file.write_text(json.dumps(made))
    if node.account:
        os.chown(file, node.account.uid, node.account.gid)
    node.control("import_definitions", str(file))


def allow(node: Rabbit) -> None:
    """The gateway may write for every station: a list of a thousand would be what is measured."""
    pattern = r"^onemap\.v1\."
    node.control("set_topic_permissions", GATEWAY, "amq.topic", pattern, pattern)


@contextlib.contextmanager
def sides(folder: Path, sessions: int) -> Iterator[list[Side]]:
    """Returns every broker is up with a kept session each."""
    gateways: dict[str, list[str]] = {GATEWAY: []}
    with contextlib.ExitStack() as stack:
        mosquitto = Broker(folder / "mosquitto", accounts=ACCOUNTS, gateways=gateways)
        mosquitto.start()
        rule = f"\nuser {GATEWAY}\ntopic write onemap/v1/+/reading\n"
        with (mosquitto.folder / "acl").open("a") as rules:
            rules.write(rule)
        mosquitto.reload()
        stack.callback(mosquitto.stop)
        one = Rabbit(folder / "one", ACCOUNTS, gateways=gateways)
        stack.callback(one.stop)
        one.start()
        three = stack.enter_context(RabbitCluster(folder / "three", ACCOUNTS, gateways=gateways))
        nodes = [(three.host_of(n), three.port_of(n)) for n in range(3)]
        pids = [node.daemon.pid() or 0 for node in three.nodes]
        found = [
            Side("mosquitto", [("127.0.0.1", mosquitto.port)], [mosquitto.daemon.pid() or 0]),
            Side("rabbitmq, one node", [(one.host, one.port)], [one.daemon.pid() or 0]),
            Side("rabbitmq, three nodes", nodes, pids, sessions),
        ]
        for node in (one, three.nodes[0]):
            allow(node)
        for side in found:
            subscribe(side)
        if sessions > 1:
            split(three.nodes[0], sessions)
        yield found


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every message came through every side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--split", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    rounds: dict[str, list[dict[str, float]]] = {}
    with open_folder("rabbit-limits") as folder, sides(folder, 2 if given.split else 1) as found:
        for _ in range(given.rounds):
            for side in found:
                rounds.setdefault(side.name, []).append(measure(side, given.messages))
    told = {
        name: {key: statistics.median(each[key] for each in some) for key in some[0]}
        for name, some in rounds.items()
    }
    if given.json:
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return 0
    for name, figures in told.items():
        said = ", ".join(f"{key} {value:,.0f}" for key, value in figures.items())
        sys.stdout.write(f"{name}: {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
