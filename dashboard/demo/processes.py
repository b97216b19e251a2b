"""Runs the demo's processes: restarts and logs them, ends all within five seconds."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from data.daemon import Daemon
from data.errors import OneMapError
from data.logs import rotate

STEADY_S = 30.0
"""A child that ran this long before it ended is started again at once."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 2.5
SIZED_EVERY_S = 5.0
"""So often a process's log is looked at."""


class Tended:
    """A process of the demo that is started again after each end, with growing pauses.

    ``begin`` starts it, in ``daemon`` and with its output in ``log``.
    """

    def __init__(self, name: str, daemon: Daemon, log: Path, begin: Callable[[], None]) -> None:
        self.name = name
        self.daemon = daemon
        self.log = log
        self._begin = begin
        self._started = time.monotonic()
        self._again_at: float | None = None
        self._pause_s = FIRST_PAUSE_S

    def start(self) -> None:
        """Starts the process."""
        self._again_at = None
        self._started = time.monotonic()
        self._begin()

    def look_after(self, now: float) -> str | None:
        """Restarts the process after its pause; returns a line on its end or restart, else None."""
        if self._again_at is not None:
            return self._start_again(now) if now >= self._again_at else None
        process = self.daemon.process
        if process is None or process.poll() is None:
            return None
        steady = now - self._started > STEADY_S
        self._wait(now, FIRST_PAUSE_S if steady else self._pause_s * 2)
        return (
            f"{self.name} 意外退出（{process.returncode}），{self._pause_s:g} 秒后重启 / "
            f"ended ({process.returncode}), starts again in {self._pause_s:g} s; see {self.log}"
        )

    def _start_again(self, now: float) -> str:
        try:
            self.start()
        except (OneMapError, OSError) as error:
            self._wait(now, self._pause_s * 2)
            return (
                f"{self.name} 未能启动，{self._pause_s:g} 秒后再试 / "
                f"does not start, tried again in {self._pause_s:g} s: {error}"
            )
        return f"{self.name} 已重新启动 / started again"

    def _wait(self, now: float, pause_s: float) -> None:
        self._pause_s = min(pause_s, LONGEST_PAUSE_S)
        self._again_at = now + self._pause_s


class Child(Tended):
    """A command of ours as a child process of the demo."""

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        daemon, log = Daemon(folder / "run" / f"{name}.json"), folder / "logs" / f"{name}.log"
        command = [sys.executable, "-m", "dashboard.cli", *arguments]
        known = dict(environment)
        super().__init__(
            name, daemon, log, lambda: daemon.start(command, log=log, environment=known)
        )


class Watch:
    """Raises Stopped on Ctrl-C, SIGTERM and hang-up (the last not under nohup)."""

    def __init__(self) -> None:
        self.is_stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._stop_on_signal)

    def _stop_on_signal(self, _number: int, _frame: object) -> None:
        if not self.is_stopping:
            self.is_stopping = True
            raise Stopped

    def over(self) -> None:
        """Ignores further signals, so that they don't interrupt the clean-up."""
        self.is_stopping = True


class Stopped(Exception):
    """A signal asked the demo to stop."""


def end_left(records: Iterable[Path]) -> None:
    """Ends processes that an earlier demo, killed before its clean-up, recorded in files."""
    for record in records:
        Daemon(record).stop(patience_s=PATIENCE_S)


def tend(
    processes: Sequence[Tended], print_line: Callable[[str], None], *, every_s: float = 0.25
) -> None:
    """Restarts processes whenever they end, and keeps their logs from growing for ever.

    Never returns, but a signal raises Stopped.
    """
    sized_at = time.monotonic()
    while True:
        for child in processes:
            line = child.look_after(time.monotonic())
            if line:
                print_line(line)
        if time.monotonic() - sized_at >= SIZED_EVERY_S:
            sized_at = time.monotonic()
            for child in processes:
                rotate(child.log)
        time.sleep(every_s)


def stop(children: Sequence[Child]) -> None:
    """Ends all children with SIGTERM, and with SIGKILL those that don't end in time."""
    for child in children:
        child.daemon.send(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    for child in children:
        child.daemon.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.daemon.stop(signal.SIGKILL)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Returns a child's environment variables: ours, with only the demo's database and broker."""
    foreign = ("ONEMAP_DATABASE__", "ONEMAP_MQTT__")
    own = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    return {**own, **settings, "PYTHONUNBUFFERED": "1"}
