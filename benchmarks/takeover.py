"""Twenty takeovers of ingest's session in twenty seconds by a device's account, under load.

python -m benchmarks.takeover
"""

import sys
import threading
import time

from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.transport.publisher import Publisher
from tests.made.readings.messages import one, register
from tests.made.readings.poison import good_payload
from tests.made.readings.thief import BOTH, steal
from tests.running.folders import open_folder
from tests.running.ingest_process import ingest_process

RATE, SECONDS, TAKEOVERS, PAUSE_S = 300, 40, 20, 1.0
COUNT = "SELECT count(*) FROM reading"


def main() -> int:
    """Prints what was acknowledged and stored, and how often ingest was away."""
    accounts = {INGEST: "ingest", "HONEST": "honest", "THIEF": "thief"}
    with open_folder("takeover") as folder:
        cluster = Cluster(folder / "postgres", {role: f"takeover-{role}" for role in ROLES})
        broker = Broker(folder / "mosquitto", accounts=accounts)
        log = folder / "ingest.log"
        try:
            cluster.start()
            broker.start()
            owner = engine(cluster.url("owner"))
            upgrade(owner)
            register(owner, "HONEST", "THIEF")
            with ingest_process(broker, "ingest", cluster.url("ingest"), log) as ingest:
                thief = threading.Thread(target=_steal, args=(broker.port,))
                thief.start()
                acknowledged = _publish(broker.port)
                thief.join()
                deadline = time.monotonic() + 60
                while one(owner, COUNT) != acknowledged and time.monotonic() < deadline:
                    time.sleep(0.2)
                stored = one(owner, COUNT)
                away = ingest.said().count("the connection to the broker ended")
            owner.dispose()
        finally:
            broker.stop()
            cluster.stop(immediate=True)
    print(f"published {RATE * SECONDS}, acknowledged {acknowledged}, stored {stored}")
    print(f"takeovers tried {TAKEOVERS} in {TAKEOVERS * PAUSE_S:.0f} s, ingest away {away} times")
    return 0 if acknowledged == stored == RATE * SECONDS and not away else 1


def _publish(port: int) -> int:
    """Publishes at the rate; returns how many messages the broker acknowledged."""
    publisher = Publisher(MqttSettings(port=port), "HONEST", "honest")
    began = time.monotonic()
    for n in range(RATE * SECONDS):
        publisher.publish("onemap/v1/HONEST/reading", good_payload(n))
        time.sleep(max(0.0, began + n / RATE - time.monotonic()))
    return publisher.finish().acknowledged


def _steal(port: int) -> None:
    for n in range(TAKEOVERS):
        steal(port, "THIEF", "thief", INGEST, BOTH[n % 2])
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    sys.exit(main())
