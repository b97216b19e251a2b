"""Turns at reading uploads: an account waits for itself, others don't wait for it."""

import asyncio

import pytest

from dashboard.frame.turns import MOST_WAITING, Turns
from data.errors import TooManyAttempts
from data.records import AccountId

ONE, OTHER = AccountId(1), AccountId(2)


def test_uploads_of_one_account_do_not_hold_up_another() -> None:
    async def scene() -> list[str]:
        turns, done = Turns(2), []
        release = asyncio.Event()

        async def upload(who: AccountId, name: str, until: asyncio.Event | None = None) -> None:
            async with turns.turn(who):
                if until is not None:
                    await until.wait()
                done.append(name)

        slow = [asyncio.create_task(upload(ONE, f"one {n}", release)) for n in range(3)]
        await asyncio.sleep(0)
        await asyncio.wait_for(upload(OTHER, "other"), 2)
        release.set()
        await asyncio.gather(*slow)
        assert not turns._own
        return done

    assert asyncio.run(scene()) == ["other", "one 0", "one 1", "one 2"]


def test_an_account_waits_with_a_bounded_number_of_files() -> None:
    async def scene() -> None:
        turns, release = Turns(2), asyncio.Event()

        async def upload() -> None:
            async with turns.turn(ONE):
                await release.wait()

        waiting = [asyncio.create_task(upload()) for _number in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyAttempts):
            await upload()
        async with turns.turn(OTHER):
            pass
        release.set()
        await asyncio.gather(*waiting)

    asyncio.run(scene())
