"""Creates a device's account at our own broker, for a station just put on the map."""

from data.settings import MqttSettings
from ingest.broker.mosquitto import Broker


def device_password(code: str) -> str | None:
    """Creates a broker account for the station's device and returns its password.

    None, and nothing is created, when there is one already, our broker doesn't run, or the broker
    isn't ours: its accounts are made there.
    """
    config = MqttSettings().config_file
    if config is None:
        return None
    broker = Broker(config.parent)
    if not broker.running() or code in broker.known():
        return None
    return broker.add_device(code)
