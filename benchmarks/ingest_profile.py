"""Where ingest's CPU time goes: µs a message, by stage, in the worker and in PostgreSQL.

    python -m benchmarks.ingest_profile [--url postgresql+psycopg://…] [--batches N]

Without a URL it starts a server of its own (fsync on). CPU time, not wall time, so that what else
the machine does hardly matters. A message carries 9 values; 2,000 messages over 1,000 stations
make a batch. The socket is a pair of our own: the bytes are those a broker sends.
"""

import argparse
import functools
import os
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy import Engine, text

from data.clock import now
from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from ingest.inbox import Message
from ingest.running.collector import rest_collector
from ingest.running.pipeline import Pipeline
from ingest.storage import current
from ingest.storage import readings as archive
from ingest.transport.burst import BurstClient, Published
from ingest.transport.receipts import receipts_of
from tests.made.readings.messages import register
from tests.running.folders import open_folder

STATIONS = 1000
BATCH = 2000
TICKS = os.sysconf("SC_CLK_TCK")


class Stopwatch:
    """CPU seconds by stage; a stage inside another is taken off the outer one."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = time.process_time()

    def wrap(self, owner: Any, name: str, stage: str) -> None:
        """Counts calls of that function for the stage."""
        inner = getattr(owner, name)

        @functools.wraps(inner)
        def timed(*given: Any, **named: Any) -> Any:
            with self.stage(stage):
                return inner(*given, **named)

        setattr(owner, name, timed)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts what runs inside for the stage."""
        self._mark()
        self._open.append(name)
        try:
            yield
        finally:
            self._mark()
            self._open.pop()

    def _mark(self) -> None:
        moment = time.process_time()
        if self._open:
            self.spent[self._open[-1]] += moment - self._since
        self._since = moment


def made_payload(station: int, round_: int, at: datetime) -> bytes:
    """Nine values that wander a little; one station in ten runs beyond class Ⅲ."""
    swing = (station * 7 + round_ * 3) % 23 / 100
    foul = 2.0 if station % 10 == 0 else 1.0
    values = {
        "temp": 18.5 + swing, "ph": 7.2 + swing, "do": 8.1 - swing, "ec": 412.0 + swing,
        "turb": 12.5 + swing, "codmn": 2.5 * foul + swing, "nh3n": (0.41 + swing) * foul,
        "tp": 0.11 * foul, "tn": 1.9 + swing,
    }  # fmt: skip
    values = {key: round(value, 3) for key, value in values.items()}
    return orjson.dumps(
        {"id": f"{station}-{round_}", "time": at.isoformat(timespec="seconds"), "values": values}
    )


def made_packets(first: datetime, batch: int) -> bytes:
    """Returns the stream of one batch as the broker sends it: MQTT 5, QoS 1."""
    packets = []
    for n in range(BATCH):
        round_, station = divmod(n, STATIONS)
        round_ += batch * (BATCH // STATIONS)
        topic = f"onemap/v1/P{station}/reading".encode()
        body = made_payload(station, round_, first + timedelta(seconds=15 * round_))
        rest = len(topic).to_bytes(2, "big") + topic + (n + 1).to_bytes(2, "big") + b"\0" + body
        length = bytes([len(rest) & 0x7F | 0x80, len(rest) >> 7])
        packets.append(b"\x32" + length + rest)
    return b"".join(packets)


class Wire:
    """A burst client on one end of a socket pair; what it reads becomes messages."""

    def __init__(self) -> None:
        self._far, near = socket.socketpair()
        self._far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_000_000)
        near.setblocking(False)
        self.client = BurstClient(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self.client._sock = near
        self.client.on_burst = self._take
        self._names: dict[bytes, str] = {}
        self._taken: list[Message] = []

    def receive(self, packets: bytes) -> list[Message]:
        """Returns the messages of a batch, read from the socket."""
        view, self._taken = memoryview(packets), []
        while len(self._taken) < BATCH:
            view = view[self._far.send(view[:131_072]) :] if view else view
            self.client.loop_read()
        return self._taken

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledges all of them in one write."""
        self.client.acknowledge(message.message_id for message in messages)
        self.client.loop_write()
        self._far.recv(1_000_000)

    def _take(self, burst: Sequence[Published]) -> None:
        arrived_at = now()
        for topic, payload, mid in burst:
            name = self._names.setdefault(topic, topic.decode())
            self._taken.append(Message(name, payload, arrived_at, mid, 1))


def watch(watch_: Stopwatch, pipeline: Pipeline) -> None:
    """Times the pipeline's stages."""
    screen, writer = pipeline._screen, pipeline._writer
    for owner, name, stage in (
        (screen, "sort", "screen"),
        (screen, "_decode", "decode"),
        (screen, "_check", "checks"),
        (archive, "store", "archive"),
        (archive, "_insert", "archive COPY and insert"),
        (writer, "_carry_forward", "latest and exceedances"),
        (current, "lock", "latest lock"),
        (current, "put", "latest write"),
        (pipeline.assessor, "assess", "assess"),
        (pipeline.assessor, "exceedances", "exceedances"),
        (writer._tally, "add", "tally"),
    ):
        watch_.wrap(owner, name, stage)


def backend_cpu_s(database: Engine) -> float:
    """CPU seconds that the server's processes for ingest have used so far."""
    with database.connect() as connection:
        pids = connection.execute(
            text("SELECT pid FROM pg_stat_activity WHERE application_name = 'onemap-ingest'")
        ).scalars()
        spent = 0.0
        for pid in pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent += (int(fields[11]) + int(fields[12])) / TICKS
    return spent


def measure(owner: Engine, url: str, batches: int, *, stages: bool) -> dict[str, float]:
    """µs a message by stage over so many batches, after one that warms the memories."""
    ingest = engine(url, pool_size=2, application="onemap-ingest")
    pipeline, watch_, wire = Pipeline(ingest), Stopwatch(), Wire()
    first = now() - timedelta(seconds=15 * (BATCH // STATIONS) * (batches + 1))
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM reading WHERE message_id IS NOT NULL"))
        connection.execute(text("DELETE FROM latest_reading"))
    run_batch(watch_, wire, pipeline, made_packets(first, 0))
    rest_collector()
    if stages:
        watch(watch_, pipeline)
    streams = [made_packets(first, n + 1) for n in range(batches)]
    watch_.spent.clear()
    server_s, began_s = backend_cpu_s(owner), time.monotonic()
    cpu_s = time.process_time()
    for packets in streams:
        run_batch(watch_, wire, pipeline, packets)
    cpu_s = time.process_time() - cpu_s
    told = dict(watch_.spent)
    told["worker, all"] = cpu_s
    told["PostgreSQL, its backend"] = backend_cpu_s(owner) - server_s
    told["(wall)"] = time.monotonic() - began_s
    ingest.dispose()
    return {stage: 1e6 * each / (batches * BATCH) for stage, each in told.items()}


def run_batch(watch_: Stopwatch, wire: Wire, pipeline: Pipeline, packets: bytes) -> None:
    """Runs one batch from the socket to the acknowledgement."""
    with watch_.stage("read"):
        messages = wire.receive(packets)
    with watch_.stage("pipeline, the rest"):
        entries = pipeline.sort(messages)
    with watch_.stage("pipeline, the rest"):
        counts = pipeline._commit(entries)
    assert counts.stored == BATCH, counts
    with watch_.stage("acknowledge, receipts"):
        wire.acknowledge(messages)
        list(receipts_of(entries))


def report(owner: Engine, url: str, batches: int) -> None:
    """Prints the table, with the total measured without stopwatches inside."""
    with owner.begin() as connection:
        known = connection.execute(text("SELECT count(*) FROM station WHERE code LIKE 'P%'"))
        new = not known.scalar_one()
    if new:
        register(owner, *(f"P{n}" for n in range(STATIONS)))
    told = measure(owner, url, batches, stages=True)
    plain = measure(owner, url, batches, stages=False)
    for stage, spent in told.items():
        print(f"{spent:8.2f}  {stage}")
    print("without stopwatches inside:")
    for stage in (
        "read",
        "acknowledge, receipts",
        "worker, all",
        "PostgreSQL, its backend",
        "(wall)",
    ):
        print(f"{plain[stage]:8.2f}  {stage}")


def main(given: Sequence[str] | None = None) -> None:
    """Prints µs of CPU a message."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", help="an owner's URL of a migrated database, to write into")
    parser.add_argument("--batches", type=int, default=20)
    asked = parser.parse_args(given)
    if asked.url:
        owner = engine(asked.url)
        report(owner, asked.url.replace("onemap_owner", "onemap_ingest"), asked.batches)
        return
    with open_folder("profile") as folder:
        cluster = Cluster(folder / "postgres", {role: f"profile-{role}" for role in ROLES})
        cluster.start()
        try:
            cluster.create_database("profile")
            owner = engine(cluster.url("owner", "profile"))
            upgrade(owner)
            report(owner, cluster.url("ingest", "profile"), asked.batches)
        finally:
            cluster.stop(immediate=True)


if __name__ == "__main__":
    main(sys.argv[1:])
