"""Watches how much of a disk is free, and warns before it runs full."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.parts.wording import _
from data.background import note_fault

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

    def sentence(self) -> str:
        """Returns how much is free, in the reader's language."""
        sentence = _("Only {percent} % of the disk of {folder} is free ({free} MB).")
        percent = f"{100 * self.free / self.size:.1f}" if self.size else "0"
        return sentence.format(percent=percent, folder=self.folder, free=self.free >> 20)


class Disks:
    """The watched folders' disks; ``on_low`` hears of each that has become nearly full."""

    def __init__(
        self,
        folders: Sequence[Path],
        free_percent: float,
        on_low: Callable[[Disk], None] | None = None,
    ) -> None:
        self.folders = tuple(folders)
        self.free_percent = free_percent
        self.on_low = on_low
        self.warned: dict[str, float] = {}

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
        """Warns in the log of disks that are nearly full, until cancelled."""
        while True:
            try:
                self.warn(asyncio.get_running_loop().time())
            except Exception as error:  # noqa: BLE001  the next look may succeed
                note_fault("watch over disks", error)
            await asyncio.sleep(EVERY_S)

    def warn(self, now_s: float) -> None:
        """Logs each low disk, and tells ``on_low``, when it became low and every hour from then."""
        low = {disk.folder: disk for disk in self.low()}
        self.warned = {name: at for name, at in self.warned.items() if name in low}
        for name, disk in low.items():
            if now_s - self.warned.get(name, -AGAIN_S) < AGAIN_S:
                continue
            self.warned[name] = now_s
            LOGGER.warning("disk: %s has %d of %d MB free", name, disk.free >> 20, disk.size >> 20)
            if self.on_low is not None:
                self.on_low(disk)
