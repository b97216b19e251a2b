"""What the rivals have in common: the columns of the nine values, and where the servers are."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks.rig.ingest_rates_load import PARAMETERS
from data.settings import DatabaseSettings, MqttSettings
from data.vocabulary import PARAMETERS as FACTS
from data.vocabulary import Parameter

COLUMNS: Final = {key: str(FACTS[Parameter(key)].column) for key in PARAMETERS}
"""The archive's column of each value, by its key in the message."""

READY: Final = "subscribed to"
"""What a side says when messages reach it."""

FUTURE: Final = timedelta(minutes=10)


def database_url() -> str:
    """Returns the database that the side writes to."""
    return DatabaseSettings().url.get_secret_value()


def observed_at(message: dict[str, Any]) -> datetime:
    """Returns the time of a reading, looked at once as anybody would."""
    at = datetime.fromisoformat(message["time"])
    if at > datetime.now(UTC) + FUTURE:
        raise ValueError("a clock runs ahead")
    return at


def plain_client(name: str, *, manual_ack: bool = False, five: bool = False) -> paho.Client:
    """Paho as it comes, with a kept session and no limit of its own; it is not connected yet.

    MQTT 3.1.1, which paho reads faster, unless ``five``.
    """
    settings = MqttSettings()
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=name,
        protocol=paho.MQTTv5 if five else paho.MQTTv311,
        clean_session=None if five else False,
        manual_ack=manual_ack,
    )
    client.username_pw_set(settings.username, settings.password.get_secret_value())
    client.on_connect = _subscribe
    client.on_subscribe = _say_ready
    if five:
        kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
        kept.SessionExpiryInterval = 3600
        client.connect_async(
            settings.host, settings.port, keepalive=60, clean_start=False, properties=kept
        )
    else:
        client.connect_async(settings.host, settings.port, keepalive=60)
    return client


def _subscribe(client: paho.Client, *_: object) -> None:
    client.subscribe("onemap/v1/+/reading", qos=1)


def _say_ready(*_: object) -> None:
    print(READY, flush=True)
