"""Ingest as a process of its own, as it runs for real, so that it can be stopped and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.broker.mosquitto import Broker
from tests.running.bound import bound
from tests.running.folders import ROOT
from tests.running.waiting import until


class IngestProcess:
    """``onemap ingest`` against one broker and one database; it can be started again.

    Its session is that of ingest's account. Without a broker the environment has to name one
    before it starts.
    """

    def __init__(self, broker: Broker | None, password: str, database_url: str, log: Path) -> None:
        self.log = log
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "PYTHONPATH": str(ROOT),
            "ONEMAP_DATABASE__URL": database_url,
            "ONEMAP_MQTT__PASSWORD": password,
        }
        if broker is not None:
            self.environment["ONEMAP_MQTT__PORT"] = str(broker.port)
            self.environment["ONEMAP_MQTT__CONFIG_FILE"] = str(broker.folder / "mosquitto.conf")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It runs."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                bound(sys.executable, "-m", "dashboard.cli", "ingest"),
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def await_subscription(self) -> None:
        """The broker keeps what is published from now on for it, also when it is away."""
        until(lambda: "subscribed to" in self.said(), patience_s=60)

    def kill(self) -> None:
        """It is gone without a word, as with kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)

    def stop(self) -> int:
        """The code it exits with when asked to end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace")


@contextmanager
def ingest_process(
    broker: Broker, password: str, database_url: str, log: Path
) -> Iterator[IngestProcess]:
    """It runs and is subscribed inside the block, and doesn't run after it."""
    made = IngestProcess(broker, password, database_url, log)
    made.start()
    try:
        made.await_subscription()
        yield made
    finally:
        if made.running:
            made.kill()
