"""Whether kill -9 of ingest and of PostgreSQL under load loses or doubles a message.

    python -m benchmarks.kill_ingest

The broker is not killed: what it acknowledges from its memory is its own promise.
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson
from sqlalchemy import Engine

from data.clock import now
from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import GATEWAY, INGEST, Broker
from ingest.transport.publisher import Published, Publisher
from tests.made.readings.messages import one, register
from tests.running.folders import open_folder
from tests.running.ingest_process import IngestProcess, ingest_process

STATIONS = 50


@dataclass
class Load:
    """Messages at a steady rate from one publisher that counts acknowledgements."""

    broker: Broker
    messages: int
    rate: float
    done: Published | None = None
    given: int = 0
    _thread: threading.Thread = field(init=False)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="load")
        self._thread.start()

    def join(self) -> Published:
        self._thread.join(120)
        assert self.done is not None, "the publisher did not finish"
        return self.done

    def _run(self) -> None:
        publisher = Publisher(MqttSettings(port=self.broker.port), GATEWAY, GATEWAY, patience_s=60)
        first = now() - timedelta(hours=12)
        began = time.monotonic()
        for n in range(self.messages):
            ahead = n / self.rate - (time.monotonic() - began)
            if ahead > 0.005:
                time.sleep(ahead)
            at = first + timedelta(seconds=n // STATIONS)
            message = {
                "id": f"m{n}",
                "time": at.isoformat(),
                "values": {
                    "ph": 7.0 + n % 97 / 100,
                    "do": 8.0,
                    "codmn": 3.1,
                    "nh3n": 0.3,
                    "tp": 0.1,
                },
            }
            publisher.publish(f"onemap/v1/K{n % STATIONS}/reading", orjson.dumps(message))
            self.given = n + 1
        self.done = publisher.finish()


def kill_postgresql(cluster: Cluster) -> None:
    """Kills every process of the server at once, as when memory runs out."""
    pid = cluster.daemon.pid()
    assert pid is not None
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in (pid, *map(int, children)):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue
    cluster.daemon.wait(5)


@dataclass(frozen=True)
class Outcome:
    """What was acknowledged to the publisher and what is in the database."""

    acknowledged: int
    stored: int
    distinct_ids: int
    quarantined: int
    ingest_kills: int
    database_kills: int
    caught_up_s: float

    @property
    def whole(self) -> bool:
        return self.acknowledged == self.stored == self.distinct_ids and not self.quarantined


def run(messages: int, rate: float, ingest_kills: int, database_kills: int) -> Outcome:
    """Returns the outcome of one run with the kills spread over the load."""
    with open_folder("kill") as folder:
        cluster = Cluster(folder / "postgres", {role: f"kill-{role}" for role in ROLES})
        gateways = {GATEWAY: [f"K{n}" for n in range(STATIONS)]}
        accounts = {INGEST: "kill-ingest", GATEWAY: GATEWAY}
        broker = Broker(folder / "mosquitto", accounts=accounts, gateways=gateways)
        try:
            cluster.start()
            broker.start()
            owner = engine(cluster.url("owner"))
            upgrade(owner)
            register(owner, *gateways[GATEWAY])
            with ingest_process(
                broker, "kill-ingest", cluster.url("ingest"), folder / "ingest.log"
            ) as ingest:
                load = Load(broker, messages, rate)
                load.start()
                _kill(load, ingest, cluster, ingest_kills, database_kills)
                return _told(load.join(), owner, ingest_kills, database_kills)
        finally:
            broker.stop()
            cluster.stop(immediate=True)


def _kill(
    load: Load, ingest: IngestProcess, cluster: Cluster, ingest_kills: int, database_kills: int
) -> None:
    """Kills at its place in the load, and starts again at once."""
    total = ingest_kills + database_kills
    every = max(1, total // max(1, database_kills))
    left = database_kills
    for turn in range(total):
        while load.given < load.messages * (turn + 1) / (total + 1):
            time.sleep(0.01)
        if left and turn % every == every - 1:
            left -= 1
            kill_postgresql(cluster)
            time.sleep(0.3)
            cluster.start()
        else:
            assert ingest.running, ingest.said()
            ingest.kill()
            ingest.start()


def _told(done: Published, owner: Engine, ingest_kills: int, database_kills: int) -> Outcome:
    began = time.monotonic()
    count = "SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM quarantine)"
    seen, changed = -1, began
    while seen < done.acknowledged and time.monotonic() - changed < 20:
        found = int(str(one(owner, count)))
        if found != seen:
            seen, changed = found, time.monotonic()
        time.sleep(0.1)
    caught_up = time.monotonic() - began
    time.sleep(1.0)  # a message stored twice would still be on its way
    return Outcome(
        acknowledged=done.acknowledged,
        stored=int(str(one(owner, "SELECT count(*) FROM reading"))),
        distinct_ids=int(str(one(owner, "SELECT count(DISTINCT message_id) FROM reading"))),
        quarantined=int(str(one(owner, "SELECT count(*) FROM quarantine"))),
        ingest_kills=ingest_kills,
        database_kills=database_kills,
        caught_up_s=caught_up,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=2_000)
    parser.add_argument("--ingest-kills", type=int, default=5)
    parser.add_argument("--database-kills", type=int, default=2)
    args = parser.parse_args(arguments)
    told = run(args.messages, args.rate, args.ingest_kills, args.database_kills)
    print(
        f"acknowledged {told.acknowledged}, stored {told.stored}, distinct {told.distinct_ids}, "
        f"quarantined {told.quarantined}; ingest killed {told.ingest_kills} times, PostgreSQL "
        f"{told.database_kills} times; caught up {told.caught_up_s:.1f} s after the last message"
    )
    print(f"stored / acknowledged = {told.stored / told.acknowledged:.6f}")
    return 0 if told.whole and told.acknowledged == args.messages else 1


if __name__ == "__main__":
    sys.exit(main())
