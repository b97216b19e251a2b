"""Landed migrations never change: databases elsewhere were made by exactly these files."""

from hashlib import sha256

from tests.contract.recorded import RECORDED, hold, lines
from tests.running.folders import ROOT

NAME = "migrations.txt"
VERSIONS = ROOT / "data" / "migrations" / "versions"
TITLE = "Landed migrations and their hashes: none ever changes; --renew adds new files only"


def landed() -> dict[str, str]:
    """The hash of each file that was recorded, by its name."""
    listed = (RECORDED / NAME).read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in listed if not line.startswith("#"))


def present() -> dict[str, str]:
    """The hash of each file of migrations, by its name."""
    files = [file for file in VERSIONS.iterdir() if file.suffix in {".py", ".sql"}]
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def test_no_landed_migration_is_changed_or_taken_away() -> None:
    files = present()
    changed = [name for name, kept in landed().items() if files.get(name) != kept]
    assert changed == [], "databases have gone through these files: write a new migration instead"


def test_every_migration_is_recorded(renewed: str) -> None:
    known = {**present(), **landed()}
    hold(NAME, lines(TITLE, (f"{name}: {known[name]}" for name in sorted(known))), renewed)
