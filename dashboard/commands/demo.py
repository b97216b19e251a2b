"""The demo command: everything at once, on a basin made by rule or read from a folder."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.parts.wording import _

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dashboard.demo.posts import PasswordOf
    from dashboard.demo.progress import Progress

MONTHS, MOST_MONTHS = 26, 120
"""Months of the made history: two years to compare and a little, and the most that may be made."""

SCALES = ("county", "national")
"""How large the made basin is; a folder keeps its own."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``demo`` to the command line."""
    parser = subparsers.add_parser(
        "demo",
        help=_("set up and run everything on a demo basin"),
        description=_(
            "Runs database, broker, ingest, simulator and dashboard until Ctrl-C. --dir DIR keeps "
            "its data (default: /var/lib/onemap/demo for root, else ~/.local/share/onemap/demo)."
        ),
    )
    parser.add_argument("--port", type=int, help=_("port of the dashboard (default: a free one)"))
    parser.add_argument(
        "--scale",
        choices=SCALES,
        help=_("how large the made basin is when it is made: one county, or a nation around it"),
    )
    parser.add_argument("--basin", type=Path, metavar="DIR", help=_("take the basin from files"))
    parser.add_argument(
        "--months",
        type=whole_months,
        metavar="N",
        default=MONTHS,
        help=_("months of history that the made basin gets when it is made (default: 26)"),
    )
    parser.add_argument("--no-simulate", action="store_true", help=_("without simulated devices"))
    parser.set_defaults(run=run)


def whole_months(words: str) -> int:
    """Returns the number of months. Raises ArgumentTypeError for less than one or over ten years.

    One month is the least: the last four weeks are always made.
    """
    if not words.isascii() or not words.isdecimal() or not 1 <= int(words) <= MOST_MONTHS:
        raise argparse.ArgumentTypeError(
            _("{value} is no number of months from 1 to {most}.").format(
                value=words[:20], most=MOST_MONTHS
            )
        )
    return int(words)


def run(args: argparse.Namespace) -> int:
    """Runs the demo until SIGTERM or SIGINT; returns 0."""
    from dashboard.demo.environment import default_folder
    from dashboard.demo.run import run as run_demo

    return run_demo(
        args.dir or default_folder(),
        port=args.port,
        basin=args.basin,
        simulate=not args.no_simulate,
        months=args.months,
        scale=args.scale,
        nation=_make_nation,
    )


def _make_nation(owner: "Engine", progress: "Progress", password_of: "PasswordOf") -> None:
    """Makes the nation around the county; what draws it is imported only then."""
    from dashboard.demo.national.fill import fill

    fill(owner, progress, password_of=password_of)
