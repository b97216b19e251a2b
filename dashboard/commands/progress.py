"""Shows the progress of a long command: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import Final, TextIO

from dashboard.parts.wording import _

WIDTH: Final = 24
BAR_S: Final = 0.2
LINE_S: Final = 10.0


class ProgressBar:
    """Shows ``done`` of ``total`` rows, rows a second and the time left, at limited intervals."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._began = self._shown_at = time.monotonic()
        self._first: int | None = None
        self._length = 0

    def show(self, what: str, done: int, total: int | None) -> None:
        """Shows ``done`` of ``total`` rows (None: total unknown) of ``what``.

        Does nothing within 0.2 s of the last time, 10 s where the stream is no terminal.
        """
        at = time.monotonic()
        if self._first is None:
            self._first = done
        if at - self._shown_at < (BAR_S if self._is_terminal else LINE_S):
            return
        self._shown_at = at
        self._put(self._line(what, done, total, at))

    def finish(self, line: str) -> None:
        """Clears the progress bar and prints ``line`` as the last one."""
        if self._is_terminal:
            self._stream.write("\r" + " " * self._length + "\r")
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def _line(self, what: str, done: int, total: int | None, at: float) -> str:
        rate = (done - (self._first or 0)) / max(at - self._began, 1e-9)
        parts = [what]
        if total:
            full = round(WIDTH * min(1.0, done / total))
            if self._is_terminal:
                parts.append("█" * full + "░" * (WIDTH - full))
            parts.append(_("{done:,} of {total:,}").format(done=done, total=total))
        else:
            parts.append(_("{done:,} rows").format(done=done))
        parts.append(_("{rate:,.0f} rows/s").format(rate=rate))
        if total and rate > 0:
            left = round(max(0, total - done) / rate)
            parts.append(
                _("{minutes}:{seconds:02d} left").format(minutes=left // 60, seconds=left % 60)
            )
        return "  ".join(parts)

    def _put(self, line: str) -> None:
        if self._is_terminal:
            self._stream.write("\r" + line.ljust(self._length))
            self._length = max(self._length, len(line))
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()
