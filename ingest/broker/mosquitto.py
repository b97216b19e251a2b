"""Runs a private mosquitto in a folder, for the demo and the tests: accounts, ACL, kept queues."""

import fcntl
import json
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from data.daemon import Account, Daemon, free_port, own, program, reaches, unprivileged
from data.errors import BadInput, ServiceDown
from data.placing.codes import is_account
from data.whole_files import write_whole
from ingest.broker.configuration import ACL, CONFIG, NOISE, REFUSALS
from ingest.broker.limits import check_limits
from ingest.broker.sign_in import accepts

__all__ = ["GATEWAY", "INGEST", "PUBLISHER", "SIMULATOR", "Broker", "accepts", "check_limits"]

INGEST = "onemap-ingest"
"""The account that reads every station's topics and writes receipts."""

GATEWAY, SIMULATOR, PUBLISHER = "onemap-hj212", "onemap-simulator", "onemap-publish"
"""The accounts of the HJ 212 gateway, the simulator and ``publish-file``.

Each is named as the client id it has always used: the broker names a session after its account.
"""

_RENAMED = {"ingest": INGEST, "gateway": GATEWAY, "simulator": SIMULATOR}
"""What these accounts were called while any account could use any client id."""

_NAME = re.compile(r"[^\s/+#:$\x00-\x1f][^\s/+#:\x00-\x1f]{0,63}")

_SCRATCH = ".passwords-"
"""Folders of plain passwords, which live as long as it takes to hash them, begin so."""


class Broker:
    """A mosquitto process on 127.0.0.1 whose queues survive restarts; start it in the main thread.

    ``accounts`` maps a name to its password: ``INGEST``, devices (named as their station, which is
    all they may write under) and gateways. ``gateways`` maps such a name to the stations it writes
    for. An account has one session, named as the account: whoever signs in a second time with it
    ends its own first connection, and nobody else's.
    """

    logs_refusals = True
    """Whether the log says what the broker denies; it costs 20 µs a message."""

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        accounts: Mapping[str, str] | None = None,
        *,
        gateways: Mapping[str, Sequence[str]] | None = None,
        log: Path | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.accounts = dict(accounts or {})
        self.gateways = {name: list(stations) for name, stations in (gateways or {}).items()}
        self.log = log or self.folder / "mosquitto.log"
        self.account: Account | None = unprivileged("mosquitto", "postgres")
        self.daemon = Daemon(self.folder / "process.json")

    def start(self) -> None:
        """Starts the broker with the sessions, queues and devices of earlier runs.

        Raises MissingPart, BadInput (a folder or a name it can't use) or ServiceDown.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        own(self.folder, self.account, 0o700)
        if not reaches(self.account, self.folder):
            raise BadInput(
                "The account {account} can't reach {folder}.",
                mend="Choose a folder that is not inside a private home, such as /var/lib/onemap.",
                account=self.account.name if self.account else "",
                folder=self.folder,
            )
        if "\n" in str(self.folder):
            raise BadInput("A folder's name can't hold a line break: {folder}", folder=self.folder)
        self.daemon.stop(patience_s=10)
        self.port = free_port(self.port)
        self._write("mosquitto.conf", self._config())
        with self._changing_accounts():
            self._rename_accounts()
            others = [line for line in self._kept() if line.partition(":")[0] not in self.accounts]
            self._write_accounts(others + self._hashed(self.accounts))
        self.daemon.start(self._command(), log=self.log, account=self.account)
        self._await()

    def _config(self) -> str:
        refusals = REFUSALS if self.logs_refusals else "connection_messages false"
        return CONFIG.format(port=self.port, folder=self.folder, refusals=refusals)

    def _command(self) -> list[str | Path]:
        """Returns the command that starts mosquitto, with its log filtered: it says too much."""
        found = program("mosquitto", package="mosquitto")
        command: list[str | Path] = [found, "-c", self.folder / "mosquitto.conf"]
        if not self.logs_refusals:
            return command
        script = f"exec \"$@\" 2> >(LC_ALL=C exec grep --line-buffered -vE $'{NOISE}')"
        return [program("bash", package="bash"), "-c", script, "mosquitto", *command]

    def stop(self, *, patience_s: float = 3.0) -> None:
        """Stops the broker, which then writes its message queues to disk."""
        self.daemon.stop(patience_s=patience_s)

    def add_device(self, station: str, password: str | None = None) -> str:
        """Adds a device's account, which may publish only as its station; returns the password.

        Works from another process than the one that started the broker. An existing device gets the
        new password. The account of ``publish-file``, if there is one, may write for it too. Raises
        BadInput for a name MQTT can't carry, or of one of our other accounts.
        """
        if is_account(station) or station in self._listed():
            raise BadInput(
                "{code} is the name of an account of the broker.",
                mend="Choose another code: a station's device signs in by it.",
                code=station,
            )
        password = password or secrets.token_urlsafe(12)
        with self._changing_accounts():
            lines = [line for line in self._kept() if line.partition(":")[0] != station]
            lines += self._hashed({station: password})
            listed = self._listed()
            if PUBLISHER in listed:
                known = [each for each in listed[PUBLISHER] if each != station]
                self.gateways = {**listed, PUBLISHER: [*known, station]}
            self._write_accounts(lines)
        self.reload()
        return password

    def reload(self) -> None:
        """Makes the running broker reload its accounts without dropping connections."""
        self.daemon.send(signal.SIGHUP)

    def running(self) -> bool:
        """Returns whether the broker process of the recorded id is alive."""
        return self.daemon.pid() is not None

    def known(self) -> set[str]:
        """Returns the names of all accounts of the broker."""
        return {line.partition(":")[0] for line in self._kept()}

    def _rename_accounts(self) -> None:
        """Gives the accounts of an older folder the names of their sessions; hashes are kept.

        A gateway or simulator is one only if it is listed as a gateway, else it is a device.
        """
        listed = self._listed()
        renamed = {old: new for old, new in _RENAMED.items() if new == INGEST or old in listed}
        lines = [line.partition(":") for line in self._kept()]
        names = {name for name, _, _ in lines}
        if names & renamed.keys():
            kept = [
                f"{renamed.get(name, name)}:{hashed}"
                for name, _, hashed in lines
                if renamed.get(name) not in names
            ]
            self._write("passwords", "".join(line + "\n" for line in kept))
        if listed.keys() & renamed.keys():
            named = {renamed.get(name, name): stations for name, stations in listed.items()}
            self._write("gateways.json", json.dumps(named, ensure_ascii=False))

    def _listed(self) -> dict[str, list[str]]:
        """Returns the gateways of the folder with their stations. Raises BadInput if unreadable."""
        known = self.folder / "gateways.json"
        try:
            listed: dict[str, list[str]] = json.loads(known.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise BadInput("{file} can't be read: {reason}", file=known, reason=error) from error
        return listed

    @contextmanager
    def _changing_accounts(self) -> Iterator[None]:
        """Keeps other processes from changing the accounts at the same time: each reads and writes.

        Plain passwords that a killed one left are deleted first.
        """
        with (self.folder / "accounts.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in self.folder.glob(f"{_SCRATCH}*"):
                shutil.rmtree(left, ignore_errors=True)
            (self.folder / "passwords.new").unlink(missing_ok=True)
            yield

    def _kept(self) -> list[str]:
        try:
            return (self.folder / "passwords").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _hashed(self, accounts: Mapping[str, str]) -> list[str]:
        """Returns password file lines with hashes; plain text never appears in a command line."""
        for name, password in accounts.items():
            if not _NAME.fullmatch(name) or not password or "\n" in password:
                raise BadInput("{name} can't be the name of a broker account.", name=name)
        if not accounts:
            return []
        tool = program("mosquitto_passwd", package="mosquitto")
        with TemporaryDirectory(prefix=_SCRATCH, dir=self.folder) as scratch:
            plain = Path(scratch) / "plain"
            plain.write_text("".join(f"{name}:{password}\n" for name, password in accounts.items()))
            done = subprocess.run(  # noqa: S603 - mosquitto's own program
                [str(tool), "-U", str(plain)], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise ServiceDown("mosquitto_passwd failed: {reason}", reason=done.stderr.strip())
            return plain.read_text().splitlines()

    def _write_accounts(self, lines: Sequence[str]) -> None:
        self._write("passwords", "".join(line + "\n" for line in lines))
        if self.gateways or not (self.folder / "gateways.json").exists():
            self._write("gateways.json", json.dumps(self.gateways, ensure_ascii=False))
        gateways = self._listed()
        # A broker that an older version started knows ingest by its old name until it is restarted.
        names = {line.partition(":")[0] for line in lines}
        rules = [ACL.format(ingest=INGEST)]
        if "ingest" in names:
            rules.append("topic write onemap/v1/+/receipt\n")
        for name, stations in gateways.items():
            rules.append(f"\nuser {name}\n")
            for station in stations:
                if not _NAME.fullmatch(station):
                    raise BadInput("{name} can't be a station's topic.", name=station)
                topic = f"onemap/v1/{station}"
                rules.append(f"topic write {topic}/#\n")
                rules.append(f"topic read {topic}/receipt\n")
        self._write("acl", "".join(rules))

    def _write(self, name: str, content: str) -> None:
        """Writes a file atomically, readable only for the broker's system account."""
        write_whole(self.folder / name, content, mode=0o600, owner=self.account)

    def _await(self, patience_s: float = 10.0) -> None:
        deadline = time.monotonic() + patience_s
        while self.running() and time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.stop()
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        raise ServiceDown(
            "mosquitto does not start: {reason}",
            mend="The whole story is in {log}.",
            reason=lines[-1] if lines else "no word in the log",
            log=self.log,
        )
