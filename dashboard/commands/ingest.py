"""The ingest command: takes readings from the broker into the database until stopped."""

import argparse

from dashboard.commands.running import run_until_stopped
from dashboard.parts.wording import _


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``ingest`` to the command line."""
    parser = subparsers.add_parser(
        "ingest", help=_("take readings from the broker into the database")
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help=_("so many processes share the stations; one session at the broker all the same"),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Takes readings in until SIGTERM or SIGINT, finishes the batches begun; returns 0."""
    from data import clock
    from data.database import ingest_engine
    from data.database_clock import CheckedClock
    from data.settings import IngestSettings
    from ingest.running.collector import rest_collector
    from ingest.running.worker import Worker

    chosen = {} if args.workers is None else {"workers": args.workers}
    settings = IngestSettings(**chosen)
    engine = ingest_engine()
    worker = Worker(engine, settings=settings, check_clock=CheckedClock(engine, clock.now))
    rest_collector()
    return run_until_stopped(worker, engine)
