"""Folders of tests: their own while they run, removed by a later run when they were killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.daemon import run_folder
from tests.running.bound import bound
from tests.running.folders import (
    MEMORY,
    ROOT,
    has_room,
    is_left,
    open_folder,
    remove_left_folders,
)

HOLDER = """
import sys
from tests.running.folders import open_folder
with open_folder("left", in_memory=sys.argv[1] == "memory") as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(where: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has opened a folder, and that folder."""
    command = bound(sys.executable, "-c", HOLDER, where)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_folder_is_removed_when_its_block_ends() -> None:
    with open_folder("mine") as folder:
        assert folder.is_dir()
        assert folder.name.startswith("onemap-tests-mine-")
        assert folder.stat().st_mode & 0o777 == 0o755
        assert not is_left(folder)
        assert folder not in remove_left_folders()
        assert folder.is_dir()
    assert not folder.exists()


def test_a_folder_in_memory_lies_on_no_disk() -> None:
    with open_folder("mine", in_memory=True) as folder:
        assert (folder.parent == MEMORY) is has_room()


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(
    where: str,
) -> None:
    with holder(where) as (killed, left), holder(where) as (_living, used):
        (left / "deep").mkdir()
        (left / "deep" / "file").write_text("left")
        assert not is_left(left)
        killed.send_signal(signal.SIGKILL)
        killed.wait(30)
        assert left.is_dir()
        removed = remove_left_folders()
        assert not left.exists()
        assert used not in removed
        assert used.is_dir()


def test_with_the_folder_of_a_killed_server_goes_that_of_its_sockets() -> None:
    with holder("disk") as (killed, left):
        data = left / "postgres" / "data"
        data.mkdir(parents=True)
        sockets = run_folder(data.parent, None)
        (sockets / ".s.PGSQL.1").touch()
        (data / "onemap.conf").write_text(f"unix_socket_directories = '{sockets}'\n")
        killed.send_signal(signal.SIGKILL)
        killed.wait(30)
        remove_left_folders()
        assert not sockets.exists()


def test_a_link_is_not_followed_and_its_target_stays(tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.mkdir()
    link = tmp_path / "onemap-tests-link"
    link.symlink_to(target)
    assert remove_left_folders(tmp_path) == []
    assert target.is_dir()
