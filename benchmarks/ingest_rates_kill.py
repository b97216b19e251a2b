"""What a side loses when it is killed (-9) in the middle of its backlog and started again.

The broker and PostgreSQL live on, the session is kept: what is lost was acknowledged to the broker
before it was stored.
"""

import signal
import time
from dataclasses import dataclass
from typing import Final

from benchmarks.ingest_rates_round import warm_up, watching
from benchmarks.rig.ingest_rates_ground import LOADER, Place
from benchmarks.rig.ingest_rates_load import STATIONS, Publisher, backlog
from benchmarks.rig.processes import signal_group
from benchmarks.rivals.sides import Job, Side, running

QUIET_S: Final = 15.0
"""Long enough for a side to start again on a busy machine."""
_ROWS: Final = "SELECT count(*), count(DISTINCT (station_id, observed_at)) FROM reading"


@dataclass(frozen=True)
class Killed:
    """Messages published and never kept, of how many, and rows that stand twice."""

    published: int
    lost: int
    twice: int


def kill(side: Side, place: Place, scale: float) -> Killed:
    """Returns what was lost and doubled by one kill at half of the backlog."""
    warm, count = side.warm, max(200, int(side.backlog * scale))
    since = time.time() - 60 * ((warm + count) // STATIONS + 3)
    job = Job(place, warm, count, since)
    with running(side, job) as process, watching(side, job, process.pid) as watch:
        publisher = Publisher(place.broker.port, LOADER, LOADER)
        warm_up(watch, publisher)
        signal_group(process.pid, signal.SIGSTOP)
        publisher.publish(backlog(warm, warm + count, since))
        publisher.finish()
        publisher.close()
        signal_group(process.pid, signal.SIGCONT)
        deadline = time.monotonic() + 60
        while watch.kept() < warm + count // 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        signal_group(process.pid, signal.SIGKILL)
        process.wait(10)
    with running(side, job) as process, watching(side, job, process.pid) as watch:
        watch.await_kept(warm + count, patience_s=QUIET_S)
        rows, distinct = watch.one(_ROWS)
    return Killed(warm + count, warm + count - distinct, rows - distinct)
