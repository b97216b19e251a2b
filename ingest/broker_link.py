"""The paho client of ingest: a kept session, MQTT 5, acknowledgements by hand, in bursts."""

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from data.settings import MqttSettings
from ingest.burst import make_client

KEEPALIVE_S = 30
SESSION_EXPIRY_S = 14 * 24 * 3600
"""How long the broker keeps the session and its queue while ingest is away."""

RECEIVE_MAXIMUM = 6000
"""In flight at most: 20,000 messages a second times a commit of 0.1 s, and room to spare."""


def link(settings: MqttSettings) -> paho.Client:
    """A client that connects when told to ``reconnect``; nothing is sent yet."""
    client = make_client(
        settings.client_id,
        callback_api_version=CallbackAPIVersion.VERSION2,
        protocol=paho.MQTTv5,
        manual_ack=True,
    )
    client.username_pw_set(settings.username, settings.password.get_secret_value() or None)
    if settings.tls_ca:
        client.tls_set(ca_certs=str(settings.tls_ca))
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    client.connect_async(
        settings.host,
        settings.port,
        keepalive=KEEPALIVE_S,
        clean_start=False,
        properties=properties,
    )
    return client
