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
    _add_map(actions)
    _add_of_a_nation(actions)


def _add_map(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds what measures the first opening of the map."""
    first = actions.add_parser(
        "map",
        help=_("how long the map takes to open, beside an empty page"),
        description=_(
            "Opens the map of the made county in fresh profiles of Chromium, in turns with an "
            "empty page that is served in the same way: times, redraws, requests and bytes. "
            "Exits with 1 when a goal is missed; an empty map ends it."
        ),
    )
    first.add_argument("--rounds", type=int, default=5, help=_("rounds of each side"))
    first.add_argument("--national", default="", metavar="URL", help=_("a national database too"))
    first.add_argument("--json", action="store_true", help=_("print JSON"))
    first.set_defaults(run=run_map)


def _add_of_a_nation(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds what measures the map, its reads and its imports at the scale of a nation."""
    live = actions.add_parser(
        "live",
        help=_("how long a reading takes to the pages of 500 people who see different areas"),
        description=_(
            "Starts private servers, opens 500 pages of 200 areas, publishes readings and restarts "
            "the dashboard. Exits with 1 when a page hears later or misses more than is promised."
        ),
    )
    live.add_argument("--stations", type=int, default=4000, help=_("stations made by rule"))
    live.add_argument("--json", action="store_true", help=_("print JSON"))
    live.set_defaults(run=run_live)
    reads = actions.add_parser(
        "reads",
        help=_("how long the server takes for each page, for a nation's user and a town's"),
        description=_(
            "Makes a nation of 100,000 reaches by rule and asks for each page's data as three "
            "users. Exits with 1 when one takes too long; an empty answer ends it."
        ),
    )
    reads.add_argument("--rounds", type=int, default=10, help=_("how often each is asked"))
    reads.add_argument("--json", action="store_true", help=_("print JSON"))
    reads.set_defaults(run=run_reads)
    rate = actions.add_parser(
        "tile-rate",
        help=_("how many tiles of the map are answered a second"),
        description=_(
            "Asks one server for a kept tile, for the same by its tag and for its health, over 1 "
            "and 10 connections. Exits with 1 when tiles come at less than 10,000 a second or "
            "less than twice the rate of the health."
        ),
    )
    rate.add_argument("--rounds", type=int, default=3, help=_("rounds of each side"))
    rate.add_argument("--json", action="store_true", help=_("print JSON"))
    rate.set_defaults(run=run_tile_rate)
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
    imports = actions.add_parser(
        "imports",
        help=_("how fast 100,000 reaches are imported, and in how much memory"),
        description=_(
            "Makes a nation by rule, imports it into a private server and compares the outcome "
            "of a part of it with that of the importer before. Exits with 1 where they differ."
        ),
    )
    imports.add_argument("--reaches", type=int, default=100_000, help=_("reaches to import"))
    imports.add_argument("--json", action="store_true", help=_("print JSON"))
    imports.set_defaults(run=run_imports)


def run_ingest(args: argparse.Namespace) -> int:
    """Runs the benchmark of ingest rates; returns 0 when every system compared was measured."""
    return _measure("ingest_rates", [f"--rounds={args.rounds}", *(["--json"] * args.json)])


def run_kill(args: argparse.Namespace) -> int:
    """Runs the benchmark of killed processes; returns 0 if nothing is lost or stored twice, else 1.

    What a device must not drop yet doesn't count as lost.
    """
    how = "--quick" if args.quick else "--full"
    return _measure("kill_matrix", [how, *(["--json"] * args.json)])


def run_live(args: argparse.Namespace) -> int:
    """Runs the benchmark of live pages; returns 0 if none hears late or misses anything, else 1."""
    json = ["--json"] * args.json
    return _measure("live_viewers", [f"--stations={args.stations}", *json])


def run_reads(args: argparse.Namespace) -> int:
    """Runs the benchmark of reads; returns 0 when each was as quick as it must be, else 1."""
    return _measure("reads", [f"--rounds={args.rounds}", *(["--json"] * args.json)])


def run_tile_rate(args: argparse.Namespace) -> int:
    """Runs the benchmark of kept tiles; returns 0 when they are as fast as claimed, else 1."""
    return _measure("tile_rate", [f"--rounds={args.rounds}", *(["--json"] * args.json)])


def run_map(args: argparse.Namespace) -> int:
    """Runs the benchmark of the first map; returns 0 when every goal is met, else 1."""
    national = [f"--national={args.national}"] if args.national else []
    return _measure("map_first", [f"--rounds={args.rounds}", *national, *(["--json"] * args.json)])


def run_tiles(args: argparse.Namespace) -> int:
    """Runs the benchmark of map tiles; returns 0 when every goal is met, else 1."""
    folder = [f"--folder={args.dir}"] if args.dir else []
    return _measure("map_tiles", [f"--rounds={args.rounds}", *folder, *(["--json"] * args.json)])


def run_axe(args: argparse.Namespace) -> int:
    """Looks at the pages with axe-core; returns 0 when it finds nothing, else 1."""
    return _measure("axe", args.pages)


def run_imports(args: argparse.Namespace) -> int:
    """Runs the benchmark of imports; returns 0 when both importers leave the same, else 1."""
    return _measure("imports", [f"--reaches={args.reaches}", *(["--json"] * args.json)])


def _measure(name: str, arguments: Sequence[str]) -> int:
    """Runs a benchmark, returns its exit code. Raises BadInput outside a source checkout."""
    if not (ROOT / "benchmarks" / f"{name}.py").is_file():
        raise BadInput(
            "Benchmarks are part of the source tree, not of the installed package.",
            mend="Run ./onemap bench in a checkout, after ./onemap test has set it up.",
        )
    sys.path.insert(0, str(ROOT))
    return int(importlib.import_module(f"benchmarks.{name}").main(arguments))
