"""One side, one round: a backlog as fast as it goes, then half of that rate for some seconds.

The side is subscribed and warm, then stopped (SIGSTOP) while the backlog is published; the clock
runs from the moment it may go on to its last commit. When a message was committed is PostgreSQL's
own word (track_commit_timestamp), the same for every side; the flush of the commit record follows
it. In the second part a message says in its time when it was published.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from benchmarks.rig.ingest_rates_ground import LOADER, Place
from benchmarks.rig.ingest_rates_load import STATIONS, Publisher, backlog
from benchmarks.rig.processes import cpu_s, signal_group
from benchmarks.rivals.bare_subscriber import read_record
from benchmarks.rivals.sides import Job, Side, running

POLL_S: Final = 0.25
LEAST_WEIGHED: Final = 20_000
"""Fewer rows say little of their size: PostgreSQL takes room ahead in pieces of megabytes."""

GIVEN_UP_S: Final = 30.0

_LAST = "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8 FROM reading"
_SIZES = """
SELECT sum(pg_total_relation_size(inhrelid))::bigint, pg_database_size(current_database())
FROM pg_inherits WHERE inhparent = 'reading'::regclass
"""
_LATENCY = """
SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
    ORDER BY 1000 * extract(epoch FROM pg_xact_commit_timestamp(xmin) - observed_at)::float8)
FROM reading WHERE observed_at >= to_timestamp(%s)
"""


@dataclass(frozen=True)
class Round:
    """What one side did in one round; ``lost`` counts what was published and never kept.

    CPU in µs a message by process, latency in ms, MB of 10⁶ bytes. None: it has no such figure.
    """

    rate: float
    lost: int
    cpu_us: dict[str, float]
    reading_mb: float | None = None
    database_mb: float | None = None
    half_rate: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None


@dataclass
class Watch:
    """Looks at what is stored, from a connection of its own whose cost is not counted."""

    side: Side
    job: Job
    connection: psycopg.Connection[tuple[Any, ...]]
    group: int
    _cpu: dict[str, float] = field(default_factory=dict)

    def one(self, sql: str, *values: object) -> tuple[Any, ...]:
        row = self.connection.execute(sql, values).fetchone()
        assert row is not None
        return row

    def kept(self) -> int:
        """Returns how many messages are kept by now."""
        if self.side.stores:
            return int(self.one("SELECT count(*) FROM reading")[0])
        return read_record(self.job.record)[0] if self.job.record.exists() else 0

    def last_at(self) -> float:
        """Returns when the last of them was stored, in seconds since 1970."""
        if self.side.stores:
            return float(self.one(_LAST)[0])
        return read_record(self.job.record)[1]

    def await_kept(self, count: int, patience_s: float = GIVEN_UP_S) -> int:
        """Returns how many are kept when all are, or when nothing has been added for long."""
        kept, changed_at = self.kept(), time.monotonic()
        while kept < count and time.monotonic() - changed_at < patience_s:
            time.sleep(POLL_S)
            now = self.kept()
            if now != kept:
                kept, changed_at = now, time.monotonic()
        return kept

    def cpu(self) -> dict[str, float]:
        """Returns the CPU seconds by process so far."""
        place = self.job.place
        pids = {"side": self.group, "postgresql": place.cluster.daemon.pid()}
        if self.side.subscribes:
            pids["mosquitto"] = place.broker.daemon.pid()
        ours = self.connection.info.backend_pid
        return {name: cpu_s(pid, without=ours) for name, pid in pids.items() if pid}


def measure(side: Side, place: Place, scale: float, half_s: float) -> Round:
    """Returns the figures of one round."""
    warm, count = side.warm, max(200, int(side.backlog * scale))
    since = time.time() - 60 * ((warm + count) // STATIONS + 3)
    job = Job(place, warm, count, since)
    with running(side, job) as process, watching(side, job, process.pid) as watch:
        if not side.subscribes:
            return _drain(watch)
        publisher = Publisher(place.broker.port, LOADER, LOADER)
        try:
            warm_up(watch, publisher)
            signal_group(process.pid, signal.SIGSTOP)
            publisher.publish(backlog(warm, warm + count, since))
            publisher.finish()
            fast = _drain(watch)
            return _pace(watch, publisher, fast, half_s) if side.stores else fast
        finally:
            publisher.close()


@contextmanager
def watching(side: Side, job: Job, group: int) -> Iterator[Watch]:
    """Returns a watch over the side's database, its own cost left out."""
    place = job.place
    url = place.cluster.url("owner", place.database).replace("+psycopg", "")
    options = "-c max_parallel_workers_per_gather=0 -c jit=off"
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        yield Watch(side, job, connection, group)


def warm_up(watch: Watch, publisher: Publisher) -> None:
    """Waits until the first messages are stored: the side is subscribed and warm."""
    job = watch.job
    time.sleep(0.3)
    publisher.publish(backlog(0, job.warm, job.since))
    publisher.finish()
    kept = watch.await_kept(job.warm)
    if kept < job.warm:
        said = (job.place.folder / "side.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{watch.side.name} kept {kept} of the first {job.warm}: {said}")


def _drain(watch: Watch) -> Round:
    """Drains the backlog; returns the round's figures."""
    job = watch.job
    before, sizes = watch.cpu(), watch.one(_SIZES)
    began = time.time()
    signal_group(watch.group, signal.SIGCONT)
    kept = watch.await_kept(job.warm + job.backlog) - job.warm
    after, last = watch.cpu(), watch.last_at()
    grown = [now - then for then, now in zip(sizes, watch.one(_SIZES), strict=True)]
    enough = watch.side.stores and kept >= LEAST_WEIGHED
    return Round(
        rate=kept / (last - began),
        lost=job.backlog - kept,
        cpu_us={name: 1e6 * (after[name] - before[name]) / max(1, kept) for name in before},
        reading_mb=grown[0] / kept if enough else None,
        database_mb=grown[1] / kept if enough else None,
    )


def _pace(watch: Watch, publisher: Publisher, fast: Round, half_s: float) -> Round:
    """Returns the round with the figures at half its rate."""
    held = watch.kept()
    began = time.time()
    first = watch.job.warm + watch.job.backlog
    given = publisher.publish_steadily(fast.rate / 2, half_s, first)
    kept = watch.await_kept(held + given) - held
    (found,) = watch.one(_LATENCY, began)
    return Round(
        rate=fast.rate,
        lost=fast.lost + given - kept,
        cpu_us=fast.cpu_us,
        reading_mb=fast.reading_mb,
        database_mb=fast.database_mb,
        half_rate=given / half_s,
        p50_ms=found[0] if found else None,
        p99_ms=found[1] if found else None,
    )
