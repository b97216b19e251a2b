"""The ledger's worker as a process of its own, as it runs for real."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running.bound import bound
from tests.running.folders import ROOT
from tests.running.waiting import until


def onemap(database_url: str, key: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``onemap …`` answers, in English."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard.cli", *arguments],
        cwd=ROOT,
        env=environment(database_url, key),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def environment(database_url: str, key: Path) -> dict[str, str]:
    """The settings of a ledger with that key."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "PYTHONPATH": str(ROOT),
        "ONEMAP_DATABASE__URL": database_url,
        "ONEMAP_LEDGER__KEY": str(key),
        "ONEMAP_LEDGER__TURN_SECONDS": "1",
        "ONEMAP_LEDGER__HEAD_MINUTES": "0.01",
        "ONEMAP_DASHBOARD__LANGUAGE": "en",
    }


class LedgerProcess:
    """``onemap ledger work`` on one database; it can be started again."""

    def __init__(self, database_url: str, key: Path, log: Path) -> None:
        self.environment = environment(database_url, key)
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It is at work."""
        starts = self.said().count("at work")
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                bound(sys.executable, "-m", "dashboard.cli", "ledger", "work"),
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until(lambda: self.said().count("at work") > starts, patience_s=60)

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def end(self, number: signal.Signals) -> int:
        """The code it exits with at the signal."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def ledger_process(database_url: str, key: Path, log: Path) -> Iterator[LedgerProcess]:
    """It is at work inside the block, and doesn't run after it."""
    made = LedgerProcess(database_url, key, log)
    made.start()
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.end(signal.SIGKILL)
