"""A device's account at our own broker, for a station that was just put on the map."""

from data.settings import MqttSettings
from ingest.broker.mosquitto import Broker


def device_password(code: str) -> str | None:
    """The password of the device's new account at our own broker; none when it has one.

    A broker of somebody else is left alone: its accounts are made there.
    """
    config = MqttSettings().config_file
    if config is None:
        return None
    broker = Broker(config.parent)
    if not broker.running() or code in broker.known():
        return None
    return broker.add_device(code)
