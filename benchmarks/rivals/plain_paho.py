"""Plain paho in front of our own batches: what the burst reader is worth.

paho's thread puts each message into our inbox, the main thread gives batches of the product's size
to the product's pipeline and acknowledges each message after the commit, as paho offers it.

    python -m benchmarks.rivals.plain_paho [5]
"""

import sys
import threading
from typing import Final

import paho.mqtt.client as paho

from benchmarks.rivals.messages import plain_client
from data.clock import now
from data.database import ingest_engine
from data.settings import IngestSettings
from ingest.inbox import Inbox, Message
from ingest.running.pipeline import Pipeline

IDLE_S: Final = 0.25


def main() -> None:
    settings = IngestSettings()
    inbox = Inbox(2**31, 2**40)
    pipeline = Pipeline(ingest_engine(), settings)
    stopping = threading.Event()

    def put(_: object, __: object, message: paho.MQTTMessage) -> None:
        inbox.put(Message(message.topic, bytes(message.payload), now(), message.mid))

    client = plain_client("plain-paho", manual_ack=True, five="5" in sys.argv[1:])
    client.on_message = put
    client.loop_start()
    while True:
        messages = inbox.take(
            settings.batch_messages, fill_s=settings.batch_wait_ms / 1000, idle_s=IDLE_S
        )
        if messages and pipeline.take_in(messages, stopping):
            for message in messages:
                client.ack(message.message_id, 1)


if __name__ == "__main__":
    main()
