"""A run of tests that is interrupted, asked to end or killed leaves no server behind.

The folders of a killed one go with the next run.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.rig.processes import descent
from data.daemon import started_at_ticks
from tests.journeys.house import lingering
from tests.running.bound import bound
from tests.running.folders import PREFIX, ROOT, remove_left_folders
from tests.running.waiting import until

LINGERING = "tests/journeys/house/lingering.py::test_everything_is_started_and_stays"
SERVERS = ("postgres", "mosquitto", "chromium", "forkserver", "dashboard.cli ingest")
"""What stands in the command line of each kind of process that a test starts."""


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@dataclass
class Run:
    """A run of lingering tests in a process group of its own."""

    process: subprocess.Popen[bytes]
    ready: Path

    def family(self, name: str) -> dict[int, int | None]:
        """The worker at work on that test with all that descend from it: pid and start."""
        worker = int((self.ready / name).read_text())
        found = [each.pid for each in descent(worker)]
        lines = [command_line(pid) for pid in found]
        missing = [server for server in SERVERS if not any(server in line for line in lines)]
        assert missing == []
        return {pid: started_at_ticks(pid) for pid in found}


def folders_of(pid: int) -> set[Path]:
    """The folders of tests that the process has opened and holds locked."""
    held = {each.readlink() for each in Path(f"/proc/{pid}/fd").iterdir() if each.exists()}
    return {folder for folder in held if folder.name.startswith(PREFIX)}


def assert_gone(family: dict[int, int | None]) -> None:
    """All of them end within a minute, each known by its pid and its start."""

    def left() -> list[str]:
        return [
            f"{pid} {command_line(pid)[:80]}"
            for pid, ticks in family.items()
            if ticks is not None and started_at_ticks(pid) == ticks
        ]

    try:
        until(lambda: not left(), patience_s=60)
    finally:
        assert left() == []


@contextmanager
def running(folder: Path, *names: str) -> Iterator[Run]:
    """The named lingering tests, a worker each, with every server started."""
    tests = [f"{LINGERING}[{name}]" for name in names]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [
        "-n",
        str(len(names)),
        "--dist",
        "load",
        *tests,
    ]
    with (folder / "said").open("wb") as out:
        process = subprocess.Popen(
            bound(*command),
            cwd=ROOT,
            env={**os.environ, lingering.READY: str(folder)},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def started() -> bool:
        assert process.poll() is None, (folder / "said").read_text()
        return all((folder / name).exists() for name in names)

    try:
        until(started, patience_s=240)
        yield Run(process, folder)
    finally:
        process.kill()
        process.wait()


def press_ctrl_c(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("end", [press_ctrl_c, subprocess.Popen.terminate], ids=["Ctrl-C", "TERM"])
def test_an_interrupted_run_stops_its_servers(
    tmp_path: Path, end: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    with running(tmp_path, "one") as run:
        family = run.family("one")
        end(run.process)
        assert_gone(family)
        assert run.process.wait(60) == 2, (tmp_path / "said").read_text()


def test_servers_of_a_killed_worker_and_of_a_killed_run_end(tmp_path: Path) -> None:
    with running(tmp_path, "one", "other") as run:
        first, second = run.family("one"), run.family("other")
        worker = int((tmp_path / "one").read_text())
        left = folders_of(worker)
        assert {folder.name.split("-")[2] for folder in left} >= {"cluster", "broker", "lingering"}
        os.kill(worker, signal.SIGKILL)
        assert_gone(first)
        run.process.kill()
        assert_gone(second)
    remove_left_folders()
    until(lambda: not any(folder.exists() for folder in left))
