"""What the log of a process says: one form of line, few tracebacks, each outage's begin and end."""

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final

from data.errors import OneMapError
from data.settings import LogSettings
from data.whole_files import write_whole

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
Seconds = Callable[[], float]

TRACEBACK_EVERY_S: Final = 60.0
"""A traceback of one kind is written at most once in so long; in between, one line says it."""

_DETAIL: Final = re.compile(
    r"^DETAIL:.*?(?=^(?:HINT|CONTEXT|LINE|QUERY|\[SQL|\(Background|Traceback|The above|During)|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What PostgreSQL says of the rows at fault, up to what else stands after it."""


class FewTracebacks(logging.Formatter):
    """Formats lines, with the traceback of one kind of error at most once a minute.

    A kind is the error's class and the line of code that raised it. PostgreSQL's details are left
    out: they quote the row, which may be personal.
    """

    def __init__(self, form: str, clock: Seconds = time.monotonic) -> None:
        super().__init__(form)
        self._clock = clock
        self._writing = threading.Lock()
        self._written: dict[tuple[str, str, int], float] = {}

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  logging's own name
        """Returns the traceback, or a word instead of one that was just written."""
        now = self._clock()
        with self._writing:
            self._written = {
                kind: at for kind, at in self._written.items() if now - at < TRACEBACK_EVERY_S
            }
            kind = _kind(ei)
            if kind in self._written:
                return f"({kind[0]} again at {kind[1]}:{kind[2]}: its traceback stands above)"
            self._written[kind] = now
        return _DETAIL.sub("DETAIL: left out\n", super().formatException(ei)).rstrip()


def begin_logging(prefix: str = "") -> None:
    """Makes this process log to its standard error; ``prefix`` stands before each message."""
    handler = logging.StreamHandler()
    handler.setFormatter(FewTracebacks(f"%(asctime)s %(levelname)s {prefix}%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class FaultLog:
    """Logs faults of our own, that cost one message each: one line of a kind, its first time.

    A kind is the error's class and the line of code that raised it. The error's text is left out:
    it may quote the message.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._met: set[tuple[str, str, int]] = set()

    def met(self, what: str, error: BaseException) -> None:
        """Logs what failed, with the error's kind, unless such a one was logged before."""
        kind = _kind((type(error), error, error.__traceback__))
        if kind not in self._met:
            self._met.add(kind)
            self._log.error("%s: %s at %s:%d (said once)", what, *kind)


class OutageLog:
    """Logs when an outage begins and when it is over: one line each, however often it is met.

    Threads may share it: the outage is over when each of those who met it has gone on.
    """

    def __init__(self, log: logging.Logger, clock: Seconds = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._counting = threading.Lock()
        self._waiting: set[int] = set()
        self._began_s = 0.0

    def met(self, error: BaseException) -> None:
        """Logs the first of the errors of an outage."""
        with self._counting:
            is_new = not self._waiting
            self._waiting.add(threading.get_ident())
            if is_new:
                self._began_s = self._clock()
        if is_new:
            self._log.warning("the database doesn't answer: %s", first_line(error))

    def over(self) -> None:
        """Logs that the outage is over, if there was one and nobody waits any more."""
        if not self._waiting:
            return
        with self._counting:
            before = len(self._waiting)
            self._waiting.discard(threading.get_ident())
            is_over = before > 0 and not self._waiting
            lasted_s = self._clock() - self._began_s
        if is_over:
            self._log.warning("the database answers again, after %.1f s", lasted_s)


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's text, without the statement and values after it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def rotate(log: Path, settings: LogSettings | None = None, *, in_use: bool = True) -> bool:
    """Keeps a log that has grown too large as ``log.1`` and begins it anew; returns whether it did.

    Older copies move up, the oldest goes. A log ``in_use`` is copied, and emptied under its writer,
    who must append (O_APPEND): what is written between the two is lost, as is the copy where the
    disk has no room for it.
    """
    settings = settings or LogSettings()
    most = round(settings.most_mb * 1_000_000)
    try:
        if log.stat().st_size <= most:
            return False
    except OSError:
        return False
    for number in range(settings.kept, 1, -1):
        _move(_copy_of(log, number - 1), _copy_of(log, number))
    if settings.kept and not in_use:
        _move(log, _copy_of(log, 1))
        return True
    if settings.kept:
        with suppress(OneMapError):
            write_whole(_copy_of(log, 1), _end_of(log, 2 * most))
    os.truncate(log, 0)
    return True


def _end_of(log: Path, most: int) -> bytes:
    """Returns the last bytes of the log: one far beyond its size is not read into memory whole."""
    with log.open("rb") as file:
        file.seek(-min(most, log.stat().st_size), os.SEEK_END)
        return file.read()


def _move(one: Path, to: Path) -> None:
    if one.exists():
        one.replace(to)


def _copy_of(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")


def _kind(ei: ExcInfo) -> tuple[str, str, int]:
    """Returns the error's class and the file and line that raised it."""
    error, at = ei[1], ei[2]
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = ("?", 0) if at is None else (at.tb_frame.f_code.co_filename, at.tb_lineno)
    return type(error).__name__, *where
