"""The bench command: what is claimed of rates and losses, measured on this machine."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.parts.wording import _
from data.errors import BadInput

ROOT = Path(__file__).parents[2]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``bench`` with its actions to the command line."""
    parser = subparsers.add_parser("bench", help=_("measure rates and losses on this machine"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    ingest = actions.add_parser(
        "ingest",
        help=_("how fast messages are taken in, beside other ways to do it"),
        description=_(
            "Starts private servers and measures each side several times, in turns, on a clean "
            "broker: messages and values a second, processor time, delay and losses."
        ),
    )
    ingest.add_argument("--rounds", type=int, default=3, help=_("rounds of each side"))
    ingest.add_argument("--json", action="store_true", help=_("print JSON"))
    ingest.set_defaults(run=run_ingest)
    kill = actions.add_parser(
        "kill",
        help=_("what is lost when a part is killed, stopped or cut off under load"),
        description=_(
            "Starts private servers and harms each part in each way at 2,000 messages a second. "
            "Exits with 1 when a message is lost that a device was right to drop, or stored twice."
        ),
    )
    how = kill.add_mutually_exclusive_group(required=True)
    how.add_argument("--quick", action="store_true", help=_("each case once, stopped for 5 s"))
    how.add_argument("--full", action="store_true", help=_("each case 5 times, stopped for 30 s"))
    kill.add_argument("--json", action="store_true", help=_("print JSON"))
    kill.set_defaults(run=run_kill)
    tiles = actions.add_parser(
        "tiles",
        help=_("how long tiles of a nation take, beside another tile server and bare SQL"),
        description=_(
            "Makes a national database, or takes that of a demo with --dir that isn't running. "
            "Installs tipg from PyPI into a folder of its own. Exits with 1 when a goal is missed."
        ),
    )
    tiles.add_argument("--rounds", type=int, default=3, help=_("rounds of each side"))
    tiles.add_argument("--json", action="store_true", help=_("print JSON"))
    tiles.set_defaults(run=run_tiles)
    axe = actions.add_parser(
        "axe",
        help=_("whether every page is readable by everybody, in every view"),
        description=_(
            "Opens every page of the made county in both languages, three widths and both themes, "
            "and prints what axe-core finds. Exits with 1 when it finds anything."
        ),
    )
    axe.add_argument("pages", nargs="*", metavar="PAGE", help=_("only these pages"))
    axe.set_defaults(run=run_axe)


def run_ingest(args: argparse.Namespace) -> int:
    """Runs the benchmark of ingest rates; returns 0 when every system compared was measured."""
    return _measure("ingest_rates", [f"--rounds={args.rounds}", *(["--json"] * args.json)])


def run_kill(args: argparse.Namespace) -> int:
    """Runs the benchmark of killed processes; returns 0 if nothing is lost or stored twice, else 1.

    What a device must not drop yet doesn't count as lost.
    """
    how = "--quick" if args.quick else "--full"
    return _measure("kill_matrix", [how, *(["--json"] * args.json)])


def run_tiles(args: argparse.Namespace) -> int:
    """Runs the benchmark of map tiles; returns 0 when every goal is met, else 1."""
    folder = [f"--folder={args.dir}"] if args.dir else []
    return _measure("map_tiles", [f"--rounds={args.rounds}", *folder, *(["--json"] * args.json)])


def run_axe(args: argparse.Namespace) -> int:
    """Looks at the pages with axe-core; returns 0 when it finds nothing, else 1."""
    return _measure("axe", args.pages)


def _measure(name: str, arguments: Sequence[str]) -> int:
    """Runs a benchmark, returns its exit code. Raises BadInput outside a source checkout."""
    if not (ROOT / "benchmarks" / f"{name}.py").is_file():
        raise BadInput(
            "Benchmarks are part of the source tree, not of the installed package.",
            mend="Run ./onemap bench in a checkout, after ./onemap test has set it up.",
        )
    sys.path.insert(0, str(ROOT))
    return int(importlib.import_module(f"benchmarks.{name}").main(arguments))
