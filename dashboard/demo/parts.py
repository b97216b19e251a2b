"""Checks the parts OneMap is made of, as they are on this machine."""

import fcntl
import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dashboard.demo.environment import FILE, default_folder
from dashboard.setup.environment import digest, stamped
from dashboard.setup.packages import POSTGIS, SHEET_FONT, has_fonts, has_program, sheet_font

ROOT = Path(__file__).resolve().parent.parent.parent
APT = ("" if os.geteuid() == 0 else "sudo ") + "apt-get install "


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the installation: name, version, whether it is in order, and how to mend it."""

    name: str
    version: str
    is_fine: bool
    word: str = ""
    is_needed: bool = True


def installed() -> list[Part]:
    """Returns the state of each part that the set-up installs; lock files only in a checkout."""
    vendor = ROOT / "dashboard" / "assets" / "vendor"
    version = ".".join(map(str, sys.version_info[:3]))
    font = sheet_font()
    parts = [
        Part("Python", version, sys.version_info >= (3, 11), APT + "python3"),
        _program("PostgreSQL", _server(), APT + POSTGIS),
        _postgis(),
        _program("mosquitto", "mosquitto", APT + "mosquitto", option="-h"),
        _program("mosquitto_pub", "mosquitto_pub", APT + "mosquitto-clients"),
        _program("Chromium", "chromium", APT + "chromium", is_needed=False),
        Part("Noto CJK", "", has_fonts(), APT + "fonts-noto-cjk", is_needed=False),
        Part("PDF font", font.name if font else "", bool(font), APT + SHEET_FONT, is_needed=False),
    ]
    if (ROOT / "requirements.lock").is_file():
        parts.insert(1, _locked(".venv", ROOT / ".venv", ROOT / "requirements.lock"))
        parts.insert(2, _locked("maplibre-gl", vendor, ROOT / "package-lock.json"))
    return parts


def demo_folder(folder: Path | None) -> Part:
    """Returns a part that says whether the demo's folder exists and its demo runs."""
    folder = folder or default_folder()
    name = f"demo {folder}"
    if not (folder / FILE).is_file():
        return Part(name, "", False, "./onemap demo", is_needed=False)
    return Part(name, "", is_running(folder), "./onemap demo", is_needed=False)


def is_running(folder: Path) -> bool:
    """Returns whether a running demo holds the lock of this folder."""
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def database(*, is_needed: bool) -> Part:
    """Returns a part that is fine if the database answers and its schema is the newest."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from data.clock import now
    from data.database import app_engine, clock_differs
    from data.database_clock import clock_offset
    from data.migrations.run import newest, version

    on = app_engine()
    try:
        found = version(on)
        with on.connect() as connection:
            offset = clock_offset(connection, now)
    except (OperationalError, ProgrammingError) as error:
        return Part("database", "", False, str(error.orig).strip().splitlines()[0], is_needed)
    finally:
        on.dispose()
    if found == newest() and not offset.is_fine:
        return Part("database", str(found), False, str(clock_differs(offset.seconds)), is_needed)
    return Part("database", found or "", found == newest(), f"newest: {newest()}", is_needed)


def broker(*, is_needed: bool) -> Part:
    """Returns a part that is fine if the broker answers, knows ingest and its limits lose nothing.

    Ingest's password is compared with mosquitto's file: who signs in with its account ends the
    connection of a running ingest. Password and limits are checked only where the settings name
    the broker's configuration file.
    """
    from data.settings import MqttSettings
    from ingest.broker.mosquitto import accepts, check_limits
    from ingest.broker.rabbit_limits import is_rabbit
    from ingest.broker.sign_in import knows_account

    settings = MqttSettings()
    where = f"{settings.host}:{settings.port}"
    account = settings.username, settings.password.get_secret_value()
    fine, losses = True, list[str]()
    try:
        with socket.create_connection((settings.host, settings.port), timeout=5):
            pass
        if settings.config_file and settings.config_file.is_file():
            losses = check_limits(settings.config_file, settings.client_id)
            if is_rabbit(settings.config_file.read_text(encoding="utf-8", errors="replace")):
                # RabbitMQ names a session after the client id: a new one disturbs nobody.
                fine = accepts(settings.host, settings.port, *account, protocol=settings.protocol)
            else:
                fine = knows_account(settings.config_file, *account) is not False
    except OSError as error:
        return Part(f"broker {where}", "", False, error.strerror or str(error), is_needed)
    if not fine:
        losses.insert(0, f"doesn't know the account {settings.username} with this password")
    return Part(f"broker {where}", "", not losses, "; ".join(losses), is_needed)


def _server() -> str:
    found = Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres")
    newest = max(found, key=lambda each: int(each.parent.parent.name), default=None)
    return str(newest or "postgres")


def _postgis() -> Part:
    controls = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    found = ""
    for control in controls:
        match = re.search(r"default_version = '([^']+)'", control.read_text())
        found = match[1] if match else found
    return Part("PostGIS", found, bool(controls), APT + POSTGIS)


def _program(
    name: str, command: str, mend: str, *, option: str = "--version", is_needed: bool = True
) -> Part:
    """Returns a part for a program, with the version the program reports."""
    if not has_program(command):
        return Part(name, "", False, mend, is_needed)
    path = f"/usr/sbin/{command}" if Path(f"/usr/sbin/{command}").exists() else command
    printed = subprocess.run([path, option], capture_output=True, text=True, check=False)  # noqa: S603
    match = re.search(r"\d+(\.\d+)+", printed.stdout + printed.stderr)
    return Part(name, match[0] if match else "", True, mend, is_needed)


def _locked(name: str, folder: Path, lock: Path) -> Part:
    """Returns a part that says whether the folder was filled from the present lock file."""
    fine = digest(lock) in stamped(folder)
    pinned = re.search(rf'"node_modules/{name}": {{\s*"version": "([^"]+)"', lock.read_text())
    return Part(name, pinned[1] if pinned else lock.name, fine, "./onemap --help")
