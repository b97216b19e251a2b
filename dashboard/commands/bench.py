"""The bench command: what is claimed of rates and losses, measured on this machine."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dashboard.parts.wording import _
from data.errors import BadInput

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark: its action, the module that measures, its words and what can be chosen.

    ``count`` is an option for a number: its name, what it is unless set, its words.
    """

    action: str
    module: str
    help: str
    description: str
    count: tuple[str, int, str] | None = None
    takes_folder: bool = False


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``bench`` with its actions to the command line."""
    parser = subparsers.add_parser("bench", help=_("measure rates and losses on this machine"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for bench in (*_of_readings(), *_of_a_nation()):
        one = actions.add_parser(bench.action, help=bench.help, description=bench.description)
        if bench.count:
            name, usual, words = bench.count
            one.add_argument(f"--{name}", type=int, default=usual, help=words)
        one.add_argument("--json", action="store_true", help=_("print JSON"))
        one.set_defaults(run=partial(run, bench))
    _add_kill(actions)
    _add_axe(actions)


def _of_readings() -> tuple[Bench, ...]:
    return (
        Bench(
            "ingest",
            "ingest_rates",
            _("how fast messages are taken in, beside other ways to do it"),
            _(
                "Starts private servers and measures each side several times, in turns, on a clean "
                "broker: messages and values a second, processor time, delay and losses."
            ),
            ("rounds", 3, _("rounds of each side")),
        ),
        Bench(
            "live",
            "live_viewers",
            _("how long a reading takes to the pages of 500 people who see different areas"),
            _(
                "Starts private servers, opens 500 pages of 200 areas, publishes readings and "
                "restarts the dashboard. Exits with 1 when a page hears later or misses more than "
                "is promised."
            ),
            ("stations", 4000, _("stations made by rule")),
        ),
    )


def _of_a_nation() -> tuple[Bench, ...]:
    """The map, its reads and its imports at the scale of a nation."""
    return (
        Bench(
            "map",
            "map_first",
            _("how long the map takes to open, beside an empty page"),
            _(
                "Opens the map of the made county in fresh profiles of Chromium, in turns with an "
                "empty page that is served in the same way: times, redraws, requests and bytes. "
                "With --dir of a national demo that isn't running, the nation's map too. "
                "Exits with 1 when a goal is missed; an empty map ends it."
            ),
            ("rounds", 5, _("rounds of each side")),
            takes_folder=True,
        ),
        Bench(
            "reads",
            "reads",
            _("how long the server takes for each page, for a nation's user and a town's"),
            _(
                "Makes a nation of 100,000 reaches by rule and asks for each page's data as three "
                "users. Exits with 1 when one takes too long; an empty answer ends it."
            ),
            ("rounds", 10, _("how often each is asked")),
        ),
        Bench(
            "tile-rate",
            "tile_rate",
            _("how many tiles of the map are answered a second"),
            _(
                "Asks one server for a kept tile, for the same by its tag and for its health, over "
                "1 and 10 connections. Exits with 1 when tiles come at less than 10,000 a second "
                "or less than twice the rate of the health."
            ),
            ("rounds", 3, _("rounds of each side")),
        ),
        Bench(
            "tiles",
            "map_tiles",
            _("how long tiles of a nation take, beside another tile server and bare SQL"),
            _(
                "Makes a national database, or takes that of a demo with --dir that isn't running. "
                "Installs tipg from PyPI into a folder of its own. Exits with 1 when a goal is "
                "missed."
            ),
            ("rounds", 3, _("rounds of each side")),
            takes_folder=True,
        ),
        Bench(
            "imports",
            "imports",
            _("how fast 100,000 reaches are imported, and in how much memory"),
            _(
                "Makes a nation by rule, imports it into a private server and compares the outcome "
                "of a part of it with that of the importer before. Exits with 1 where they differ."
            ),
            ("reaches", 100_000, _("reaches to import")),
        ),
    )


def _add_kill(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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


def _add_axe(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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


def run(bench: Bench, args: argparse.Namespace) -> int:
    """Runs a benchmark; returns 0 when what is claimed of it holds, else 1."""
    counts = [f"--{bench.count[0]}={getattr(args, bench.count[0])}"] if bench.count else []
    folder = [f"--folder={args.dir}"] if bench.takes_folder and args.dir else []
    return _measure(bench.module, [*counts, *folder, *(["--json"] * args.json)])


def run_kill(args: argparse.Namespace) -> int:
    """Runs the benchmark of killed processes; returns 0 if nothing is lost or stored twice, else 1.

    What a device must not drop yet doesn't count as lost.
    """
    how = "--quick" if args.quick else "--full"
    return _measure("kill_matrix", [how, *(["--json"] * args.json)])


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
