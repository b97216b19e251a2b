"""A device that signs in with a client id which isn't its own."""

import contextlib

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.running.waiting import until

BOTH = (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311)


def steal(
    port: int, account: str, password: str, client_id: str, protocol: MQTTProtocolVersion
) -> bool:
    """Whether the broker let the account in with that client id and a clean start; it leaves."""
    five = protocol == MQTTProtocolVersion.MQTTv5
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id,
        protocol=protocol,
        clean_session=None if five else True,
        reconnect_on_failure=False,
    )
    client.username_pw_set(account, password)
    answered: list[bool] = []
    client.on_connect = lambda _c, _d, _f, reason, _p: answered.append(not reason.is_failure)
    client.on_disconnect = lambda *_: answered.append(False)
    if five:
        client.connect("127.0.0.1", port, clean_start=True)
    else:
        client.connect("127.0.0.1", port)
    until(lambda: client.loop(0.02) is None or answered)
    with contextlib.suppress(OSError):
        client.disconnect()
        client.loop(0.02)
    return answered[0]
