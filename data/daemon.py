"""Runs a server as a child process: unprivileged, recorded by pid, ended with its parent."""

import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import MissingPart, ServiceDown
from data.logs import rotate
from data.whole_files import write_whole

POLL_S = 0.02
SOCKET_PATH_BYTES = 107
"""The longest path of a Unix socket on Linux, without its closing zero byte."""


@dataclass(frozen=True, slots=True)
class Account:
    """A system account that a server runs as."""

    name: str
    uid: int
    gid: int

    def prefix(self) -> list[str]:
        """Returns what stands before a command to run it as this account.

        Python could change the account too, but would copy the tables of this process's memory
        for that, which takes a large process 40 ms; before ``setpriv`` it needn't.
        """
        account = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return ["/usr/bin/setpriv", *account, "--"]


def unprivileged(*names: str) -> Account | None:
    """Returns the account to run as: if root the first of ``names`` that exists, else None.

    Raises MissingPart when none exists.
    """
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise MissingPart(
        "There is no account {name} to run a server as.",
        mend="Create it: adduser --system --group {name}",
        name=names[0],
    )


def program(name: str, *, package: str, folders: Sequence[Path] = ()) -> Path:
    """Returns the path of an installed program. Raises MissingPart naming its package."""
    for folder in (*folders, Path("/usr/sbin"), Path("/usr/bin")):
        if (folder / name).is_file():
            return folder / name
    found = shutil.which(name)
    if found:
        return Path(found)
    raise MissingPart(
        "{name} is not installed.", mend="apt-get install {package}", name=name, package=package
    )


def own(path: Path, account: Account | None, mode: int) -> None:
    """Makes ``account`` the owner of ``path`` (unless None) and sets the permissions ``mode``."""
    path.chmod(mode)
    if account:
        os.chown(path, account.uid, account.gid)


def reaches(account: Account | None, folder: Path) -> bool:
    """Returns whether the account may enter the folder and all folders above it."""
    if account is None:
        return os.access(folder, os.X_OK)
    command = [*account.prefix(), "/usr/bin/test", "-x", str(folder)]
    found = subprocess.run(command, cwd="/", check=False)  # noqa: S603 - our own path
    return found.returncode == 0


def run_folder(folder: Path, account: Account | None) -> Path:
    """Returns a short private folder for sockets of the server in ``folder``; makes it if needed.

    It lies under the run-time directory, else under /tmp, each time by the same name unless that
    is somebody else's there. Raises ServiceDown when its path is too long.
    """
    uid = account.uid if account else os.geteuid()
    name = "onemap-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
    home = Path("/run") if account else Path(os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{uid}"))
    for made in (home / name, Path("/tmp") / name):  # noqa: S108 - checked to be ours
        try:
            made.mkdir(mode=0o700, exist_ok=True)
            if not made.is_symlink():
                own(made, account, 0o700)
                break
        except OSError:
            continue
    else:
        made = Path(tempfile.mkdtemp(prefix="onemap-", dir="/tmp"))
        own(made, account, 0o700)
    if made.stat().st_uid != uid or len(os.fsencode(made / ".s.PGSQL.65535")) > SOCKET_PATH_BYTES:
        raise ServiceDown("There is no short private folder for PostgreSQL's socket.")
    return made


def free_port(preferred: int = 0) -> int:
    """Returns a free TCP port of 127.0.0.1: ``preferred`` if that is free, else any.

    Raises OSError when none is.
    """
    for wanted in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def started_at_ticks(pid: int) -> int | None:
    """Returns when a process started, in clock ticks since boot; None if gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else int(fields[19])


class Daemon:
    """One process, recorded by pid and start time in a file, so that a later run can end it."""

    def __init__(self, record: Path) -> None:
        self.record = record
        self.process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        account: Account | None = None,
        death_signal: str = "TERM",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts the command in a process group of its own, its output appended to ``log``.

        The kernel sends it ``death_signal`` when the calling thread ends, even by kill -9.
        """
        rotate(log, in_use=False)
        before = [*(account.prefix() if account else []), "/usr/bin/setpriv"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*before, "--pdeathsig", death_signal, "--", *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=None if environment is None else dict(environment),
                start_new_session=True,
            )
        pid = self.process.pid
        write_whole(self.record, json.dumps({"pid": pid, "ticks": started_at_ticks(pid)}))

    def pid(self) -> int | None:
        """Returns the recorded pid if that very process still runs, else None."""
        if self.process is not None and self.process.poll() is not None:
            return None
        try:
            noted = json.loads(self.record.read_text())
            pid, ticks = int(noted["pid"]), noted["ticks"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return pid if ticks is not None and started_at_ticks(pid) == ticks else None

    def send(self, number: signal.Signals) -> bool:
        """Sends the signal to the process; returns False if the process no longer runs."""
        pid = self.pid()
        if pid is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def wait(self, patience_s: float) -> bool:
        """Waits up to ``patience_s`` seconds for the process to end; returns whether it ended."""
        deadline = time.monotonic() + patience_s
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def stop(self, first: signal.Signals = signal.SIGTERM, *, patience_s: float = 3.0) -> None:
        """Ends the process: sends signal ``first``; kills it if it runs ``patience_s`` s later."""
        if self.send(first) and not self.wait(patience_s):
            self.send(signal.SIGKILL)
            self.wait(2.0)
        self.record.unlink(missing_ok=True)
