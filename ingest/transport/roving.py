"""A paho client that knows several nodes of one broker and goes to the next when one is gone."""

import socket
from collections.abc import Callable, Sequence
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from data.background import note_fault
from data.errors import BadInput, ServiceDown
from data.settings import MqttSettings

KEEPALIVE_S: Final = 30
KEEPALIVE_AMONG_NODES_S: Final = 10
"""Where another node would answer, a silent one is given up after twice this."""

_UNHEARD_MS: Final = 10_000

Address = tuple[str, int]


def addresses(settings: MqttSettings) -> tuple[Address, ...]:
    """Returns the addresses of all nodes of the broker, the settings' main one first.

    Raises BadInput for one without a port.
    """
    return ((settings.host, settings.port), *(_address(each) for each in settings.others))


def keepalive_s(settings: MqttSettings) -> int:
    """Returns the MQTT keepalive: seconds a connection may be silent before it is probed."""
    return KEEPALIVE_AMONG_NODES_S if settings.others else KEEPALIVE_S


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise BadInput("{text} is no host:port.", text=text)
    return host.strip("[]"), int(port)


class RovingClient(paho.Client):
    """A paho client that connects to the first node that answers, starting after the last tried."""

    nodes: Sequence[Address] = ()

    fault: BaseException | None = None
    """By what its own thread has ended, if by a fault."""

    on_fault: Callable[[], None] | None = None
    """Called from that thread then."""

    _next_node = 0

    def loop_forever(
        self, timeout: float = 1.0, retry_first_connection: bool = False
    ) -> MQTTErrorCode:
        """Serves the connection in the thread of ``loop_start``; a fault there is told and kept."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception as error:  # noqa: BLE001  kept for whoever began the thread
            self.fault = error
            note_fault("broker client", error)
            if self.on_fault is not None:
                self.on_fault()
            return MQTTErrorCode.MQTT_ERR_UNKNOWN

    def check(self) -> None:
        """Raises ServiceDown when the thread has ended by a fault."""
        if self.fault is not None:
            raise ServiceDown("The thread that speaks with the broker has died.") from self.fault

    def reconnect(self) -> MQTTErrorCode:
        """Connects to a node of the broker that answers. Raises OSError when none does."""
        if len(self.nodes) < 2:
            return super().reconnect()
        for left in reversed(range(len(self.nodes))):
            self._host, self._port = self.nodes[self._next_node % len(self.nodes)]
            self._next_node += 1
            try:
                done = super().reconnect()
            except OSError:
                if not left:
                    raise
                continue
            if isinstance(self._sock, socket.socket):
                self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNHEARD_MS)
            return done
        return MQTTErrorCode.MQTT_ERR_NO_CONN
