"""How fast each side takes messages of nine values in, at what cost, and what it loses.

    python -m benchmarks.ingest_rates [--json] [--rounds 3] [--scale 1] [--no-kill]

Every side works in every round, on a database and a broker of its own; the order turns with the
rounds. At the end each is killed once in the middle of a backlog. The sides and their settings are
in benchmarks/rivals.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from benchmarks.ingest_rates_kill import Killed, kill
from benchmarks.ingest_rates_report import Report, describe
from benchmarks.ingest_rates_round import Round, measure
from benchmarks.rig.ingest_rates_ground import Ground, ground
from benchmarks.rivals import node_red
from benchmarks.rivals.sides import Side, all_sides
from tests.running.folders import open_folder

ROUNDS: Final = 3
HALF_S: Final = 8.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every side has been measured; the goals are in the report, met or not."""
    args = _arguments(arguments)
    began = time.monotonic()
    with open_folder("node-red") as folder:
        sides = _chosen(all_sides(folder), args.sides)
        if any(side.name.startswith("node-red") for side in sides):
            node_red.install(folder)
        with ground() as made:
            _say(f"ready after {time.monotonic() - began:.0f} s")
            rounds = take_rounds(made, sides, args)
            killed = take_kills(made, sides, args.scale) if args.kill else {}
    report = Report(sides, rounds, killed, time.monotonic() - began)
    if args.json:
        print(json.dumps(report.figures(), indent=2, ensure_ascii=False))
        _say(describe(report))
    else:
        print(describe(report))
    return 0


def take_rounds(
    made: Ground, sides: Sequence[Side], args: argparse.Namespace
) -> dict[str, list[Round]]:
    """Returns the rounds of each side, by its name."""
    found: dict[str, list[Round]] = {side.name: [] for side in sides}
    for turn in range(args.rounds):
        start = turn * 3 % len(sides)
        for side in (*sides[start:], *sides[:start]):
            with made.place() as place:
                done = measure(side, place, args.scale, args.half_seconds)
            found[side.name].append(done)
            _say(f"{turn + 1} {side.name}: {json.dumps(asdict(done), default=str)}")
    return found


def take_kills(made: Ground, sides: Sequence[Side], scale: float) -> dict[str, Killed]:
    """Returns what each side that stores from the broker loses by a kill, by its name."""
    found: dict[str, Killed] = {}
    for side in sides:
        if side.subscribes and side.stores:
            with made.place() as place:
                found[side.name] = kill(side, place, scale)
            _say(f"killed {side.name}: {json.dumps(asdict(found[side.name]))}")
    return found


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench ingest", description=__doc__)
    parser.add_argument("--json", action="store_true", help="figures as JSON, the table to stderr")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--scale", type=float, default=1.0, help="times the backlog of each side")
    parser.add_argument("--half-seconds", type=float, default=HALF_S)
    parser.add_argument(
        "--kill", action=argparse.BooleanOptionalAction, default=True,
        help="kill each side once in the middle of a backlog",
    )  # fmt: skip
    parser.add_argument("--sides", default="", help="names, separated by commas; all without")
    return parser.parse_args(arguments)


def _chosen(sides: Sequence[Side], names: str) -> list[Side]:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = set(wanted) - {side.name for side in sides}
    if unknown:
        raise SystemExit(f"no such side: {', '.join(sorted(unknown))}")
    return [side for side in sides if not wanted or side.name in wanted]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
