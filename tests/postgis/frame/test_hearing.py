"""What the database announces is heard before an answer, and a lost line is known as lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
import uvloop

from dashboard.frame.hearing import Hearing
from data.background import watched_task
from tests.made.database import Database


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


class Notes:
    """What was heard, in order, and how often the line was lost or new."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self.losses = 0
        self.line = Hearing(plain(url), {"onemap_map": self.heard.append}, self.lost)

    def lost(self) -> None:
        self.losses += 1

    async def until_live(self) -> None:
        async with asyncio.timeout(20):
            while not self.line.is_live:  # noqa: ASYNC110  it has no event of its own
                await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Notes]:
    notes = Notes(url)
    task = watched_task(notes.line.run(), "hearing")
    await notes.until_live()
    yield notes
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_all_that_was_committed_before_is_heard(database: Database) -> None:
    async def hundred() -> list[int]:
        missed = []
        with psycopg.connect(plain(database.urls["app"]), autocommit=True) as writer:
            async with listening(database.urls["app"]) as notes:
                for number in range(100):
                    writer.execute("SELECT pg_notify('onemap_map', %s)", [str(number)])
                    await notes.line.prove()
                    if notes.heard[-1:] != [str(number)]:
                        missed.append(number)
        return missed

    assert asyncio.run(hundred()) == []


def test_what_is_not_committed_is_not_heard(database: Database) -> None:
    async def unheard() -> list[str]:
        with psycopg.connect(plain(database.urls["app"])) as writer:
            async with listening(database.urls["app"]) as notes:
                writer.execute("SELECT pg_notify('onemap_map', 'all')")
                await notes.line.prove()
                writer.rollback()
                await notes.line.prove()
                return notes.heard

    assert asyncio.run(unheard()) == []


def test_many_that_ask_at_once_all_go_on(database: Database) -> None:
    async def many() -> int:
        async with listening(database.urls["app"]) as notes:
            await asyncio.gather(*(notes.line.prove() for _ in range(500)))
            return notes.losses

    assert asyncio.run(many()) == 1


def test_a_lost_line_lets_nobody_wait_and_comes_again(database: Database) -> None:
    async def story() -> tuple[int, list[str]]:
        with psycopg.connect(plain(database.urls["app"]), autocommit=True) as other:
            async with listening(database.urls["app"]) as notes:
                assert notes.losses == 1
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'onemap-hearing'"
                )
                async with asyncio.timeout(20):
                    while notes.losses < 2:
                        await notes.line.prove()
                        await asyncio.sleep(0.01)
                await notes.until_live()
                other.execute("NOTIFY onemap_map, 'again'")
                await notes.line.prove()
                return notes.losses, notes.heard

    assert asyncio.run(story()) == (3, ["again"])


def test_a_line_that_answers_no_more_is_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement keeps the server busy, as a dead network would."""
    monkeypatch.setattr("dashboard.frame.hearing.PATIENCE_S", 0.1)
    monkeypatch.setattr("dashboard.frame.hearing.LOOK_S", 0.05)

    async def story() -> int:
        async with listening(database.urls["app"]) as notes:
            notes.line.ask = b"SELECT pg_sleep(60)"
            await notes.line.prove()
            notes.line.ask = b""
            await notes.until_live()
            return notes.losses

    assert asyncio.run(story()) == 3


def test_a_line_that_breaks_takes_no_clients_number_along(database: Database) -> None:
    """Libpq closes its socket by itself; the next client gets the number and must be answered."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5))
        await writer.drain()
        writer.close()

    async def said(port: int) -> bytes:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello")
            answer = await reader.read()
            writer.close()
        return answer

    async def story() -> set[bytes]:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        answers = set()
        async with listening(database.urls["app"]) as notes:
            for _ in range(6):
                await notes.until_live()
                with psycopg.connect(plain(database.urls["app"]), autocommit=True) as other:
                    other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                        " datname = current_database() AND application_name = 'onemap-hearing'"
                    )
                await notes.line.prove()
                answers |= {await said(port) for _ in range(4)}
        server.close()
        return answers

    assert uvloop.run(story()) == {b"hello"}
