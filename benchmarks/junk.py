"""One station's flood of junk beside another's readings: who waits, what grows, who hears of it.

python -m benchmarks.junk

Kinds: 860 messages of 200 kB, 860 of 1 MB (which end their connection), 2,000 of 60 kB that are
read to the end, 50,000 of 20 bytes. All differ.
"""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import orjson

from data.clock import now
from data.cluster import ROLES, Cluster
from data.migrations.run import upgrade
from data.settings import MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.transport.publisher import Publisher
from problem_ledger.work.refusals import announce_bursts
from tests.made.database import Database, open_database
from tests.made.office import open_office
from tests.made.readings.messages import one, payload, register, rows
from tests.running.folders import open_folder
from tests.running.ingest_process import ingest_process

NOISY, QUIET, PASSWORD = "JUNK-1", "QUIET-1", "junk"
TOPIC = f"onemap/v1/{NOISY}/reading"
PAUSE_S = 0.05
RECEIVED = "SELECT coalesce(sum(received), 0) FROM hour_account"


def distinct(count: int, size: int) -> Iterator[bytes]:
    for n in range(count):
        head = b'{"n":%d,"x":"' % n
        yield head + b"y" * max(0, size - len(head) - 2) + b'"}'


def flood(port: int, count: int, size: int) -> int:
    """Publishes over one connection; the number of messages that the broker took."""
    publisher = Publisher(MqttSettings(port=port), NOISY, PASSWORD, patience_s=60)
    for each in distinct(count, size):
        publisher.publish(TOPIC, each)
    return publisher.finish().acknowledged


def flood_of_too_large(port: int, count: int, size: int) -> int:
    """Connects anew for each message, as the broker hangs up on it; 0: it took none."""
    name, secret = NOISY.encode(), PASSWORD.encode()
    fields = b"".join(len(part).to_bytes(2, "big") + part for part in (b"", name, secret))
    hello = b"\x00\x04MQTT\x05\xc2\x00\x0a\x00" + fields
    for each in distinct(count, size):
        rest = len(TOPIC).to_bytes(2, "big") + TOPIC.encode() + b"\x00\x01\x00" + each
        length, left = b"", len(rest)
        while left:
            length, left = length + bytes([left & 127 | (128 if left > 127 else 0)]), left >> 7
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(b"\x10" + bytes([len(hello)]) + hello)
            line.recv(100)
            try:
                line.sendall(b"\x32" + length + rest)
            except OSError:
                continue
    return 0


class Quiet(threading.Thread):
    """Publishes a reading every PAUSE_S and sees when each is stored."""

    def __init__(self, port: int, database: Database) -> None:
        super().__init__(daemon=True)
        self.publisher = Publisher(MqttSettings(port=port), QUIET, PASSWORD)
        self.database, self.stopping = database, threading.Event()
        self.sent: list[float] = []
        self.waits: list[float] = []

    def run(self) -> None:
        began = now()
        while not self.stopping.wait(PAUSE_S):
            at = began - timedelta(minutes=len(self.sent))
            self.sent.append(time.monotonic())
            self.publisher.publish(f"onemap/v1/{QUIET}/reading", payload(at))
            self.look()

    def look(self) -> None:
        stored = int(str(one(self.database.owner, "SELECT count(*) FROM reading")))
        seen = time.monotonic()
        self.waits += [seen - self.sent[n] for n in range(len(self.waits), stored)]

    def finish(self) -> None:
        self.stopping.set()
        self.join()
        deadline = time.monotonic() + 60
        while len(self.waits) < len(self.sent) and time.monotonic() < deadline:
            time.sleep(0.01)
            self.look()
        self.publisher.finish()


def memory_mb(pid: int, what: str = "VmHWM") -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{what}:")[2].split()[0]) // 1024


def size_mb(database: Database) -> float:
    return int(str(one(database.owner, "SELECT pg_database_size(current_database())"))) / 1e6


def trial(
    name: str, database: Database, broker: Broker, pids: tuple[int, int], act: Callable[[], int]
) -> bool:
    """One flood beside a quiet station; whether the quiet one's p95 is within two seconds."""
    before, counted = size_mb(database), int(str(one(database.owner, RECEIVED)))
    quiet = Quiet(broker.port, database)
    quiet.start()
    time.sleep(1)
    began = time.monotonic()
    taken = act()
    sent_s = time.monotonic() - began
    while int(str(one(database.owner, RECEIVED))) - counted < taken + len(quiet.waits):
        time.sleep(0.05)
        if time.monotonic() - began > 120:
            break
    done_s = time.monotonic() - began
    time.sleep(1)
    quiet.finish()
    received = int(str(one(database.owner, RECEIVED))) - counted
    p50, p95, most = np.percentile(quiet.waits, [50, 95, 100])
    saved = broker.folder / "mosquitto.db"
    print(
        f"{name}: sent in {sent_s:.1f} s, taken in after {done_s:.1f} s; counted {received} of "
        f"{taken + len(quiet.sent)}; others stored {len(quiet.waits)} of {len(quiet.sent)}, after "
        f"p50 {p50 * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms, most {most * 1e3:.0f} ms; database "
        f"+{size_mb(database) - before:.1f} MB; at most ingest {memory_mb(pids[0])} MB, mosquitto "
        f"{memory_mb(pids[1])} MB, its file {saved.stat().st_size / 1e6:.1f} MB"
    )
    with database.owner.begin() as connection:
        connection.exec_driver_sql("DELETE FROM reading")
    return bool(p95 < 2) and received == taken + len(quiet.sent)


def main() -> int:
    with open_folder("junk") as folder:
        cluster = Cluster(folder / "postgres", {role: f"junk-{role}" for role in ROLES})
        accounts = {INGEST: PASSWORD, NOISY: PASSWORD, QUIET: PASSWORD}
        broker = Broker(folder / "mosquitto", accounts=accounts)
        try:
            cluster.start()
            broker.start()
            database = open_database(cluster, "onemap")
            upgrade(database.owner)
            open_office(database)
            register(database.owner, NOISY, QUIET)
            log = folder / "ingest.log"
            with ingest_process(broker, PASSWORD, database.urls["ingest"], log) as ingest:
                assert ingest.process is not None
                pids = ingest.process.pid, broker.daemon.pid() or 0
                port = broker.port
                kinds: dict[str, Callable[[], int]] = {
                    "nothing": lambda: 0,
                    "860 of 200 kB": lambda: flood(port, 860, 200_000),
                    "860 of 1 MB": lambda: flood_of_too_large(port, 860, 1_000_000),
                    "2,000 of 60 kB": lambda: flood(port, 2000, 60_000),
                    "50,000 of 20 B": lambda: flood(port, 50_000, 20),
                }
                good = [trial(name, database, broker, pids, act) for name, act in kinds.items()]
            bursts = [announce_bursts(database.app, now(), 100) for _ in range(3)]
            told = rows(
                database.owner,
                "SELECT subject_uid, count(*), count(DISTINCT account_id) FROM delivery GROUP BY 1",
            )
            print(f"bursts announced: {bursts}; station, notices, accounts: {told}")
            print(orjson.dumps(rows(database.owner, _HELD), default=str).decode())
            database.dispose()
            return 0 if all(good) else 1
        finally:
            broker.stop()
            cluster.stop(immediate=True)


_HELD = (
    "SELECT reason, is_sum, count(*), sum(seen_count)::bigint, sum(payload_length)::bigint,"
    " sum(length(payload))::bigint FROM quarantine GROUP BY 1, 2 ORDER BY 1, 2"
)


if __name__ == "__main__":
    sys.exit(main())
