"""What processes cost: CPU time of a process with all that descend from it, from /proc."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Stat(NamedTuple):
    """A process, its parent, its own CPU seconds and those of children that have ended."""

    pid: int
    parent: int
    own_s: float
    reaped_s: float


def cpu_s(root: int, *, without: int = 0) -> float:
    """Returns the CPU seconds of a process and its descendants, ended ones included.

    ``without`` names one descendant whose seconds don't count. Source: proc(5), /proc/[pid]/stat.
    """
    return sum(each.own_s + each.reaped_s for each in descent(root) if each.pid != without)


def descent(root: int) -> list[Stat]:
    """Returns the process and all that descend from it and are alive."""
    alive = {each.pid: each for each in _all()}
    found = [alive[root]] if root in alive else []
    for each in found:
        found += [child for child in alive.values() if child.parent == each.pid]
    return found


def signal_group(group: int, number: signal.Signals) -> None:
    """Sends the signal to every process of the group, if any is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def _all() -> Iterator[Stat]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "stat").read_text()
            except OSError:
                continue
            fields = told[told.rindex(")") + 2 :].split()
            user, system, reaped_user, reaped_system = map(int, fields[11:15])
            yield Stat(
                int(folder.name),
                int(fields[1]),
                (user + system) * TICK_S,
                (reaped_user + reaped_system) * TICK_S,
            )
