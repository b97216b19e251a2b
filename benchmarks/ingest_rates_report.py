"""Medians, ratios and goals of the sides, as figures and as a table for people."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import Any, Final

from benchmarks.ingest_rates_kill import Killed
from benchmarks.ingest_rates_round import Round
from benchmarks.rig.ingest_rates_load import PARAMETERS
from benchmarks.rivals.sides import Side

OURS: Final = "ours-1"
LEAST: Final = {
    "naive": 80.0,
    "node-red": 5.0,
    "node-red-batches": 5.0,
    "plain-paho": 2.5,
    "plain-paho-5": 2.5,
    "bare-copy": 0.25,
}
"""What our rate with one worker has to be at least, as a multiple of each side's."""

_FIGURES: Final = ("p50_ms", "p99_ms", "half_rate", "reading_mb", "database_mb")

MOST_P99_TO_P50: Final = 3.0
MOST_WORKER_US: Final = 40.0


@dataclass(frozen=True)
class Goal:
    """A goal and what was reached; ``low`` and ``high`` are the extremes of the rounds."""

    name: str
    asked: str
    reached: float
    low: float
    high: float
    met: bool


@dataclass(frozen=True)
class Report:
    """What every side did in every round."""

    sides: Sequence[Side]
    rounds: Mapping[str, Sequence[Round]]
    killed: Mapping[str, Killed]
    took_s: float

    def middle(self, name: str, figure: Callable[[Round], float | None]) -> float | None:
        """Returns the median of a side's figure over its rounds."""
        found = [value for each in self.rounds[name] if (value := figure(each)) is not None]
        return median(found) if found else None

    def goals(self) -> list[Goal]:
        """Returns those whose sides were measured."""
        if OURS not in self.rounds:
            return []
        ours = self.rounds[OURS]
        found = [
            _at_least(f"rate / {name}", asked, [a.rate / b.rate for a, b in _pairs(ours, theirs)])
            for name, asked in LEAST.items()
            if (theirs := self.rounds.get(name))
        ]
        tails = [each.p99_ms / each.p50_ms for each in ours if each.p99_ms and each.p50_ms]
        if tails:
            found.append(_at_most("p99 / p50 at half rate", MOST_P99_TO_P50, tails))
        costs = [each.cpu_us["side"] for each in ours]
        return [*found, _at_most("worker's CPU µs a message", MOST_WORKER_US, costs)]

    def figures(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "machine": {
                "cpus": os.cpu_count(),
                "python": platform.python_version(),
                "system": platform.platform(),
                "load": os.getloadavg(),
            },
            "values_a_message": len(PARAMETERS),
            "took_s": round(self.took_s, 1),
            "sides": [
                {
                    "name": side.name,
                    "settings": side.settings,
                    **self.medians(side.name),
                    "rounds": [vars(each) for each in self.rounds[side.name]],
                }
                for side in self.sides
            ],
            "killed": {name: vars(each) for name, each in self.killed.items()},
            "goals": [vars(goal) for goal in self.goals()],
        }

    def medians(self, name: str) -> dict[str, float | None]:
        """Returns the figures of a side: medians, what it lost summed up."""
        first = self.rounds[name][0]
        rate = self.middle(name, lambda each: each.rate) or 0.0
        return {
            "messages_s": rate,
            "values_s": rate * len(PARAMETERS),
            "lost": sum(each.lost for each in self.rounds[name]),
            **{f"cpu_us_{part}": self._cpu(name, part) for part in first.cpu_us},
            **{figure: self.middle(name, attrgetter(figure)) for figure in _FIGURES},
        }

    def _cpu(self, name: str, part: str) -> float | None:
        return self.middle(name, lambda each: each.cpu_us.get(part))


def describe(report: Report) -> str:
    """Returns the table, the goals, and how each side was set."""
    head = (
        "side", "msg/s", "values/s", "CPU µs: side", "postgres", "mosquitto", "half msg/s",
        "p50 ms", "p99 ms", "MB/10⁶", "all MB/10⁶", "lost", "lost by kill -9",
    )  # fmt: skip
    rows = [head]
    for side in report.sides:
        told = report.medians(side.name)
        killed = report.killed.get(side.name)
        rows.append(
            (
                side.name, _shown(told["messages_s"]), _shown(told["values_s"]),
                _shown(told["cpu_us_side"], 1), _shown(told.get("cpu_us_postgresql"), 1),
                _shown(told.get("cpu_us_mosquitto"), 1), _shown(told["half_rate"]),
                _shown(told["p50_ms"], 1), _shown(told["p99_ms"], 1), _shown(told["reading_mb"]),
                _shown(told["database_mb"]), _shown(told["lost"]),
                f"{killed.lost:,} of {killed.published:,}" if killed else "-",
            )
        )  # fmt: skip
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    lines += ["", "goals: ours with one worker (median of the rounds, lowest to highest)"]
    lines += [
        f"  {'met ' if goal.met else 'not '} {goal.name} {goal.asked}: {goal.reached:.2f}"
        f" ({goal.low:.2f} to {goal.high:.2f})"
        for goal in report.goals()
    ]
    lines += ["", *(f"{side.name}: {side.settings}" for side in report.sides)]
    lines.append(f"{len(next(iter(report.rounds.values())))} rounds, {report.took_s:.0f} s")
    return "\n".join(lines)


def _pairs(ours: Sequence[Round], theirs: Sequence[Round]) -> Sequence[tuple[Round, Round]]:
    """Rounds of the same turn: what slows the machine slows both."""
    return [(a, b) for a, b in zip(ours, theirs, strict=True) if b.rate]


def _at_least(name: str, asked: float, found: Sequence[float]) -> Goal:
    reached = median(found)
    return Goal(name, f">= {asked:g}", reached, min(found), max(found), reached >= asked)


def _at_most(name: str, asked: float, found: Sequence[float]) -> Goal:
    reached = median(found)
    return Goal(name, f"<= {asked:g}", reached, min(found), max(found), reached <= asked)


def _shown(figure: float | None, decimals: int = 0) -> str:
    return "-" if figure is None else f"{figure:,.{decimals}f}"
