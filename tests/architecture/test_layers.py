"""The floors of the house: what may import what."""

import subprocess
import sys

from tests.running.folders import ROOT


def test_no_floor_looks_up_and_pure_rooms_know_no_servers() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_the_top_level_is_the_one_that_was_asked_for() -> None:
    for name in ("dashboard", "ingest", "gis", "problem_ledger", "office", "data", "tests"):
        assert (ROOT / name / "__init__.py").exists()
    assert (ROOT / "pyproject.toml").exists()
