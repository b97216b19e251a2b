"""A paho client that knows several nodes of one broker and goes to the next when one is gone."""

import socket
from collections.abc import Sequence
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from data.errors import BadInput
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

    _next_node = 0

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
