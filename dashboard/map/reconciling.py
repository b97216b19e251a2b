"""Keeps the map true while only time passes: what goes stale or silent, what becomes overdue."""

import asyncio

from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.background import note_fault
from data.database import transaction
from data.map_tables.reconcile import reconcile

EVERY_S = 15.0


def bring_to_now(deps: Deps) -> None:
    """Marks what time alone has changed on the map, unless that was done just now."""
    with transaction(deps.engine) as connection:
        reconcile(connection, deps.clock(), deps.quality)


async def keep_current(deps: Deps) -> None:
    """Does so every quarter of a minute, until cancelled; a fault is noted and tried again."""
    while True:
        try:
            await off(bring_to_now, deps)
        except Exception as error:  # noqa: BLE001  the next time may succeed
            note_fault("map by the clock", error)
        await asyncio.sleep(EVERY_S)
