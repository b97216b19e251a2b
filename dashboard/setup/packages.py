"""Finds missing Debian packages and installs them by apt."""

import importlib.util
import os
import re
import shutil
import subprocess
from ctypes.util import find_library
from pathlib import Path

from dashboard.setup.steps import Missing, explain, follow, print_progress

APT_CACHE = "/usr/bin/apt-cache"
POSTGIS = "postgresql-15-postgis-3"
SHEET_FONT = "fonts-wqy-microhei"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")
FONT_FILES = (
    "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-zenhei.ttc",
    "simhei.ttf",
    "msyh.ttc",
    "simsun.ttc",
)
"""Chinese fonts with TrueType outlines, the best first: only such can be embedded in our PDFs."""


def missing(*, servers: bool, browser: bool) -> dict[str, str]:
    """Returns the missing Debian packages by name, each with the part it brings.

    Playwright's own node is linked against libatomic, which a bare machine lacks.
    """
    wanted: dict[str, str] = {}
    if importlib.util.find_spec("ensurepip") is None:
        wanted["python3-venv"] = "python3-venv"
    if servers:
        if not has_postgis():
            wanted[newest_postgis()] = "PostgreSQL + PostGIS"
        if not has_program("mosquitto") or not has_program("mosquitto_passwd"):
            wanted["mosquitto"] = "mosquitto"
        if not has_program("mosquitto_pub"):
            wanted["mosquitto-clients"] = "mosquitto-clients"
    return wanted | (_for_tests() if browser else {})


def _for_tests() -> dict[str, str]:
    wanted: dict[str, str] = {}
    if not has_program("chromium"):
        wanted["chromium"] = "Chromium"
    if not has_fonts():
        wanted["fonts-noto-cjk"] = "fonts-noto-cjk"
    if find_library("atomic") is None:
        wanted["libatomic1"] = "libatomic1"
    if sheet_font() is None:
        wanted[SHEET_FONT] = SHEET_FONT
    if not has_program("ip"):
        wanted["iproute2"] = "iproute2"
    return wanted


def has_program(name: str) -> bool:
    """Returns whether a program is installed, /usr/sbin included."""
    return bool(shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin"))


def has_postgis() -> bool:
    """Returns whether a PostgreSQL is installed together with the PostGIS for its version."""
    for server in Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres"):
        version = server.parent.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").is_file():
            return True
    return False


def has_fonts() -> bool:
    """Returns whether a Chinese font is installed for the map's labels."""
    return any(Path("/usr/share/fonts").glob("**/*CJK*"))


def sheet_font() -> Path | None:
    """Returns the best font that a PDF can embed, None when none is installed."""
    for name in FONT_FILES:
        for folder in FONT_FOLDERS:
            found = next(Path(folder).expanduser().rglob(name), None)
            if found is not None:
                return found
    return None


def newest_postgis() -> str:
    """Returns the name of the PostGIS package for apt's newest PostgreSQL, else Debian 12's."""
    if not Path(APT_CACHE).exists():
        return POSTGIS
    done = subprocess.run(  # noqa: S603 - apt's own program
        [APT_CACHE, "search", "--names-only", r"^postgresql-[0-9]+-postgis-3$"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^postgresql-(\d+)-postgis-3\b", done.stdout, re.MULTILINE)
    return f"postgresql-{max(map(int, found))}-postgis-3" if found else POSTGIS


def install(wanted: dict[str, str]) -> None:
    """Installs the packages, through sudo unless root. Raises Missing when that fails."""
    if not wanted:
        return
    parts, listed = "、".join(wanted.values()), ", ".join(wanted.values())
    install_line = f"apt-get install --no-install-recommends {' '.join(wanted)}"
    by_hand = f"apt-get update && {install_line}"
    if os.geteuid() != 0:
        by_hand = f"sudo apt-get update && sudo {install_line}"
    if not shutil.which("apt-get"):
        raise Missing(f"{parts}（没有 apt-get）", f"{listed} (no apt-get here)", by_hand)
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise Missing(parts, listed, f"su -c '{by_hand.replace('sudo ', '')}'")
        print_progress("安装系统软件需要 sudo", "Installing system packages needs sudo")
    unread = read_lists()
    print_progress(f"安装 {parts}（apt-get）", f"Installing {listed} (apt-get)")
    failed = follow([*_apt(), "install", "--no-install-recommends", *wanted])
    if failed is not None:
        explain((unread + "\n" if unread else "") + failed)
        raise Missing(parts, listed, by_hand)


def read_lists() -> str:
    """Updates the package lists; returns "" or, if that failed, the last lines apt-get printed."""
    print_progress("更新软件源索引（apt-get update）", "Reading package lists (apt-get update)")
    return follow([*_apt(), "update"]) or ""


def _apt() -> list[str]:
    as_root = ["sudo"] if os.geteuid() != 0 else []
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y"]
    return [*apt, "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]


def wish_for_font() -> None:
    """Installs the font of PDF sheets if no password must be asked; else prints how to.

    Everything else works without it, so that nothing waits for it.
    """
    if sheet_font() is not None or not shutil.which("apt-get"):
        return
    asking = ["sudo", "-n"] if os.geteuid() != 0 else []
    apt = [*asking, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y"]
    if follow([*apt, "install", "--no-install-recommends", SHEET_FONT]) is not None:
        print_progress(
            f"没有中文字体，暂不能生成 PDF：apt-get install {SHEET_FONT}",
            f"No Chinese font, so no PDF for now: apt-get install {SHEET_FONT}",
        )
