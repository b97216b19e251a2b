"""The ground that every side stands on: one PostgreSQL, a new database and a new broker a round."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.rig.ingest_rates_load import STATIONS, code
from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from ingest.broker.mosquitto import INGEST, Broker
from tests.made.readings.messages import register
from tests.running.folders import open_folder

LOADER = "load"
"""The account that may write under every station."""

_TEMPLATE = "rates_template"
_MONTHS = """
SELECT ensure_reading_partition(now() + ahead)
FROM unnest(ARRAY[interval '-1 month', interval '0', interval '1 month']) AS ahead
"""
_COMMIT_TIMES = "ALTER SYSTEM SET track_commit_timestamp = on;"


class RateBroker(Broker):
    """The broker of the product, with one more account that publishes for every station.

    A gateway is listed with its stations, and mosquitto reads the list for each message: with 1,000
    of them the broker, not the side, would be measured. Its log leaves out what it denies.
    """

    logs_refusals = False

    def _write_accounts(self, lines: Sequence[str]) -> None:
        super()._write_accounts(lines)
        with (self.folder / "acl").open("a") as rules:
            rules.write(f"\nuser {LOADER}\ntopic write onemap/v1/+/reading\n")


@dataclass(frozen=True)
class Place:
    """Where one side works in one round."""

    folder: Path
    broker: RateBroker
    cluster: Cluster
    database: str

    @property
    def url(self) -> str:
        """The database's address for the ingest role."""
        return self.cluster.url("ingest", self.database)


class Ground:
    """A durable cluster with a template of the archive and its stations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(folder / "postgres", {role: f"rates-{role}" for role in ROLES})
        self._places = 0

    def prepare(self) -> None:
        """Starts the cluster with commit timestamps and makes the template."""
        self.cluster.start()
        self.cluster.execute(_COMMIT_TIMES)
        self.cluster.stop()
        self.cluster.start()
        self.cluster.create_database(_TEMPLATE)
        owner = engine(self.cluster.url("owner", _TEMPLATE))
        upgrade(owner)
        register(owner, *map(code, range(STATIONS)), interval_s=60)
        with owner.begin() as connection:
            connection.execute(text(_MONTHS))
            connection.execute(text("ANALYZE"))
        owner.dispose()

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Makes a copy of the template and a new broker; removes both afterwards."""
        self._places += 1
        name = f"rates_{self._places}"
        folder = self.folder / name
        folder.mkdir(mode=0o755)
        accounts = {INGEST: "rates-ingest", LOADER: LOADER}
        broker = RateBroker(folder / "mosquitto", accounts=accounts)
        self.cluster.create_database(name, _TEMPLATE)
        self.cluster.execute("CHECKPOINT;")
        try:
            broker.start()
            yield Place(folder, broker, self.cluster, name)
        finally:
            broker.stop()
            self.cluster.drop_database(name)


@contextmanager
def ground() -> Iterator[Ground]:
    """Runs the cluster inside the block; removes its folder after it."""
    with open_folder("rates") as folder:
        made = Ground(folder)
        try:
            made.prepare()
            yield made
        finally:
            made.cluster.stop(immediate=True)
