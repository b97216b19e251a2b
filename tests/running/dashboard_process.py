"""The dashboard behind uvicorn as a process of its own, as it runs for real."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.running.waiting import until

ROOT = Path(__file__).parents[2]
STARTED = re.compile(r"running on (http://127\.0\.0\.1:\d+)")


def start_server(
    url: str, log: Path, settings: dict[str, str], app: str = "dashboard.app:create_app"
) -> tuple[subprocess.Popen[bytes], str]:
    """The server's process and its address, once it listens."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ONEMAP_")}
    environment = {
        **ours,
        **settings,
        "ONEMAP_DATABASE__URL": url,
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", app]
    command += ["--port", "0", "--timeout-graceful-shutdown", "1"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )

    def listening() -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        return STARTED.search(log.read_text("utf-8")) is not None

    until(listening, patience_s=60, every_s=0.1)
    return process, STARTED.findall(log.read_text("utf-8"))[0]
