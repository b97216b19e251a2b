"""Files are written whole: killed writers, readers at the same moment, full disks, permissions."""

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data.errors import BadInput, ServiceDown
from data.whole_files import whole_file, write_new, write_whole
from tests.running.folders import ROOT

OLD, NEW = b"old\n" * 50_000, b"new!\n" * 90_000

_REWRITE = """
import sys
from pathlib import Path
from data.whole_files import write_whole
file = Path(sys.argv[1])
print("begun", flush=True)
while True:
    write_whole(file, b"new!\\n" * 90_000)
    write_whole(file, b"old\\n" * 50_000)
"""
_BOUND = """
import resource, sys
from pathlib import Path
from data.errors import OneMapError
from data.whole_files import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_whole(Path(sys.argv[1]), b"new!\\n" * 90_000)
except OneMapError as error:
    print(type(error).__name__, error)
"""


def run_python(code: str, file: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    write_whole(file, OLD)
    left = 0
    for turn in range(12):
        writer = run_python(_REWRITE, file)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "begun\n"
        time.sleep(0.001 * turn)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert file.read_bytes() in (OLD, NEW)
        left = max(left, len(names(tmp_path)) - 1)
        assert left <= 1, "the part of an earlier killed writer was not swept away"
    write_whole(file, OLD)
    assert names(tmp_path) == {"kept"}


def test_readers_and_writers_at_the_same_moment_see_one_content_whole(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    write_whole(file, OLD)
    stop = threading.Event()

    def rewrite(content: bytes) -> None:
        while not stop.is_set():
            write_whole(file, content)

    writers = [threading.Thread(target=rewrite, args=(each,)) for each in (OLD, NEW)]
    for writer in writers:
        writer.start()
    seen = {file.read_bytes() for _ in range(300)}
    stop.set()
    for writer in writers:
        writer.join()
    assert seen <= {OLD, NEW}
    assert names(tmp_path) == {"kept"}


def test_a_full_disk_leaves_the_old_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    write_whole(file, OLD)
    writer = run_python(_BOUND, file)
    said, _ = writer.communicate(timeout=20)
    assert said.startswith(f"ServiceDown {file} can't be written: File too large.")
    assert file.read_bytes() == OLD
    assert names(tmp_path) == {"kept"}


def test_an_error_in_the_block_leaves_the_old(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    write_whole(file, OLD)

    def break_off() -> None:
        with whole_file(file) as part:
            part.write_bytes(NEW[:1000])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with whole_file(file) as part:
        part.unlink()
    assert file.read_bytes() == OLD
    assert names(tmp_path) == {"kept"}


def test_permissions_are_set_before_the_name_appears_and_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    with whole_file(file, mode=0o600) as part:
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        assert not file.exists()
        part.write_bytes(b"1")
    file.chmod(0o640)
    write_whole(file, "2")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("2", 0o640)


def test_links_pipes_and_folders(tmp_path: Path) -> None:
    """A link stays a link; a pipe is written to; what can't be written is told."""
    (tmp_path / "there").write_text("1")
    (tmp_path / "link").symlink_to("there")
    write_whole(tmp_path / "link", "2")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "2"
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE)
    write_whole(tmp_path / "pipe", "3")
    assert reader.communicate(timeout=10)[0] == b"3"
    with pytest.raises(BadInput, match="can't be written: No such file"):
        write_whole(tmp_path / "missing" / "file", "4")
    with pytest.raises(BadInput, match="can't be written"):
        write_whole(tmp_path, "5")


def test_what_is_there_is_not_replaced_by_a_new_file(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"first", mode=0o600)
    write_new(tmp_path / "key", b"second", mode=0o600)
    assert (tmp_path / "key").read_bytes() == b"first"
    assert names(tmp_path) == {"key"}


def test_a_disk_that_is_full_is_no_fault_of_the_path(tmp_path: Path) -> None:
    """In this process too: the limit holds for the block alone."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(ServiceDown, match="Free some space"):
            write_whole(tmp_path / "file", NEW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == set()
