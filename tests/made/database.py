"""A migrated database of a cluster with an engine for each role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Engine

from data.cluster import Cluster
from data.database import engine

_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """A migrated database; ``urls`` and one engine for each role."""

    name: str
    urls: dict[str, str]
    owner: Engine
    app: Engine
    ingest: Engine
    readonly: Engine

    def dispose(self) -> None:
        """Close the connections of all four engines; they open new ones when asked again."""
        for each in (self.owner, self.app, self.ingest, self.readonly):
            each.dispose()


def open_database(cluster: Cluster, name: str) -> Database:
    """The database of that name with its engines; nothing is connected yet."""
    urls = cluster.urls(name)
    return Database(name, urls, **{role: engine(url) for role, url in urls.items()})


@contextmanager
def copied_database(cluster: Cluster, template: str) -> Iterator[Database]:
    """A copy of a database to which nobody is connected; it is dropped after the block."""
    name = f"test_{next(_numbers)}"
    cluster.create_database(name, template)
    made = open_database(cluster, name)
    try:
        yield made
    finally:
        made.dispose()
        cluster.drop_database(name)
