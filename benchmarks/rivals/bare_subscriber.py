"""The product's burst reader that stores nothing: it counts, acknowledges and forgets.

    python -m benchmarks.rivals.bare_subscriber FILE

FILE holds how many messages came and when the last one did: a count and seconds since 1970.
"""

import os
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.subscribeoptions import SubscribeOptions

from benchmarks.rivals.messages import READY
from data.settings import MqttSettings
from ingest.transport.broker_link import link
from ingest.transport.burst import BurstClient, Published

RECORD: Final = struct.Struct("<qd")


def read_record(file: Path) -> tuple[int, float]:
    """Returns how many messages came, and when the last one did."""
    count, at = RECORD.unpack(file.read_bytes() or bytes(RECORD.size))
    return int(count), float(at)


def main() -> None:
    record = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR, 0o600)
    client = link(MqttSettings())
    assert isinstance(client, BurstClient)
    count = 0

    def take(burst: Sequence[Published]) -> None:
        nonlocal count
        client.acknowledge(each.mid for each in burst)
        count += len(burst)
        os.pwrite(record, RECORD.pack(count, time.time()), 0)

    def subscribe(_: paho.Client, *__: object) -> None:
        client.subscribe("onemap/v1/+/reading", options=SubscribeOptions(qos=1))

    client.on_burst = take
    client.on_connect = subscribe
    client.on_subscribe = lambda *_: print(READY, flush=True)
    client.loop_forever()


if __name__ == "__main__":
    main()
