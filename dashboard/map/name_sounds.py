"""Keeps the pinyin of names up with the names there are, so that a new one is soon found by it."""

import asyncio
from typing import Final

from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.background import note_fault
from data.database import transaction
from data.name_sounds import fill_name_sounds

EVERY_S: Final = 60.0
"""How soon a new name is found by its pinyin."""

BETWEEN_S: Final = 0.5
"""Left to others between two thousand names and the next, after a large import."""


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
        await asyncio.sleep(BETWEEN_S if added else EVERY_S)
