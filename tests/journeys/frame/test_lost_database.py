"""A database that is away or hangs: every open page is told so, and then what it missed."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.frame import line
from data.cluster import DATABASE, ROLES, Cluster
from data.migrations.run import upgrade
from data.vocabulary import Role
from tests.fixtures.served import Served
from tests.journeys.frame.test_live import Followed, following, put
from tests.made.database import open_database
from tests.made.office import open_office
from tests.running.dashboard_process import running_dashboard
from tests.running.folders import open_folder

READERS = (Role.CHIEF, Role.OFFICE, Role.AUDITOR)


@pytest.fixture(scope="module")
def alone() -> Iterator[tuple[Cluster, Served]]:
    """The app on a database server of its own, which may be stopped."""
    with open_folder("lost", in_memory=True) as folder:
        cluster = Cluster(
            folder / "postgres", {role: f"test-{role}" for role in ROLES}, durable=False
        )
        cluster.start()
        database = open_database(cluster, DATABASE)
        try:
            upgrade(database.owner)
            office = open_office(database)
            log = folder / "server.log"
            with running_dashboard(cluster.url("app"), log, {}) as url:
                yield cluster, Served(url, office, log)
        finally:
            database.dispose()
            cluster.stop(immediate=True)


@contextmanager
def held(cluster: Cluster) -> Iterator[None]:
    """The server and all its processes stand still inside the block; their connections stand."""
    server = cluster.daemon.pid()
    assert server is not None
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    for process in (server, *map(int, children)):
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in (*map(int, children), server):
            os.kill(process, signal.SIGCONT)


@contextmanager
def open_pages(served: Served) -> Iterator[list[Followed]]:
    """A page of each reader, once it hears what happens."""
    with (
        following(served, READERS[0]) as first,
        following(served, READERS[1]) as second,
        following(served, READERS[2]) as third,
    ):
        pages = [first, second, third]
        for each in pages:
            until(each, "hello")
        yield pages


def until(page: Followed, kind: str) -> dict[str, object]:
    """The data of the next event of that kind."""
    while (heard := page.next())[0] != kind:
        pass
    return heard[1]


def check_is_live(pages: list[Followed], served: Served) -> None:
    """A change is told on every page, on the stream that the page had before."""
    for grade in (2, 5):
        number = put(served, served.basin.section_up, grade)
        for page in pages:
            while until(page, "change")["change_no"] != number:
                pass


def test_a_server_that_is_gone_is_told_and_so_is_its_return(alone: tuple[Cluster, Served]) -> None:
    cluster, served = alone
    with open_pages(served) as pages:
        check_is_live(pages, served)
        cluster.stop(immediate=True)
        for page in pages:
            until(page, "lost")
        cluster.start()
        for page in pages:
            until(page, "live")
        check_is_live(pages, served)


def test_a_server_that_hangs_is_told_though_its_connections_stand(
    alone: tuple[Cluster, Served],
) -> None:
    assert line.PULSE_S + line.ANSWER_S < 2.5, "within three seconds, with half a second to spare"
    cluster, served = alone
    with open_pages(served) as pages:
        with held(cluster):
            for page in pages:
                until(page, "lost")
        for page in pages:
            until(page, "live")
        check_is_live(pages, served)


def test_a_page_that_opens_while_the_database_is_away_is_told_so(
    alone: tuple[Cluster, Served],
) -> None:
    cluster, served = alone
    with open_pages(served) as pages:
        cluster.stop(immediate=True)
        until(pages[0], "lost")
        with following(served, Role.OFFICE) as late:
            until(late, "lost")
            cluster.start()
            for page in (*pages, late):
                until(page, "live")
            check_is_live([*pages, late], served)
