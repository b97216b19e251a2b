"""The ingest command: readings from the broker into the database until it is told to stop."""

import argparse
import logging
import signal
from types import FrameType

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

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    engine = ingest_engine()
    worker = Worker(engine)

    def end(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        worker.run()
    finally:
        engine.dispose()
    return 0
