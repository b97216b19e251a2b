"""The ingest command: readings from the broker into the database until it is told to stop."""

import argparse

from dashboard.commands.running import run_until_told
from dashboard.views.wording import _


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command is known to the command line."""
    parser = subparsers.add_parser(
        "ingest", help=_("take readings from the broker into the database")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Runs until SIGTERM or SIGINT, finishes the batch in hand and acknowledges it; 0."""
    from data.database import ingest_engine
    from ingest.worker import Worker

    engine = ingest_engine()
    return run_until_told(Worker(engine), engine)
