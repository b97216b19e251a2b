"""A database on a private cluster for a benchmark of pages, empty or with the made county."""

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
def private_database(*, durable: bool = True) -> Iterator[tuple[Database, Path]]:
    """An empty database of the present tables, and a folder for logs; both go after the block.

    Without ``durable`` the cluster doesn't wait for its disk.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        passwords = {role: f"bench-{role}" for role in ROLES}
        cluster = Cluster(folder / "postgres", passwords, durable=durable)
        cluster.start()
        try:
            cluster.create_database("bench")
            owner = engine(cluster.url("owner", "bench"))
            upgrade(owner)
            owner.dispose()
            with copied_database(cluster, "bench") as database:
                yield database, folder
        finally:
            cluster.stop(immediate=True)


@contextmanager
def county_database() -> Iterator[tuple[Database, Path]]:
    """The made county's database, and a folder for logs; both go after the block."""
    with private_database() as (database, folder):
        county.fill(database)
        yield database, folder
