"""The made county on a private cluster, as the benchmarks of pages look at it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.cluster import ROLES, Cluster
from data.database import engine
from data.migrations.run import upgrade
from tests.contract import county
from tests.made.database import Database, copied_database


@contextmanager
def county_database() -> Iterator[tuple[Database, Path]]:
    """The county's database, and a folder for logs; both are gone after the block."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            cluster.create_database("bench")
            owner = engine(cluster.url("owner", "bench"))
            upgrade(owner)
            owner.dispose()
            with copied_database(cluster, "bench") as database:
                county.fill(database)
                yield database, Path(folder)
        finally:
            cluster.stop(immediate=True)
