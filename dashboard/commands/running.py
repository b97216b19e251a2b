"""A command that works until it is told to end."""

import logging
import signal
from types import FrameType
from typing import Protocol

from sqlalchemy import Engine


class Works(Protocol):
    """What runs until it is stopped and then finishes what it has in hand."""

    def run(self) -> None:
        """Works until stopped."""

    def stop(self) -> None:
        """What is in hand is finished, then ``run`` returns."""


def run_until_told(worker: Works, engine: Engine) -> int:
    """The worker has run until SIGTERM or SIGINT and its engine is closed; 0."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

    def end(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        worker.run()
    finally:
        engine.dispose()
    return 0
