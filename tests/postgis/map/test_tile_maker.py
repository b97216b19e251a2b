"""Tiles made: once for all who wait, right after every change, and never kept when one came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from dashboard.frame.headers import HeaderRules
from dashboard.frame.offload import Workers
from dashboard.map.tile_cache import Key, Ready
from dashboard.map.tile_database import TileDatabase
from dashboard.map.tile_maker import TileMaker
from data.clock import UtcDatetime, now
from data.errors import Busy, NotFound, ServiceDown
from data.queries.map.drawn import Drawn
from data.settings import DashboardSettings, DatabaseSettings
from tests.made.basin import build_small_basin
from tests.made.database import Database

ALL = Drawn(everything=True)
HERE = Key("lakes", (10, 831, 414), 1, "now")
INSIDE = "12490000 3830000 12491000 3831000"
ELSEWHERE = "0 0 1000 1000"


class Counted(TileDatabase):
    """Counts what is read."""

    reads = 0

    async def read(self, statement: str, values: dict[str, object]) -> bytes:
        self.reads += 1
        return await super().read(statement, values)


class Making:
    """A maker on the small basin, and somebody who changes the lake's name."""

    def __init__(self, database: Database, **settings: float) -> None:
        self.owner = database.owner
        self.day = 0
        given = DatabaseSettings(url=database.urls["app"], **settings)  # type: ignore[arg-type] # pydantic reads it
        self.database = Counted(given, 2, wait_s=5)
        rules = HeaderRules(DashboardSettings(), lambda: ())
        self.maker = TileMaker(self.database, rules, Workers(2, share=1), self.clock, 1_000_000)

    def clock(self) -> UtcDatetime:
        return UtcDatetime(now() + timedelta(days=self.day))

    def rename(self, name: str) -> None:
        with self.owner.begin() as connection:
            connection.execute(text("UPDATE lake SET name = :name"), {"name": name})

    async def tile(self, key: Key = HERE) -> Ready:
        return self.maker.find(key) or await self.maker.tile(key, ALL)


@asynccontextmanager
async def making(database: Database, **settings: float) -> AsyncIterator[Making]:
    with database.owner.begin() as connection:
        build_small_basin(connection)
    made = Making(database, **settings)
    yield made
    await made.database.close()


def test_those_who_ask_at_once_get_one_tile_made_once(database: Database) -> None:
    async def story() -> None:
        async with making(database) as one:
            tiles = await asyncio.gather(*(one.tile() for _ in range(20)))
            assert len(set(map(id, tiles))) == 1
            assert one.database.reads == 1
            assert await one.tile() is tiles[0]
            assert one.database.reads == 1

    asyncio.run(story())


@pytest.mark.parametrize(("box", "is_kept"), [(INSIDE, False), (ELSEWHERE, True), ("all", False)])
def test_a_tile_made_while_its_box_changes_is_not_kept(
    database: Database, box: str, is_kept: bool
) -> None:
    async def story() -> None:
        async with making(database) as one:
            with database.owner.connect() as other:
                other.execute(text("LOCK TABLE lake IN ACCESS EXCLUSIVE MODE"))
                waiting = asyncio.create_task(one.tile())
                await until_waiting(database)
                one.maker.changed(box)
                joined = asyncio.create_task(one.tile())
                await asyncio.sleep(0)
                other.rollback()
            first, second = await waiting, await joined
            assert (one.maker.find(HERE) is first) is is_kept
            assert (second is first) is is_kept, "who asks after the change joins nobody"
            assert one.database.reads == (1 if is_kept else 2)

    asyncio.run(story())


async def until_waiting(database: Database) -> None:
    """Returns once a tile waits for the lock."""
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'lake'::regclass"
    )
    async with asyncio.timeout(20):
        with database.owner.connect() as other:
            while not other.execute(waiting).scalar_one():  # noqa: ASYNC110  a lock has no event
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("z", [4, 7, 10])
def test_every_change_is_in_the_next_tile(database: Database, z: int) -> None:
    async def story() -> None:
        async with making(database) as one:
            key = Key("lakes", (z, 831 >> (10 - z), 414 >> (10 - z)), 1, "now")
            tags = []
            for number in range(5):
                one.rename(f"镜湖{number}")
                one.maker.changed(INSIDE)
                tags.append((await one.tile(key)).etag)
            if z == 10:
                assert len(set(tags)) == 5
            assert one.database.reads == 5

    asyncio.run(story())


def test_a_change_elsewhere_drops_nothing(database: Database) -> None:
    async def story() -> None:
        async with making(database) as one:
            first = await one.tile()
            one.maker.changed(ELSEWHERE)
            assert await one.tile() is first

    asyncio.run(story())


def test_a_new_business_day_has_new_tiles(database: Database) -> None:
    async def story() -> None:
        async with making(database) as one:
            first = await one.tile()
            one.day = 1
            assert await one.tile() is not first
            assert one.database.reads == 2

    asyncio.run(story())


def test_a_connection_that_ended_unused_is_replaced(database: Database) -> None:
    async def story() -> None:
        async with making(database) as one:
            await one.tile()
            with database.app.begin() as other:
                ended = other.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                        " current_database() AND application_name = 'onemap-tiles'"
                    )
                ).all()
            assert len(ended) == 1
            one.maker.drop_all()
            assert (await one.tile()).whole.body

    asyncio.run(story())


def test_a_database_that_is_away_is_told_at_once(database: Database) -> None:
    async def story() -> None:
        async with making(database) as one:
            url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
            away = TileDatabase(DatabaseSettings(url=url), 1, wait_s=5)  # type: ignore[arg-type] # pydantic reads it
            one.maker.database = away
            for _ in range(3):
                with pytest.raises(ServiceDown):
                    await one.tile()
            one.maker.database = one.database
            assert (await one.tile()).whole.body, "a failure is not kept"

    asyncio.run(story())


def test_a_tile_that_takes_too_long_is_busy_and_the_next_is_not(database: Database) -> None:
    async def story() -> None:
        async with making(database, statement_seconds=0.2, lock_seconds=0.2) as one:
            with database.owner.connect() as other:
                other.execute(text("LOCK TABLE lake IN ACCESS EXCLUSIVE MODE"))
                with pytest.raises(Busy):
                    await one.tile()
                other.rollback()
            assert (await one.tile()).whole.body

    asyncio.run(story())


def test_what_is_no_tile_is_not_found_and_not_kept(database: Database) -> None:
    async def story() -> None:
        async with making(database) as one:
            for key in (Key("people", (3, 1, 1), 1, "now"), Key("all", (3, 8, 1), 1, "now")):
                with pytest.raises(NotFound):
                    await one.tile(key)
            assert len(one.maker.cache) == 0

    asyncio.run(story())
