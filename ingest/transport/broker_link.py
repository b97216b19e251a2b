"""Makes the paho client of ingest: a kept session, manual acknowledgement, in bursts."""

from collections.abc import Iterable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from data.settings import MqttSettings
from ingest.transport.burst import make_client
from ingest.transport.roving import RovingClient, addresses, keepalive_s

SESSION_EXPIRY_S = 14 * 24 * 3600
"""How long the broker keeps the session and its queue while ingest is away.

MQTT 3.1.1 can't say so: there the broker's own setting counts.
"""

RECEIVE_MAXIMUM = 6000
"""In flight at most: 20,000 messages a second times a commit of 0.1 s, and room to spare.

MQTT 3.1.1 can't say so either: there it is the broker's prefetch.
"""

DROPPED_TOPIC = "$SYS/broker/publish/messages/dropped"


def version(settings: MqttSettings) -> MQTTProtocolVersion:
    """Returns the MQTT version that all clients of this broker use."""
    if settings.protocol == "5":
        return MQTTProtocolVersion.MQTTv5
    return MQTTProtocolVersion.MQTTv311


def clean_session(settings: MqttSettings) -> bool | None:
    """Returns paho's ``clean_session``: None with MQTT 5, False with 3.1.1 (session kept).

    RabbitMQ holds what is subscribed without a kept session on one node. When that node is away the
    subscription can't be made anew, and when it comes back it takes away what was.
    """
    return None if settings.protocol == "5" else False


def link(settings: MqttSettings) -> RovingClient:
    """Returns a configured client that connects when ``reconnect`` is called, not before."""
    five = settings.protocol == "5"
    client = make_client(
        settings.client_id,
        callback_api_version=CallbackAPIVersion.VERSION2,
        protocol=version(settings),
        manual_ack=True,
        clean_session=clean_session(settings),
    )
    client.username_pw_set(settings.username, settings.password.get_secret_value() or None)
    if settings.tls_ca:
        client.tls_set(ca_certs=str(settings.tls_ca))
    client.nodes = addresses(settings)
    keepalive = keepalive_s(settings)
    if not five:
        client.connect_async(settings.host, settings.port, keepalive=keepalive)
        return client
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    client.connect_async(
        settings.host,
        settings.port,
        keepalive=keepalive,
        clean_start=False,
        properties=properties,
    )
    return client


def subscribe(client: paho.Client, settings: MqttSettings, topics: Iterable[str]) -> int | None:
    """Subscribes to the topics with QoS 1; returns the request's id, None if it wasn't sent.

    Retained messages come only with a subscription that is new, and what this client publishes
    doesn't come back to it, as far as the version allows it.
    """
    if settings.protocol == "3.1.1":
        return client.subscribe([(topic, 1) for topic in topics])[1]
    options = SubscribeOptions(qos=1, noLocal=True, retainHandling=1)
    asked = client.subscribe([(topic, options) for topic in topics])[1]
    client.subscribe([(DROPPED_TOPIC, SubscribeOptions(qos=0))])
    return asked
