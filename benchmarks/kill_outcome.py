"""What a cell of the kill matrix has cost, and all of them as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.kill_scene import BEHIND, PLAIN

PATIENCE_S = 120.0


@dataclass(frozen=True)
class Outcome:
    """One cell for one kind of device. ``twice`` counts rows and conflicts too many."""

    part: str
    way: str
    device: str
    rate: float
    promised: int
    lost: int
    twice: int
    held: int
    sent_again: int
    caught_up_s: float | None

    @property
    def may_lose(self) -> bool:
        """Whether the device believed a broker that forgets what it has only in memory."""
        brokers = ("mosquitto", BEHIND)
        return self.part in brokers and (self.way, self.device) == ("kill", PLAIN)

    @property
    def good(self) -> bool:
        """Whether it is as it must be."""
        return not (self.twice or self.held or (self.lost and not self.may_lose))


def describe(outcomes: Sequence[Outcome]) -> str:
    """Returns a table of all cells; repeated ones are summed, with the longest time to catch up."""
    lines = [
        f"{'part':14} {'way':5} {'devices':9} {'msg/s':>6} {'promised':>9} {'lost':>6} "
        f"{'twice':>6} {'again':>7} {'caught up':>10}"
    ]
    cells: dict[tuple[str, str, str], list[Outcome]] = {}
    for each in outcomes:
        cells.setdefault((each.part, each.way, each.device), []).append(each)
    for (part, way, device), runs in cells.items():
        longest = max((run.caught_up_s or PATIENCE_S) for run in runs)
        lines.append(
            f"{part:14} {way:5} {device:9} {min(run.rate for run in runs):6.0f} "
            f"{sum(run.promised for run in runs):9} {sum(run.lost for run in runs):6} "
            f"{sum(run.twice for run in runs):6} {sum(run.sent_again for run in runs):7} "
            f"{longest:8.1f} s"
        )
    return "\n".join(lines)
