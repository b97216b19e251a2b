"""Keeps the map true while only time passes, and names to be found by their pinyin."""

import asyncio
from datetime import timedelta
from typing import Final

from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.background import note_fault
from data.database import transaction
from data.map_tables.reconcile import reconcile
from data.name_sounds import fill_name_sounds

STATES_EVERY_S: Final = 15.0
"""How soon what went stale, silent or overdue looks so."""

NAMES_EVERY_S: Final = 60.0
"""How soon a new name is found by its pinyin."""

BETWEEN_S: Final = 0.5
"""Left to others between two thousand names and the next, after a large import."""


def bring_to_now(deps: Deps) -> None:
    """Marks what time alone has changed on the map, unless that was done just now."""
    with transaction(deps.engine) as connection:
        reconcile(connection, deps.clock(), deps.quality, enough=timedelta(seconds=5))


async def keep_states(deps: Deps) -> None:
    """Does so every quarter of a minute, until cancelled; a fault is noted and tried again."""
    while True:
        try:
            await off(bring_to_now, deps)
        except Exception as error:  # noqa: BLE001  the next time may succeed
            note_fault("map by the clock", error)
        await asyncio.sleep(STATES_EVERY_S)


def fill_some(deps: Deps) -> int:
    """Adds the pinyin of some names that lack it, and returns of how many."""
    with transaction(deps.engine) as connection:
        return fill_name_sounds(connection)


async def keep_name_sounds(deps: Deps) -> None:
    """Does so every minute, until cancelled; a fault is noted and tried again."""
    while True:
        added = 0
        try:
            added = await off(fill_some, deps)
        except Exception as error:  # noqa: BLE001  search goes on without the new names
            note_fault("pinyin of names", error)
        await asyncio.sleep(BETWEEN_S if added else NAMES_EVERY_S)
