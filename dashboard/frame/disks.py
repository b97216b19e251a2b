"""Watches how much of a disk is free, and warns before it runs full."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from dashboard.parts.wording import _
from data.background import note_fault
from data.clock import UtcDatetime, business_date
from data.database import transaction
from data.errors import OneMapError
from data.notices.queue import SERVER_DISK, queue_notice
from data.words.ledger import NoticeKind

EVERY_S = 60.0
AGAIN_S = 3600.0
"""A disk that stays low is warned of once an hour."""

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of a watched folder: bytes free and in all."""

    folder: str
    free: int
    size: int

    @property
    def percent(self) -> float:
        """How much of the disk is free, in percent."""
        return 100 * self.free / self.size if self.size else 0.0

    def sentence(self) -> str:
        """Returns how much is free, in the reader's language."""
        sentence = _("Only {percent} % of the disk of {folder} is free ({free} MB).")
        percent = f"{self.percent:.1f}"
        return sentence.format(percent=percent, folder=self.folder, free=self.free >> 20)


def tell_of_disk(engine: Engine, disk: Disk, now: UtcDatetime) -> None:
    """Queues a notice of a nearly full disk for the highest offices, once a day for each folder."""
    key = f"{business_date(now).isoformat()} {disk.folder}"
    facts = {"free_mb": disk.free >> 20, "percent": round(disk.percent, 1)}
    with transaction(engine) as connection:
        queue_notice(connection, SERVER_DISK, NoticeKind.DISK_LOW, key, now, facts)


Announce = Callable[[Disk], Awaitable[None]]


class Disks:
    """The watched folders' disks; ``announce`` hears once of each that has become nearly full."""

    def __init__(
        self,
        folders: Sequence[Path],
        free_percent: float,
        announce: Announce | None = None,
    ) -> None:
        self.folders = tuple(folders)
        self.free_percent = free_percent
        self.announce = announce
        self.warned: dict[str, float] = {}
        self.announced: set[str] = set()

    def states(self) -> list[Disk]:
        """Returns the disk of each watched folder; a folder that isn't there is left out."""
        found = []
        for folder in self.folders:
            try:
                usage = shutil.disk_usage(folder)
            except OSError:
                continue
            found.append(Disk(str(folder), usage.free, usage.total))
        return found

    def low(self) -> list[Disk]:
        """Returns the disks with less free than the settings want."""
        return [one for one in self.states() if one.free * 100 < one.size * self.free_percent]

    async def watch(self) -> None:
        """Warns of disks that are nearly full, until cancelled."""
        while True:
            try:
                await self.look(asyncio.get_running_loop().time())
            except Exception as error:  # noqa: BLE001  the next look may succeed
                note_fault("watch over disks", error)
            await asyncio.sleep(EVERY_S)

    async def look(self, now_s: float) -> None:
        """Logs each low disk when it became low and every hour from then, and announces it once.

        What can't be announced, as the database is away or full itself, is tried at the next look.
        """
        low = {disk.folder: disk for disk in self.low()}
        self.warned = {name: at for name, at in self.warned.items() if name in low}
        self.announced &= low.keys()
        for name, disk in low.items():
            if now_s - self.warned.get(name, -AGAIN_S) >= AGAIN_S:
                self.warned[name] = now_s
                free, size = disk.free >> 20, disk.size >> 20
                LOGGER.warning("disk: %s has %d of %d MB free", name, free, size)
            if self.announce is not None and name not in self.announced:
                await self._tell(disk, self.announce)

    async def _tell(self, disk: Disk, announce: Announce) -> None:
        try:
            await announce(disk)
        except OneMapError as error:
            LOGGER.warning("disk: nobody can be told of it yet: %s", error)
        else:
            self.announced.add(disk.folder)
