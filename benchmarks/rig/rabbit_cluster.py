"""Three RabbitMQ nodes on this machine as on three: each in a network of its own."""

import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from benchmarks.rig.rabbit import Place, Queue, Rabbit
from benchmarks.rig.rabbit_network import Network
from data.errors import ServiceDown
from data.settings import MqttSettings

MQTT_PORT = 1883
NODES_PORT = 25672
EPMD_PORT = 4369
ANSWER_S: Final = 60.0


class RabbitCluster:
    """Nodes numbered from 0 that keep every session's queue on all three; needs root.

    Started from the main thread; gone with this process, even when that is killed.
    """

    def __init__(
        self,
        folder: Path,
        accounts: Mapping[str, str],
        *,
        gateways: Mapping[str, Sequence[str]] | None = None,
        count: int = 3,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._network = Network(folder, count)
        self._folder = folder
        self._accounts = dict(accounts)
        self._gateways = dict(gateways or {})
        self._count = count
        self.nodes: list[Rabbit] = []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """All nodes answer and are one cluster. Raises MissingPart or ServiceDown.

        One after the other: nodes of 3.10 whose MQTT plugins meet for the first time at once may
        refuse each other (``cluster_change_not_permitted``), and one never lets a client in.
        """
        self._network.start()
        names = [f"rabbit@{self._network.address(n)}" for n in range(self._count)]
        cookie = secrets.token_hex(16)
        self.nodes = [
            Rabbit(
                self._folder / f"node{n}",
                self._accounts,
                gateways=self._gateways,
                place=Place(
                    self._network.address(n),
                    MQTT_PORT,
                    NODES_PORT,
                    EPMD_PORT,
                    self._network.entrance(n),
                ),
                nodes=names,
                cookie=cookie,
            )
            for n in range(self._count)
        ]
        for node in self.nodes:
            node.start()

    def stop(self) -> None:
        """The nodes and their networks are gone; their folders stay."""
        for node in self.nodes:
            node.stop(patience_s=0)
        self._network.stop()

    def host_of(self, node: int) -> str:
        """Returns the address of a node; only this machine reaches it."""
        return self._network.address(node)

    def port_of(self, node: int) -> int:
        """Returns the MQTT port of a node."""
        return self.nodes[node].port

    def settings(self, first: int = 0, **given: object) -> MqttSettings:
        """Settings of a client that begins with one node and knows the others."""
        order = [(first + n) % self._count for n in range(self._count)]
        return MqttSettings.model_validate(
            {
                "host": self.host_of(first),
                "port": self.port_of(first),
                "others": tuple(f"{self.host_of(n)}:{self.port_of(n)}" for n in order[1:]),
                "protocol": "3.1.1",
            }
            | given
        )

    def kill(self, node: int) -> None:
        """A node is gone at once (kill -9)."""
        self.nodes[node].kill()

    def restart(self, node: int) -> None:
        """A node that was killed is back, with what it had on disk."""
        self.nodes[node].start()

    def pause(self, node: int) -> None:
        """A node stands still (SIGSTOP)."""
        self.nodes[node].pause()

    def resume(self, node: int) -> None:
        """A node that stood still goes on."""
        self.nodes[node].resume()

    def cut(self, node: int) -> None:
        """A node's network cable is pulled: neither clients nor nodes reach it."""
        self._network.cut(node)

    def join(self, node: int) -> None:
        """A node's network cable is back."""
        self._network.join(node)

    def leader_of(self, queue: str) -> int:
        """Returns the node that leads a queue, asked of the first node that runs."""
        found = next(each for each in self.queues() if each.name == queue)
        return next(n for n, node in enumerate(self.nodes) if node.name == found.leader)

    def queues(self) -> list[Queue]:
        """Returns the cluster's live queues, as a node knows them that is at work.

        Raises ServiceDown when none has been for a while: one that comes back rests at first.
        """
        deadline = time.monotonic() + ANSWER_S
        fault = ServiceDown("rabbitmqctl failed: {reason}", reason="no node runs")
        while time.monotonic() < deadline:
            for node in self.nodes:
                try:
                    if node.running():
                        return node.queues()
                except ServiceDown as error:
                    fault = error
            time.sleep(0.5)
        raise fault
