"""The virtual environment with what the lock file names, checked by hash."""

import hashlib
import sys
from pathlib import Path

from dashboard.setup.steps import Missing, explain, follow, tell

STAMP = "onemap.sha256"


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamped(folder: Path) -> set[str]:
    """The hashes of the lock files that this folder was filled from."""
    stamp = folder / STAMP
    return set(stamp.read_text().split()) if stamp.is_file() else set()


def prepare(root: Path, *, development: bool) -> None:
    """``.venv`` holds exactly what the lock names. Raises Missing when it can't be made.

    A lock for development holds the other's packages too, so filling from it counts for both.
    """
    venv = root / ".venv"
    base, tools = root / "requirements.lock", root / "requirements-dev.lock"
    lock = tools if development else base
    python = venv / "bin" / "python"
    if python.exists() and digest(lock) in stamped(venv):
        return
    if follow([python, "-m", "pip", "--version"]) is not None:
        tell("创建 Python 虚拟环境 .venv", "Making the Python environment .venv")
        failed = follow([sys.executable, "-m", "venv", "--clear", venv])
        if failed is not None:
            explain(failed)
            raise Missing(" Python 虚拟环境", "Python's venv", "apt-get install python3-venv")
    tell("按锁文件安装 Python 依赖（pip）", "Installing Python packages from the lock file (pip)")
    command: list[str | Path] = [python, "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", lock]
    failed = follow(command)
    if failed is not None:
        explain(failed)
        by_hand = f"'{python}' -m pip install --require-hashes -r '{lock}'"
        raise Missing(" Python 依赖", "Python packages", by_hand)
    filled = {digest(lock), digest(base)} if development else {digest(lock)}
    (venv / STAMP).write_text("".join(f"{each}\n" for each in sorted(filled)))
