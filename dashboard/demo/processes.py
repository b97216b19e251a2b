"""Runs the demo's child processes: restarts and logs them, ends all within five seconds."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from data.daemon import Daemon

STEADY_S = 30.0
"""A child that ran this long before it ended is started again at once."""
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 2.5


class Child:
    """A child process of the demo; after each end it is restarted, with growing pauses."""

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.log = folder / "logs" / f"{name}.log"
        self.daemon = Daemon(folder / "run" / f"{name}.json")
        self._command = [sys.executable, "-m", "dashboard.cli", *arguments]
        self._environment = dict(environment)
        self._started = 0.0
        self._again_at: float | None = None
        self._pause_s = 0.5

    def start(self) -> None:
        """Starts the command."""
        self._again_at = None
        self._started = time.monotonic()
        self.daemon.start(self._command, log=self.log, environment=self._environment)

    def look_after(self, now: float) -> str | None:
        """Restarts the child after its pause; returns a line on its end or restart, else None."""
        if self._again_at is not None:
            if now < self._again_at:
                return None
            self.start()
            return f"{self.name} 已重新启动 / started again"
        process = self.daemon.process
        if process is None or process.poll() is None:
            return None
        steady = now - self._started > STEADY_S
        self._pause_s = 0.5 if steady else min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._again_at = now + self._pause_s
        return (
            f"{self.name} 意外退出（{process.returncode}），{self._pause_s:g} 秒后重启 / "
            f"ended ({process.returncode}), starts again in {self._pause_s:g} s; see {self.log}"
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
    children: Sequence[Child], print_line: Callable[[str], None], *, every_s: float = 0.25
) -> None:
    """Restarts children whenever they end; never returns, but a signal raises Stopped."""
    while True:
        for child in children:
            line = child.look_after(time.monotonic())
            if line:
                print_line(line)
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
