"""Several workers behind one session: killed, added and taken away, nothing is left behind."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.settings import IngestSettings, MqttSettings
from ingest.broker.mosquitto import INGEST, Broker
from ingest.inbox import Inbox, Message, lane_of
from ingest.running.worker import Worker
from ingest.transport.publisher import Publisher
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import NOON, one, register, rows
from tests.made.readings.poison import good_payload
from tests.running.ingest_process import IngestProcess
from tests.running.waiting import until

STATIONS = [f"LANE-{n}" for n in range(12)]
COUNT = "SELECT count(*) FROM reading"


@pytest.fixture
def lane_broker(private_broker: Broker) -> Broker:
    """A broker with a gateway that may write for the stations."""
    private_broker.stop()
    private_broker.accounts["gateway"] = "gateway"
    private_broker.gateways["gateway"] = STATIONS
    private_broker.start()
    return private_broker


def publish(broker: Broker, first: int, end: int) -> None:
    """One message for each number, the stations in turn."""
    publisher = Publisher(MqttSettings(port=broker.port), "gateway", "gateway")
    for n in range(first, end):
        station = STATIONS[n % len(STATIONS)]
        publisher.publish(f"onemap/v1/{station}/reading", good_payload(n // len(STATIONS)))
    assert publisher.finish().acknowledged == end - first


@pytest.fixture
def process(lane_broker: Broker, database: Database, tmp_path: Path) -> Iterator[IngestProcess]:
    """``onemap ingest`` with two workers, not yet started."""
    register(database.owner, *STATIONS)
    made = IngestProcess(
        lane_broker, INGEST_PASSWORD, database.urls["ingest"], tmp_path / "ingest.log"
    )
    made.environment["ONEMAP_INGEST__WORKERS"] = "2"
    yield made
    if made.running:
        made.kill()


def lanes_of(process: IngestProcess) -> list[int]:
    """The process ids of its lanes."""
    assert process.process is not None
    pid = process.process.pid
    children: set[int] = set()
    for each in Path(f"/proc/{pid}/task").iterdir():
        children |= set(map(int, (each / "children").read_text().split()))
    return sorted(child for child in children if is_lane(child))


def is_lane(pid: int) -> bool:
    """Whether the process is a lane; one that ended since it was listed is none."""
    try:
        return b"ingest.running.lane_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def test_a_killed_lane_comes_back_and_gets_its_batches_again(
    process: IngestProcess, lane_broker: Broker, database: Database
) -> None:
    process.start()
    process.await_subscription()
    publish(lane_broker, 0, 120)
    until(lambda: one(database.owner, COUNT) == 120)
    before = lanes_of(process)
    assert len(before) == 2
    with database.owner.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
        publish(lane_broker, 120, 240)
        until(lambda: waits_for_lock(database))
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(lanes_of(process)) - set(before)) == 1)
    until(lambda: one(database.owner, COUNT) == 240)
    assert one(database.owner, "SELECT count(*) FROM quarantine") == 0
    assert process.stop() == 0
    assert all(is_gone(pid) for pid in before)
    fates = rows(
        database.owner, "SELECT sum(stored), sum(received - stored - duplicate) FROM hour_account"
    )
    assert fates == [(240, 0)]


def waits_for_lock(database: Database) -> bool:
    """Whether every lane stands before the locked table."""
    told = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL"
    return one(database.owner, told) == 2


def test_with_the_parent_its_lanes_end_and_what_waited_comes_to_fewer(
    process: IngestProcess, lane_broker: Broker, database: Database
) -> None:
    process.start()
    process.await_subscription()
    lanes = lanes_of(process)
    assert len(lanes) == 2
    process.kill()
    until(lambda: all(is_gone(pid) for pid in lanes))
    publish(lane_broker, 0, 60)
    for workers, stored in (("1", 60), ("3", 120)):
        process.environment["ONEMAP_INGEST__WORKERS"] = workers
        process.start()
        until(lambda stored=stored: one(database.owner, COUNT) == stored)  # type: ignore[misc]  # now
        assert len(lanes_of(process)) == (0 if workers == "1" else 3)
        assert process.stop() == 0
        publish(lane_broker, stored, stored + 60)
    assert one(database.owner, COUNT) == 120


def test_a_lane_that_fails_by_itself_ends_the_worker(
    process: IngestProcess, lane_broker: Broker, database: Database
) -> None:
    with database.owner.begin() as connection:
        connection.exec_driver_sql("REVOKE INSERT ON reading FROM onemap_ingest")
    process.start()
    process.await_subscription()
    publish(lane_broker, 0, 1)
    assert process.process is not None
    assert process.process.wait(30) == 2
    assert "permission denied" in process.said()
    with database.owner.begin() as connection:
        connection.exec_driver_sql("GRANT INSERT ON reading TO onemap_ingest")
    process.start()
    until(lambda: one(database.owner, COUNT) == 1)
    assert process.stop() == 0


def test_receipts_and_counts_come_through_the_lanes(
    lane_broker: Broker, database: Database
) -> None:
    register(database.owner, *STATIONS)
    worker = Worker(
        database.ingest,
        MqttSettings(port=lane_broker.port, username=INGEST, password=INGEST_PASSWORD),
        IngestSettings(workers=2),
    )
    told: list[tuple[str, bytes]] = []
    worker._client.send = lambda receipts: told.extend(  # type: ignore[method-assign]  # heard here
        (each.topic, each.payload) for each in receipts
    )
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        until(lambda: worker._client.connected)
        publisher = Publisher(MqttSettings(port=lane_broker.port), "gateway", "gateway")
        good = b'{"id": "a", "time": "2026-05-01T08:00:00Z", "values": {"ph": 7}}'
        for station, payload in zip(STATIONS, [good, b'{"id": "b"}', b"[]", good], strict=False):
            publisher.publish(f"onemap/v1/{station}/reading", payload)
        assert publisher.finish().acknowledged == 4
        until(lambda: worker.metrics.counts.total == 4)
    finally:
        worker.stop()
        thread.join(30)
    assert not thread.is_alive()
    assert (worker.metrics.counts.stored, worker.metrics.counts.refused) == (2, 2)
    assert sorted(told) == [
        ("onemap/v1/LANE-0/receipt", b'{"ids":["a"]}'),
        ("onemap/v1/LANE-1/receipt", b'{"refused":[{"id":"b","reason":"shape"}]}'),
        ("onemap/v1/LANE-3/receipt", b'{"ids":["a"]}'),
    ]


def test_all_messages_of_a_station_wait_for_one_lane_in_their_order() -> None:
    inbox = Inbox(1000, 1_000_000, lanes=4)
    topics = [f"onemap/v1/{code}/{leaf}" for code in STATIONS for leaf in ("reading", "hj212")]
    inbox.put_all([Message(topic, b"%d" % n, NOON) for n in range(9) for topic in topics])
    seen: dict[str, list[int]] = {}
    for lane in range(4):
        for each in inbox.take(1000, fill_s=0, idle_s=0, lane=lane):
            assert lane_of(each.topic, 4) == lane
            seen.setdefault(each.topic, []).append(int(each.payload))
    assert seen == {topic: list(range(9)) for topic in topics}
    assert len({lane_of(topic, 4) for topic in topics}) > 1
    assert len({lane_of(topic, 4) for topic in topics[:2]}) == 1
    assert len(inbox) == 0


@pytest.mark.parametrize("topic", ["", "a", "a/b", "\udcff/\udcff/\udcff"])
def test_any_topic_has_a_lane(topic: str) -> None:
    assert 0 <= lane_of(topic, 7) < 7


def test_a_full_inbox_wakes_the_lane_that_has_something() -> None:
    inbox = Inbox(3, 1_000_000, lanes=2)
    mine = next(code for code in STATIONS if lane_of(f"a/b/{code}", 2) == 1)
    taken: list[Message] = []
    thread = threading.Thread(
        target=lambda: taken.extend(inbox.take(100, fill_s=30, idle_s=30, lane=1)), daemon=True
    )
    thread.start()
    inbox.put_all([Message(f"a/b/{mine}", b"", NOON)] * 3)
    thread.join(10)
    assert len(taken) == 3
    assert inbox.accepts
