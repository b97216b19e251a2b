"""Malformed messages among good ones: what is stored, what lies in quarantine, and why.

python -m benchmarks.poison
"""

import sys
import time

from sqlalchemy import text

from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.transport.publisher import Publisher
from tests.made.readings.messages import one, register
from tests.made.readings.poison import KINDS, bad_payload, good_payload
from tests.running.folders import open_folder
from tests.running.ingest_process import ingest_process

GOOD, BAD = 2000, 200
STATION = "POISON-1"
COUNT = "SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM quarantine)"


def main() -> int:
    with open_folder("poison") as folder:
        cluster = Cluster(folder / "postgres", {role: f"poison-{role}" for role in ROLES})
        broker = Broker(folder / "mosquitto", accounts={INGEST: "poison", STATION: "poison"})
        try:
            cluster.start()
            broker.start()
            owner = engine(cluster.url("owner"))
            upgrade(owner)
            register(owner, STATION)
            with ingest_process(
                broker, "poison", cluster.url("ingest"), folder / "ingest.log"
            ) as ingest:
                publisher = Publisher(MqttSettings(port=broker.port), STATION, "poison")
                for n in range(GOOD):
                    publisher.publish(f"onemap/v1/{STATION}/reading", good_payload(n))
                    if n % (GOOD // BAD) == 0:
                        bad = bad_payload(n // (GOOD // BAD))
                        publisher.publish(f"onemap/v1/{STATION}/reading", bad)
                done = publisher.finish()
                deadline = time.monotonic() + 30
                while one(owner, COUNT) != GOOD + BAD and time.monotonic() < deadline:
                    time.sleep(0.1)
                alive = ingest.running
                ended = ingest.stop()
            stored = one(owner, "SELECT count(*) FROM reading")
            held = one(owner, "SELECT count(*) FROM quarantine WHERE detail <> ''")
            print(f"acknowledged {done.acknowledged} of {GOOD + BAD} ({len(KINDS)} kinds of bad)")
            print(f"stored {stored} of {GOOD}, in quarantine with a reason {held} of {BAD}")
            with owner.connect() as connection:
                for reason, count in connection.execute(
                    text("SELECT reason, count(*) FROM quarantine GROUP BY 1 ORDER BY 2 DESC, 1")
                ):
                    print(f"    {reason}: {count}")
            print(f"ingest alive: {alive}, exit code when told to stop: {ended}")
            return 0 if (stored, held, alive, ended) == (GOOD, BAD, True, 0) else 1
        finally:
            broker.stop()
            cluster.stop(immediate=True)


if __name__ == "__main__":
    sys.exit(main())
