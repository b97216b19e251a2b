"""The demo command: everything at once, on a basin made by rule or read from a folder."""

import argparse
from pathlib import Path

from dashboard.parts.wording import _


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
    parser.add_argument("--basin", type=Path, metavar="DIR", help=_("take the basin from files"))
    parser.add_argument("--no-simulate", action="store_true", help=_("without simulated devices"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Runs the demo until SIGTERM or SIGINT; returns 0."""
    from dashboard.demo.environment import default_folder
    from dashboard.demo.run import run as run_demo

    return run_demo(
        args.dir or default_folder(),
        port=args.port,
        basin=args.basin,
        simulate=not args.no_simulate,
    )
