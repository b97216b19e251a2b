"""Runs a worker until a signal ends it."""

import signal
from types import FrameType
from typing import Protocol

from sqlalchemy import Engine

from data.background import watch_threads
from data.logs import begin_logging


class Works(Protocol):
    """A worker that runs until stopped and then finishes the job it has begun."""

    def run(self) -> None:
        """Works until stopped."""

    def stop(self) -> None:
        """Makes ``run`` finish the job it has begun and return."""


def run_until_stopped(worker: Works, engine: Engine) -> int:
    """Runs the worker until SIGTERM or SIGINT, then closes its engine; returns 0."""
    watch_threads()
    begin_logging()

    def end(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        worker.run()
    finally:
        engine.dispose()
    return 0
