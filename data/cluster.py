"""Starts and stops a private PostgreSQL + PostGIS cluster in a folder: the embedded default."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from data.daemon import Account, Daemon, free_port, own, program, reaches, run_folder, unprivileged
from data.errors import BadInput, MissingPart, ServiceDown
from data.whole_files import write_whole

ROLES = ("owner", "app", "ingest", "readonly")
"""Short names of the database roles ``onemap_owner`` … ``onemap_readonly``."""

DATABASE = "onemap"
VERSIONS = Path("/usr/lib/postgresql")

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "shared_buffers": "192MB",
    "max_wal_size": "2GB",
    "wal_compression": "lz4",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
}
_CARELESS = {"fsync": "off", "full_page_writes": "off", "max_connections": "150"}

_DATABASE_SQL = """
REVOKE ALL ON DATABASE {name} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {name} TO onemap_app, onemap_ingest, onemap_readonly;
"""


def newest_version() -> int | None:
    """Returns the newest major version of PostgreSQL installed, None if none is installed."""
    found = [int(p.parent.parent.name) for p in VERSIONS.glob("[0-9]*/bin/postgres")]
    return max(found, default=None)


class Cluster:
    """A PostgreSQL cluster in ``folder``, run by one account of this machine.

    ``passwords`` maps each of ROLES. Start it from the main thread: the server is shut down when
    the thread that started it ends. ``durable=False`` trades safety on power loss for speed, in
    tests.
    """

    def __init__(
        self,
        folder: Path,
        passwords: Mapping[str, str],
        *,
        port: int = 0,
        durable: bool = True,
        log: Path | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.passwords = {role: passwords[role] for role in ROLES}
        self.port = port
        self.durable = durable
        self.log = log or self.folder / "postgresql.log"
        self.account: Account | None = unprivileged("postgres")
        self.daemon = Daemon(self.folder / "process.json")
        self._sockets: Path | None = None

    @property
    def data(self) -> Path:
        """The folder of the cluster's own data (PGDATA)."""
        return self.folder / "data"

    def program(self, name: str) -> Path:
        """Returns the path of a PostgreSQL program, of the version this cluster was made with."""
        made_with = self.data / "PG_VERSION"
        version: int | str | None = (
            made_with.read_text().strip() if made_with.is_file() else newest_version()
        )
        return program(
            name,
            package="postgresql-15-postgis-3",
            folders=[VERSIONS / str(version or 15) / "bin"],
        )

    def start(self) -> None:
        """Starts the server; creates roles, database and extensions where missing; keeps data.

        Repairs what a killed run left: shuts an old server of this folder down and removes a stale
        lock file. Raises MissingPart, BadInput (a folder the account can't reach) or ServiceDown.
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
        if not self.data.exists():
            self._initialise()
        self._end_old_server()
        self._launch()
        self._provision()

    def stop(self, *, immediate: bool = False, patience_s: float = 4.0) -> None:
        """Shuts the server down; ``immediate``: at once, so that the next start must recover."""
        first = signal.SIGQUIT if immediate else signal.SIGINT
        if self.daemon.send(first) and not self.daemon.wait(patience_s):
            self.daemon.send(signal.SIGQUIT)
            self.daemon.wait(1.0)
        self.daemon.stop(signal.SIGKILL)
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def url(self, role: str, database: str = DATABASE) -> str:
        """Returns the SQLAlchemy URL by which the given role connects to a database."""
        return (
            f"postgresql+psycopg://onemap_{role}:{self.passwords[role]}"
            f"@127.0.0.1:{self.port}/{database}"
        )

    def urls(self, database: str = DATABASE) -> dict[str, str]:
        """Returns the URL of a database for each role: owner, app, ingest, readonly."""
        return {role: self.url(role, database) for role in ROLES}

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Runs statements as the superuser over the local socket; returns psql's unaligned output.

        Raises ServiceDown with psql's first error.
        """
        done = self._run(
            self.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
            "-h", str(self._socket_folder()), "-p", str(self.port), "-d", database,
            stdin=sql,
        )  # fmt: skip
        return done.strip()

    def create_database(self, name: str, template: str | None = None) -> None:
        """Creates a database owned by onemap_owner, with PostGIS, closed to other roles.

        With ``template``, to which nobody may be connected, it is a clone of it (60-80 ms).
        """
        source = f"TEMPLATE {template} STRATEGY file_copy" if template else "TEMPLATE template0"
        grants = _DATABASE_SQL.format(name=name)
        self.execute(f"CREATE DATABASE {name} OWNER onemap_owner {source};{grants}")
        if not template:
            self._extend(name)

    def drop_database(self, name: str) -> None:
        """Drops the database, after disconnecting every session that uses it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE);")

    def _initialise(self) -> None:
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        self._run(
            self.program("initdb"), "-D", str(new), "-E", "UTF8", "--locale=C.UTF-8",
            "--auth-local=peer", "--auth-host=scram-sha-256", "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        new.rename(self.data)

    def _end_old_server(self) -> None:
        """Shuts down a server an earlier run left on this folder; removes stale lock files."""
        self.daemon.stop(signal.SIGINT, patience_s=15)
        self._end_foreign_server()
        for left in self._socket_folder().glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _end_foreign_server(self) -> None:
        """Shuts down a server that PostgreSQL's lock file names but our pid file doesn't."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return
        if str(self.data).encode() not in command:
            lock.unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 15
        while lock.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _launch(self) -> None:
        """Starts the server; retries for some seconds while a killed server's processes end."""
        self.port = free_port(self.port)
        self._configure()
        deadline = time.monotonic() + 15
        while True:
            self.daemon.start(
                [self.program("postgres"), "-D", self.data],
                log=self.log,
                account=self.account,
                death_signal="INT",
                environment=self._environment(),
            )
            if self._answers():
                return
            if time.monotonic() > deadline:
                self.stop(immediate=True)
                raise ServiceDown(
                    "PostgreSQL does not start: {reason}",
                    mend="The whole story is in {log}.",
                    reason=_last_fatal(self.log),
                    log=self.log,
                )
            time.sleep(0.3)

    def _answers(self, patience_s: float = 60) -> bool:
        """Waits for the server to accept connections; True when it does, False if it ended."""
        deadline = time.monotonic() + patience_s
        probe = [str(self.program("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while self.daemon.pid() is not None and time.monotonic() < deadline:
            if subprocess.run(probe, check=False).returncode == 0:  # noqa: S603
                return self.daemon.pid() is not None
            time.sleep(0.05)
        return False

    def _configure(self) -> None:
        settings = {
            **_SETTINGS,
            "port": str(self.port),
            "unix_socket_directories": str(self._socket_folder()),
            **({} if self.durable else _CARELESS),
        }
        lines = [f"{key} = '{value}'\n" for key, value in settings.items()]
        write_whole(self.data / "onemap.conf", "".join(lines), mode=0o600, owner=self.account)
        main = self.data / "postgresql.conf"
        if "include 'onemap.conf'" not in (content := main.read_text()):
            write_whole(main, f"{content}\ninclude 'onemap.conf'\n", owner=self.account)

    def _socket_folder(self) -> Path:
        """Returns the account's folder for the server's socket, with a path short enough."""
        if self._sockets is None:
            self._sockets = run_folder(self.folder, self.account)
        return self._sockets

    def _provision(self) -> None:
        """Creates the roles with passwords, database and extensions that are missing."""
        secrets = "".join(f"\\set {role}_password '{self.passwords[role]}'\n" for role in ROLES)
        self.execute(secrets + Path(__file__).with_name("roles.sql").read_text())
        there = self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}';")
        if not there:
            self.create_database(DATABASE)
        elif not self.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis';", DATABASE):
            self._extend(DATABASE)

    def _extend(self, database: str) -> None:
        if not self.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis';"):
            raise MissingPart(
                "PostGIS is not installed.", mend="apt-get install postgresql-15-postgis-3"
            )
        self.execute(
            "CREATE EXTENSION IF NOT EXISTS postgis; CREATE EXTENSION IF NOT EXISTS btree_gist;",
            database,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _run(self, *command: str | Path, stdin: str = "") -> str:
        prefix = self.account.prefix() if self.account else []
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [*prefix, *map(str, command)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self._environment(),
        )
        if done.returncode != 0:
            raise ServiceDown(
                "PostgreSQL's {program} failed: {reason}",
                program=Path(command[0]).name,
                reason=done.stderr.strip() or done.returncode,
            )
        return done.stdout


def _last_fatal(log: Path) -> str:
    """Returns the last line of the server's log that reports a failure."""
    lines = log.read_text(errors="replace").splitlines()[-40:] if log.exists() else []
    failures = [line for line in lines if "FATAL" in line or "ERROR" in line or "could not" in line]
    return (failures or lines or ["no word in the log"])[-1]
